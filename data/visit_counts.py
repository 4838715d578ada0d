"""How often somebody looked: visits of each cell, in a period or step by step.

A visit at a point counts in the cell it lies in. A visit of an area counts in all cells of that area, by
the share of the cell that lies in it: whoever walks a grid is taken to have seen all of it. So areas should
be the smallest that the patrols are written down for; a visit to a whole district says little about a cell.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from hashlib import blake2b
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import polars as pl
import shapely
from scipy import sparse

from data import place_kinds
from data.actors import SYSTEM
from data.cube import Cube
from data.filters import Filter
from data.step_counts import StepCounts
from geo.cells import Cells, boundaries, from_points, resolution_of

Values = npt.NDArray[np.float64]

_EPOCH: Final = date(1970, 1, 1)
#: A visit of an area has no coordinates (NaN), one at a point the area 0.
_VISIT: Final[dict[str, type[np.generic]]] = {
    "lon": np.float64, "lat": np.float64, "area": np.int64, "day": np.int32, "n": np.int64,
}  # fmt: skip
_SHARES: Final = np.dtype([("cell", np.int32), ("area", np.int32), ("share", np.float64)])


def visits_per_cell(cube: Cube, cells: Cells, where: Filter) -> Values:
    """Return how often somebody looked at each cell in the days of a filter.

    Parameters
    ----------
    cells
        Shape (n,), ascending, of one resolution.
    where
        Its days count; visits know no categories, states, sources or hours.

    Returns
    -------
    Shape (n,): 0 where nobody was. A cell that lies in two areas has the visits of each by its share, so
    these are no whole numbers. Only days count that visits are known of: see `looked_at`.
    """
    days = visit_days(cube, where)
    if days is None:
        return np.zeros(len(cells))
    key = (*_edition(cube), "visits per cell", _digest(cells), days)
    return cube.kept.get(key, lambda: _counted(cube, cells, [days[0], days[1] + timedelta(days=1)])[:, 0])


def visits_by_step(cube: Cube, counted: StepCounts) -> Values:
    """Return how often somebody looked at each cell in each step; shape (n, steps), as `counted.counts`."""
    if not counted.starts or visit_days(cube, Filter()) is None:
        return np.zeros((len(counted.cells), len(counted.starts)))
    key = (*_edition(cube), "visits by step", _digest(counted.cells), counted.starts, counted.step)
    edges = [*counted.starts, counted.ends[-1] + timedelta(days=1)]
    return cube.kept.get(key, lambda: _counted(cube, counted.cells, edges))


def visits_by_day(cube: Cube, cells: Cells, first: date, last: date) -> Values:
    """Return how often somebody looked at each cell on each day; shape (n, days), by the log of visits alone.

    Parameters
    ----------
    cells
        Shape (n,), ascending, of one resolution.
    first, last
        Both are included.
    """
    edges = [first + timedelta(days=n) for n in range((last - first).days + 2)]
    if visit_days(cube, Filter(start=first, end=last)) is None:
        return np.zeros((len(cells), len(edges) - 1))
    key = (*_edition(cube), "visits by day", _digest(cells), first, last)
    return cube.kept.get(key, lambda: _counted(cube, cells, edges))


def visit_days(cube: Cube, where: Filter) -> tuple[date, date] | None:
    """Return the first and the last day of a filter that visits are known of; None where there is none.

    Visits are known of from the first one to the last one; a day between them without any is a day on which
    nobody looked.
    """
    known = _visits(cube)["day"]
    if not known.size:
        return None
    first, last = (_EPOCH + timedelta(days=int(day)) for day in (known.min(), known.max()))
    first, last = max(first, where.start or first), min(last, where.end or last)
    return (first, last) if first <= last else None


def looked_at(cube: Cube, where: Filter) -> Filter | None:
    """Return the filter cut to the days that visits are known of, for rates per visit; None without any."""
    days = visit_days(cube, where)
    return None if days is None else where.but(start=days[0], end=days[1])


def visits_by_week(cube: Cube, where: Filter) -> pl.DataFrame:
    """Count all visits by week (`week` is its Monday, `n`), weeks without one between others included."""
    days = visit_days(cube, where)
    if days is None:
        return pl.DataFrame(schema={"week": pl.Date, "n": pl.Int64})
    visits = _visits(cube)
    counted = (
        pl.DataFrame({"day": visits["day"], "n": visits["n"]})
        .with_columns(pl.col("day").cast(pl.Date))
        .filter(pl.col("day").is_between(*days))
        .group_by(pl.col("day").dt.truncate("1w").alias("week"))
        .agg(pl.col("n").sum())
    )
    weeks = pl.date_range(
        pl.lit(days[0]).dt.truncate("1w"), pl.lit(days[1]).dt.truncate("1w"), "1w", eager=True
    )
    every = weeks.alias("week").to_frame()
    return every.join(counted, on="week", how="left").with_columns(pl.col("n").fill_null(0)).sort("week")


def _counted(cube: Cube, cells: Cells, edges: Sequence[date]) -> Values:
    """Count from each edge up to the day before the next; shape (n, edges - 1)."""
    limits = np.array([(edge - _EPOCH).days for edge in edges], np.int32)
    found = np.zeros((len(cells), len(limits) - 1))
    if not cells.size:
        return found
    visits = _visits(cube)
    visits = visits[(visits["day"] >= limits[0]) & (visits["day"] < limits[-1])]
    at_point = ~np.isnan(visits["lon"])
    _add_points(found, visits[at_point], cells, limits)
    if (areas := visits[~at_point]).size:
        known, row = np.unique(areas["area"], return_inverse=True)
        by_area = np.zeros((len(known), found.shape[1]))
        np.add.at(by_area, (row, _step(areas, limits)), areas["n"])
        found += _shares(cube, cells, known) @ by_area
    return found


def _add_points(found: Values, points: npt.NDArray[Any], cells: Cells, limits: npt.NDArray[np.int32]) -> None:
    if not points.size:
        return
    own = from_points(points["lon"], points["lat"], resolution_of(cells[:1]))
    row = np.minimum(np.searchsorted(cells, own), len(cells) - 1)
    there = cells[row] == own
    np.add.at(found, (row[there], _step(points[there], limits)), points["n"][there])


def _step(rows: npt.NDArray[Any], limits: npt.NDArray[np.int32]) -> npt.NDArray[np.int64]:
    return np.searchsorted(limits, rows["day"], side="right") - 1


def _shares(cube: Cube, cells: Cells, areas: npt.NDArray[np.int64]) -> Any:
    """Return which share of each cell lies in each area, as a sparse matrix of shape (cells, areas)."""
    key = (*_edition(cube), "shares of areas", _digest(cells), _digest(areas))
    rows = cube.kept.get(key, lambda: _laid_over(_shapes(cube, areas), cells))
    return sparse.csr_array((rows["share"], (rows["cell"], rows["area"])), shape=(len(cells), len(areas)))


def _laid_over(shapes: npt.NDArray[np.object_], cells: Cells) -> npt.NDArray[Any]:
    polygons = boundaries(cells)
    tree = shapely.STRtree(polygons)
    area, cell = tree.query(shapes, predicate="intersects")
    inside = np.zeros(len(area), bool)
    whole = tree.query(shapes, predicate="contains")
    inside[np.isin(area * len(cells) + cell, whole[0] * len(cells) + whole[1])] = True
    share = np.ones(len(area))
    cut = ~inside
    share[cut] = shapely.area(shapely.intersection(shapes[area[cut]], polygons[cell[cut]]))
    share[cut] /= shapely.area(polygons[cell[cut]])
    rows = np.zeros(len(area), _SHARES)
    rows["cell"], rows["area"], rows["share"] = cell, area, share
    return rows[rows["share"] > 0]


def _shapes(cube: Cube, areas: npt.NDArray[np.int64]) -> npt.NDArray[np.object_]:
    """Return the polygons of areas, those that are gone by now too; an empty one for what is no area."""
    kinds = [kind.slug for kind in place_kinds.kinds().values() if "area" in kind.geometry]
    places = cube.store.places(actor=SYSTEM, kinds=kinds, retired=True)
    by_id = dict(zip(places["id"], places.geometry, strict=True))
    shapes = shapely.make_valid(np.array([by_id.get(int(area)) for area in areas], object))
    shapes[shapely.get_dimensions(shapes) != 2] = shapely.Polygon()
    return np.asarray(shapes, object)


def _visits(cube: Cube) -> npt.NDArray[Any]:
    return cube.kept.get((*_edition(cube), "visits"), lambda: _read(cube))


def _edition(cube: Cube) -> tuple[str, str, str]:
    """Return what visits and their areas depend on; reports that come in change none of it."""
    state = cube.state
    return state.visited, state.tree.edition, state.tz


def _read(cube: Cube) -> npt.NDArray[Any]:
    """Read the visits with the city's day of each; an area's point, where it has one, says more."""
    frame = cube.store.visits(actor=SYSTEM)
    day = pl.coalesce(pl.col("at").dt.convert_time_zone(cube.state.tz).dt.date(), "day")
    there = pl.col("lon").is_not_null() & pl.col("lat").is_not_null()
    told = frame.select(
        lon=pl.when(there).then("lon").fill_null(np.nan),
        lat=pl.when(there).then("lat").fill_null(np.nan),
        area=pl.when(~there).then("area_id").fill_null(0),
        day=day.cast(pl.Int32),
        n="n",
    )
    rows = np.zeros(frame.height, list(_VISIT.items()))
    for name in _VISIT:
        rows[name] = told[name].to_numpy()
    return rows


def _digest(values: npt.NDArray[Any]) -> bytes:
    return blake2b(np.ascontiguousarray(values).tobytes(), digest_size=12).digest()
