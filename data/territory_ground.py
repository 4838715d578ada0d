"""What territories are made of: the city's cells, its compounds, and the lines that nobody walks across."""

from typing import Any, Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from data import place_kinds
from data.actors import Actor
from data.cube import Cube
from data.filters import Filter
from data.place_kinds import STREET
from data.place_tables import places_version
from data.store import Store
from data.study_area import study_area
from geo.cells import ANALYSIS_RESOLUTION, Cells, fill_area, from_points, grow
from geo.territories import pairs_across

#: The kinds of lines that can part a city; both are switched by a manager.
LINES: Final = ("railway", "water")
#: A stretch of water is a river where its shore is so much longer than that of a round lake.
_RIVER: Final = 2.5
#: More cells than these are no ground that people go round; then only those with reports are split.
_MOST_CELLS: Final = 60_000
_CELL_M2: Final = 15_000.0
#: Where no areas are known: so far from a street one goes round, and so far from reports a street counts.
_BESIDE_STREET_RINGS: Final = 1
_NEAR_REPORTS_RINGS: Final = 6
#: Streets are looked at in steps of a third of a cell.
_STEP_DEGREES: Final = 0.0003
#: Of a shore with more corners the ends are where it is widest from west to east.
_MOST_CORNERS: Final = 2_000

Pairs = npt.NDArray[np.uint64]


def city_cells(store: Store, cube: Cube, *, actor: Actor) -> Cells:
    """Return the cells that teams go round, ascending: the city's smallest areas and all with reports.

    Where no areas are known they are those along the streets near reports: a next report is to be somebody's.
    """
    key = (cube.version, "territory cells", places_version(store, actor=actor))
    return cube.kept.get(key, lambda: _city_cells(store, cube, actor))


def compounds(store: Store, cells: Cells, *, actor: Actor) -> dict[int, Cells]:
    """Return which of the cells have their middle in a compound, by the compound's id; none without cells."""
    found = {}
    for row in _shapes(store, ["compound"], actor).itertuples():
        inside = np.intersect1d(_filled(row.geometry), cells)
        if len(inside):
            found[int(row.id)] = inside
    return found


def barriers(store: Store, cells: Cells, *, kinds: tuple[str, ...], drawn: Any, actor: Actor) -> Pairs:
    """Return the pairs of neighbouring cells between which nobody walks.

    Parameters
    ----------
    kinds
        Of `LINES`: railways and rivers of the store, open where a street crosses them.
    drawn
        Lines that somebody drew, each a list of longitude and latitude; no street opens those.

    Returns
    -------
    Shape (b, 2), each pair once.
    """
    lines = [line for shape in _shapes(store, list(kinds), actor).geometry for line in _line_of(shape)]
    by_hand = [shapely.LineString(points) for points in drawn]
    streets = list(_shapes(store, [STREET], actor).geometry) if lines else []
    streets = [shape for shape in streets if shape.geom_type.endswith("LineString")]
    pairs = [
        pairs_across(cells, lines, crossings=streets) if lines else np.zeros((0, 2), np.uint64),
        pairs_across(cells, by_hand) if by_hand else np.zeros((0, 2), np.uint64),
    ]
    return np.unique(np.concatenate(pairs), axis=0)


def _city_cells(store: Store, cube: Cube, actor: Actor) -> Cells:
    reported = study_area(cube, Filter(), ANALYSIS_RESOLUTION)
    for kind in reversed(place_kinds.chain()):
        shapes = _shapes(store, [kind], actor)
        shapes = shapes[shapes.geometry.geom_type.isin(["Polygon", "MultiPolygon"])]
        if len(shapes) and shapes["area_m2"].sum() < _MOST_CELLS * _CELL_M2:
            return np.union1d(_filled(shapes.geometry.union_all()), reported)
    along = np.intersect1d(_along_streets(store, actor), grow(reported, _NEAR_REPORTS_RINGS))
    return np.union1d(along, reported) if len(along) < _MOST_CELLS else reported


def _along_streets(store: Store, actor: Actor) -> Cells:
    """Return the cells of the streets and beside them; none without streets."""
    lines = _shapes(store, [STREET], actor).geometry.to_numpy()
    points = shapely.get_coordinates(shapely.segmentize(lines, _STEP_DEGREES))
    cells = np.unique(from_points(points[:, 0], points[:, 1], ANALYSIS_RESOLUTION))
    return grow(cells, _BESIDE_STREET_RINGS)


def _shapes(store: Store, kinds: list[str], actor: Actor) -> gpd.GeoDataFrame:
    frame = store.places(actor=actor, kinds=kinds)
    return frame[~(frame.geometry.isna() | frame.geometry.is_empty)]


def _filled(shape: Any) -> Cells:
    if shape.geom_type not in {"Polygon", "MultiPolygon"}:
        return np.zeros(0, np.uint64)
    if not shape.is_valid:
        shape = shapely.make_valid(shape, method="structure", keep_collapsed=False)
    return fill_area(shape, ANALYSIS_RESOLUTION)


def _line_of(shape: Any) -> list[Any]:
    """Return the lines that nobody walks across: a line itself, of a river one bank, of a lake none."""
    if shape.geom_type in {"LineString", "MultiLineString"}:
        return [shape]
    return [bank for part in shapely.get_parts(shape) for bank in _bank(part)]


def _bank(part: Any) -> list[Any]:
    """Return one bank of a river: its shore from end to end. Both would make an island of the water."""
    if part.geom_type != "Polygon":
        return []
    round_shore = 2 * np.sqrt(np.pi * part.area)
    if part.exterior.length < _RIVER * round_shore:
        return []
    ring = np.asarray(part.exterior.coords)[:-1]
    ends = [int(np.argmin(ring[:, 0])), int(np.argmax(ring[:, 0]))]
    if len(ring) <= _MOST_CORNERS:
        away = np.hypot(*(ring[:, None, :] - ring[None, :, :]).T)
        ends = [int(row) for row in np.unravel_index(int(np.argmax(away)), away.shape)]
    first, last = sorted(ends)
    return [shapely.LineString(ring[first : last + 1])]
