"""Parquet and GeoParquet: typed columns, and points where the file has them."""

import json
from collections.abc import Mapping

import polars as pl
from polars.exceptions import PolarsError

from data.ingest.files import Source
from data.ingest.tables import FrameTable, plain_columns, unique_names
from data.ingest.vectors import with_points
from geo.errors import ImportFileError
from i18n import gettext as _


def open_parquet(source: Source, _options: Mapping[str, str]) -> FrameTable:
    """Open a Parquet file; the geometry that a GeoParquet file declares becomes coordinates.

    Raises
    ------
    ImportFileError
        A file that is damaged, or whose shapes are no points.
    """
    try:
        frame = pl.read_parquet(source.path)
        geo = json.loads(pl.read_parquet_metadata(source.path).get("geo", "null"))
    except (PolarsError, OSError, ValueError) as error:
        raise ImportFileError(
            _(
                "{name} cannot be read as Parquet: {error}.",
                name=source.path.name,
                error=str(error).splitlines()[0].rstrip("."),
            )
        ) from error
    place = None
    crs = None
    if geo and geo.get("primary_column") in frame.columns:
        column = geo["columns"][geo["primary_column"]]
        definition = column.get("crs", "OGC:CRS84")  # the format's own default
        crs = json.dumps(definition) if isinstance(definition, dict) else definition
        if column.get("encoding") == "WKB":
            frame, place = with_points(frame, geo["primary_column"], source)
        elif column.get("encoding") == "point":
            points = frame[geo["primary_column"]].struct
            names = unique_names([*frame.columns, "x", "y"])[-2:]
            frame = frame.with_columns(points.field("x").alias(names[0]), points.field("y").alias(names[1]))
            place = (names[0], names[1])
    frame = plain_columns(frame)
    result = FrameTable(source, frame, kind="GeoParquet" if place else "Parquet")
    result.place = place
    result.crs = crs
    result.needs_crs = place is not None and crs is None
    return result
