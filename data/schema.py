"""What a report looks like in every frame that crosses a room."""

from typing import TYPE_CHECKING, Final

import polars as pl

from data.statuses import STATUSES

if TYPE_CHECKING:
    import pandera.polars as pa

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


def report_schema() -> "pa.DataFrameSchema":
    """Return what a frame of reports is checked against; its library is slow to load, so only when asked."""
    import pandera.polars as pa

    return pa.DataFrameSchema(
        {
            name: pa.Column(
                dtype,
                nullable=name not in REQUIRED,
                checks={
                    "status": [pa.Check.isin(STATUSES)],
                    "lon": [pa.Check.in_range(-180, 180)],
                    "lat": [pa.Check.in_range(-90, 90)],
                }.get(name),
            )
            for name, dtype in REPORT.items()
        },
        strict=True,
        ordered=True,
    )
