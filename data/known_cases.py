"""The cases that a report could be one of, out of the tables: those around it and those with like photos."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import polars as pl
from sqlalchemy import ColumnElement, Connection, Select, func, select

from data.case_photos import from_signed
from data.photo_hashes import Hashes, find_alike
from data.records import APART, ISSUE, OPEN, PHOTO
from data.schema import UTC
from data.usual_reports import Usual

#: The columns of a case that duplicates are looked for with, and those of the history.
COLUMNS: Final[dict[str, Any]] = {
    "id": pl.Int64,
    "lon": pl.Float64,
    "lat": pl.Float64,
    "reported_at": UTC,
    "category": pl.String,
    "description": pl.String,
    "closed_at": UTC,
    "status": pl.String,
    "unit": pl.String,
}
HISTORY: Final = ("lon", "lat", "reported_at", "category")

Ints = npt.NDArray[np.int64]
#: West, south, east, north in WGS-84 degrees.
Box = tuple[float, float, float, float]

#: So many cases, evenly spread, tell what is usual in the whole city.
_SAMPLE: Final = 10_000
#: The reports of a store that is younger count as those of a month.
_LEAST_H: Final = 720.0
#: A statement takes a limited number of values.
_AT_ONCE: Final = 500


class KnownHashes:
    """The perceptual hashes of all photos of a store, kept and added to: one photo is compared with all."""

    def __init__(self) -> None:
        #: Event, case and hash of each photo, replaced as a whole: threads may share it.
        self._known: tuple[Ints, Ints, Hashes] = (
            np.empty(0, np.int64),
            np.empty(0, np.int64),
            np.empty(0, np.uint64),
        )

    def alike(self, connection: Connection, hashes: Sequence[int], *, within_bits: int) -> pl.DataFrame:
        """Return the cases that show a photo so alike: id, and photo_hashes, a list of those photos'."""
        seqs, issues, known = self._upto_now(connection)
        _row, place, _bits = find_alike(np.array(hashes, np.uint64), known, within_bits=within_bits)
        place = np.unique(place)
        found = pl.DataFrame({"seq": seqs[place], "id": issues[place], "hash": known[place]})
        query = select(PHOTO.c.seq).where(PHOTO.c.hidden.is_(None))
        shown = [
            seq
            for part in found.iter_slices(_AT_ONCE)
            for seq in connection.execute(query.where(PHOTO.c.seq.in_(part["seq"].to_list()))).scalars()
        ]
        return (
            found.filter(pl.col("seq").is_in(shown))
            .group_by("id", maintain_order=True)
            .agg(photo_hashes=pl.col("hash"))
        )

    def _upto_now(self, connection: Connection) -> tuple[Ints, Ints, Hashes]:
        seqs, issues, hashes = self._known
        query = select(PHOTO.c.seq, PHOTO.c.issue_id, PHOTO.c.hash).where(PHOTO.c.hash.is_not(None))
        last = int(seqs[-1]) if len(seqs) else 0
        rows = connection.execute(query.where(PHOTO.c.seq > last).order_by(PHOTO.c.seq)).all()
        if rows:
            new = np.array([tuple(row) for row in rows], np.int64)
            self._known = seqs, issues, hashes = (
                np.concatenate([seqs, new[:, 0]]),
                np.concatenate([issues, new[:, 1]]),
                np.concatenate([hashes, new[:, 2].astype(np.uint64)]),
            )
        return seqs, issues, hashes


def around(connection: Connection, box: Box, categories: Sequence[str]) -> pl.DataFrame:
    """Read the cases of these categories in a box, done or not: the columns `COLUMNS`."""
    west, south, east, north = box
    return _read(
        connection,
        _cases().where(
            ISSUE.c.lat.between(south, north),
            ISSUE.c.lon.between(west, east),
            ISSUE.c.category.in_(categories),
        ),
    )


def with_ids(connection: Connection, ids: Sequence[int]) -> pl.DataFrame:
    """Read the cases with these ids, in no order: the columns `COLUMNS`."""
    parts = [ids[start : start + _AT_ONCE] for start in range(0, len(ids), _AT_ONCE)]
    return pl.concat([_read(connection, _cases().where(ISSUE.c.id.in_(part))) for part in parts or [[]]])


def open_ones(connection: Connection, *, where: ColumnElement[bool]) -> pl.DataFrame:
    """Read the open cases, with the hashes of their photos."""
    cases = _read(connection, _cases().where(OPEN, where))
    query = select(PHOTO.c.issue_id, PHOTO.c.hash).join(ISSUE, ISSUE.c.id == PHOTO.c.issue_id)
    rows = connection.execute(
        query.where(PHOTO.c.hidden.is_(None), PHOTO.c.hash.is_not(None), OPEN, where)
    ).all()
    photos = pl.DataFrame(
        {"id": [row[0] for row in rows], "photo_hashes": [from_signed(row[1]) for row in rows]},
        schema={"id": pl.Int64, "photo_hashes": pl.UInt64},
    )
    return cases.join(photos.group_by("id").agg("photo_hashes"), on="id", how="left", maintain_order="left")


def history(connection: Connection, *, since: int) -> pl.DataFrame:
    """Read when and where every report since a moment (as stored) came in: the columns `HISTORY`."""
    query = select(*(ISSUE.c[name] for name in HISTORY)).where(ISSUE.c.reported_at >= since)
    return _frame(connection.execute(query).all(), HISTORY)


def last_id(connection: Connection) -> int:
    """Return the number of the newest case, which is how many there are."""
    last: int = connection.execute(select(func.coalesce(func.max(ISSUE.c.id), 0))).scalar_one()
    return last


def learn(connection: Connection) -> Usual:
    """Learn what is usual from cases evenly spread over the whole store."""
    last = last_id(connection)
    sample = with_ids(connection, range(1, last + 1, max(1, last // _SAMPLE)))
    return Usual.learn(sample, share=len(sample) / max(1, last), least_h=_LEAST_H)


def apart_pairs(connection: Connection) -> pl.DataFrame:
    """Read which cases somebody found not to be the same: `one` is the smaller id."""
    rows = connection.execute(select(APART.c.one, APART.c.other)).all()
    return pl.DataFrame(
        [tuple(row) for row in rows], schema={"one": pl.Int64, "other": pl.Int64}, orient="row"
    )


def _cases() -> Select[Any]:
    return select(*(ISSUE.c[name] for name in COLUMNS))


def _read(connection: Connection, query: Select[Any]) -> pl.DataFrame:
    return _frame(connection.execute(query).all(), tuple(COLUMNS))


def _frame(rows: Sequence[Any], columns: Sequence[str]) -> pl.DataFrame:
    values = zip(*rows, strict=True) if rows else ((),) * len(columns)
    stored = {name: pl.Int64 if COLUMNS[name] == UTC else COLUMNS[name] for name in columns}
    return pl.DataFrame(
        [
            pl.Series(name, column, dtype=stored[name]).cast(COLUMNS[name])
            for name, column in zip(columns, values, strict=True)
        ]
    )
