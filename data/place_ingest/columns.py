"""What the columns or tags of a feature say: its kind, name, id and facts."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

from data import place_kinds
from data.place_ingest import osm_tags
from data.place_ingest.raw import Raw
from geo.errors import ImportFileError
from i18n import gettext as _

#: Columns that hold a place's name, the first that is there.
_NAMES: Final = (
    *("name", "name:zh", "名称", "小区名称", "小区", "街道名称", "道路名称", "社区名称", "网格名称", "title"),
    *("district", "boro_name", "boroname", "community", "boro_cd", "mc"),
)
#: Columns that hold an id, the first that is there and tells the features apart.
_IDS: Final = (
    "@id",
    "id",
    "gml_id",
    "osm_id",
    "full_id",
    "objectid",
    "编号",
    "编码",
    "网格编码",
    "uuid",
    "guid",
)
_KINDS: Final = ("kind", "类型", "种类", "类别")
#: The share of different values that makes a column one of ids.
_DISTINCT: Final = 0.9
_LEVELS: Final = {
    "province": "province",
    "city": "city",
    "district": "district",
    "street": "street_office",
    "town": "street_office",
    "village": "community",
}
_BY_SHAPE: Final = {"line": place_kinds.STREET, "area": "boundary", "point": "other"}


@dataclass(slots=True)
class Understood:
    """What the features of a file are, one item each."""

    kinds: list[str]
    names: list[str | None]
    ids: list[str | None]
    facts: list[dict[str, Any]]
    said: str | None = None  # the kind of all of them, said by hand
    faults: dict[int, str] = field(default_factory=dict)  # features whose facts cannot be left out
    unknown_kinds: Counter[str] = field(default_factory=Counter)
    unreadable: Counter[str] = field(default_factory=Counter)
    unused: tuple[str, ...] = ()


def understand(
    raw: Raw,
    shapes: Sequence[str | None],
    *,
    kind: str | None = None,
    name_column: str | None = None,
    id_column: str | None = None,
) -> Understood:
    """Decide what each feature is.

    Parameters
    ----------
    shapes
        `area`, `line`, `point` or None for each feature.
    kind, name_column, id_column
        What is said by hand; found from the columns where left out.

    Raises
    ------
    ImportFileError
        A kind or a column that there is not.
    """
    columns = list(dict.fromkeys(column for row in raw.rows for column in row))
    for wanted in (name_column, id_column):
        if wanted is not None and wanted not in columns:
            raise ImportFileError(
                _(
                    "The file has no column '{column}'. Its columns: {columns}.",
                    column=wanted,
                    columns=", ".join(columns),
                )
            )
    if kind is not None and (chosen := place_kinds.slug_of(kind)) is None:
        raise ImportFileError(
            _(
                "'{kind}' is no kind of place. Kinds: {kinds}.",
                kind=kind,
                kinds=", ".join(place_kinds.kinds()),
            )
        )
    name_column = name_column or (None if raw.style == "osm" else _first(columns, _NAMES))
    reader = {"osm": _by_tags, "adcode": _by_adcode, "table": _by_columns}[raw.style]
    found = Understood([], [], [], [], said=str(chosen) if kind is not None else None)
    for number, row in enumerate(raw.rows):
        own, facts = reader(raw, number, row, shapes[number], found)
        found.kinds.append(found.said or own)
        named = row.get(name_column) if name_column else osm_tags.name_of(row)
        found.names.append(_text(named))
        found.facts.append(facts)
    found.ids = _ids(raw, columns, id_column)
    used = {name_column, id_column, *_IDS, *_KINDS, *osm_tags.NAMES, *osm_tags.keys(), "acroutes"}
    if raw.style != "osm":
        found.unused = tuple(column for column in columns if column not in used and _field(column) is None)
    return found


def _by_tags(
    raw: Raw, number: int, row: Mapping[str, Any], shape: str | None, found: Understood
) -> tuple[str, dict[str, Any]]:
    if raw.kinds:
        kind, rank = raw.kinds[number]
    else:  # an extract that another tool has written as a table of tags
        rule = osm_tags.match(row, (shape,)) if shape else None
        if rule is None or rule.kind == osm_tags.LEFT:
            kind, rank = _BY_SHAPE.get(shape or "", "other"), None
        else:
            kind, rank = rule.kind, rule.rank
    names = {"name_en": "name:en", "ref": "ref", "adcode": "ref:adcode"}
    facts: dict[str, Any] = {key: str(row[tag]) for key, tag in names.items() if row.get(tag)}
    if kind == place_kinds.STREET:
        facts["level"] = rank or "lane"
    if kind == "shop" and row.get("shop"):
        facts["trade"] = str(row["shop"])
    return kind, _readable(facts, found)


def _by_adcode(
    _raw: Raw, _number: int, row: Mapping[str, Any], _shape: str | None, found: Understood
) -> tuple[str, dict[str, Any]]:
    """Read a Chinese district file: `adcode`, `level`, and the parent or the way to it (`acroutes`)."""
    code = str(row.get("adcode", "")).removesuffix(".0")
    kind = _LEVELS.get(str(row.get("level"))) or _level_of(code)
    parent = _json(row.get("parent"))
    if isinstance(parent, Mapping):
        parent = parent.get("adcode")
    routes = _json(row.get("acroutes"))
    if parent is None and isinstance(routes, Sequence) and not isinstance(routes, str) and len(routes):
        parent = routes[-1]
    facts = {"adcode": code} | ({"parent": str(parent).removesuffix(".0")} if parent is not None else {})
    return kind, _readable(facts, found)


def _is_read(name: str, facts: Mapping[str, Any]) -> bool:
    return name not in facts or place_kinds.fields()[name].read(facts[name]) is not None


def _by_columns(
    raw: Raw, number: int, row: Mapping[str, Any], shape: str | None, found: Understood
) -> tuple[str, dict[str, Any]]:
    plain = {column.strip().casefold(): value for column, value in row.items()}
    said = next((str(plain[column]) for column in _KINDS if column in plain), None)
    kind = place_kinds.slug_of(said) if said else None
    if said and kind is None:
        found.unknown_kinds[said] += 1
    if kind is None and raw.layers:
        kind = place_kinds.slug_of(raw.layers[number])
    kind = kind or _BY_SHAPE.get(shape or "", "other")
    facts = {name: value for column, value in row.items() if (name := _field(column)) is not None}
    if (found.said or kind) != place_kinds.ZONE:  # the opening hours of a shop are another matter
        facts = {name: value for name, value in facts.items() if name not in place_kinds.ZONE_FIELDS}
    else:
        facts = {name: value for name, value in facts.items() if str(value or "").strip()}
        wrong = [name for name in place_kinds.ZONE_FIELDS if not _is_read(name, facts)]
        if wrong:
            found.faults[number] = "zone_rules"
            return kind, {}
    facts = _readable(facts, found)
    if kind == place_kinds.STREET:
        facts.setdefault("level", "side")
    else:
        facts.pop("level", None)
    return kind, facts


def _readable(facts: Mapping[str, Any], found: Understood) -> dict[str, Any]:
    """Return the facts in their types; count what cannot be read."""
    read = {}
    for name, value in facts.items():
        made = place_kinds.fields()[name].read(value)
        if made is None:
            found.unreadable[f"{name}: {value}"] += 1
        else:
            read[name] = made
    return read


def _ids(raw: Raw, columns: Sequence[str], wanted: str | None) -> list[str | None]:
    """Return each feature's id where a column tells them apart, else None."""
    if raw.kinds:
        return list(raw.ids)
    if raw.style == "adcode":
        wanted = wanted or "adcode"
    names = [wanted] if wanted else [name for name in _IDS if _first(columns, (name,))]
    for name in names:
        column = _first(columns, (name,))
        ids = [_text(row.get(column)) if column else None for row in raw.rows]
        ids = [None if one is None else one.removesuffix(".0") for one in ids]
        if None not in ids and len(set(ids)) >= _DISTINCT * len(ids):
            return ids
        if wanted:
            return ids
    return [None] * len(raw.rows)


def _level_of(code: str) -> str:
    if len(code) > 9:
        return "community"
    if len(code) > 6:
        return "street_office"
    return "province" if code.endswith("0000") else "city" if code.endswith("00") else "district"


def _first(columns: Sequence[str], wanted: Sequence[str]) -> str | None:
    plain = {column.strip().casefold(): column for column in columns}
    return next((plain[name] for name in wanted if name in plain), None)


def _text(value: Any) -> str | None:
    text = "" if value is None else str(value).strip()
    return text or None


def _json(value: Any) -> Any:
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return json.loads(value)
        except ValueError:
            return None
    return value.tolist() if hasattr(value, "tolist") else value


@cache
def _field(column: str) -> str | None:
    """Return the fact that a column holds."""
    plain = column.strip().casefold()
    for one in place_kinds.fields().values():
        if plain in (one.name, *one.aliases):
            return one.name
    return None
