"""Reports along streets: the network of a city, and how densely reports lie along each piece of it."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np

from data import place_kinds
from data.actors import SYSTEM, Actor
from data.cube import Cube
from data.filters import Filter
from data.heat import Positions, positions
from data.place_tables import places_version
from data.store import Store
from geo.network import WITHIN_M, Floats, Snapped, Streets
from geo.network_density import LIXEL_M, Lixels, network_density

#: Of the length of the streets that have reports near, so much has a density below the scale's end: on a stub
#: of a few metres one report is a great density.
_SCALED: Final = 0.995
#: Reports that are laid on streets at a time.
_PIECE_ROWS: Final = 1_000_000


@dataclass(frozen=True, slots=True, eq=False)
class StreetLines:
    """The streets of a city.

    `version` changes with its places; `names` and `names_en` are those of the streets that `streets.line`
    counts, None for a road without one.
    """

    version: str
    streets: Streets
    lixels: Lixels
    names: tuple[str | None, ...]
    names_en: tuple[str | None, ...]


class StreetDensity(NamedTuple):
    """How densely the reports of a filter lie along streets.

    Attributes
    ----------
    per_km
        Shape (lixels,): reports per km of street.
    peak
        A density that hardly a street has more of.
    total
        How many reports are weighed.
    far
        How many of them lie more than `within_m` metres from every street, and count nowhere.
    """

    per_km: Floats
    peak: float
    total: int
    far: int
    within_m: float


def street_lines(store: Store, *, actor: Actor) -> StreetLines:
    """Return the network of a city's streets, made once for each state of its places."""
    return _lines(store, places_version(store, actor=actor))


def street_density(
    cube: Cube, lines: StreetLines, where: Filter, *, weight: str, bandwidth_m: int, minute: int | None = None
) -> StreetDensity:
    """Count the reports of a filter along the streets; see `geo.network_density`.

    Parameters
    ----------
    weight, minute
        See `data.heat.positions`.
    bandwidth_m
        How far a report counts along streets.

    Raises
    ------
    FilterError
        A weight that is none.
    """
    return _density(cube, lines, _Asked(cube.version, where, weight, bandwidth_m, minute))


@lru_cache(maxsize=4)
def _lines(store: Store, version: str) -> StreetLines:
    frame = store.places(actor=SYSTEM, kinds=[place_kinds.STREET])  # streets are for everybody
    streets = Streets.from_lines(frame.geometry)
    names = tuple(name if isinstance(name, str) and name else None for name in frame["name"])
    english = tuple(
        attributes.get("name_en") or name for name, attributes in zip(names, frame["attributes"], strict=True)
    )
    return StreetLines(version, streets, Lixels.of(streets, lixel_m=LIXEL_M), names, english)


class _Asked(NamedTuple):
    """What a density depends on; `version` is the cube's."""

    version: str
    where: Filter
    weight: str
    bandwidth_m: int
    minute: int | None


@lru_cache(maxsize=64)
def _density(cube: Cube, lines: StreetLines, asked: _Asked) -> StreetDensity:
    _version, where, weight, bandwidth_m, minute = asked
    spots = _snapped(lines.streets, positions(cube, where, weight, minute=minute))
    per_km = network_density(lines.streets, spots, bandwidth_m=bandwidth_m, lixels=lines.lixels)
    return StreetDensity(per_km, _peak(per_km, lines.lixels.lengths_m), len(spots.edge), spots.far, WITHIN_M)


def _snapped(streets: Streets, at: Positions) -> Snapped:
    """Find the spot of each report a million at a time: what that takes beside is many times the answer."""
    starts = range(0, max(len(at.lon), 1), _PIECE_ROWS)
    parts = [
        streets.snap(
            (at.lon[start : start + _PIECE_ROWS], at.lat[start : start + _PIECE_ROWS]), within_m=WITHIN_M
        )
        for start in starts
    ]
    return Snapped(
        *(
            np.concatenate([getattr(part, name) for part in parts])
            for name in ("edge", "along_m", "distance_m")
        )
    )


def _peak(per_km: Floats, lengths_m: Floats) -> float:
    order = np.argsort(per_km)
    order = order[per_km[order] > 0]
    if not len(order):
        return 0.0
    length = np.cumsum(lengths_m[order])
    return float(per_km[order[min(len(order) - 1, int(np.searchsorted(length, _SCALED * length[-1])))]])
