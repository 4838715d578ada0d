"""What a report looks like in every frame that crosses a room."""

from typing import Final

import polars as pl

UTC: Final = pl.Datetime("us", "UTC")

#: The columns of a report, in order, with their types. Coordinates are WGS-84 degrees, times are UTC.
REPORT: Final[dict[str, pl.DataType | type[pl.DataType]]] = {
    "source": pl.String,  # which feed it came from; with external_id it names the report
    "external_id": pl.String,
    "category": pl.String,  # slug of the category table
    "kind": pl.String,  # the source's own words for the category
    "description": pl.String,
    "status": pl.String,  # one of STATUSES
    "reported_at": UTC,
    "closed_at": UTC,
    "updated_at": UTC,  # as the source says; null where it does not
    "lon": pl.Float64,
    "lat": pl.Float64,
    "address": pl.String,
    "unit": pl.String,  # who has to fix it
    "suspect": pl.String,  # why the position is doubted; null where it is not
}

#: Where a report belongs, in the columns of the issue table; ids are those of places.
LOCATED: Final[dict[str, pl.DataType | type[pl.DataType]]] = {
    "place_id": pl.Int64,  # the ground or street it belongs to; null on open ground
    "place_m": pl.Float64,  # metres to it, 0 inside
    "area_id": pl.Int64,  # the smallest area of the chain that holds it
    "exempt_id": pl.Int64,  # the exempt zone that held it when it was reported
    "areas": pl.String,  # names of the chain, the smallest first, each between line feeds
}

#: The columns that must never be null.
REQUIRED: Final = ("source", "external_id", "category", "status", "reported_at", "lon", "lat")
