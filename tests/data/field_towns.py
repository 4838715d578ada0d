"""A town with two teams in their cells and a case for each, for the tests of what teams answer."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import polars as pl

from data.actors import OPERATOR, Actor
from data.clock import moment
from data.store import Store
from tests.data.samples import LAT
from tests.data.town_cells import disk, middle

UNIT = "环卫中心"
ONE, TWO = (Actor(f"{team}队队员", "team_member", team=team) for team in (1, 2))
CELLS = disk({1: 3, 2: 3})


def with_teams(store: Store) -> Store:
    """Add two teams to a store, and publish their cells."""
    for name in ("东村", "西村"):
        store.add_team(name, actor=OPERATOR)
    publish(store, CELLS)
    return store


def publish(store: Store, frame: pl.DataFrame) -> None:
    """Bring territories into force in place of those that are."""
    before = store.edition_in_force(actor=OPERATOR)
    made = store.draft_territories("一版", frame, actor=OPERATOR)
    store.publish_territories(made.id, actor=OPERATOR, version=1, replaces=before.id if before else None)


def sent_case(store: Store, team: int = 1, *, days_ago: float = 3) -> int:
    """Report a problem in the middle of a team's cells some days ago, and have it sent to a unit."""
    at = moment() - timedelta(days=days_ago)
    lon, lat = middle(team)
    report = {"category": "manhole", "lon": lon, "lat": lat, "reported_at": at}
    case = store.report(report, actor=OPERATOR)
    store.transition(case.id, "accept", actor=OPERATOR, at=at)
    store.transition(case.id, "dispatch", actor=OPERATOR, unit=UNIT, at=at)
    return case.id


def answer(act: str, case: int | None = None, **told: Any) -> dict[str, Any]:
    """Return an answer as a phone sends it, given an hour ago to a case that was sent to a unit."""
    an_hour_ago = (moment() - timedelta(hours=1)).isoformat()
    given = {"uid": str(uuid4()), "act": act, "case": case, "version": 3 if case else None, "at": an_hour_ago}
    return given | told


def report(team: int = 1, **told: Any) -> dict[str, Any]:
    """Return the report of a new problem in the middle of a team's cells."""
    return answer("report", category="manhole", lon=middle(team)[0], lat=LAT, note="井盖没了", **told)


def kinds(store: Store, case: int) -> list[str]:
    """Return what happened to a case."""
    return store.events(case, actor=OPERATOR)["kind"].to_list()
