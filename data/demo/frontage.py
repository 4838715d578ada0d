"""Evenly spaced spots along both sides of the demo zone's streets."""

from dataclasses import dataclass, fields, replace

import numpy as np
import numpy.typing as npt
import shapely

from data.demo.plane import Floats, Ints
from data.demo.streets import HALF_WIDTH_M, Street, boundary, surface


@dataclass(frozen=True, slots=True)
class Frontage:
    """Spots on the plan, one array item each.

    Attributes
    ----------
    u, v
        Plan metres.
    du, dv
        Unit vector away from the middle of the street.
    street
        Position in the list of streets.
    along
        Metres from the start of the street.
    number
        House number: odd on the left hand, even on the right.
    """

    u: Floats
    v: Floats
    du: Floats
    dv: Floats
    street: Ints
    along: Floats
    number: Ints

    def __len__(self) -> int:
        return len(self.u)

    def only(self, wanted: npt.NDArray[np.bool_]) -> "Frontage":
        """Keep some of the spots."""
        return replace(self, **{field.name: getattr(self, field.name)[wanted] for field in fields(self)})


def frontage(streets: list[Street], *, spacing_m: float, setback_m: float) -> Frontage:
    """Line both sides of the streets with spots, `setback_m` behind the edge of the pavement.

    What would stand in another street, in the canal, on the railway or outside the zone is left out.
    """
    sides = [
        _side(i, street, spacing_m, setback_m, hand)
        for i, street in enumerate(streets)
        for hand in (1.0, -1.0)
    ]
    spots = Frontage(*(np.concatenate(column) for column in zip(*sides, strict=True)))
    taken = surface(streets, verge_m=setback_m - 1.0)
    shapely.prepare(taken)
    free = ~shapely.contains_xy(taken, spots.u, spots.v) & shapely.contains_xy(boundary(), spots.u, spots.v)
    return spots.only(free)


def _side(
    index: int, street: Street, spacing_m: float, setback_m: float, hand: float
) -> tuple[np.ndarray, ...]:
    columns: list[tuple[Floats, ...]] = []
    start = 0.0
    for piece in shapely.get_parts(street.line):
        along = np.arange(spacing_m / 2, piece.length, spacing_m)
        here = shapely.get_coordinates(shapely.line_interpolate_point(piece, along))
        ahead = shapely.get_coordinates(shapely.line_interpolate_point(piece, along + 0.5))
        back = shapely.get_coordinates(shapely.line_interpolate_point(piece, along - 0.5))
        tangent = (ahead - back) / np.hypot(*(ahead - back).T)[:, None]
        away = np.column_stack([-tangent[:, 1], tangent[:, 0]]) * hand
        spot = here + away * (HALF_WIDTH_M[street.level] + setback_m)
        columns.append((spot[:, 0], spot[:, 1], away[:, 0], away[:, 1], along + start))
        start += piece.length
    u, v, du, dv, along = (np.concatenate(parts) for parts in zip(*columns, strict=True))
    number = (along / 8).astype(np.int64) * 2 + (1 if hand > 0 else 2)
    return u, v, du, dv, np.full(len(u), index), along, number
