"""How the cube keeps deadlines and closing times: in few bytes, exactly enough to be judged by.

A due moment is its whole minute since 1970, so that it lies before a whole minute exactly if the moment does.
How long a case took is a code of two bytes: in minutes up to 30 days, in hours for two years more, in days
after that. Codes ascend with time, so the middle one of many codes is that of the middle time.
"""

from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

#: Minutes since 1970 of a case without a deadline.
NO_DUE: Final = 0
#: The code of a case that is not closed, or whose times are unknown or the wrong way round.
NOT_TAKEN: Final = 65_535

_MINUTE_US: Final = 60_000_000
_DAY: Final = 1440
#: Minutes at which the steps get longer, and the codes there.
_HOURLY_FROM: Final = 30 * _DAY
_DAILY_FROM: Final = _HOURLY_FROM + 730 * _DAY
_DAILY_CODE: Final = _HOURLY_FROM + 730 * 24


def due() -> pl.Expr:
    """Return the column `due`: the minute since 1970 of `due_at`, `NO_DUE` without one."""
    minute = pl.col("due_at").to_physical() // _MINUTE_US
    return minute.clip(NO_DUE).fill_null(NO_DUE).cast(pl.UInt32).alias("due")


def late() -> pl.Expr:
    """Return the column `late`: whether the case was closed after its deadline."""
    return (pl.col("closed_at") > pl.col("due_at")).fill_null(False).alias("late")


def took() -> pl.Expr:
    """Return the column `took`: the code of the time from report to closing, at least what it stands for."""
    minutes = (pl.col("closed_at") - pl.col("reported_at")).dt.total_microseconds() // _MINUTE_US
    code = (
        pl.when(minutes < _HOURLY_FROM)
        .then(minutes)
        .when(minutes < _DAILY_FROM)
        .then(_HOURLY_FROM + (minutes - _HOURLY_FROM) // 60)
        .otherwise(_DAILY_CODE + (minutes - _DAILY_FROM) // _DAY)
    )
    known = pl.when(minutes >= 0).then(code.clip(upper_bound=NOT_TAKEN - 1))
    return known.fill_null(NOT_TAKEN).cast(pl.UInt16).alias("took")


def _days() -> npt.NDArray[np.float64]:
    steps = np.full(NOT_TAKEN, 1.0)
    steps[_HOURLY_FROM:] = 60.0
    steps[_DAILY_CODE:] = float(_DAY)
    days = np.append(np.concatenate(([0.0], np.cumsum(steps[:-1]))) / _DAY, np.nan)
    days.flags.writeable = False
    return days


#: Days that each code of `took` stands for; NaN for `NOT_TAKEN`.
DAYS: Final = _days()
