"""H3 cells: from points, their shapes, their neighbours and the counts in them.

Cells are arrays of uint64, coordinates are WGS-84 degrees. The modules `cell_ids`, `cell_shapes`,
`cell_disks` and `cell_links` hold the parts; everything is used from here.
"""

from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd
import polars as pl
import polars_h3

from geo.cell_disks import disk, grow, shrink
from geo.cell_ids import Cells, check, check_resolution, parse, resolution_of, to_text
from geo.cell_links import neighbours
from geo.cell_shapes import area_m2, boundaries, centres, fill_area, frame
from geo.errors import CellError

__all__ = [
    "ANALYSIS_RESOLUTION",
    "RESOLUTIONS",
    "Cells",
    "area_m2",
    "boundaries",
    "centres",
    "check",
    "count",
    "disk",
    "fill",
    "fill_area",
    "frame",
    "from_points",
    "grow",
    "neighbours",
    "parse",
    "point_cells",
    "resolution_of",
    "shrink",
    "to_text",
]

#: The resolutions that a city's reports are counted at.
RESOLUTIONS: Final = (7, 8, 9, 10, 11, 12)
#: The resolution of every analysis unless one is asked for: 10,373 m² at 38.3 N, the national unit grid.
ANALYSIS_RESOLUTION: Final = 10


def from_points(lon: Any, lat: Any, resolution: int) -> Cells:
    """Return the cell that each point lies in.

    Parameters
    ----------
    lon, lat
        Shape (n,), degrees, WGS-84: arrays, lists or columns.
    resolution
        H3 resolution, 0 to 15.

    Returns
    -------
    Shape (n,), uint64.

    Raises
    ------
    CellError
        Coordinates that are missing, infinite or out of range, or a resolution that H3 lacks.
    """
    resolution = check_resolution(resolution)
    lon, lat = _degrees(lon, "lon"), _degrees(lat, "lat")
    if lon.shape != lat.shape:
        raise CellError(f"{len(lon):,} longitudes and {len(lat):,} latitudes. Expected as many of both.")
    possible = (np.abs(lon) <= 180) & (np.abs(lat) <= 90)
    if not possible.all():
        row = int(np.argmin(possible))
        raise CellError(
            f"{np.count_nonzero(~possible):,} of {len(lon):,} points have no cell; first: "
            f"lon {lon[row]}, lat {lat[row]} (row {row}). Expected degrees, longitudes from -180 to 180 and "
            "latitudes from -90 to 90; leave rows without coordinates out, convert metres with crs.to_wgs84."
        )
    points = pl.DataFrame({"lon": lon, "lat": lat})
    return points.select(polars_h3.latlng_to_cell("lat", "lon", resolution)).to_series().to_numpy()


def point_cells(lon: str, lat: str, resolution: int) -> pl.Expr:
    """Return `from_points` as an expression, for use inside a Polars query.

    Parameters
    ----------
    lon, lat
        Names of the columns, degrees, WGS-84.
    resolution
        H3 resolution, 0 to 15.

    Returns
    -------
    UInt64 expression named `cell`; null where a coordinate is missing, infinite or out of range.
    """
    # polars-h3 wraps what is out of range round the globe: only nulls keep such rows out of the counts.
    within = pl.col(lon).is_between(-180, 180) & pl.col(lat).is_between(-90, 90)
    degrees = (pl.when(within).then(pl.col(name).cast(pl.Float64)) for name in (lat, lon))
    cell: pl.Expr = polars_h3.latlng_to_cell(*degrees, check_resolution(resolution))
    return cell.alias("cell")


def count(cells: Any) -> tuple[Cells, npt.NDArray[np.uint32]]:
    """Count how often each cell occurs.

    Returns
    -------
    The cells that occur, ascending, each once; and their counts, which add up to the number of `cells`.
    """
    unique, counts = np.unique(check(cells), return_counts=True)
    return unique, counts.astype(np.uint32)


def fill(counts: "pd.Series[Any]", area_cells: Any) -> "pd.Series[Any]":
    """Add the empty cells of an area as zeros.

    Parameters
    ----------
    counts
        Indexed by unique cells of one resolution.
    area_cells
        The cells of the study area, as from `fill_area`; of the same resolution.

    Returns
    -------
    Same dtype and name, indexed by the cells of either, ascending: no count is lost, a cell with
    reports outside the area stays.

    Raises
    ------
    CellError
        Ids that are no cells, cells given twice, or mixed resolutions.
    """
    counted, area = (
        check(counts.index, column="counts.index"),
        np.unique(check(area_cells, column="area_cells")),
    )
    every = np.union1d(counted, area)
    if len(every):
        resolution_of(every)
    if len(np.unique(counted)) < len(counted):
        raise CellError(
            f"{len(counted) - len(np.unique(counted)):,} of {len(counted):,} cells in column 'counts.index' "
            "are given twice. Expected each cell once; add their counts first."
        )
    return counts.set_axis(pd.Index(counted, name=counts.index.name)).reindex(every, fill_value=0)


def _degrees(values: Any, name: str) -> npt.NDArray[np.float64]:
    try:
        degrees = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise CellError(f"Column '{name}' holds values that are not numbers: {error}.") from error
    if degrees.ndim != 1:
        raise CellError(f"Column '{name}' has shape {degrees.shape}. Expected one dimension.")
    return degrees
