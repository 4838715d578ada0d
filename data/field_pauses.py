"""The pauses of a shift, taken out of its clock while its route is planned, and put back into its times.

A pause is the same for all cases. As windows of every case it would make planning several times as long; on a
clock that stands still meanwhile there is nothing to plan around. Who is on the way, or at work, as it begins
goes on after it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self
from zoneinfo import ZoneInfo

from data.field_shifts import FieldShift, Spans
from data.field_stops import case_of
from geo.routes import Route, Stop, Visit


@dataclass(frozen=True, slots=True)
class Pauses:
    """Pauses in seconds since the shift's midnight, in order and apart from each other."""

    spans: tuple[tuple[float, float], ...]

    @classmethod
    def of(cls, shift: FieldShift, spans: Spans, tz: ZoneInfo) -> Self:
        """Return the pauses that the hours of its day make in a shift."""
        zero = shift.midnight(tz)

        def seconds(moment: datetime) -> float:
            return (moment - zero).total_seconds()

        parts = [(seconds(begin), seconds(end)) for begin, end in shift.windows(spans, tz)]
        begins = seconds(shift.moments(tz)[0])
        ends = [begins, *(end for _begin, end in parts[:-1])]
        found = ((end, begin) for end, (begin, _end) in zip(ends, parts, strict=True))
        return cls(tuple((start, end) for start, end in found if start < end))

    def worked(self, seconds: float) -> float:
        """Return a moment on the clock that stands still in the pauses."""
        return seconds - sum(min(max(seconds - start, 0.0), end - start) for start, end in self.spans)

    def passed(self, seconds: float, *, begins: bool = False) -> float:
        """Return the moment at which that clock shows this; what `begins` with a pause does so after it."""
        for start, end in self.spans:
            if seconds > start or (begins and seconds == start):
                seconds += end - start
        return seconds

    def without(self, stop: Stop) -> Stop:
        """Return a stop on the clock that stands still in the pauses."""
        windows = tuple((self.worked(opens), self.worked(closes)) for opens, closes in stop.windows)
        due_s = None if stop.due_s is None else self.worked(stop.due_s)
        return replace(stop, windows=windows, due_s=due_s)

    def put_back(self, route: Route, stops: Sequence[Stop]) -> Route:
        """Return a route on the clock of the day again.

        Parameters
        ----------
        stops
            As they were before `without`, all that the route knows.
        """
        known = {case_of(stop): stop for stop in stops}

        def visit(one: Visit) -> Visit:
            return replace(
                one,
                stop=known[case_of(one.stop)],
                arrives_s=self.passed(one.arrives_s, begins=one.begins_s == one.arrives_s),
                begins_s=self.passed(one.begins_s, begins=True),
                leaves_s=self.passed(one.leaves_s),
            )

        begins_s, ends_s = self.passed(route.shift.begins_s, begins=True), self.passed(route.shift.ends_s)
        return replace(
            route,
            shift=replace(route.shift, begins_s=begins_s, ends_s=ends_s),
            visits=tuple(visit(one) for one in route.visits),
            left=tuple(replace(one, stop=known[case_of(one.stop)]) for one in route.left),
            over_s=self.passed(route.over_s),
        )
