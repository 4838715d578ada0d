"""What a field team is told of a case that is not in its cells, by every route: nothing."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import uuid4

import numpy as np
import polars as pl
import pytest
from starlette.routing import Route
from starlette.testclient import TestClient

from api import search
from api.visitors import TEAM_COOKIE
from data import field_ground
from data.actors import OPERATOR, Actor
from data.cube_scope import cut
from data.cube_state import State
from data.store import Store
from data.territory_wishes import wishes
from geo.cells import from_points
from tests.api.conftest import places
from tests.api.door import app_routes, enter, served
from tests.data import stores
from tests.data.pictures import encoded, scene
from tests.data.samples import LAT, reports
from tests.data.town_cells import disk, middle

N: Final = 150
#: Stands in the words of every case that is not in the cells of team 1.
ELSEWHERE: Final = "Elsewhere17"
BOX: Final = "bbox=116,37,118,39"
TERRITORIES: Final = disk({1: 12, 2: 13})

#: What is asked of each route; what is not about cases is asked nothing.
ASKED: Final[dict[str, tuple[str, ...]]] = {
    "/api/cells": (
        *("/api/cells?res=7", "/api/cells?res=12", "/api/cells?res=9&measure=overdue"),
        "/api/cells?res=9&measure=change&from=2024-06-01&to=2024-08-31",
    ),
    "/api/figures": ("/api/figures?measures=count,open,days",),
    "/api/clusters": (f"/api/clusters?{BOX}&zoom=12", f"/api/clusters?{BOX}&zoom=19"),
    "/api/points": (f"/api/points?{BOX}", f"/api/points?{BOX}&status=closed"),
    "/api/reports/{id}": ("/api/reports/{own}", "/api/reports/{other}"),
    "/api/places": ("/api/places?zoom=16",),
    "/api/place-shapes": ("/api/place-shapes?kind=street",),
    "/api/place-rates": ("/api/place-rates?kind=street",),
    "/api/heat": (f"/api/heat?{BOX}&zoom=12&width=200&height=200",),
    "/api/hotspots": tuple(f"/api/hotspots?kind={kind}" for kind in ("classes", "now", "outliers")),
    "/api/hotspots/reason": ("/api/hotspots/reason?kind=now&cell={cell}",),
    "/api/street-lines": ("/api/street-lines",),
    "/api/street-density": ("/api/street-density?bandwidth=200",),
    "/api/search": ("/api/search?q=1", f"/api/search?q={ELSEWHERE}"),
    "/tiles/{name}.pmtiles": ("/tiles/basemap.pmtiles",),
    "/api/photos/{name}": ("/api/photos/{photo}", "/api/photos/{photo}?size=thumb"),
    "/api/export/{name}": (
        *("/api/export/cells.csv", "/api/export/reports.kepler.json", "/api/export/hotspots.csv?kind=now"),
    ),
    "/api/field/day": ("/api/field/day", "/api/field/day?team=1"),
    "/api/field/similar": (f"/api/field/similar?team=1&lon={middle(1)[0]}&lat={LAT}&category=manhole",),
    "/api/field/pack": ("/api/field/pack",),
    "/api/field/sheet": ("/api/field/sheet",),
    "/api/field/route": ("/api/field/route",),
    "/api/field/route.{ending}": ("/api/field/route.gpx", "/api/field/route.kml"),
    "/api/field/answers": (),  # below
    "/api/field/photos": (),
    "/api/territories": ("/api/territories?edition=1",),
    "/api/territories/paint": (),
    "/api/territories/wishes": (),
    "/api/pulse": (),
    "/api/field/enter": (),
    "/api/field/leave": (),
    "/api/{rest:path}": ("/api/cases",),
}
#: Open to everybody: what they tell is nobody's own.
FOR_ALL: Final = {"/healthz", "/assets/{name:path}"}
#: What these tell is no figure of all cases: a manager hears the same after more of them were reported.
NO_FIGURES: Final = (
    *("/api/reports/{id}", "/api/photos/{name}", "/api/places", "/api/place-shapes", "/api/street-lines"),
    *("/api/search", "/tiles/{name}.pmtiles", "/api/{rest:path}"),
    *(path for path in ASKED if path.startswith("/api/field/")),  # of one team, for whoever asks
)


@dataclass(frozen=True)
class Town:
    """A store with two teams, and what an address may name in it."""

    store: Store
    secret: str
    named: dict[str, str]


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """Two teams with cases in their cells, and cases in nobody's."""
    folder = tmp_path_factory.mktemp("town")
    url = stores.new_file(folder / "city.sqlite")
    with Store.open(url, photos=str(folder / "photos")) as store:
        for name in ("东村", "西村"):
            store.add_team(name, actor=OPERATOR)
        draft = store.draft_territories("一版", TERRITORIES, actor=OPERATOR)
        store.publish_territories(draft.id, actor=OPERATOR, version=1, replaces=None)
        store.write_places(places(), actor=OPERATOR)
        frame = told(pl.concat([near(1, N, seed=1), reports(N, seed=2)]))
        store.write_reports(frame, actor=OPERATOR)
        own, other = (frame["description"].to_list().index(word) + 1 for word in ("nearby", ELSEWHERE))
        photo = store.add_photo(other, encoded(scene(7, width=64, height=64)), actor=OPERATOR, role="before")
        cell = f"{from_points([middle(2)[0]], [LAT], 10)[0]:x}"
        named = {"own": str(own), "other": str(other), "photo": photo.photo.photo.full, "cell": cell}
        yield Town(store, store.make_link(1, label="小李", actor=OPERATOR)[1], named)


def near(team: int, n: int, *, seed: int) -> pl.DataFrame:
    """Make reports around the middle of a team's cells."""
    (lon, lat), random = middle(team), np.random.default_rng(seed)
    return reports(n, seed=seed).with_columns(
        lon=pl.Series(random.normal(lon, 0.004, n)), lat=pl.Series(random.normal(lat, 0.004, n))
    )


def told(frame: pl.DataFrame) -> pl.DataFrame:
    """Let the words of each report say whether it lies in the cells of team 1."""
    own = TERRITORIES.filter(team_id=1)["cell"].to_numpy()
    within = np.isin(from_points(frame["lon"].to_numpy(), frame["lat"].to_numpy(), 10), own)
    words = pl.Series(np.where(within, "nearby", ELSEWHERE))
    return frame.with_columns(description=words, address=words, kind=words)


def ask_all(client: TestClient, town: Town) -> dict[str, tuple[int, bytes]]:
    """Ask every route; of each answer what does not tell one state of the data from another."""
    answers = {}
    for address in (one.format(**town.named) for urls in ASKED.values() for one in urls):
        answer = client.get(address)
        answers[address] = (answer.status_code, without_stamps(answer.content))
    return answers


def without_stamps(body: bytes) -> bytes:
    """Take out which state of the data an answer is of, and when it was made; all reports are of 2024."""
    body = re.sub(rb"[0-9a-f]{8}-\d+-[0-9a-f]{8}(-[0-9a-f]{12})?", b"VERSION", body)
    body = re.sub(rb'("hours_left":|"pack":{"id":")[-0-9a-f.]+', b"MADE", body)
    return re.sub(
        rb"20(2[6-9]|[3-9]\d)(-|\\00002d)\d\d(-|\\00002d)\d\d[ T]\d\d(:|\\00003a)[\d:.]+", b"NOW", body
    )


def test_every_route_is_tried_here() -> None:
    known: set[str] = set()
    for route in app_routes(lambda: pytest.fail("nothing is asked")):
        assert isinstance(route, Route)
        known.add(route.path)
    assert known == set(ASKED) | FOR_ALL


def test_what_happens_elsewhere_changes_nothing_that_a_team_is_told(town: Town) -> None:
    team, manager = served(town.store), served(town.store)
    enter(team, town.secret)
    before, seen = ask_all(team, town), ask_all(manager, town)
    assert not [address for address, (_status, body) in before.items() if ELSEWHERE.encode() in body]
    assert [address for address, (_status, body) in before.items() if b"nearby" in body]
    added = told(pl.concat([near(2, 100, seed=3), reports(100, seed=4, source="another feed")]))
    town.store.write_reports(added.filter(description=ELSEWHERE), actor=OPERATOR)
    town.store.transition(int(town.named["other"]), "note", actor=OPERATOR, note="看过了")
    after, later = ask_all(team, town), ask_all(manager, town)
    assert {address for address in before if before[address] != after[address]} == set()
    same = {address for address in seen if seen[address] == later[address]}
    assert same == {url.format(**town.named) for path in NO_FIGURES for url in ASKED[path]}


@pytest.mark.parametrize("team", ["2", "0", "99999999999999999999", "x", "1.0", "-1"])
def test_no_address_makes_a_member_one_of_another_team(town: Town, team: str) -> None:
    member = served(town.store)
    enter(member, town.secret)
    for path in ("day", "similar", "pack", "sheet", "route", "route.gpx"):
        refused = member.get(f"/api/field/{path}?lon=1&lat=1&category=manhole&team={team}")
        assert refused.status_code == (403 if team in {"0", "2"} else 400) and "cases" not in refused.json()
    assert served(town.store).get("/api/field/day?team=2").json()["team"]["id"] == 2


def test_no_form_of_a_member_changes_a_case_elsewhere(town: Town) -> None:
    member, seq = served(town.store), town.store.last_seq(actor=OPERATOR)
    enter(member, town.secret)
    acts: list[dict[str, object]] = [{"act": act, "note": "改"} for act in ("start", "fix", "note")]
    acts += [{"act": act, "reason": "other"} for act in ("not_found", "needs_help", "not_mine")]
    common = {"case": int(town.named["other"]), "at": datetime.now(UTC).isoformat()}
    answers = [{"uid": str(uuid4()), **common, **act} for act in acts]
    sent = {"form": 1, "team": 1, "answers": answers}
    results = member.post("/api/field/answers", json=sent).json()["results"]
    assert {(one["state"], one["case"]) for one in results} == {("refused", None)}
    photo = {"uid": str(uuid4()), "case": town.named["other"], "when": "after", "at": common["at"]}
    jpeg = {"Content-Type": "image/jpeg"}
    content = encoded(scene(8, width=64, height=64))
    result = member.post("/api/field/photos", params=photo, content=content, headers=jpeg).json()
    assert (result["state"], result["case"]) == ("refused", None)
    assert member.post("/api/field/answers", json={**sent, "team": 2}).status_code == 403
    other = {**photo, "team": "2"}
    assert member.post("/api/field/photos", params=other, content=content, headers=jpeg).status_code == 403
    assert town.store.last_seq(actor=OPERATOR) == seq


def test_no_form_of_a_member_changes_whose_the_cells_are(town: Town) -> None:
    member = served(town.store)
    enter(member, town.secret)
    cells = [f"{TERRITORIES['cell'][0]:x}"]
    draft = town.store.draft_territories("草案", TERRITORIES, actor=OPERATOR)
    seen = wishes(town.store, actor=OPERATOR)
    for path, sent in (
        ("paint", {"edition": draft.id, "version": 1, "cells": cells, "teams": [None]}),
        ("paint", {"edition": 1, "version": 2, "cells": cells, "teams": [2]}),
        ("wishes", {"version": seen.version, "pins": {}}),
    ):
        refused = member.post(f"/api/territories/{path}", json=sent)
        assert refused.status_code in {400, 403} and "version" not in refused.json()
    assert wishes(town.store, actor=OPERATOR) == seen
    assert member.get(f"/api/territories?edition={draft.id}").status_code == 403
    assert town.store.territories(draft.id, actor=OPERATOR).equals(TERRITORIES.cast({"team_id": pl.Int64}))


def test_a_case_elsewhere_is_not_there_for_a_team_and_neither_is_its_photo(town: Town) -> None:
    team, manager = served(town.store), served(town.store)
    enter(team, town.secret)
    for address in ("/api/reports/{other}", "/api/photos/{photo}", "/api/photos/{photo}?size=full"):
        assert team.get(address.format(**town.named)).status_code == 404
        assert manager.get(address.format(**town.named)).status_code == 200
    assert team.get("/api/reports/{own}".format(**town.named)).status_code == 200


def test_what_is_the_same_for_all_telephones_is_made_once(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []

    def counted(name: str, make: Callable[..., object]) -> Callable[..., object]:
        return lambda *given, **named: (made.append(name), make(*given, **named))[1]

    monkeypatch.setattr("api.search.Gazetteer", counted("search", search.Gazetteer))
    monkeypatch.setattr("data.field_ground.boundaries", counted("ground", field_ground.boundaries))
    search._made.cache_clear()
    field_ground._made.cache_clear()
    for team, phones in ((1, 3), (2, 2)):
        for _n in range(phones):
            phone = served(town.store)
            enter(phone, town.store.make_link(team, label="小赵", actor=OPERATOR)[1])
            assert phone.get("/api/field/day").json()["cells"]
            assert phone.get("/api/search?q=1").status_code == 200
    assert sorted(made) == ["ground", "ground", "search"]


def test_a_teams_part_is_cut_once_for_each_state_and_edition(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[int | None] = []

    def counted(state: State, store: Store, actor: Actor) -> State:
        made.append(actor.team)
        return cut(state, store, actor)

    monkeypatch.setattr("data.cube_scope.cut", counted)
    member = served(town.store)
    enter(member, town.secret)
    other = TestClient(
        member.app, cookies={TEAM_COOKIE: town.store.make_link(1, label="小王", actor=OPERATOR)[1]}
    )
    for one in (member, other, member):
        assert one.get("/api/cells?res=9").status_code == 200
    assert made == [1], "two telephones of one team share a part"
    told = member.get("/api/figures?measures=count").content
    before = town.store.edition_in_force(actor=OPERATOR)
    draft = town.store.draft_territories("二版", disk({1: 3, 2: 3}), actor=OPERATOR)
    town.store.publish_territories(draft.id, actor=OPERATOR, version=1, replaces=before and before.id)
    assert member.get("/api/figures?measures=count").content != told
    assert other.get("/api/figures?measures=count").status_code == 200
    assert made == [1, 1]
