"""What a route is planned for: the places to go to and the shift, checked; for `geo.routes`."""

import math
from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from geo.errors import AnalysisError
from geo.route_order import LATEST
from geo.urgency import HIGHEST

#: How fast a team walks, metres a second: 4.3 km/h, with the waits at crossings.
WALKING_M_S: Final = 1.2
#: What a case takes at its place, in seconds, unless said otherwise.
SERVICE_S: Final = 300.0


@dataclass(frozen=True, slots=True)
class Stop:
    """A place to go to.

    Attributes
    ----------
    id
        Unique as a text.
    lon, lat
        WGS-84 degrees; NaN where they are not known: such a stop is left out of the route, with that reason.
    service_s
        How long one stays, from 0 on.
    windows
        From and to, in which service begins; empty for any time.
    due_s
        When it should be done; None for no deadline.
    priority
        0 to 100, see `geo.urgency`; counts where not everything fits.
    load
        What it takes of the shift's capacity, a whole number.
    """

    id: Hashable
    lon: float
    lat: float
    service_s: float = SERVICE_S
    windows: tuple[tuple[float, float], ...] = ()
    due_s: float | None = None
    priority: int = 0
    load: int = 0


@dataclass(frozen=True, slots=True)
class Shift:
    """A walk to plan.

    Attributes
    ----------
    start, end
        Longitude and latitude, WGS-84; without an end the route ends at its last stop.
    begins_s, ends_s
        When it begins, and when all must be over, the way to the end included.
    most_stops, capacity
        How many stops, and how much load, at most; None for any.
    speed_m_s
        Of walking.
    """

    start: tuple[float, float]
    ends_s: float
    end: tuple[float, float] | None = None
    begins_s: float = 0.0
    most_stops: int | None = None
    capacity: int | None = None
    speed_m_s: float = WALKING_M_S


def merged(windows: Iterable[tuple[float, float]]) -> list[tuple[float, float]]:
    """Put windows in order, those that overlap or touch into one."""
    found: list[tuple[float, float]] = []
    for begin, end in sorted(windows):
        if found and begin <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((begin, end))
    return found


def has_place(stop: Stop) -> bool:
    """Tell whether it is known where a stop lies."""
    return math.isfinite(stop.lon) and math.isfinite(stop.lat)


def check(stops: Sequence[Stop], shift: Shift) -> None:
    """Collect the faults of a shift and its stops, and raise once.

    Raises
    ------
    AnalysisError
        With every fault of the shift, and how many stops are wrong.
    """
    faults = [*_faults_of_shift(shift)]
    twice = [name for name, times in Counter(str(stop.id) for stop in stops).items() if times > 1]
    if twice:
        faults.append(f"{len(twice)} ids are given more than once; first: '{twice[0]}'")
    wrong = [(stop, fault) for stop in stops for fault in _faults_of_stop(stop)]
    if wrong:
        stop, fault = wrong[0]
        faults.append(
            f"{len({str(one.id) for one, _ in wrong})} of {len(stops)} stops are wrong; "
            f"first: '{stop.id}' {fault}"
        )
    if faults:
        raise AnalysisError(f"No route can be planned: {'; '.join(faults)}.")


def _faults_of_shift(shift: Shift) -> Iterable[str]:
    for name, at in (("start", shift.start), ("end", shift.end)):
        if at is not None and not _on_earth(*at):
            yield f"the shift's {name} is {at}, expected longitude and latitude in WGS-84 degrees"
    if not (0 <= shift.begins_s < shift.ends_s < LATEST):
        yield (
            f"the shift lasts from {shift.begins_s} to {shift.ends_s} s, expected a beginning from 0 on and "
            f"an end after it, below {LATEST:.0f}"
        )
    if not (math.isfinite(shift.speed_m_s) and shift.speed_m_s > 0):
        yield f"a speed of {shift.speed_m_s} m/s, expected more than 0"
    for name, most in (("stops", shift.most_stops), ("load", shift.capacity)):
        if most is not None and most < 0:
            yield f"at most {most} {name}, expected 0 or more"


def _faults_of_stop(stop: Stop) -> Iterable[str]:
    if has_place(stop) and not _on_earth(stop.lon, stop.lat):
        yield f"lies at {stop.lon}, {stop.lat}, expected WGS-84 degrees"
    if not 0 <= stop.service_s < LATEST:
        yield f"takes {stop.service_s} s, expected 0 or more"
    if not 0 <= stop.priority <= HIGHEST:
        yield f"has priority {stop.priority}, expected 0 to {HIGHEST}"
    if stop.load < 0:
        yield f"has load {stop.load}, expected 0 or more"
    if stop.due_s is not None and not math.isfinite(stop.due_s):
        yield f"is due at {stop.due_s} s, expected a number or None"
    for window in stop.windows:
        if not window[0] <= window[1]:
            yield f"has a window from {window[0]} to {window[1]} s, expected an end not before its beginning"


def _on_earth(lon: float, lat: float) -> bool:
    return -180 <= lon <= 180 and -90 <= lat <= 90
