"""Visits in the store: where patrols and inspections were, so that reports can be set against looking.

A visit is a point or an area, at a time or on a day, and how often. It is known by its source and a number of
that source's; the same again changes nothing, another number of visits replaces the one that was known.
"""

from typing import Final

import polars as pl
from sqlalchemy import Connection, func, select, update

from data import facts
from data.bulk import insert_rows, update_rows
from data.bulk_reading import read_frame
from data.clock import now
from data.issue_writing import Written
from data.records import IMPORT, PLACE, VISIT
from data.schema import UTC
from geo.errors import FrameError, StoreError
from i18n import gettext as _

#: The columns of a frame of visits. Coordinates are WGS-84 degrees, a day is one of the city's time zone.
VISITS: Final[dict[str, pl.DataType | type[pl.DataType]]] = {
    "source": pl.String,  # which feed it came from; with external_id it names the visit
    "external_id": pl.String,
    "at": UTC,  # null where only the day is known
    "day": pl.Date,
    "lon": pl.Float64,  # null where only the area is known
    "lat": pl.Float64,
    "area_id": pl.Int64,
    "n": pl.Int64,  # how often; 0 says that nobody was there
}
#: The fact that changes whenever the visits do.
VISITS_VERSION: Final = "visits_version"

#: The largest number that the column holds on both databases.
_MOST: Final = 2**31 - 1
_KEYS: Final = ("source", "external_id")
_MADE_OF: Final = ("at", "day", "lon", "lat", "area_id", "n")
_KNOWN: Final[dict[str, pl.DataType | type[pl.DataType]]] = {
    "id": pl.Int64,
    "source": pl.String,
    "external_id": pl.String,
    "at": pl.Int64,
    "day": pl.Int64,
    "lon": pl.Float64,
    "lat": pl.Float64,
    "area_id": pl.Int64,
    "n": pl.Int64,
    "withdrawn_at": pl.Int64,
}


def write(connection: Connection, frame: pl.DataFrame, *, import_id: int | None = None) -> Written:
    """Add visits, or change those of the same (source, external_id).

    Parameters
    ----------
    frame
        The columns of `VISITS`.

    Raises
    ------
    FrameError
        A column is missing or of another type, a visit is nowhere or at no time, its number is below 0, its
        area is not in the store, or one visit stands there twice; nothing is written.
    """
    visits = _checked(frame)
    _check_areas(connection, visits)
    stored = visits.with_columns(pl.col("at").cast(pl.Int64), pl.col("day").cast(pl.Int32).cast(pl.Int64))
    known = _known(connection, sorted(set(visits["source"])))
    both = stored.join(known, on=_KEYS, how="left", suffix="_was")
    same = pl.all_horizontal(pl.col(name).eq_missing(pl.col(f"{name}_was")) for name in _MADE_OF)
    new = both.filter(pl.col("id").is_null())
    changed = both.filter(pl.col("id").is_not_null() & ~(same & pl.col("withdrawn_at").is_null()))
    at = now()
    last: int = connection.execute(select(func.coalesce(func.max(VISIT.c.id), 0))).scalar_one()
    stamps = (
        pl.lit(import_id, dtype=pl.Int64).alias("import_id"),
        pl.lit(at, dtype=pl.Int64).alias("changed_at"),
        pl.lit(None, dtype=pl.Int64).alias("withdrawn_at"),
    )
    numbered = (pl.int_range(pl.len(), dtype=pl.Int64) + last + 1).alias("id")
    insert_rows(connection, VISIT, new.select(numbered, *_KEYS, *_MADE_OF, *stamps))
    update_rows(connection, VISIT, changed.select("id", *_MADE_OF, *stamps), where={"id": "id"})
    if new.height or changed.height:
        facts.set_fact(connection, VISITS_VERSION, str(at))
    return Written(new.height, changed.height, both.height - new.height - changed.height)


def read(connection: Connection) -> pl.DataFrame:
    """Read the visits that count, by id: `id`, the columns of `VISITS` and `import_id`."""
    columns = ["id", *VISITS, "import_id"]
    query = select(*(VISIT.c[name] for name in columns)).where(VISIT.c.withdrawn_at.is_(None))
    kinds = {"id": pl.Int64, **VISITS, "day": pl.Int64, "import_id": pl.Int64}
    found = read_frame(connection, query, kinds)
    return found.with_columns(pl.col("day").cast(pl.Int32).cast(pl.Date)).sort("id")


def withdraw(connection: Connection, import_id: int) -> int:
    """Let the visits of an import no longer count; return how many did.

    They stay in the table. Importing their file again brings them back.

    Raises
    ------
    StoreError
        There is no such import.
    """
    if connection.execute(select(IMPORT.c.id).where(IMPORT.c.id == import_id)).first() is None:
        raise StoreError(_("There is no import {id} in this store.", id=import_id))
    at = now()
    done = connection.execute(
        update(VISIT)
        .where(VISIT.c.import_id == import_id, VISIT.c.withdrawn_at.is_(None))
        .values(withdrawn_at=at, changed_at=at)
    ).rowcount
    if done:
        facts.set_fact(connection, VISITS_VERSION, str(at))
    return done


def _known(connection: Connection, sources: list[str]) -> pl.DataFrame:
    query = select(*(VISIT.c[name] for name in _KNOWN)).where(VISIT.c.source.in_(sources))
    return read_frame(connection, query, _KNOWN)


def _checked(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the columns of `VISITS` alone, or say everything that is wrong with them."""
    lacking = [name for name in VISITS if name not in frame.columns]
    if lacking:
        raise FrameError(
            _(
                "A frame of visits lacks {columns}. Expected {expected}.",
                columns=", ".join(lacking),
                expected=", ".join(VISITS),
            )
        )
    try:
        visits = frame.select(pl.col(name).cast(kind) for name, kind in VISITS.items())
    except pl.exceptions.PolarsError as error:
        raise FrameError(_("The visits are not of the types expected: {why}.", why=error)) from error
    faults = {
        _("without a source or a number of it"): pl.any_horizontal(pl.col(*_KEYS).is_null()),
        _("at no time"): pl.col("at").is_null() & pl.col("day").is_null(),
        _("nowhere"): pl.col("area_id").is_null() & (pl.col("lon").is_null() | pl.col("lat").is_null()),
        _("off the earth"): ~(
            pl.col("lon").is_between(-180, 180).fill_null(value=True)
            & pl.col("lat").is_between(-90, 90).fill_null(value=True)
        ),
        _("not a number of 0 or more"): pl.col("n").is_null() | (pl.col("n") < 0) | (pl.col("n") > _MOST),
        _("there twice"): pl.struct(_KEYS).is_duplicated(),
    }
    found = visits.select(rule.sum().alias(words) for words, rule in faults.items()).row(0, named=True)
    if wrong := [f"{words}: {n:,}" for words, n in found.items() if n]:
        raise FrameError(
            _(
                "Some of {n} visits cannot be kept ({faults}); nothing was written.",
                n=f"{visits.height:,}",
                faults="; ".join(wrong),
            )
        )
    return visits


def _check_areas(connection: Connection, visits: pl.DataFrame) -> None:
    asked = set(visits["area_id"].drop_nulls().unique())
    there = set(connection.execute(select(PLACE.c.id).where(PLACE.c.id.in_(sorted(asked)))).scalars())
    if lost := sorted(asked - there):
        raise FrameError(
            _(
                "{n} areas of visits are not in the store; first: {id}. Nothing was written.",
                n=len(lost),
                id=lost[0],
            )
        )
