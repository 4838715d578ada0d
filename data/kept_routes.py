"""A team's route as the store keeps it: the shift, what was planned, what is done; no words."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any, Final, NamedTuple, cast

import numpy as np

from data.field_shifts import FieldShift
from data.field_stops import Aside, case_of
from geo.errors import StoreError
from geo.network import Floats
from geo.routes import Left, Leg, Reason, Route, Shift, Stop, Visit
from i18n import gettext as _

_FORM: Final = 1
_DEGREE_DECIMALS: Final = 6  # ten centimetres
_M_DECIMALS: Final = 1
_S_DECIMALS: Final = 0


class Done(NamedTuple):
    """A stop that somebody of the team dealt with: its number on the route, when, where it is, its load."""

    n: int
    case: int
    at: datetime
    lon: float
    lat: float
    load: int


@dataclass(frozen=True, slots=True, eq=False)
class KeptRoute:
    """A route with the shift that it is for.

    Attributes
    ----------
    chosen
        Whether somebody chose the shift; else it is the usual one of its day.
    route
        The rest of the shift; seconds count from the shift's midnight. Ways are rounded to 1e-6 degrees.
    done
        In the order of time.
    aside
        Cases that were not planned with, and why.
    planned_at
        When the order was last chosen.
    version
        Of the route in the store; 0 for one that is not kept.
    """

    shift: FieldShift
    chosen: bool
    route: Route
    done: tuple[Done, ...]
    aside: dict[int, Aside]
    planned_at: datetime
    version: int = 0

    def stops(self) -> Iterator[Stop]:
        """Return the stops that are to do, in their order, then those that are left out."""
        yield from (visit.stop for visit in self.route.visits)
        yield from (left.stop for left in self.route.left)

    def as_text(self) -> str:
        """Return it as `from_text` reads it."""
        route = self.route
        told = {
            "form": _FORM,
            "shift": self.shift.to_json(),
            "chosen": self.chosen,
            "planned_at": self.planned_at.isoformat(),
            "done": [[*one[:2], one.at.isoformat(), *one[3:]] for one in self.done],
            "aside": [*self.aside.items()],
            "walk": {
                "start": route.shift.start,
                "end": route.shift.end,
                "begins_s": route.shift.begins_s,
                "ends_s": route.shift.ends_s,
                "most_stops": route.shift.most_stops,
                "capacity": route.shift.capacity,
                "speed_m_s": route.shift.speed_m_s,
            },
            "visits": [_visit_out(visit) for visit in route.visits],
            "home": None if route.home is None else _leg_out(route.home),
            "over_s": route.over_s,
            "left": [[*_stop_out(left.stop), left.reason, left.lacks_s] for left in route.left],
            "counted": [route.done, route.carried],
        }
        return json.dumps(told, separators=(",", ":"), allow_nan=False)

    @classmethod
    def from_text(cls, text: str, *, version: int) -> "KeptRoute":
        """Read what `as_text` wrote.

        Raises
        ------
        StoreError
            It is something else.
        """
        try:
            told = json.loads(text)
            if told["form"] != _FORM:
                raise StoreError(_("A route of another Gezhi is kept here. Plan it anew."))
            return cls(
                FieldShift.chosen(told["shift"], _usual(told["shift"])),
                told["chosen"],
                _route_in(told),
                tuple(Done(n, case, _moment(at), *rest) for n, case, at, *rest in told["done"]),
                dict(told["aside"]),
                _moment(told["planned_at"]),
                version,
            )
        except (ValueError, TypeError, KeyError, IndexError) as error:
            raise StoreError(_("The route that is kept cannot be read. Plan it anew.")) from error


def rounded(route: Route) -> Route:
    """Return a route with figures as exact as those that are kept: read again it is the same."""

    def leg(of: Leg) -> Leg:
        way = np.round(of.way, _DEGREE_DECIMALS)
        return replace(
            of, way=way, metres=round(of.metres, _M_DECIMALS), walk_s=round(of.walk_s, _S_DECIMALS)
        )

    visits = tuple(
        replace(
            visit,
            leg=leg(visit.leg),
            arrives_s=round(visit.arrives_s, _S_DECIMALS),
            begins_s=round(visit.begins_s, _S_DECIMALS),
            leaves_s=round(visit.leaves_s, _S_DECIMALS),
        )
        for visit in route.visits
    )
    home = None if route.home is None else leg(route.home)
    left = tuple(
        one if one.lacks_s is None else replace(one, lacks_s=round(one.lacks_s, _S_DECIMALS))
        for one in route.left
    )
    return replace(route, visits=visits, home=home, left=left, over_s=round(route.over_s, _S_DECIMALS))


def _visit_out(visit: Visit) -> list[Any]:
    times = [visit.arrives_s, visit.begins_s, visit.leaves_s, visit.late]
    return [_stop_out(visit.stop), _leg_out(visit.leg), *times]


def _stop_out(stop: Stop) -> list[Any]:
    place = [None if np.isnan(degrees) else degrees for degrees in (stop.lon, stop.lat)]
    return [case_of(stop), *place, stop.service_s, stop.windows, stop.due_s, stop.priority, stop.load]


def _leg_out(leg: Leg) -> list[Any]:
    return [leg.kind, leg.metres, leg.walk_s, flat(leg.way)]


def flat(way: Floats) -> list[float]:
    """Return a way as one list: longitude, latitude, longitude …"""
    found: list[float] = np.round(way, _DEGREE_DECIMALS).ravel().tolist()
    return found


def _route_in(told: Mapping[str, Any]) -> Route:
    walk = dict(told["walk"])
    start, end = (None if walk[name] is None else (walk[name][0], walk[name][1]) for name in ("start", "end"))
    done, carried = told["counted"]
    return Route(
        Shift(**walk | {"start": cast("tuple[float, float]", start), "end": end}),
        tuple(Visit(_stop_in(stop), _leg_in(leg), *times) for stop, leg, *times in told["visits"]),
        None if told["home"] is None else _leg_in(told["home"]),
        told["over_s"],
        tuple(
            Left(_stop_in(stop), cast("Reason", reason), lacks_s) for *stop, reason, lacks_s in told["left"]
        ),
        done,
        carried,
    )


def _stop_in(told: list[Any]) -> Stop:
    case, lon, lat, service_s, windows, due_s, priority, load = told
    return Stop(
        case,
        np.nan if lon is None else lon,
        np.nan if lat is None else lat,
        service_s=service_s,
        windows=tuple((begin, end) for begin, end in windows),
        due_s=due_s,
        priority=priority,
        load=load,
    )


def _leg_in(told: list[Any]) -> Leg:
    kind, metres, walk_s, way = told
    return Leg(np.array(way, np.float64).reshape(-1, 2), metres, walk_s, kind)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _usual(told: Mapping[str, Any]) -> FieldShift:
    """Return a shift of the same day, for one whose hours all stand there."""
    return FieldShift(date.fromisoformat(told["day"]), 0, 1)
