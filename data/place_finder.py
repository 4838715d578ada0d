"""Where reports belong: the ground or street, the areas, the exempt zone, for many of them at once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Self

import numpy as np
import numpy.typing as npt
import polars as pl
import shapely

from data import place_kinds
from data.exempt_zones import Zone
from data.place_rules import PlaceRules
from data.schema import LOCATED
from geo.places import LINE, OPEN_GROUND, POLYGON, PlaceIndex

Ints = npt.NDArray[np.int64]
Shapes = npt.NDArray[np.object_]

#: What a report may lie in, as a group of the table of kinds.
GROUND: Final = "grounds"
#: What is needed of a report.
ASKED: Final = ("lon", "lat", "category", "reported_at")


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """Places of one sort, by id."""

    ids: Ints
    shapes: Shapes

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True, slots=True, eq=False)
class PlaceFinder:
    """A store's places, prepared to be asked about any number of reports.

    Attributes
    ----------
    names
        Of each area, by id.
    parents
        Of each area the one that it belongs to, by id.
    """

    grounds: Layer
    streets: Layer
    nameless: Layer
    levels: tuple[Layer, ...]  # of the chain of areas, the smallest first
    zones: Layer
    conditions: tuple[Zone, ...]  # of the zones
    names: Mapping[int, str]
    parents: Mapping[int, int | None]
    _places: PlaceIndex = field(init=False, repr=False)
    _nameless: PlaceIndex = field(init=False, repr=False)
    _areas: tuple[PlaceIndex, ...] = field(init=False, repr=False)
    _zones: PlaceIndex = field(init=False, repr=False)
    _zone_tree: Any = field(init=False, repr=False)
    _chains: dict[tuple[int, ...], str | None] = field(init=False, repr=False)
    _level_of: dict[int, int] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        made = {
            "_places": PlaceIndex(self.grounds.shapes, self.streets.shapes),
            "_nameless": PlaceIndex(None, self.nameless.shapes),
            "_areas": tuple(PlaceIndex(level.shapes, None) for level in self.levels),
            "_zones": PlaceIndex(self.zones.shapes, None),
            "_zone_tree": shapely.STRtree(self.zones.shapes),
            "_chains": {},
            "_level_of": {
                area: place for place, level in enumerate(self.levels) for area in level.ids.tolist()
            },
        }
        for name, value in made.items():
            object.__setattr__(self, name, value)

    @property
    def empty(self) -> bool:
        """Whether nothing is known that a report could belong to."""
        layers = (self.grounds, self.streets, self.nameless, self.zones, *self.levels)
        return not any(len(layer) for layer in layers)

    def locate(
        self, reports: pl.DataFrame, rules: PlaceRules, *, groups: Mapping[str, str], tz: str
    ) -> pl.DataFrame:
        """Say where reports belong.

        Parameters
        ----------
        reports
            The columns `ASKED`: WGS-84 degrees, slugs, UTC.
        rules
            What comes first for a category.
        groups
            The group of each category that has one.
        tz
            The city's time zone: the hours of exempt zones are of its clocks.

        Returns
        -------
        The columns of `LOCATED`, in the order of the reports. The same report has the same answer whatever
        comes with it: of several grounds the smallest counts, of equally near streets the one with the
        smallest id.
        """
        height = reports.height
        if self.empty or not height:
            return pl.DataFrame(
                {name: pl.repeat(None, height, dtype=dtype, eager=True) for name, dtype in LOCATED.items()}
            )
        asked = _Asked.of(reports, groups)
        place, metres = self._place(asked, rules)
        area, chain = self._area(asked.points)
        exempt = self._exempt(asked, reports["reported_at"], tz)
        return pl.DataFrame(
            {
                "place_id": _ids(place),
                "place_m": pl.Series(metres, nan_to_null=True),
                "area_id": _ids(area),
                "exempt_id": _ids(exempt),
                "areas": chain,
            },
            schema=LOCATED,
        )

    def _place(self, asked: "_Asked", rules: PlaceRules) -> tuple[Ints, npt.NDArray[np.float64]]:
        points, codes = asked.points, asked.code
        street_first, within_m = rules.choices(asked.words, asked.groups)
        found = self._places.locate(points, within_m=within_m[codes], line_first=street_first[codes])
        place = np.full(len(codes), -1)
        metres = np.full(len(codes), np.nan)
        inside, beside = found.won == POLYGON, found.won == LINE
        place[inside], metres[inside] = self.grounds.ids[found.polygon[inside]], 0.0
        place[beside], metres[beside] = self.streets.ids[found.line[beside]], found.distance_m[beside]
        open_ground = np.flatnonzero(found.won == OPEN_GROUND)
        if len(self.nameless) and len(open_ground):
            some = self._nameless.locate(
                (points[0][open_ground], points[1][open_ground]), within_m=within_m[codes][open_ground]
            )
            at = some.line >= 0
            place[open_ground[at]] = self.nameless.ids[some.line[at]]
            metres[open_ground[at]] = some.distance_m[at]
        return place, np.round(metres, 3)

    def _area(self, points: Any) -> tuple[Ints, pl.Series]:
        """Return the smallest area of the chain around each point, and the names of the chain from there."""
        n = len(points[0])
        area, code = np.full(n, -1), np.zeros(n, dtype=np.int64)
        held = []
        for level, index in zip(self.levels, self._areas, strict=True):
            polygon = index.locate(points).polygon
            around = np.append(level.ids, -1)[polygon]
            area = np.where(area < 0, around, area)
            code = code * (len(level) + 1) + polygon + 1
            held.append(around)
        _codes, first, which = np.unique(code, return_index=True, return_inverse=True)
        chains = [self._chain(tuple(int(around[row]) for around in held)) for row in first]
        return area, pl.Series("areas", chains, dtype=pl.String).gather(pl.Series(which))

    def _chain(self, around: tuple[int, ...]) -> str | None:
        """Name the areas of a point: the smallest, those that it belongs to, on other levels those around."""
        if around not in self._chains:
            smallest = next((place for place, area in enumerate(around) if area >= 0), None)
            self._chains[around] = None if smallest is None else self._named(around, smallest)
        return self._chains[around]

    def _named(self, around: tuple[int, ...], smallest: int) -> str:
        by_level = {place: area for place, area in enumerate(around) if area >= 0}
        area: int | None = around[smallest]
        seen: set[int] = set()
        while area is not None and area in self._level_of and area not in seen:
            seen.add(area)
            by_level[self._level_of[area]] = area
            area = self.parents.get(area)
        names = [self.names[by_level[place]] for place in sorted(by_level)]
        return "\n".join(["", *names, ""])

    def _exempt(self, asked: "_Asked", reported_at: pl.Series, tz: str) -> Ints:
        """Return the smallest zone around each report that holds at its hour and for its category."""
        exempt = np.full(len(asked.code), -1)
        if not len(self.zones):
            return exempt
        inside = np.flatnonzero(self._zones.locate(asked.points).polygon >= 0)
        if not len(inside):
            return exempt
        local = reported_at.gather(inside).dt.convert_time_zone(tz)
        day = local.dt.date().cast(pl.Int32).cast(pl.Int64).to_numpy()
        minute = (local.dt.hour().cast(pl.Int64) * 60 + local.dt.minute().cast(pl.Int64)).to_numpy()
        shapes = shapely.points(asked.points[0][inside], asked.points[1][inside])
        row, zone = self._zone_tree.query(shapes, predicate="intersects")
        size = shapely.area(self.zones.shapes)
        for number in sorted(set(zone.tolist()), key=lambda one: (-size[one], -self.zones.ids[one])):
            own = row[zone == number]  # the smallest comes last and stays
            condition = self.conditions[number]
            meant = np.array(
                [condition.names(word, asked.groups.get(word, "")) for word in asked.words], dtype=np.bool_
            )
            holds = meant[asked.code[inside[own]]] & condition.hours.hold(day[own], minute[own])
            exempt[inside[own[holds]]] = self.zones.ids[number]
        return exempt


@dataclass(frozen=True, slots=True, eq=False)
class _Asked:
    """Reports to be located: where they are, and of which categories."""

    points: tuple[Any, Any]  # longitudes, latitudes
    code: Ints  # of each report's category in `words`
    words: list[str]
    groups: Mapping[str, str]

    @classmethod
    def of(cls, reports: pl.DataFrame, groups: Mapping[str, str]) -> Self:
        words = reports["category"].unique(maintain_order=True)
        code = reports["category"].replace_strict(
            words, pl.int_range(len(words), eager=True), return_dtype=pl.Int64
        )
        points = reports["lon"].to_numpy(), reports["lat"].to_numpy()
        return cls(points, code.to_numpy(), words.to_list(), groups)


def level_kinds() -> tuple[str, ...]:
    """Return the kinds of the chain of areas, the smallest first."""
    return tuple(reversed(place_kinds.chain()))


def _ids(found: Ints) -> pl.Series:
    return pl.Series(np.where(found < 0, 0, found), dtype=pl.Int64).replace(0, None)
