"""What the reports of a cell can be counted by: kilometres of street, households, visits."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj
import shapely

from data import place_kinds
from data.actors import SYSTEM
from data.cube import Cube
from data.filters import Filter
from data.hot_cells import PER
from data.place_tables import places_version
from data.store import Store
from data.visit_counts import looked_at, visits_per_cell
from geo.cells import Cells, boundaries, count, from_points, grow, resolution_of
from geo.errors import FilterError
from i18n import gettext as _

Values = npt.NDArray[np.float64]
Table = tuple[Cells, Values]

_ANY: Final = Filter()
#: Streets are cut into pieces of this many to the diameter of a cell; each piece lies where its middle lies.
_PIECES: Final = 20


def exposure(cube: Cube, cells: Cells, per: str, where: Filter = _ANY) -> Values:
    """Return what the reports of each cell are divided by.

    Parameters
    ----------
    cells
        Shape (n,), ascending, of one resolution.
    per
        `street` (kilometres of street and lane in the cell), `household` (of the compounds in it, by the
        share of a compound's ground that lies in the cell) or `visit` (patrol and inspection visits in the
        days of `where`).

    Returns
    -------
    Shape (n,): 0 where there is none.

    Raises
    ------
    FilterError
        Nothing that reports can be counted by.
    """
    if per not in PER or not per:
        known_ones = ", ".join(PER[1:])
        raise FilterError(
            _("'{value}' is not known here. Expected one of {known}.", value=per, known=known_ones)
        )
    if not cells.size:
        return np.zeros(0)
    if per == "visit":
        return visits_per_cell(cube, cells, where)
    resolution = resolution_of(cells[:1])
    known, values = _table(cube.store, places_version(cube.store, actor=SYSTEM), per, resolution)
    if not known.size:
        return np.zeros(cells.size)
    place = np.minimum(np.searchsorted(known, cells), known.size - 1)
    return np.where(known[place] == cells, values[place], 0.0)


def counted_in(cube: Cube, where: Filter, per: str) -> Filter | None:
    """Return the filter of the reports that a rate counts: by visits, those of days that visits are known of.

    None where no visits are known: there is no rate.
    """
    return looked_at(cube, where) if per == "visit" else where


def edition(cube: Cube, per: str) -> tuple[str, ...]:
    """Return what changes when an exposure may have changed."""
    if not per:
        return ()
    return (places_version(cube.store, actor=SYSTEM), cube.state.visited if per == "visit" else "")


@lru_cache(maxsize=16)
def _table(store: Store, version: str, per: str, resolution: int) -> Table:
    """Return all cells that have some of it, ascending, and how much; once for each state of the places."""
    del version
    return _TABLES[per](store, resolution)


def _street_km(store: Store, resolution: int) -> Table:
    """Lay streets over cells; a piece of a street that is there as a whole is the street."""
    frame = store.places(actor=SYSTEM, kinds=[place_kinds.STREET, place_kinds.SEGMENT])
    whole = (frame["kind"] == place_kinds.STREET) | frame["parent_id"].isna()
    shapes = frame.geometry.to_numpy()[whole.to_numpy(dtype=bool)]
    lines = shapes[shapely.get_dimensions(shapes) == 1]
    if not len(lines):
        return _nothing()
    step = _diameter_degrees(lines[0], resolution) / _PIECES
    ends, line = shapely.get_coordinates(
        shapely.segmentize(shapely.get_parts(lines), step), return_index=True
    )
    same = line[1:] == line[:-1]
    starts, stops = ends[:-1][same], ends[1:][same]
    *_azimuths, metres = pyproj.Geod(ellps="WGS84").inv(*starts.T, *stops.T)
    km = np.asarray(metres) / 1_000
    middle = (starts + stops) / 2
    return _summed(from_points(middle[:, 0], middle[:, 1], resolution), km)


def _households(store: Store, resolution: int) -> Table:
    """Spread the households of compounds evenly over their ground."""
    frame = store.places(actor=SYSTEM, kinds=["compound"])
    homes = _numbers(frame)
    shapes = frame.geometry.to_numpy()
    known = (shapely.get_dimensions(shapes) == 2) & (homes > 0)
    shapes, homes = shapely.make_valid(shapes[known]), homes[known]
    if not len(shapes):
        return _nothing()
    cells = _cells_over(shapes, resolution)
    polygons = boundaries(cells)
    compound, cell = shapely.STRtree(polygons).query(shapes, predicate="intersects")
    shared = shapely.area(shapely.intersection(shapes[compound], polygons[cell]))
    part = shared / shapely.area(shapes)[compound]
    return _summed(cells[cell], homes[compound] * part)


def _cells_over(shapes: Any, resolution: int) -> Cells:
    """Return cells that cover shapes, and a few more around them."""
    step = _diameter_degrees(shapes[0], resolution) / 2
    west, south, east, north = shapely.bounds(shapes).T
    spots = [
        np.stack(np.meshgrid(np.arange(x, x2 + step, step), np.arange(y, y2 + step, step)), -1).reshape(-1, 2)
        for x, y, x2, y2 in zip(west, south, east, north, strict=True)
    ]
    every = np.concatenate(spots)
    return grow(count(from_points(every[:, 0], every[:, 1], resolution))[0])


def _diameter_degrees(shape: Any, resolution: int) -> float:
    """Return about how many degrees of latitude a cell beside a shape measures from side to side."""
    lon, lat = shapely.get_coordinates(shape)[0]
    south, north = shapely.bounds(boundaries(from_points([lon], [lat], resolution)))[0][[1, 3]]
    return float(north - south)


def _numbers(frame: gpd.GeoDataFrame) -> Values:
    """Return the households of compounds; 0 where nobody wrote them down, or no number."""
    read = place_kinds.fields()["households"].read
    given = [
        read(one["households"]) if one.get("households") is not None else 0 for one in frame["attributes"]
    ]
    return pd.to_numeric(pd.Series(given, dtype=object), errors="coerce").fillna(0).to_numpy(np.float64)


def _summed(cells: Cells, values: Values) -> Table:
    known, row = np.unique(cells, return_inverse=True)
    return known, np.bincount(row, weights=values, minlength=known.size).astype(np.float64, copy=False)


def _nothing() -> Table:
    return np.zeros(0, np.uint64), np.zeros(0)


_TABLES: Final[dict[str, Callable[[Store, int], Table]]] = {"street": _street_km, "household": _households}
