"""Hours of the week in words, such as "Mon-Fri 8-12"."""

from itertools import groupby
from typing import Final

from i18n import N_, gettext, listed
from i18n import gettext as _

_DAYS: Final = (N_("Mon"), N_("Tue"), N_("Wed"), N_("Thu"), N_("Fri"), N_("Sat"), N_("Sun"))
_HOURS: Final = 24
#: More parts than these are told by their number.
_MOST_PARTS: Final = 3


def words(hours: tuple[int, ...]) -> str:
    """Say which hours of the week these are (weekday × 24 + hour, Monday is 0); empty for none.

    Days that follow each other and have the same hours are told together.
    """
    by_day = [
        frozenset(hour % _HOURS for hour in hours if hour // _HOURS == day) for day in range(len(_DAYS))
    ]
    parts = []
    for inside, run in groupby(range(len(_DAYS)), key=by_day.__getitem__):
        days = list(run)
        if inside:
            parts.append(f"{_days(days[0], days[-1])} {_ranges(inside)}".strip())
    if len(parts) > _MOST_PARTS:
        return _("{n} hours of the week", n=len(hours))
    return listed(parts)


def _days(first: int, last: int) -> str:
    if first == last:
        return gettext(_DAYS[first])
    if (first, last) == (0, len(_DAYS) - 1):
        return _("every day")
    return f"{gettext(_DAYS[first])}-{gettext(_DAYS[last])}"


def _ranges(hours: frozenset[int]) -> str:
    """Write the hours of a day, each range with the hour at which it ends; empty for the whole day."""
    if len(hours) == _HOURS:
        return ""
    begins = sorted(hour for hour in hours if hour - 1 not in hours)
    ends = sorted(hour + 1 for hour in hours if hour + 1 not in hours)
    return ", ".join(f"{begin}-{end}" for begin, end in zip(begins, ends, strict=True))
