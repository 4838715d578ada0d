"""What people give with a case, looked at before any of it is written: texts, numbers, moments."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from math import isfinite
from numbers import Integral, Real
from typing import Any, Final

import polars as pl

from data import schema
from data.schema import REPORT
from geo.errors import GivenError
from i18n import gettext as _

#: What is reported may be dated so far ahead, as in a file: a clock may be fast, a zone wrong.
REPORT_AHEAD: Final = timedelta(days=1)
#: What is done to a case may be: the clock of a phone is fast.
EVENT_AHEAD: Final = timedelta(minutes=10)
#: A database's numbers end here.
_LARGEST: Final = (1 << 63) - 1


def report(told: Mapping[str, Any], *, now: datetime) -> dict[str, Any]:
    """Return fields of a report as the store takes them; fields that no report has stay as they are.

    Parameters
    ----------
    told
        Any of the columns of `REPORT`.
    now
        The moment that the store dates this by.

    Raises
    ------
    GivenError
        With every value that no report can have.
    """
    found, faults = dict(told), []
    for name in [name for name in told if name in REPORT and told[name] is not None]:
        try:
            found[name] = _value(name, told[name], now)
        except GivenError as fault:
            faults.append(str(fault))
    if faults:
        raise GivenError(" ".join(faults))
    return found


def in_order(reported_at: datetime | None, closed_at: datetime | None) -> None:
    """Refuse a closing before the report.

    Raises
    ------
    GivenError
        It is.
    """
    if reported_at is not None and closed_at is not None and closed_at < reported_at:
        raise GivenError(
            _(
                "A case cannot be closed ({closed}) before it was reported ({reported}).",
                closed=_words(closed_at),
                reported=_words(reported_at),
            )
        )


def happened_at(value: Any, *, reported_at: datetime | None, now: datetime) -> datetime | None:
    """Return when something was done to a case, None where that is not said.

    Raises
    ------
    GivenError
        No moment, one without zone, one to come, or one before the case was reported.
    """
    if value is None:
        return None
    found = _moment("at", value, latest=now + EVENT_AHEAD)
    if reported_at is not None and found < reported_at:
        raise GivenError(
            _(
                "This cannot have happened {at}: the case was reported {reported}.",
                at=_words(found),
                reported=_words(reported_at),
            )
        )
    return found


def needs(told: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a transition brings (note, unit, into, amount, amount_unit) as an event takes it.

    Raises
    ------
    GivenError
        A text where a number belongs, or a number where a text does.
    """
    kinds = {"into": number, "amount": _amount}
    return {
        name: None if value is None else kinds.get(name, text)(name, value) for name, value in told.items()
    }


def text(name: str, value: Any) -> str:
    """Return a text that every database can hold: without zero characters, half a character as "�".

    Raises
    ------
    GivenError
        It is none.
    """
    if not isinstance(value, str):
        raise GivenError(_("{name}: {value!r} is not a text.", name=name, value=_short(value)))
    return whole(value.replace("\0", ""))


def whole(text: str) -> str:
    """Return a text in which half a character, as JSON can write it and nothing else can, reads "�"."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def number(name: str, value: Any) -> int:
    """Return a whole number that every database can hold.

    Raises
    ------
    GivenError
        It is none.
    """
    if not isinstance(value, Integral) or isinstance(value, bool) or abs(int(value)) > _LARGEST:
        raise GivenError(_("{name}: {value!r} is not the number of a case.", name=name, value=_short(value)))
    return int(value)


def is_number(value: Any) -> bool:
    """Say whether a value can be the number of a row."""
    return isinstance(value, Integral) and not isinstance(value, bool) and 0 <= int(value) <= _LARGEST


def _value(name: str, value: Any, now: datetime) -> Any:
    kind = REPORT[name]
    if kind == schema.UTC:
        return _moment(name, value, latest=now + REPORT_AHEAD)
    if kind == pl.Float64:
        return _degrees(name, value)
    found = text(name, value)
    if name == "category" and not (found.isprintable() and found.strip() == found != ""):
        raise GivenError(
            _("{name}: {value!r} is not a category. Expected its slug.", name=name, value=_short(found))
        )
    return found


def _degrees(name: str, value: Any) -> float:
    most = 180.0 if name == "lon" else 90.0
    found = _real(name, value)
    if not -most <= found <= most:
        raise GivenError(
            _(
                "{name}: {value} is not on the earth. Expected degrees from {least:.0f} to {most:.0f}.",
                name=name,
                value=found,
                least=-most,
                most=most,
            )
        )
    return found


def _amount(name: str, value: Any) -> float:
    found = _real(name, value)
    if not isfinite(found):
        raise GivenError(_("{name}: {value!r} is not a number.", name=name, value=found))
    return found


def _real(name: str, value: Any) -> float:
    if not isinstance(value, Real) or isinstance(value, bool):
        raise GivenError(_("{name}: {value!r} is not a number.", name=name, value=_short(value)))
    try:
        return float(value)
    except OverflowError as error:
        raise GivenError(_("{name}: {value!r} is not a number.", name=name, value=_short(value))) from error


def _moment(name: str, value: Any, *, latest: datetime) -> datetime:
    if not isinstance(value, datetime):
        raise GivenError(_("{name}: {value!r} is not a time.", name=name, value=_short(value)))
    if value.utcoffset() is None:
        raise GivenError(
            _(
                "{name}: {value} has no time zone. Expected one such as UTC.",
                name=name,
                value=value.isoformat(sep=" "),
            )
        )
    if value > latest:
        raise GivenError(_("{name}: {value} lies in the future.", name=name, value=_words(value)))
    return value


def _words(moment: datetime) -> str:
    zone = moment.tzinfo or UTC
    return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M %Z")


def _short(value: Any) -> Any:
    """Cut what is said of a value."""
    return (
        value[:40] if isinstance(value, str) else value if len(repr(value)) <= 40 else f"{repr(value)[:40]}…"
    )
