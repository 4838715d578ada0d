"""Days as a city has them: from midnight to midnight in its own time zone."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from data import clock


def today(tz: str) -> date:
    """Return the day it is in a time zone."""
    return datetime.fromtimestamp(clock.now() / 1e6, UTC).astimezone(ZoneInfo(tz)).date()


def day_span(tz: str, first: date, last: date | None = None) -> tuple[datetime, datetime]:
    """Return when a day begins, and when it ends or a later one does: moments in UTC, the second after it."""
    zone, following = ZoneInfo(tz), (last or first) + timedelta(days=1)
    begins, ends = (datetime(day.year, day.month, day.day, tzinfo=zone) for day in (first, following))
    return begins.astimezone(UTC), ends.astimezone(UTC)
