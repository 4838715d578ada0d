"""Which tags of OpenStreetMap become which kind of place: a table."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from data import place_kinds
from data.city_table import TABLES, CityTable

#: The tags of a name, the best first.
NAMES: Final = ("name:zh", "name", "name:zh-Hans", "official_name", "alt_name")
#: What the table calls elements that are no places.
LEFT: Final = "-"
_COLUMNS: Final = ("key", "value", "also", "geometry", "kind", "rank")


@dataclass(frozen=True, slots=True)
class TagRule:
    """One line of the table; `values` is empty for any, `also` a further tag that must be there."""

    key: str
    values: frozenset[str]
    also: tuple[str, str] | None
    geometry: tuple[str, ...]
    kind: str
    rank: str | None

    def matches(self, tags: Mapping[str, Any]) -> bool:
        """Return whether tags are meant by this line, whatever the shape."""
        value = tags.get(self.key)
        if value is None or (self.values and not self.values & set(str(value).split(";"))):
            return False
        if self.also is None:
            return True
        other = tags.get(self.also[0])
        return other is not None and self.also[1] in ("*", str(other))


@cache
def rules(path: Path = TABLES / "osm_places.csv") -> tuple[TagRule, ...]:
    """Read the table, in the order in which its lines are tried.

    Raises
    ------
    TableError
        With every fault of every line.
    """
    table = CityTable.read(path, _COLUMNS)
    found = []
    for line in table:
        values = line.words("value")
        key, _equals, value = line.text("also").partition("=")
        kind = line.word("kind", (LEFT, *place_kinds.kinds()))
        geometry = line.words("geometry", place_kinds.GEOMETRIES)
        found.append(
            TagRule(
                line.needed("key"),
                frozenset() if "*" in values else frozenset(values),
                (key, value) if key else None,
                geometry or place_kinds.GEOMETRIES,
                kind,
                line.word("rank", ("", *place_kinds.RANKS)) or None,
            )
        )
    table.check()
    return tuple(found)


@cache
def keys() -> tuple[str, ...]:
    """Return the keys that any line asks for."""
    return tuple(dict.fromkeys(rule.key for rule in rules()))


def match(tags: Mapping[str, Any], shapes: Collection[str]) -> TagRule | None:
    """Return the first line that means these tags in one of these shapes; None where there is none."""
    by_key = _by_key()
    asked = [by_key[key] for key in tags if key in by_key]
    lines = asked[0] if len(asked) == 1 else sorted(line for lines in asked for line in lines)
    for number in lines:
        rule = rules()[number]
        if rule.matches(tags) and any(shape in rule.geometry for shape in shapes):
            return rule
    return None


@cache
def _by_key() -> Mapping[str, tuple[int, ...]]:
    """Return the numbers of the lines that ask for a key."""
    lines: dict[str, list[int]] = {}
    for number, rule in enumerate(rules()):
        lines.setdefault(rule.key, []).append(number)
    return {key: tuple(numbers) for key, numbers in lines.items()}


def is_asked_for(tags: Mapping[str, Any]) -> bool:
    """Return whether any line asks for one of these tags."""
    return any(key in tags for key in keys())


def name_of(tags: Mapping[str, Any]) -> str | None:
    """Return the name, the Chinese one first."""
    return next((str(tags[key]).strip() for key in NAMES if str(tags.get(key) or "").strip()), None)
