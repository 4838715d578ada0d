"""The one clock that the records are dated by, and what to do when it was moved back."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from time import time_ns
from typing import Final

from sqlalchemy import Connection, func, select

from data.records import EVENT, ISSUE

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
#: A statement takes a limited number of values.
_AT_ONCE: Final = 500


def now() -> int:
    """Return this moment in microseconds since 1970, UTC."""
    return time_ns() // 1_000


def moment() -> datetime:
    """Return this moment as a time."""
    return moment_of(now())


def moment_of(at: int) -> datetime:
    """Return microseconds since 1970 as a time in UTC."""
    return _EPOCH + timedelta(microseconds=at)


def not_before(connection: Connection, at: datetime, ids: Sequence[int]) -> datetime:
    """Return the moment, or that of the last event of these cases where it is later.

    A machine's clock is put back, or two machines' clocks are apart: within a case time goes on all the same.
    Cases that the fast clock never touched are not dated by it.
    """
    last = [_EPOCH]
    for start in range(0, len(ids), _AT_ONCE):
        seqs = select(ISSUE.c.seq).where(ISSUE.c.id.in_(ids[start : start + _AT_ONCE]))
        found: int | None = connection.execute(
            select(func.max(EVENT.c.at)).where(EVENT.c.seq.in_(seqs))
        ).scalar()
        last.append(_EPOCH + timedelta(microseconds=found or 0))
    return max(at, *last)
