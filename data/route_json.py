"""A team's route as its phone gets it: moments, metres, minutes, and words in the language in use.

`docs/field.md` has the form.
"""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from data.field_routes import TeamRoute
from data.field_stops import case_of
from data.kept_routes import flat
from data.route_words import STRAIGHT, summary, why_left, why_straight
from geo.routes import Leg, Visit

FORM: Final = 1

_DEGREE_DECIMALS: Final = 6
_MINUTE_S: Final = 60


def route_json(found: TeamRoute) -> dict[str, Any]:
    """Return a route in the form of `docs/field.md`, section "Route"."""
    kept, route = found.kept, found.kept.route
    told = _Told(found)
    begins, ends = kept.shift.moments(found.tz)
    visits = [told.visit(n, visit) for n, visit in enumerate(route.visits, route.done + 1)]
    return {
        "form": FORM,
        "team": found.team.id,
        "day": kept.shift.day.isoformat(),
        "version": kept.version,
        "shared": found.shared,
        "planned_at": _text(kept.planned_at),
        "shift": {
            **kept.shift.to_json(),
            "chosen": kept.chosen,
            "begins_at": _text(begins),
            "ends_at": _text(ends),
        },
        "start": _point(route.shift.start),
        "start_name": found.ends.name if not kept.done and found.shared else "",
        "end": None if route.shift.end is None else _point(route.shift.end),
        "next": visits[0]["case"] if visits else None,
        "stops": visits,
        "home": None if route.home is None else told.leg(route.home),
        "over_at": told.at(route.over_s),
        "metres": round(route.metres),
        "walk_minutes": _minutes(route.walk_s),
        "service_minutes": _minutes(sum(visit.stop.service_s for visit in route.visits)),
        "wait_minutes": _minutes(route.wait_s),
        "straight": sum(leg.kind in STRAIGHT for leg in route.legs),
        "done": [
            {"n": one.n, "case": one.case, "at": _text(one.at), "lon": one.lon, "lat": one.lat}
            for one in kept.done
        ],
        "left": told.left(),
        "words": summary(len(visits), route.metres, told.local(route.over_s)),
    }


class _Told:
    """Tells the parts of a route."""

    def __init__(self, found: TeamRoute) -> None:
        self._found, self._zero = found, found.midnight.astimezone(UTC)

    def at(self, seconds: float) -> str:
        return _text(self._zero + timedelta(seconds=seconds))

    def local(self, seconds: float) -> str:
        return f"{(self._zero + timedelta(seconds=seconds)).astimezone(self._found.tz):%H:%M}"

    def visit(self, n: int, visit: Visit) -> dict[str, Any]:
        stop = visit.stop
        return {
            "n": n,
            "case": case_of(stop),
            "lon": stop.lon,
            "lat": stop.lat,
            "priority": stop.priority,
            "load": stop.load,
            "arrives_at": self.at(visit.arrives_s),
            "begins_at": self.at(visit.begins_s),
            "leaves_at": self.at(visit.leaves_s),
            "minutes": _minutes(stop.service_s),
            "wait_minutes": _minutes(visit.begins_s - visit.arrives_s),
            "due_at": None if stop.due_s is None else self.at(stop.due_s),
            "late": visit.late,
            "leg": self.leg(visit.leg),
        }

    def leg(self, leg: Leg) -> dict[str, Any]:
        return {
            "kind": leg.kind,
            "why": why_straight(leg.kind),
            "metres": round(leg.metres),
            "minutes": _minutes(leg.walk_s),
            "way": flat(leg.way),
        }

    def left(self) -> list[dict[str, Any]]:
        kept = self._found.kept
        planned = [(case_of(one.stop), str(one.reason), one.lacks_s) for one in kept.route.left]
        aside = [(case, str(reason), None) for case, reason in kept.aside.items()]
        return [
            {
                "case": case,
                "reason": reason,
                "words": why_left(reason),
                "lacks_minutes": None if lacks_s is None else _minutes(lacks_s),
            }
            for case, reason, lacks_s in [*planned, *aside]
        ]


def _point(at: tuple[float, float]) -> list[float]:
    return [round(degrees, _DEGREE_DECIMALS) for degrees in at]


def _minutes(seconds: float) -> float:
    return round(seconds / _MINUTE_S, 1)


def _text(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
