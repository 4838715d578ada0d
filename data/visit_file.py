"""A file of visits, read: what each row says, and why some are no visits."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from data.clock import moment
from data.ingest import positions, times
from data.ingest.formats import open_table
from data.ingest.profiles import plain
from data.ingest.tables import Table
from data.visit_columns import columns_of, lacking
from data.visits import VISITS
from geo.crs import WGS84, Crs
from geo.errors import ImportFileError
from i18n import N_
from i18n import gettext as _

#: Why a row is no visit. Codes are stable: others count on them.
REJECTIONS: Final[dict[str, str]] = {
    "wrong_fields": N_("the row has more or fewer fields than the header"),
    "empty_row": N_("nothing in the row says where or when"),
    "no_time": N_("the day of the visit is missing"),
    "unreadable_time": N_("the day of the visit cannot be read"),
    "future": N_("the visit lies in the future"),
    "no_place": N_("neither coordinates nor an area are given"),
    "unreadable_coordinates": N_("the coordinates are no numbers"),
    "zero_coordinates": N_("the coordinates are 0, 0"),
    "out_of_range": N_("the coordinates are not on the earth"),
    "unknown_area": N_("the store knows no area of this name"),
    "several_areas": N_("several areas have this name"),
    "no_number": N_("the number of visits is missing, below 0 or no whole number"),
    "repeated": N_("the same visit stands in the file before"),
}

#: A clock may be fast, a zone wrong: what is dated a day ahead is in the future.
_TOMORROW: Final = timedelta(days=1)
_MOST_VISITS: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that is no visit: its number in the file, why, and what stands in it."""

    row: int
    code: str
    values: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class ReadVisits:
    """What a file says.

    Attributes
    ----------
    visits
        The columns of `data.visits.VISITS`.
    read
        Rows of the file; those taken are `read` without the rejects. Rows of one day and place without a time
        are one line of `visits`, with the sum of their numbers.
    used
        Field -> column.
    missing
        Fields that no column holds and that every visit needs; then there are neither visits nor rejects.
    x, y
        Coordinates of the rows as they stand in the file, NaN where there are none.
    """

    name: str
    format: str
    source: str
    crs: Crs
    columns: tuple[str, ...]
    used: Mapping[str, str]
    missing: tuple[str, ...]
    visits: pl.DataFrame
    rejects: tuple[Reject, ...]
    read: int
    x: positions.Floats
    y: positions.Floats

    @property
    def reasons(self) -> dict[str, int]:
        """How many rows were rejected for what, the commonest first."""
        return dict(Counter(reject.code for reject in self.rejects).most_common())


def reason_words(code: str) -> str:
    """Say in the language in use why rows are no visits."""
    return _(REJECTIONS[code])


def read_visits(
    path: Path,
    areas: Mapping[str, tuple[int, ...]],
    *,
    tz: str,
    crs: str | None = None,
    columns: Mapping[str, str] | None = None,
    source: str | None = None,
) -> ReadVisits:
    """Read a file of visits: CSV, Excel or whatever else reports are read from.

    A row needs a time or a day, and coordinates or the name of an area. A column of numbers says how often;
    without one each row is one visit.

    Parameters
    ----------
    areas
        The ids of each name, reduced by `plain`; a name with several ids is ambiguous.
    tz
        The city's time zone.
    crs
        The system of the coordinates, where the file does not say; WGS-84 unless given.
    columns
        Field -> column, where the headers do not tell; see `data.visit_columns`.
    source
        The name of the feed that the visits belong to; the file's own name where None.

    Raises
    ------
    ImportFileError
        The file cannot be read, or a column that was named is not in it.
    CrsError
        An unknown coordinate system.
    """
    table = open_table(path)
    numbers, frame, broken = _whole(table)
    used = columns_of(frame, columns)
    if table.place and not {"lon", "lat"} & set(columns or {}):
        used |= dict(zip(("lon", "lat"), table.place, strict=True))
    system = Crs.parse(crs or table.crs or WGS84)
    missing = tuple(lacking(used))
    rows = (
        pl.DataFrame(schema={"fault": pl.String, **VISITS})
        if missing
        else _rows(frame, used, areas, zone=ZoneInfo(tz), system=system, source=source or table.source.stem)
    )
    x, y = _coordinates(frame, used)
    faulty = rows.with_row_index("at_row").filter(pl.col("fault") != "")
    rejects = [
        Reject(int(numbers[place]), code, frame.row(place))
        for place, code in faulty.select("at_row", "fault").iter_rows()
    ]
    rejects += [Reject(one.row, "wrong_fields", tuple(one.values(frame.width))) for one in broken]
    return ReadVisits(
        name=path.name,
        format=table.kind,
        source=source or table.source.stem,
        crs=system,
        columns=tuple(frame.columns),
        used=used,
        missing=missing,
        visits=_summed(rows.filter(pl.col("fault") == "").select(list(VISITS))),
        rejects=tuple(sorted(rejects, key=lambda reject: reject.row)) if not missing else (),
        read=frame.height + len(broken),
        x=x,
        y=y,
    )


def _whole(table: Table) -> tuple[Any, pl.DataFrame, list[Any]]:
    batches = list(table.batches())
    if not batches:
        return np.zeros(0, np.int64), pl.DataFrame(schema=dict.fromkeys(table.columns, pl.String)), []
    frame = pl.concat([batch.frame for batch in batches], how="vertical_relaxed")
    return (
        np.concatenate([batch.rows for batch in batches]),
        frame,
        [b for one in batches for b in one.broken],
    )


def _rows(
    frame: pl.DataFrame,
    used: Mapping[str, str],
    areas: Mapping[str, tuple[int, ...]],
    *,
    zone: ZoneInfo,
    system: Crs,
    source: str,
) -> pl.DataFrame:
    """Read every row: the columns of `VISITS`, and `fault`, a code of `REJECTIONS` or empty."""
    when, why_when = _times(frame[used["at"]], zone)
    where, why_where = _places(frame, used, areas, system)
    n, why_n = _numbers(frame, used)
    texts = pl.DataFrame([times.clean(frame[name]).is_null().alias(name) for name in set(used.values())])
    empty = texts.select(pl.all_horizontal(pl.all())).to_series().to_numpy()
    fault = np.select(
        [empty, why_when != "", why_where != "", why_n != ""],
        ["empty_row", why_when, why_where, why_n],
        default="",
    )
    rows = pl.concat([when, where], how="horizontal").with_columns(
        n=n, source=pl.lit(source), fault=pl.Series(fault.tolist(), dtype=pl.String)
    )
    rows = rows.with_columns(external_id=_names(frame, rows, used))
    again = (
        (pl.col("fault") == "")
        & (pl.lit("external_id" in used) | pl.col("at").is_not_null())
        & (pl.int_range(pl.len()).over("external_id", "fault") > 0)
    )
    told = rows.with_columns(fault=pl.when(again).then(pl.lit("repeated")).otherwise("fault"))
    return told.select("fault", *(pl.col(name).cast(kind) for name, kind in VISITS.items()))


def _times(values: pl.Series, zone: ZoneInfo) -> tuple[pl.DataFrame, Any]:
    forms = times.forms_of(values) or times.Forms(())
    read = times.read(values, forms, zone)
    future = (read["utc"] > moment() + _TOMORROW).fill_null(value=False)
    fault = np.select(
        [~read["given"].to_numpy(), read["utc"].is_null().to_numpy(), future.to_numpy()],
        ["no_time", "unreadable_time", "future"],
        default="",
    )
    timed = pl.col("timed").fill_null(value=False)
    return read.select(
        at=pl.when(timed).then("utc"), day=pl.when(~timed).then(pl.col("local").dt.date())
    ), fault


def _places(
    frame: pl.DataFrame, used: Mapping[str, str], areas: Mapping[str, tuple[int, ...]], system: Crs
) -> tuple[pl.DataFrame, Any]:
    """Read where; of a row with coordinates and an area the coordinates count, unless they are faulty."""
    n = frame.height
    lon, lat = np.full(n, np.nan), np.full(n, np.nan)
    fault = np.full(n, "no_place", dtype=object)
    if "lon" in used:
        place = positions.read(frame[used["lon"]], frame[used["lat"]], system)
        wrong = place.faults()
        there = wrong == ""
        lon[there], lat[there] = place.lon[there], place.lat[there]
        fault = np.where(wrong == "no_coordinates", "no_place", wrong).astype(object)
    ids = pl.Series([None] * n, dtype=pl.Int64)
    if "area" in used:
        texts = times.clean(frame[used["area"]])
        found = [areas.get(plain(text), ()) if text else None for text in texts]
        lost = np.isnan(lon) & np.isin(fault, ("no_place", "zero_coordinates"))
        for row in np.flatnonzero(lost):
            if (one := found[row]) is not None:
                fault[row] = "" if len(one) == 1 else "several_areas" if one else "unknown_area"
        own = [
            one[0] if one and gone and why == "" else None
            for one, gone, why in zip(found, lost, fault, strict=True)
        ]
        ids = pl.Series(own, dtype=pl.Int64)
    known = pl.DataFrame({"lon": lon, "lat": lat}).fill_nan(None)
    return known.with_columns(area_id=ids), fault.astype(str)


def _numbers(frame: pl.DataFrame, used: Mapping[str, str]) -> tuple[pl.Series, Any]:
    if "n" not in used:
        return pl.Series(np.ones(frame.height, np.int64)), np.full(frame.height, "")
    values = frame[used["n"]]
    read = positions.numbers(values, times.clean(values))
    right = np.isfinite(read) & (read >= 0) & (read <= _MOST_VISITS) & (read == np.floor(read))
    return pl.Series(np.where(right, read, 0).astype(np.int64)), np.where(right, "", "no_number")


def _names(frame: pl.DataFrame, rows: pl.DataFrame, used: Mapping[str, str]) -> pl.Series:
    """Name each visit: by its own number, else by when, where and who it was."""
    made_of = [pl.col(name).cast(pl.String).fill_null("") for name in ("at", "day", "area_id")]
    made_of += [pl.col(name).round(6).cast(pl.String).fill_null("") for name in ("lon", "lat")]
    who = times.clean(frame[used["who"]]).fill_null("") if "who" in used else pl.Series([""] * frame.height)
    texts = rows.select(pl.concat_str(made_of, separator="|")).to_series()
    digests = pl.Series(
        [
            blake2b(f"{text}|{own}".encode(), digest_size=10).hexdigest()
            for text, own in zip(texts, who, strict=True)
        ],
        dtype=pl.String,
    )
    if "external_id" not in used:
        return digests
    return times.clean(frame[used["external_id"]]).fill_null(digests)


def _summed(visits: pl.DataFrame) -> pl.DataFrame:
    """Make one of the rows of one day and place."""
    firsts = [pl.col(name).first() for name in VISITS if name not in ("source", "external_id", "n")]
    return (
        visits.group_by("source", "external_id", maintain_order=True)
        .agg(*firsts, pl.col("n").sum())
        .select(list(VISITS))
    )


def _coordinates(frame: pl.DataFrame, used: Mapping[str, str]) -> tuple[positions.Floats, positions.Floats]:
    if "lon" not in used:
        return np.zeros(0), np.zeros(0)
    x, y = (positions.numbers(frame[used[name]], times.clean(frame[used[name]])) for name in ("lon", "lat"))
    return x, y


def missing_words(fields: Sequence[str]) -> str:
    """Say which columns a file of visits needs and this one lacks."""
    words = {
        "at": _("a day or a time"),
        "area": _("coordinates or the name of an area"),
    }
    return ", ".join(words[field] for field in fields)


def refuse_missing(found: ReadVisits) -> None:
    """Raise where a file lacks the columns that every visit needs.

    Raises
    ------
    ImportFileError
        With the columns that the file has.
    """
    if found.missing:
        raise ImportFileError(
            _(
                "{name} has no column with {missing}. It has the columns {columns}. Say which is which, such "
                "as --column at=COLUMN.",
                name=found.name,
                missing=missing_words(found.missing),
                columns=", ".join(found.columns),
            )
        )
