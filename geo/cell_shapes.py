"""Shapes of cells: boundaries, centres, areas, and the cells that fill an area."""

from typing import Any, Literal

import geopandas as gpd
import h3.api.numpy_int as h3
import numpy as np
import numpy.typing as npt
import polars as pl
import polars_h3
import shapely

from geo.cell_ids import Cells, check, check_resolution, to_text
from geo.errors import CellError

Containment = Literal["centre", "overlap", "within"]
_H3_CONTAINMENT = {"overlap": "overlap", "within": "full"}
_HALF_ROUND = 180


def boundaries(cells: Any) -> npt.NDArray[np.object_]:
    """Return the polygon of each cell.

    Returns
    -------
    Shape (n,), shapely polygons in longitude and latitude. Most have six vertices; a cell across an edge
    of the icosahedron has up to ten (one such edge runs through Cangzhou), a pentagon five or ten. A
    cell across the antimeridian has longitudes past 180, so that its polygon is in one piece. The two
    cells on the poles have no polygon in these coordinates.
    """
    cells = check(cells)
    if len(cells) == 0:
        return np.empty(0, dtype=object)
    vertices = pl.DataFrame({"cell": cells}).select(polars_h3.cell_to_boundary("cell")).to_series()
    sizes = vertices.list.len().cast(pl.Int64).to_numpy()
    latlon = vertices.explode().explode().to_numpy().reshape(-1, 2)
    starts = np.cumsum(sizes) - sizes
    lon = latlon[:, 1]
    across = np.maximum.reduceat(lon, starts) - np.minimum.reduceat(lon, starts) > _HALF_ROUND
    if across.any():
        lon = np.where(np.repeat(across, sizes) & (lon < 0), lon + 360, lon)
    # A ring ends with the vertex that it starts with, which H3 leaves out.
    closed = np.insert(np.arange(len(lon)), starts + sizes, starts)
    lonlat = np.column_stack([lon[closed], latlon[closed, 0]])
    rings = np.concatenate([[0], np.cumsum(sizes + 1)])
    polygons = shapely.from_ragged_array(
        shapely.GeometryType.POLYGON, lonlat, (rings, np.arange(len(cells) + 1))
    )
    return np.asarray(polygons, dtype=object)


def frame(cells: Any, **columns: Any) -> gpd.GeoDataFrame:
    """Return cells as a GeoDataFrame: their texts, the columns given, their polygons.

    Parameters
    ----------
    cells
        Shape (n,).
    columns
        Values beside the cells, each of shape (n,).

    Returns
    -------
    Columns `cell` (text), those given, `geometry`; CRS EPSG:4326.
    """
    cells = check(cells)
    values = {
        "cell": to_text(cells).to_list(),
        **{name: np.asarray(value) for name, value in columns.items()},
    }
    return gpd.GeoDataFrame(values, geometry=boundaries(cells), crs="EPSG:4326")


def centres(cells: Any) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return longitude and latitude, in degrees, of the middle of each cell."""
    table = pl.DataFrame({"cell": check(cells)})
    table = table.select(lon=polars_h3.cell_to_lng("cell"), lat=polars_h3.cell_to_lat("cell"))
    return table["lon"].to_numpy(), table["lat"].to_numpy()


def area_m2(cells: Any) -> npt.NDArray[np.float64]:
    """Return the area of each cell on the sphere, in square metres."""
    table = pl.DataFrame({"cell": check(cells)})
    return table.select(polars_h3.cell_area("cell", "m^2")).to_series().to_numpy()


def fill_area(
    polygon: shapely.Polygon | shapely.MultiPolygon,
    resolution: int,
    *,
    containment: Containment = "centre",
) -> Cells:
    """Return the cells that make up an area.

    Parameters
    ----------
    polygon
        Polygon or multipolygon in longitude and latitude, WGS-84; holes stay empty.
    resolution
        H3 resolution, 0 to 15.
    containment
        `centre`: cells whose middle lies inside, so that areas side by side share no cell;
        `overlap`: every cell that touches the area; `within`: cells that lie wholly inside.

    Returns
    -------
    The cells, ascending, each once.

    Raises
    ------
    CellError
        Something that is no valid polygon in degrees, or an unknown containment.
    """
    resolution = check_resolution(resolution)
    if containment != "centre" and containment not in _H3_CONTAINMENT:
        raise CellError(f"{containment!r} is not a containment. Expected 'centre', 'overlap' or 'within'.")
    _check_area(polygon)
    if polygon.is_empty:
        return np.empty(0, dtype=np.uint64)
    if containment == "centre":  # what h3-py finds too, four to ten times faster
        area = pl.DataFrame({"area": [shapely.to_wkb(polygon)]})
        found = area.select(polars_h3.polygon_to_cells("area", resolution)).to_series().explode().drop_nulls()
        return np.unique(found.to_numpy())
    shape = h3.geo_to_h3shape(polygon)
    cells = h3.h3shape_to_cells_experimental(shape, resolution, contain=_H3_CONTAINMENT[containment])
    return np.unique(np.asarray(cells, dtype=np.uint64))


def _check_area(polygon: Any) -> None:
    if not isinstance(polygon, shapely.Polygon | shapely.MultiPolygon):
        raise CellError(f"{type(polygon).__name__} is no area. Expected a shapely Polygon or MultiPolygon.")
    if not polygon.is_valid:
        raise CellError(
            f"The polygon is not valid: {shapely.is_valid_reason(polygon)}. Repair it with "
            "shapely.make_valid(polygon, method='structure', keep_collapsed=False)."
        )
    if polygon.is_empty:
        return
    west, south, east, north = polygon.bounds
    if west < -180 or east > 180 or south < -90 or north > 90:
        raise CellError(
            f"The polygon reaches from {west}, {south} to {east}, {north}. Expected degrees, longitude "
            "before latitude; convert metres with crs.to_wgs84."
        )
