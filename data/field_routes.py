"""The route of a field team's shift: planned once for all of the team, and anew when work comes in.

What is kept is the plan that everybody of a team goes by (`data.kept_routes`). Each look at it compares it
with the open cases of the team: what is done is struck off, and where the work is otherwise than it was then
the rest is planned from the place of the last case that was done. Where somebody stands is never kept.
"""

import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from threading import Lock
from typing import Any, Final, NamedTuple
from weakref import WeakValueDictionary
from zoneinfo import ZoneInfo

import numpy as np
from shapely.geometry.base import BaseGeometry

from data import clock
from data.actors import Actor
from data.field_cases import Hot
from data.field_hot import hot_classes
from data.field_pauses import Pauses
from data.field_shifts import MOST_DAYS_AHEAD, FieldShift, day_of
from data.field_stops import Aside, case_of, stops_of
from data.field_team import as_member
from data.kept_routes import Done, KeptRoute, rounded
from data.rights import has
from data.route_ends import RouteEnds, route_ends
from data.route_store import RouteRow
from data.store import Store
from data.street_density import street_lines
from data.teams import Team
from data.walking_barriers import walking_barriers
from data.workspace import Workspace
from geo.errors import ConflictError, GivenError, NotAllowedError, StoreError
from geo.network import Streets
from geo.routes import Route, Shift, Stop, plan, replan
from i18n import gettext as _

#: A team that is behind by more than this is told other times, and perhaps another order.
BEHIND_S: Final = 600.0

_DAY: Final = timedelta(days=1)
_STEP_DEG: Final = 1e-4
#: How often another program may be first in keeping a route before that is an error.
_ATTEMPTS: Final = 5

#: Who plans for which team now; a lock is gone with the last one that waits for it.
_TURNS: Final[WeakValueDictionary[tuple[str, int], Any]] = WeakValueDictionary()
_GUARD: Final = Lock()


@dataclass(frozen=True, slots=True, eq=False)
class TeamRoute:
    """A team's route as it is now.

    Attributes
    ----------
    ends
        Where the shift may start from, by name.
    tz
        The city's time zone.
    shared
        Whether this is what everybody of the team sees; else it was planned for one person.
    """

    team: Team
    kept: KeptRoute
    ends: RouteEnds
    tz: ZoneInfo
    shared: bool = True

    @property
    def midnight(self) -> datetime:
        """The moment that the route's seconds count from."""
        return self.kept.shift.midnight(self.tz)


class Ground(NamedTuple):
    """What there is to walk along, and what not to walk across."""

    streets: Streets
    barriers: tuple[BaseGeometry, ...]


class FieldRoutes:
    """The routes of the teams of one store, as one actor may see them.

    Parameters
    ----------
    actor
        Somebody of the team that is asked for, or who sees the whole city.
    tz
        The city's time zone.
    hot
        The classes of the city's hot cells.
    now
        The moment to go by; the present one where None.
    """

    def __init__(
        self, store: Store, *, actor: Actor, tz: str, hot: Hot | None = None, now: datetime | None = None
    ) -> None:
        self._store, self._actor, self._tz, self._hot = store, actor, ZoneInfo(tz), hot or {}
        self._now = now or clock.moment()

    def of(self, team_id: int) -> TeamRoute:
        """Return the route of the shift that is on, else of the next one; kept for the whole team.

        Raises
        ------
        StoreError
            There is no such team.
        NotAllowedError
            The actor goes round with another team, or sees another part of the city.
        """
        team = self._team(team_id)
        with _turn(self._store, team_id):
            return self._settled(team, self._current_day(team_id), None)

    def choose(self, team_id: int, given: Any) -> TeamRoute:
        """Plan a shift as somebody chooses it, for the whole team, in place of what was planned for its day.

        Parameters
        ----------
        given
            See `FieldShift.chosen`; without a day the one that `of` shows is meant. What was left out is as
            in the shift that is usual on that day.

        Raises
        ------
        GivenError
            A shift that cannot be meant, or is over.
        StoreError, NotAllowedError
            As `of`.
        """
        team = self._team(team_id)
        today = self._now.astimezone(self._tz).date()
        with _turn(self._store, team_id):
            day = day_of(given, today) or self._current_day(team_id)
            shift = FieldShift.chosen(given, self._usual(day))
            if shift.moments(self._tz)[1] <= self._now:
                raise GivenError(_("This shift is over already."))
            return self._settled(team, day, shift)

    def from_here(self, team_id: int, here: tuple[float, float]) -> TeamRoute:
        """Return the rest of the shift from where somebody stands, for that person alone; nothing is kept.

        Parameters
        ----------
        here
            Longitude and latitude, WGS-84.

        Raises
        ------
        StoreError, NotAllowedError
            As `of`.
        """
        shared = self.of(team_id)
        stops = {case_of(stop): stop for stop in shared.kept.stops()}
        now_s = self._seconds(shared)
        pauses = self._pauses(shared.kept.shift)
        found = _walk(self._ground(), shared.kept.route, pauses, here=here, now_s=now_s, stops=stops)
        return replace(shared, kept=replace(shared.kept, route=rounded(found), version=0), shared=False)

    # Which shift

    def _team(self, team_id: int) -> Team:
        found = [team for team in self._store.teams(actor=self._actor, retired=True) if team.id == team_id]
        if found:
            return found[0]
        if self._actor.team is not None:
            raise NotAllowedError(
                _("The route of team {team} is not for '{name}'.", team=team_id, name=self._actor.name)
            )
        raise StoreError(_("There is no team {id}.", id=team_id))

    def _current_day(self, team_id: int) -> date:
        """Return the day of the shift that is on or comes next; today where none does for long."""
        today = self._now.astimezone(self._tz).date()
        for ahead in range(-1, MOST_DAYS_AHEAD + 1):
            day = today + ahead * _DAY
            row = self._store.team_route(team_id, day, actor=self._actor)
            if (kept := _read(row)) is not None and self._is_to_come(kept.shift):
                return day
            if ahead >= 0 and self._spans(day) and self._is_to_come(self._usual(day)):
                return day
        return today

    def _is_to_come(self, shift: FieldShift) -> bool:
        return self._now < shift.moments(self._tz)[1]

    def _spans(self, day: date) -> list[tuple[datetime, datetime]]:
        return self._store.work_spans(day, actor=self._actor)

    def _usual(self, day: date) -> FieldShift:
        return FieldShift.usual(day, self._spans(day), self._tz)

    # Bringing it up to date

    def _settled(self, team: Team, day: date, chosen: FieldShift | None) -> TeamRoute:
        """Return the route of a day as it is now, kept where it is otherwise than it was."""
        for _attempt in range(_ATTEMPTS):
            row = self._store.team_route(team.id, day, actor=self._actor)
            before = _read(row)
            shift = chosen or (before.shift if before else self._usual(day))
            ends = route_ends(self._store, team, shift, actor=self._actor)
            found = self._planned(team, shift, before, ends, chosen=chosen is not None)
            if found is before and before is not None:
                return TeamRoute(team, before, ends, self._tz)
            if not has(self._actor, "act"):  # who may only look sees a plan that nobody goes by yet
                return TeamRoute(team, replace(found, version=0), ends, self._tz, shared=False)
            with suppress(ConflictError):  # another program was first: its route is everybody's
                made = self._store.keep_team_route(
                    team.id, day, found.as_text(), actor=self._actor, version=row.version if row else None
                )
                return TeamRoute(team, replace(found, version=made.version), ends, self._tz)
        raise ConflictError(_("The route has been planned anew since you looked. Look at it again."))

    def _planned(
        self, team: Team, shift: FieldShift, before: KeptRoute | None, ends: RouteEnds, *, chosen: bool
    ) -> KeptRoute:
        member = self._actor if self._actor.team == team.id else as_member(team.id)
        stops, aside = stops_of(
            self._store, member=member, shift=shift, tz=self._tz, now=self._now, hot=self._hot
        )
        done = before.done if before else ()
        if before is not None:
            done = (*done, *self._done_since(before, stops, member))
            if not chosen and (same := self._struck_off(before, stops, aside, done)) is not None:
                return same
        zero = shift.midnight(self._tz)
        begins, over = (round((moment - zero).total_seconds()) for moment in shift.moments(self._tz))
        now_s = max(float(begins), (self._now - zero).total_seconds())
        start = ends.start if not done else (done[-1].lon, done[-1].lat)
        walk = Shift(
            start=start,
            end=ends.start if shift.back else None,
            begins_s=round(now_s),
            ends_s=float(over),
            most_stops=shift.most_stops,
            capacity=shift.capacity,
        )
        carried = sum(one.load for one in done)
        base = Route(walk, (), None, now_s, (), len(done), carried)
        first = None if chosen or before is None or now_s <= begins else _next_of(before, stops)
        route = _walk(
            self._ground(),
            base,
            self._pauses(shift),
            here=start,
            now_s=walk.begins_s,
            stops=stops,
            first=first,
        )
        was_chosen = chosen or (before is not None and before.chosen)
        version = before.version if before else 0
        return KeptRoute(shift, was_chosen, rounded(route), done, aside, self._now, version)

    def _struck_off(
        self,
        before: KeptRoute,
        stops: Mapping[int, Stop],
        aside: dict[int, Aside],
        done: tuple[Done, ...],
    ) -> KeptRoute | None:
        """Return what was planned without what is done; None where it has to be planned anew."""
        known = {case_of(stop): stop for stop in before.stops()}
        missing = known.keys() - stops.keys()
        if any(not _same(stop, known.get(case)) for case, stop in stops.items()):
            return None
        visits, finished = before.route.visits, {one.case for one in done}
        n = 0
        while n < len(visits) and case_of(visits[n].stop) in missing & finished:
            n += 1
        rest = visits[n:]
        if any(case_of(visit.stop) in missing for visit in rest):
            return None
        zero = before.shift.midnight(self._tz)
        if rest and (self._now - zero).total_seconds() > rest[0].leaves_s + BEHIND_S:
            return None
        if not missing and aside == before.aside:
            return before
        left = tuple(one for one in before.route.left if case_of(one.stop) not in missing)
        carried = sum(one.load for one in done)
        route = replace(before.route, visits=rest, left=left, done=len(done), carried=carried)
        return replace(before, route=route, done=done, aside=aside)

    def _done_since(self, before: KeptRoute, stops: Mapping[int, Stop], member: Actor) -> list[Done]:
        """Return the cases that somebody of a team dealt with last, among those that are to do no more."""
        known = {case_of(stop): stop for stop in before.stops()}
        found = []
        for case in sorted(known.keys() - stops.keys()):
            with suppress(NotAllowedError, StoreError):  # it lies in other cells now
                event = self._store.events(case, actor=member).row(-1, named=True)
                if json.loads(event["payload"]).get("role") == member.role and not np.isnan(known[case].lon):
                    found.append((event["at"].astimezone(UTC), case))
        n = len(before.done)
        return [
            Done(n + place, case, at, known[case].lon, known[case].lat, known[case].load)
            for place, (at, case) in enumerate(sorted(found), 1)
        ]

    def _pauses(self, shift: FieldShift) -> Pauses:
        return Pauses.of(shift, self._spans(shift.day), self._tz)

    def _ground(self) -> Ground:
        streets = street_lines(self._store, actor=self._actor).streets
        return Ground(streets, walking_barriers(self._store, actor=self._actor))

    def _seconds(self, found: TeamRoute) -> float:
        """Return this moment on the route's clock, not before the shift begins, and before it is over."""
        walk = found.kept.route.shift
        begins = (found.kept.shift.moments(self._tz)[0] - found.midnight).total_seconds()
        at = max(begins, (self._now - found.midnight).total_seconds())
        return min(at, walk.ends_s - 1)


def routes_in(here: Workspace) -> FieldRoutes:
    """Return the routes of a workspace's teams as its viewer may see them."""
    return FieldRoutes(here.store, actor=here.viewer, tz=here.tz, hot=hot_classes(here.cube))


def prepare(store: Store, *, actor: Actor) -> None:
    """Do once what the first route of a program would wait for: the network of streets, compiled kernels."""
    streets = street_lines(store, actor=actor).streets
    lon, lat = streets.at[0] if len(streets.at) else (0.0, 0.0)
    # More than there is time for, so that all of the search takes part.
    stops = [Stop(k, lon + k * _STEP_DEG, lat, service_s=60, windows=((0, 300),)) for k in range(8)]
    plan(streets, stops, Shift(start=(lon, lat), end=(lon, lat), ends_s=400))


def _walk(
    ground: Ground,
    base: Route,
    pauses: Pauses,
    *,
    here: tuple[float, float],
    now_s: float,
    stops: Mapping[int, Stop],
    first: int | None = None,
) -> Route:
    """Plan the rest of a shift; it leads to the stop `first` at first, where there is time for that."""
    streets, barriers = ground
    own = {case: pauses.without(stop) for case, stop in stops.items()}
    shift = replace(base.shift, begins_s=0.0, ends_s=pauses.worked(base.shift.ends_s))
    empty = replace(base, shift=shift, visits=(), home=None, left=())
    begins_s = pauses.worked(now_s)
    if first is not None:
        alone = replan(streets, empty, here=here, now_s=begins_s, added=[own[first]], barriers=barriers)
        if alone.visits and alone.visits[0].leaves_s < shift.ends_s:
            to_it = alone.visits[0]
            others = [stop for case, stop in own.items() if case != first]
            went = replace(empty, done=base.done + 1, carried=base.carried + to_it.stop.load)
            at = (to_it.stop.lon, to_it.stop.lat)
            rest = replan(streets, went, here=at, now_s=to_it.leaves_s, added=others, barriers=barriers)
            visits = (to_it, *rest.visits)
            whole = replace(rest, shift=alone.shift, visits=visits, done=base.done, carried=base.carried)
            return pauses.put_back(whole, [*stops.values()])
    found = replan(streets, empty, here=here, now_s=begins_s, added=own.values(), barriers=barriers)
    return pauses.put_back(found, [*stops.values()])


def _next_of(before: KeptRoute, stops: Iterable[int]) -> int | None:
    """Return the case that the team is on its way to; None where it has none."""
    there = set(stops)
    for visit in before.route.visits:
        if case_of(visit.stop) in there:
            return case_of(visit.stop)
    return None


def _same(stop: Stop, before: Stop | None) -> bool:
    """Tell whether a stop is as it was planned; priorities rise with every hour, and are no new work."""
    if before is None:
        return False
    place = [stop.lon, stop.lat], [before.lon, before.lat]
    return np.array_equal(*place, equal_nan=True) and (
        replace(stop, lon=0, lat=0, priority=0) == replace(before, lon=0, lat=0, priority=0)
    )


def _read(row: RouteRow | None) -> KeptRoute | None:
    """Return the route that is kept; None where there is none, or none that can be read."""
    if row is None:
        return None
    with suppress(StoreError):  # it is planned anew
        return KeptRoute.from_text(row.content, version=row.version)
    return None


def _turn(store: Store, team_id: int) -> Any:
    """Return the lock of those who plan for a team."""
    with _GUARD:
        return _TURNS.setdefault((store.identity, team_id), Lock())
