"""What a field team has to go to: its open cases as stops of a route."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from data.actors import Actor
from data.field_shifts import FieldShift, Spans
from data.field_work import Work
from data.statuses import STATUSES
from data.store import Store
from data.transitions import possible
from geo.cells import ANALYSIS_RESOLUTION, from_points
from geo.routes import Stop
from geo.urgency import urgency

#: A route is planned among so many cases at most, the most urgent ones: nobody gets round to more in a shift.
MOST_PLANNED: Final = 200

#: Cells of the analysis resolution with their class of hot spot, one of `geo.emerging_classes`.
Hot = Mapping[int, str]
Windows = tuple[tuple[float, float], ...]

_AT_ONCE: Final = 10_000
#: What somebody goes to a case for.
_WORK: Final = frozenset({"start", "fix"})
_HOUR_S: Final = 3_600
_NEVER_S: Final = float("inf")


def stops_of(
    store: Store, *, member: Actor, shift: FieldShift, spans: Spans, tz: ZoneInfo, now: datetime, hot: Hot
) -> tuple[dict[int, Stop], tuple[int, ...]]:
    """Return the cases that a team can do something about as stops, by case; and those beyond the most.

    Parameters
    ----------
    member
        Somebody of the team: the store shows the cases in its cells.
    spans
        When is worked on the day of the shift: in the pauses between no case is begun.

    Returns
    -------
    Seconds count from the shift's midnight; priorities are as of `now`.
    """
    cases = store.open_cases(actor=member, limit=_AT_ONCE, now=now)
    cases = cases.filter(pl.col("status").is_in([*_statuses(member.role)]))
    hours, table, classes = _Hours(shift, spans, tz), store.field_work(actor=member), _classes(cases, hot)
    found = [
        _stop(case, table.of(case["category"]), hours, hot_class, now)
        for case, hot_class in zip(cases.iter_rows(named=True), classes, strict=True)
    ]
    found.sort(key=lambda s: (-s.priority, _NEVER_S if s.due_s is None else s.due_s, case_of(s)))
    planned = {case_of(stop): stop for stop in found[:MOST_PLANNED]}
    return planned, tuple(case_of(stop) for stop in found[MOST_PLANNED:])


def case_of(stop: Stop) -> int:
    """Return the case that a stop stands for."""
    return int(str(stop.id))


def _statuses(role: str) -> tuple[str, ...]:
    """Return the states in which a role can do the work itself, not only add to it."""
    return tuple(status for status in STATUSES if not _WORK.isdisjoint(possible(status, role)))


def _stop(case: Mapping[str, Any], work: Work, hours: "_Hours", hot: str | None, now: datetime) -> Stop:
    due: datetime | None = case["due"]
    left = None if due is None else (due - now).total_seconds() / _HOUR_S
    lon, lat = case["lon"], case["lat"]
    return Stop(
        case["issue_id"],
        np.nan if lon is None else lon,
        np.nan if lat is None else lat,
        service_s=work.minutes * 60,
        windows=hours.windows(work.hours),
        due_s=None if due is None else round(hours.seconds(due)),
        priority=urgency(hours_left=left, hot=hot),
        load=work.load,
    )


def _classes(cases: pl.DataFrame, hot: Hot) -> list[str | None]:
    """Return the class of the cell that each case lies in."""
    placed = cases.select(pl.col("lon").is_not_null() & pl.col("lat").is_not_null()).to_series().to_numpy()
    found: list[str | None] = [None] * cases.height
    at = cases.filter(placed)
    cells = from_points(at["lon"], at["lat"], ANALYSIS_RESOLUTION)
    for row, cell in zip(np.flatnonzero(placed).tolist(), cells.tolist(), strict=True):
        found[row] = hot.get(cell)
    return found


def worked(shift: FieldShift, spans: Spans, tz: ZoneInfo) -> Windows:
    """Return a shift without its pauses, in seconds since its midnight."""
    return _Hours(shift, spans, tz).worked


class _Hours:
    """Lays hours of the day over a shift, as windows in seconds since its midnight."""

    def __init__(self, shift: FieldShift, spans: Spans, tz: ZoneInfo) -> None:
        self._shift, self._tz, self._zero = shift, tz, shift.midnight(tz)
        parts = shift.windows(spans, tz)
        self.worked: Windows = tuple((self.seconds(begin), self.seconds(end)) for begin, end in parts)

    def seconds(self, moment: datetime) -> float:
        return (moment - self._zero).total_seconds()

    def windows(self, hours: tuple[int, int] | None) -> Windows:
        """Return when a case of these hours can be begun; no window is any time."""
        if hours is None:
            return self.worked if len(self.worked) > 1 else ()
        own = [self._on(days, hours) for days in (0, 1)]
        found = [
            (max(begin, opens), min(end, closes))
            for opens, closes in own
            for begin, end in self.worked
            if max(begin, opens) <= min(end, closes)
        ]
        return tuple(found) or (own[0],)  # open outside the shift alone: the route says so

    def _on(self, days: int, hours: tuple[int, int]) -> tuple[float, float]:
        midnight = datetime.combine(self._shift.day + timedelta(days=days), time.min, self._tz)
        opens, closes = (self.seconds(midnight + timedelta(minutes=minutes)) for minutes in hours)
        return opens, closes
