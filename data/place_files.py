"""Places from a file: the streets and boundaries that lie under the cells."""

from pathlib import Path
from typing import Final

import geopandas as gpd
import pandas as pd
import pyogrio.errors

from geo import crs as systems
from geo.errors import CrsError, ImportFileError
from i18n import gettext as _

#: Columns that hold a place's name, the first that is there.
_NAMES: Final = (
    "name",
    "name:zh",
    "名称",
    "district",
    "boro_name",
    "boroname",
    "community",
    "boro_cd",
    "title",
)
#: OpenStreetMap's classes of roads as the three levels that the map tells apart; others are lanes.
_LEVELS: Final = {
    "main": ("motorway", "trunk", "primary", "secondary"),
    "side": ("tertiary", "unclassified", "residential", "living_street"),
}
_LEVEL_OF: Final = {
    road: level for level, roads in _LEVELS.items() for road in (*roads, *(f"{r}_link" for r in roads))
}


def read_places(
    path: Path, *, kind: str | None = None, name_column: str | None = None, crs: str | None = None
) -> gpd.GeoDataFrame:
    """Read a GeoJSON, GeoPackage or Shapefile as places.

    Parameters
    ----------
    path
        The file.
    kind
        What all of them are (`street`, `boundary`, `compound`, …); where left out, lines are streets and
        areas are boundaries.
    name_column
        The column with the names; guessed where left out.
    crs
        The coordinate system where the file does not say it or says it wrong: `EPSG:4490`, `gcj02`, `bd09`.

    Returns
    -------
    Columns `kind`, `name`, `attributes`, `source`, `external_id` and `geometry` in WGS-84.

    Raises
    ------
    ImportFileError
        A file that cannot be read, holds no shape, or lacks the column.
    CrsError
        A file that does not say its coordinate system.
    """
    try:
        frame = gpd.read_file(path)
    except (pyogrio.errors.DataSourceError, OSError) as error:
        raise ImportFileError(
            _("'{name}' cannot be read as places: {why}", name=path.name, why=error)
        ) from error
    if not isinstance(frame, gpd.GeoDataFrame) or frame.empty:
        raise ImportFileError(_("'{name}' holds no shape.", name=path.name))
    frame = _in_wgs84(frame[frame.geometry.notna() & ~frame.geometry.is_empty], path, crs).reset_index(
        drop=True
    )
    names = _names(frame, path, name_column)
    kinds = [kind or _kind(shape) for shape in frame.geometry.geom_type]
    return gpd.GeoDataFrame(
        {
            "kind": kinds,
            "name": names,
            "attributes": _attributes(frame, kinds),
            "source": path.name,
            "external_id": [f"{row}" for row in range(len(frame))],
        },
        geometry=frame.geometry.make_valid(),
        crs="EPSG:4326",
    )


def _in_wgs84(frame: gpd.GeoDataFrame, path: Path, crs: str | None) -> gpd.GeoDataFrame:
    if crs is None and frame.crs is None:
        raise CrsError(
            _(
                "'{name}' does not say its coordinate system. Say it with --crs, such as EPSG:4326.",
                name=path.name,
            )
        )
    if crs is None:
        return frame.to_crs("EPSG:4326")
    shapes = systems.shapes_to_wgs84(frame.geometry.to_numpy(), systems.Crs.parse(crs))
    return frame.set_geometry(gpd.GeoSeries(shapes, index=frame.index, crs="EPSG:4326"))


def _names(frame: gpd.GeoDataFrame, path: Path, wanted: str | None) -> pd.Series:
    by_plain = {str(column).casefold(): column for column in frame.columns}
    if wanted is not None and wanted not in frame.columns:
        columns = ", ".join(str(column) for column in frame.columns.drop("geometry"))
        raise ImportFileError(
            _(
                "'{name}' has no column '{column}'. Its columns: {columns}.",
                name=path.name,
                column=wanted,
                columns=columns,
            )
        )
    column = wanted or next((by_plain[name] for name in _NAMES if name in by_plain), None)
    if column is None:
        return pd.Series([None] * len(frame), dtype="object")
    return pd.Series([None if pd.isna(name) else str(name) for name in frame[column]], dtype="object")


def _kind(shape: str) -> str:
    return "street" if "Line" in shape else "boundary" if "Polygon" in shape else "point"


def _attributes(frame: gpd.GeoDataFrame, kinds: list[str]) -> list[dict[str, str]]:
    roads = frame["highway"] if "highway" in frame.columns else [None] * len(frame)
    return [
        {"level": _LEVEL_OF.get(road, "lane") if isinstance(road, str) else "side"}
        if kind == "street"
        else {}
        for road, kind in zip(roads, kinds, strict=True)
    ]
