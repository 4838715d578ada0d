"""What a field team has to go to: its open cases as stops of a route."""

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

import numpy as np

from data.actors import Actor
from data.field_acts import WORK
from data.field_cases import Hot
from data.field_shifts import FieldShift
from data.field_work import Work
from data.store import Store
from geo.routes import Stop

#: A route is planned among so many cases at most, the most urgent ones: nobody gets round to more in a shift.
MOST_PLANNED: Final = 200

Windows = tuple[tuple[float, float], ...]
#: Why a case is not planned with: many are more urgent; the team has called for help, and waits for it.
Aside = Literal["beyond", "help"]

#: So many cases of a team are looked at, the most urgent ones.
_LISTED: Final = 2_000


def stops_of(
    store: Store, *, member: Actor, shift: FieldShift, tz: ZoneInfo, now: datetime, hot: Hot
) -> tuple[dict[int, Stop], dict[int, Aside]]:
    """Return the cases that a team has to work on as stops, by case; and those that are not planned with.

    Parameters
    ----------
    member
        Somebody of the team: the store shows the cases in its cells.
    hot
        Cells of the analysis resolution with their class of hot spot.

    Returns
    -------
    Seconds count from the shift's midnight; priorities are as of `now`, and as a phone shows them.
    """
    cases, _more = store.field_cases(actor=member, hot=hot, now=now, most=_LISTED)
    hours, table = _Hours(shift, tz), store.field_work(actor=member)
    stops: dict[int, Stop] = {}
    aside: dict[int, Aside] = {}
    for case in (case for case in cases if case["status"] in WORK):
        if case["help"]:
            aside[case["id"]] = "help"
        elif len(stops) == MOST_PLANNED:
            aside[case["id"]] = "beyond"
        else:
            stops[case["id"]] = _stop(case, table.of(case["category"]), hours)
    return stops, aside


def case_of(stop: Stop) -> int:
    """Return the case that a stop stands for."""
    return int(str(stop.id))


def _stop(case: Mapping[str, Any], work: Work, hours: "_Hours") -> Stop:
    lon, lat, due = case["lon"], case["lat"], case["due_at"]
    return Stop(
        case["id"],
        np.nan if lon is None else lon,
        np.nan if lat is None else lat,
        service_s=work.minutes * 60,
        windows=hours.windows(work.hours),
        due_s=None if due is None else round(hours.seconds(datetime.fromisoformat(due))),
        priority=case["urgency"],
        load=work.load,
    )


class _Hours:
    """Lays hours of the day over a shift, as windows in seconds since its midnight."""

    def __init__(self, shift: FieldShift, tz: ZoneInfo) -> None:
        self._shift, self._tz, self._zero = shift, tz, shift.midnight(tz).astimezone(UTC)
        self._begins, self._ends = (self.seconds(moment) for moment in shift.moments(tz))

    def seconds(self, moment: datetime) -> float:
        # In UTC: between two moments of one zone Python counts what its clocks show, not what passes.
        return (moment.astimezone(UTC) - self._zero).total_seconds()

    def windows(self, hours: tuple[int, int] | None) -> Windows:
        """Return when a case of these hours can be begun; no window is any time."""
        if hours is None:
            return ()
        own = [self._on(days, hours) for days in (0, 1)]
        cut = [(max(self._begins, opens), min(self._ends, closes)) for opens, closes in own]
        found = tuple((opens, closes) for opens, closes in cut if opens <= closes)
        return found or (own[0],)  # open outside the shift alone: the route says so

    def _on(self, days: int, hours: tuple[int, int]) -> tuple[float, float]:
        midnight = datetime.combine(self._shift.day + timedelta(days=days), time.min, self._tz)
        opens, closes = (self.seconds(midnight + timedelta(minutes=minutes)) for minutes in hours)
        return opens, closes
