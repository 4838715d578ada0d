"""What people read of a route: why a stop is not on it, and why a leg is a straight line."""

from collections.abc import Mapping
from typing import Final

from i18n import N_, gettext, ngettext
from i18n import gettext as _

#: Why a case is not on a route: `geo.routes.Reason` and `data.field_stops.Aside`.
REASONS: Final[Mapping[str, str]] = {
    "no_position": N_("its position is not known"),
    "too_far": N_("the shift is too short to go there at all"),
    "closed": N_("nobody can be there while it is open"),
    "most_stops": N_("the route has as many stops as it may have"),
    "capacity": N_("there is no room for its load"),
    "window": N_("its times do not fit with the other stops"),
    "time": N_("no time is left for it"),
    "beyond": N_("many cases are more urgent"),
    "help": N_("it waits for help"),
}
#: Why a leg is a straight line.
STRAIGHT: Final[Mapping[str, str]] = {
    "near": N_("straight line: closer than the next street"),
    "off": N_("straight line: no street within reach"),
    "apart": N_("straight line: the streets are not connected"),
}


def why_left(reason: str) -> str:
    """Return why a case is not on a route, in the language in use."""
    return gettext(REASONS[reason])


def why_straight(kind: str) -> str | None:
    """Return why a leg is a straight line, in the language in use; None where it follows streets."""
    return gettext(STRAIGHT[kind]) if kind in STRAIGHT else None


def summary(stops: int, metres: float, over: str) -> str:
    """Return how many stops a route has, how long it is, and when it is over (a time of day)."""
    km = f"{metres / 1_000:.1f}"
    return ngettext(
        "{n} stop, {km} km, over at {time}", "{n} stops, {km} km, over at {time}", stops, km=km, time=over
    )


def straight_legs(n: int) -> str:
    """Return how many legs are straight lines."""
    return ngettext(
        "{n} leg is a straight line: no street leads there",
        "{n} legs are straight lines: no street leads there",
        n,
    )


def left_out(stop: str) -> str:
    """Return that a stop is not on the route."""
    return _("Not on the route: {stop}", stop=stop)
