"""The shift that a field team's route is planned for: when, from where, how much; chosen by people, checked.

Times of day are local. A chosen place is a point of the map where a team meets, never where somebody stands.
"""

import itertools
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final, Self
from zoneinfo import ZoneInfo

from geo.errors import GivenError
from i18n import gettext as _

#: What can be chosen.
CHOICES: Final = ("day", "begins", "ends", "start", "back", "most_stops", "capacity")

#: A route is planned for a day in so many days at most.
MOST_DAYS_AHEAD: Final = 14

_DAY_MINUTES: Final = 24 * 60
_MOST_OF_ANY: Final = 10_000
_TIME: Final = re.compile(r"(\d{1,2}):(\d\d)")
#: Where a city's table says nothing of a day, as on a day off.
_USUAL: Final = (8 * 60 + 30, 18 * 60)

#: Moments from and to.
Spans = Sequence[tuple[datetime, datetime]]


@dataclass(frozen=True, slots=True)
class FieldShift:
    """A shift of a day.

    Attributes
    ----------
    begins, ends
        Minutes since the day's midnight, local time; an end beyond 1,440 is on the day after.
    start
        Longitude and latitude, WGS-84; None for the place that the team starts from.
    back
        Whether the route leads back to its start.
    most_stops, capacity
        How many cases, and how much load (`data.field_work`), at most; None for any.
    """

    day: date
    begins: int
    ends: int
    start: tuple[float, float] | None = None
    back: bool = True
    most_stops: int | None = None
    capacity: int | None = None

    @classmethod
    def usual(cls, day: date, spans: Spans, tz: ZoneInfo) -> Self:
        """Return the shift of a day that nobody chose: from the first to the last hour that is worked."""
        if not spans:
            return cls(day, *_USUAL)
        first, last = _minutes(day, spans[0][0], tz), _minutes(day, spans[-1][1], tz)
        return cls(day, first, last)

    @classmethod
    def chosen(cls, given: Any, usual: Self) -> Self:
        """Read what somebody chose; what is not there is as usual.

        Parameters
        ----------
        given
            Of `CHOICES`: `day` as 2026-10-01, `begins` and `ends` as 08:30 (an end not after the beginning
            is on the next day), `start` as [longitude, latitude] or null, `back` true or false, `most_stops`
            and `capacity` whole numbers or null.
        usual
            Of the day that is chosen, see `day_of`.

        Raises
        ------
        GivenError
            With everything that cannot be meant.
        """
        if not isinstance(given, Mapping):
            raise GivenError(_("A shift is an object with some of {names}.", names=", ".join(CHOICES)))
        faults = [
            _("A shift has no '{name}'. Expected some of {names}.", name=name, names=", ".join(CHOICES))
            for name in given
            if name not in CHOICES
        ]
        read = _Read(given, faults)
        begins, ends = read.minutes("begins", usual.begins), read.minutes("ends", usual.ends)
        ends += _DAY_MINUTES if ends <= begins else 0
        back = given.get("back", usual.back)
        if not isinstance(back, bool):
            faults.append(_("'{name}' is {value}, expected true or false.", name="back", value=repr(back)))
        found = cls(
            usual.day, begins, ends, read.point(), back, read.number("most_stops"), read.number("capacity")
        )
        if faults:
            raise GivenError(" ".join(faults))
        return found

    def to_json(self) -> dict[str, Any]:
        """Return what `chosen` reads."""
        return {
            "day": self.day.isoformat(),
            "begins": _clock_time(self.begins),
            "ends": _clock_time(self.ends),
            "start": None if self.start is None else list(self.start),
            "back": self.back,
            "most_stops": self.most_stops,
            "capacity": self.capacity,
        }

    def midnight(self, tz: ZoneInfo) -> datetime:
        """Return the moment that the seconds of its route count from."""
        return datetime.combine(self.day, time.min, tz)

    def moments(self, tz: ZoneInfo) -> tuple[datetime, datetime]:
        """Return when it begins and ends, in UTC."""
        return _moment(self.day, self.begins, tz), _moment(self.day, self.ends, tz)

    def windows(self, spans: Spans, tz: ZoneInfo) -> list[tuple[datetime, datetime]]:
        """Return the shift without the pauses between the spans of its day that are worked, in UTC."""
        begins, ends = self.moments(tz)
        found, at = [], begins
        for (_start, pause), (again, _end) in itertools.pairwise(spans):
            if at < pause < again < ends:
                found.append((at, pause))
                at = again
            elif pause <= at < again < ends:
                at = again
        return [*found, (at, ends)]


def day_of(given: Any, today: date) -> date | None:
    """Read the day of what somebody chose; None where it has none.

    Raises
    ------
    GivenError
        It is no day, is over, or is too far ahead.
    """
    text = given.get("day") if isinstance(given, Mapping) else None
    if text is None:
        return None
    try:
        day = date.fromisoformat(text)
    except (TypeError, ValueError) as error:
        raise GivenError(
            _("The day is {value}, expected one such as 2026-10-01.", value=repr(text))
        ) from error
    if not today <= day <= today + timedelta(days=MOST_DAYS_AHEAD):
        raise GivenError(
            _(
                "The day is {day}, expected one from {first} to {last}.",
                day=day,
                first=today,
                last=today + timedelta(days=MOST_DAYS_AHEAD),
            )
        )
    return day


@dataclass(frozen=True, slots=True)
class _Read:
    """Reads values and notes the faults."""

    given: Mapping[str, Any]
    faults: list[str]

    def minutes(self, name: str, usual: int) -> int:
        text = self.given.get(name)
        if text is None:
            return usual
        if isinstance(text, str) and (found := _TIME.fullmatch(text)):
            hours, minutes = int(found[1]), int(found[2])
            if minutes < 60 and hours * 60 + minutes < _DAY_MINUTES:
                return hours * 60 + minutes
        self.faults.append(
            _("'{name}' is {value}, expected a time such as 08:30.", name=name, value=repr(text))
        )
        return usual

    def number(self, name: str) -> int | None:
        value = self.given.get(name)
        if value is None:
            return None
        if isinstance(value, int) and not isinstance(value, bool) and 0 < value <= _MOST_OF_ANY:
            return value
        self.faults.append(
            _(
                "'{name}' is {value}, expected a whole number from 1 to {most}.",
                name=name,
                value=repr(value),
                most=_MOST_OF_ANY,
            )
        )
        return None

    def point(self) -> tuple[float, float] | None:
        value = self.given.get("start")
        if value is None:
            return None
        try:
            return read_point(value)
        except GivenError as fault:
            self.faults.append(str(fault))
            return None


def read_point(value: Any) -> tuple[float, float]:
    """Read a point of the map: longitude and latitude, WGS-84.

    Raises
    ------
    GivenError
        It is none.
    """
    is_pair = isinstance(value, Sequence) and not isinstance(value, str) and len(value) == 2
    if is_pair and all(isinstance(part, int | float) and not isinstance(part, bool) for part in value):
        lon, lat = float(value[0]), float(value[1])
        if math.isfinite(lon) and math.isfinite(lat) and -180 <= lon <= 180 and -90 <= lat <= 90:
            return lon, lat
    raise GivenError(
        _("The place is {value}, expected [longitude, latitude] in WGS-84 degrees.", value=repr(value))
    )


def _clock_time(minutes: int) -> str:
    hours, rest = divmod(minutes % _DAY_MINUTES, 60)
    return f"{hours:02}:{rest:02}"


def _minutes(day: date, moment: datetime, tz: ZoneInfo) -> int:
    local = moment.astimezone(tz)
    return (local.date() - day).days * _DAY_MINUTES + local.hour * 60 + local.minute


def _moment(day: date, minutes: int, tz: ZoneInfo) -> datetime:
    """Return the moment at which a clock on the wall shows so many minutes since the day's midnight."""
    days, rest = divmod(minutes, _DAY_MINUTES)
    local = datetime.combine(day + timedelta(days=days), time(rest // 60, rest % 60), tz)
    return local.astimezone(UTC)
