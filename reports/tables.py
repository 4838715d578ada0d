"""What is exported: cells with their figures, or single reports, as tables with geometry."""

from collections.abc import Mapping
from typing import Any, Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import polars as pl
import shapely

from geo import cells as h3_cells
from geo.cells import Cells
from geo.errors import GezhiError
from i18n import gettext as _

#: More reports than this are not put into one file: it would take too much memory and nobody could open it.
MOST_REPORTS: Final = 200_000
#: The columns of a report that are exported, beside the names of its category and status.
_COLUMNS: Final = (
    *("id", "external_id", "source", "category", "status", "kind", "description", "address", "unit"),
    *("reported_at", "closed_at", "lon", "lat"),
)


def cell_table(cells: Cells, figures: Mapping[str, npt.NDArray[Any]]) -> gpd.GeoDataFrame:
    """Return a row for each cell.

    Parameters
    ----------
    cells
        Shape (n,), of one resolution.
    figures
        Columns of shape (n,), by name; NaN is no figure.

    Returns
    -------
    `cell` (15 hex digits), `resolution`, the figures, `lon` and `lat` of the middle, `geometry` (hexagons);
    EPSG:4326.
    """
    lon, lat = h3_cells.centres(cells)
    resolution = h3_cells.resolution_of(cells) if len(cells) else 0
    return h3_cells.frame(
        cells,
        resolution=np.full(len(cells), resolution, np.int32),
        **figures,
        lon=lon.round(6),
        lat=lat.round(6),
    )


def report_table(
    reports: pl.DataFrame, categories: Mapping[str, str], statuses: Mapping[str, str]
) -> gpd.GeoDataFrame:
    """Return a row for each report.

    Parameters
    ----------
    reports
        As `Store.reports` gives them; how to reach a reporter is not among it.
    categories, statuses
        Names by slug, in the reader's language.

    Returns
    -------
    The columns of a report with `category_name` and `status_name`; times in UTC; `geometry` (points);
    EPSG:4326.

    Raises
    ------
    GezhiError
        More than `MOST_REPORTS`.
    """
    if reports.height > MOST_REPORTS:
        raise too_many(reports.height)
    named = reports.select(
        *(name for name in _COLUMNS if name in reports.columns),
        category_name=pl.col("category").replace(dict(categories)),
        status_name=pl.col("status").replace(dict(statuses)),
    )
    points = shapely.points(named["lon"].to_numpy(), named["lat"].to_numpy())
    return gpd.GeoDataFrame(named.to_pandas(), geometry=points, crs="EPSG:4326")


def too_many(n: int) -> GezhiError:
    """Say that so many reports do not go into one file."""
    return GezhiError(
        _(
            "{n} reports are too many for one file. Expected {most} at most: "
            "narrow the filter, or take cells.",
            n=f"{n:,}",
            most=f"{MOST_REPORTS:,}",
        )
    )
