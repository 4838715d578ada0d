"""The second reading of a file: reports for the store, rejected rows and doubted ones with their reasons."""

import queue
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextvars import copy_context
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

import numpy as np
import polars as pl

from data.ingest.plan import Plan
from data.ingest.reasons import rejection_words, suspicion_words
from data.ingest.rows import ROW_NOTICES, Tally, check, details, note_damage, note_zeros, reports
from data.ingest.tables import BATCH_ROWS, Batch, Broken, Table
from data.ingest.verdicts import Verdicts
from geo.errors import ImportFileError
from i18n import gettext as _

#: A row for a file of rows: its number, the code, the words, its values.
Told = tuple[int, str, str, Sequence[Any]]
_T = TypeVar("_T")
_AHEAD: Final = 1


@dataclass(frozen=True)
class Part:
    """One batch, sorted out."""

    read: int
    reports: pl.DataFrame
    rejects: list[Told] = field(default_factory=list)
    doubted: list[Told] = field(default_factory=list)


def parts(
    table: Table,
    plan: Plan,
    verdicts: Verdicts,
    tally: Tally,
    *,
    most_rows: int = BATCH_ROWS,
    cut_at: int = 0,
) -> Iterator[Part]:
    """Read the file again and sort its rows by what was decided.

    Parameters
    ----------
    most_rows
        No part has more rows.
    cut_at
        A part ends after so many rows of the file, whatever `most_rows` is.

    Raises
    ------
    ImportFileError
        The file is no longer what it was at the first reading.
    """
    start = 0
    for batch in _cut(table.batches(), most_rows, cut_at):
        part = slice(start, start + len(batch.rows))
        if not np.array_equal(verdicts.rows[part], batch.rows):
            raise changed(table.source.path.name)
        yield _sorted_out(batch, part, plan, verdicts, tally)
        start = part.stop
    if start != len(verdicts.rows):
        raise changed(table.source.path.name)


def changed(name: str) -> ImportFileError:
    """Make the error for a file that is no longer what it was at the first reading."""
    return ImportFileError(_("{name} changed while it was read. Import it again.", name=name))


def _cut(batches: Iterable[Batch], most_rows: int, cut_at: int) -> Iterator[Batch]:
    """Cut batches into such of at most so many rows, those that do not fit the header among them."""
    before = 0
    for batch in batches:
        numbers = np.concatenate([batch.rows, [one.row for one in batch.broken]])
        order = np.argsort(numbers, kind="stable")
        good = np.concatenate([[0], np.cumsum(order < len(batch.rows))])
        broken = sorted(batch.broken, key=lambda one: one.row)
        start = 0
        while start < len(order):
            end = min(start + most_rows, len(order))
            if before + start < cut_at < before + end:
                end = cut_at - before
            rows = slice(good[start], good[end])
            yield Batch(
                batch.rows[rows],
                batch.frame[rows],
                tuple(broken[start - good[start] : end - good[end]]),
            )
            start = end
        before += len(order)


def ahead(items: Iterator[_T]) -> Iterator[_T]:
    """Make the next item in a thread of its own while the last one is worked on."""
    made: queue.Queue[tuple[_T | None, BaseException | None]] = queue.Queue(_AHEAD)
    stop = threading.Event()
    thread = threading.Thread(target=copy_context().run, args=(_make, items, made, stop), daemon=True)
    thread.start()
    try:
        while True:
            item, error = made.get()
            if error is not None:
                raise error
            if item is None:
                return
            yield item
    finally:
        stop.set()
        thread.join()


def _make(
    items: Iterator[_T], made: "queue.Queue[tuple[_T | None, BaseException | None]]", stop: Any
) -> None:
    """Put items into the queue, then what ended them, unless nobody wants them any more."""
    last: tuple[None, BaseException | None] = (None, None)
    try:
        for item in items:
            if not _put((item, None), made, stop):
                return
    except BaseException as error:  # raised again where the items are taken
        last = (None, error)
    _put(last, made, stop)


def _put(value: Any, made: "queue.Queue[Any]", stop: threading.Event) -> bool:
    while not stop.is_set():
        try:
            made.put(value, timeout=0.1)
        except queue.Full:
            continue
        return True
    return False


def _sorted_out(batch: Batch, part: slice, plan: Plan, verdicts: Verdicts, tally: Tally) -> Part:
    checked = check(batch.frame, plan).with_columns(verdicts.doubts_of(part))
    good = pl.Series(verdicts.faults[part] == 0)
    taken, frame = checked.filter(good), batch.frame.filter(good)
    _note(taken, frame, plan, tally)
    note_damage(batch.frame, plan, tally)
    note_zeros(frame, plan, tally)
    taken = _numbered(taken, np.flatnonzero(good.to_numpy()) + part.start, verdicts)
    return Part(
        read=len(batch.rows) + len(batch.broken),
        reports=reports(taken, details(frame, plan, tally), plan),
        rejects=_rejects(batch, part, verdicts),
        doubted=_doubted(batch, checked, good),
    )


def _note(taken: pl.DataFrame, frame: pl.DataFrame, plan: Plan, tally: Tally) -> None:
    for code in ROW_NOTICES:
        rows = taken[code]
        examples = plan.text(frame, "status").filter(rows) if code == "unknown_status" else None
        tally.note(code, int(rows.sum()), examples)


def _numbered(taken: pl.DataFrame, indices: Any, verdicts: Verdicts) -> pl.DataFrame:
    """Give rows of the same content ids of their own."""
    if not verdicts.occurrence:
        return taken
    again = [verdicts.occurrence.get(int(index), 1) for index in indices]
    ids = taken["external_id"]
    numbered = ids + "-" + pl.Series(again).cast(pl.String)
    return taken.with_columns(ids.zip_with(pl.Series(again) == 1, numbered).alias("external_id"))


def _rejects(batch: Batch, part: slice, verdicts: Verdicts) -> list[Told]:
    width = batch.frame.width
    told = [_broken(row, width) for row in batch.broken]
    indices = np.flatnonzero(verdicts.faults[part])
    values = batch.frame[indices].cast(pl.String).rows() if len(indices) else []
    for index, row in zip(indices.tolist(), values, strict=True):
        code = verdicts.fault(part.start + index)
        words = rejection_words(code, kept=verdicts.kept.get(part.start + index))
        told.append((int(batch.rows[index]), code, words, row))
    return sorted(told, key=lambda one: one[0])


def _broken(row: Broken, width: int) -> Told:
    words = rejection_words("wrong_fields", found=len(row.fields), expected=width)
    return row.row, "wrong_fields", words, row.values(width)


def _doubted(batch: Batch, checked: pl.DataFrame, good: pl.Series) -> list[Told]:
    indices = (good & checked["suspect"].is_not_null()).arg_true()
    if indices.is_empty():
        return []
    codes = checked["suspect"].gather(indices)
    values = batch.frame[indices].cast(pl.String).rows()
    return [
        (int(batch.rows[index]), code, suspicion_words(code), row)
        for index, code, row in zip(indices, codes, values, strict=True)
    ]
