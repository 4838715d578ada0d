"""Which column of a file of visits holds what: by its header and what stands in it, or as it is said."""

from collections.abc import Mapping, Sequence
from typing import Final

import polars as pl

from data.ingest import positions, times
from data.ingest.mapping import listed
from data.ingest.profiles import headers, plain
from geo.errors import ImportFileError
from i18n import gettext as _

#: What a visit is made of; `who` only tells two visits of one moment apart, and is not kept.
FIELDS: Final = ("at", "lon", "lat", "area", "n", "external_id", "who")

#: Whole headers first in rank, then words that a longer header may hold.
_WHOLE: Final[dict[str, tuple[str, ...]]] = {
    "at": (
        *("time", "datetime", "timestamp", "date", "day", "visitedat", "visittime", "visitdate"),
        *("checkin", "checkintime", "starttime", "巡查时间", "巡查日期", "检查时间", "检查日期"),
        *("签到时间", "打卡时间", "到达时间", "开始时间", "巡检时间", "巡检日期", "走访时间", "走访日期"),
        *("定位时间", "巡逻时间", "巡逻日期", "时间", "日期"),
    ),
    "area": (
        *("area", "areaname", "grid", "gridname", "community", "zone", "beat", "网格", "网格名称"),
        *("单元网格", "社区", "社区名称", "片区", "区域", "责任区", "责任网格", "所属网格", "所属社区"),
        *("巡查区域", "小区"),
    ),
    "n": (
        *("n", "number", "visits", "count", "times", "numberofvisits", "次数", "巡查次数", "检查次数"),
        *("数量", "人次", "巡检次数", "走访次数", "巡逻次数"),
    ),
    "external_id": (
        *("id", "visitid", "recordid", "uuid", "编号", "记录编号", "巡查编号", "流水号", "记录号"),
    ),
    "who": (
        *("who", "team", "inspector", "officer", "name", "patrol", "user", "device", "人员", "姓名"),
        *("巡查员", "巡查人员", "检查人", "队员", "队伍", "班组", "网格员", "设备", "采集员"),
    ),
}
_WORDS: Final[dict[str, tuple[str, ...]]] = {
    "at": ("时间", "日期"),
    "area": ("网格", "社区", "片区"),
    "n": ("次数",),
    "external_id": (),
    "who": ("人员",),
}
#: This share of a column's values has to be what its header says.
_ENOUGH: Final = 0.5


def columns_of(sample: pl.DataFrame, wanted: Mapping[str, str] | None = None) -> dict[str, str]:
    """Find the column of each field.

    Parameters
    ----------
    sample
        The first rows of the file.
    wanted
        What was said by hand: field -> column; an empty column leaves the field out.

    Returns
    -------
    Field -> column, as far as there is one; `lon` and `lat` both or none.

    Raises
    ------
    ImportFileError
        A field or a column that was said by hand does not exist.
    """
    said = _by_hand(wanted or {}, sample.columns)
    found = {field: column for field, column in said.items() if column}
    for field in ("lon", "lat", *(name for name in FIELDS if name not in ("lon", "lat"))):
        if field in said:
            continue
        for column in _candidates(field, sample.columns):
            if column not in found.values() and _holds(field, sample[column]):
                found[field] = column
                break
    if "lon" not in found or "lat" not in found:
        found.pop("lon", None)
        found.pop("lat", None)
    return found


def lacking(found: Mapping[str, str]) -> list[str]:
    """Return the fields without which no row is a visit: `at`; `area`, where there are no coordinates."""
    return [
        *(["at"] if "at" not in found else []),
        *(["area"] if "area" not in found and "lon" not in found else []),
    ]


def _by_hand(wanted: Mapping[str, str], columns: Sequence[str]) -> dict[str, str]:
    faults = [
        _("'{name}' is no field; fields are {fields}", name=name, fields=", ".join(FIELDS))
        for name in wanted
        if name not in FIELDS
    ]
    faults += [
        _("there is no column '{name}'", name=column)
        for column in wanted.values()
        if column and column not in columns
    ]
    if faults:
        raise ImportFileError(
            _(
                "{faults}. The file has the columns {columns}.",
                faults="; ".join(faults),
                columns=listed(columns),
            )
        )
    return dict(wanted)


def _candidates(field: str, columns: Sequence[str]) -> list[str]:
    """Return the columns whose header may mean a field, the likeliest first."""
    spellings = headers()[field] if field in ("lon", "lat") else None
    whole = spellings["whole"] if spellings else _WHOLE[field]
    words = spellings["words"] if spellings else _WORDS[field]
    by_plain = {plain(column): column for column in reversed(columns)}
    named = [by_plain[spelling] for spelling in map(plain, whole) if spelling in by_plain]
    held = [column for column in columns if any(word in plain(column) for word in words)]
    return list(dict.fromkeys([*named, *held]))


def _holds(field: str, values: pl.Series) -> bool:
    """Say whether what stands in a column can be the field; an empty column can be anything."""
    texts = times.clean(values).drop_nulls()
    if texts.is_empty():
        return True
    if field == "at":
        return times.forms_of(values) is not None
    if field in ("lon", "lat", "n"):
        numbers = pl.Series(positions.numbers(texts, texts), nan_to_null=True)
        return numbers.is_not_null().sum() >= _ENOUGH * len(texts)
    return True
