"""A team's day and its answers over HTTP: to its own people, and to who heads the city."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import geopandas as gpd
import numpy as np
import pytest
from shapely.geometry import LineString, box
from starlette.applications import Starlette
from starlette.testclient import TestClient

from api.routes import routes
from data import field_hot
from data.actors import OPERATOR, VIEWER, Actor
from data.clock import moment
from data.cube import Cube
from data.field_forms import store_name
from data.hot_cells import HotCells
from data.store import Store
from data.workspace import Workspace
from geo.cells import from_points, to_text
from geo.errors import NotEnoughDataError
from tests.data import stores
from tests.data.field_towns import CELLS, ONE, TWO, answer, publish, report, sent_case, with_teams
from tests.data.pictures import encoded, scene
from tests.data.samples import LAT
from tests.data.town_cells import middle

PICTURE = encoded(scene(1, width=80, height=80))
JPEG = {"content-type": "image/jpeg"}
LON = middle(1)[0]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(stores.new_file(tmp_path / "city.sqlite"), photos=str(tmp_path / "photos")) as opened:
        opened.set_fact("tz", "Asia/Shanghai", actor=OPERATOR)
        yield with_teams(opened)


@pytest.fixture(autouse=True)
def _nowhere_hot(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out what compiles for seconds and says nothing of so few reports."""

    def refuse(*_asked: object) -> None:
        raise NotEnoughDataError

    monkeypatch.setattr(field_hot, "hot_cells", refuse)


def served(store: Store, viewer: Actor = VIEWER) -> TestClient:
    here = Workspace(store, Cube.open(store), viewer)
    return TestClient(Starlette(routes=routes(lambda: here)))


def hand_in(client: TestClient, *told: Any, team: int | None = 1, **more: Any) -> list[dict[str, Any]]:
    form = json.dumps({"form": 1, "team": team, "answers": told, **more})
    asked = client.post("/api/field/answers", content=form, headers={"content-type": "application/json"})
    assert asked.status_code == 200, asked.text
    results: list[dict[str, Any]] = asked.json()["results"]
    return results


def test_the_day_holds_the_teams_cells_ground_and_cases(store: Store) -> None:
    frame = gpd.GeoDataFrame(
        {
            "kind": ["street", "street", "compound"],
            "name": ["解放路", "远街", "东村小区"],
            "attributes": [{"level": "main"}, {}, {}],
        },
        geometry=[
            LineString([(LON - 1, LAT), (LON + 1, LAT)]),
            LineString([(LON + 1, LAT), (LON + 1.1, LAT)]),
            box(LON - 0.0001, LAT - 0.0001, LON + 0.0001, LAT + 0.0001),
        ],
        crs="EPSG:4326",
    )
    mine, theirs = sent_case(store, 1), sent_case(store, 2)
    store.write_places(frame, actor=OPERATOR)
    day = served(store).get("/api/field/day?team=1&lang=zh").json()
    assert (day["form"], day["locale"], day["tz"], day["synthetic"]) == (1, "zh", "Asia/Shanghai", False)
    assert day["store"] == store_name(store.identity)
    assert day["team"] == {"id": 1, "number": 1, "name": "东村"}
    assert day["edition"]["name"] == "一版"
    own = CELLS.filter(team_id=1)["cell"]
    assert [cell for cell, _ring in day["cells"]] == list(to_text(own))
    west, south, east, north = day["box"]
    assert all(
        west < lon < east and south < lat < north
        for _cell, ring in day["cells"]
        for lon, lat in zip(ring[::2], ring[1::2], strict=True)
    )
    (street,), (compound,) = day["ground"]["streets"], day["ground"]["compounds"]
    assert street == {"name": "解放路", "kind": street["kind"], "lines": [[west, LAT, east, LAT]]}
    assert compound["name"] == "东村小区" and len(compound["rings"][0]) == 10
    (case,) = day["cases"]
    assert case["id"] == mine != theirs
    assert case["cell"] == to_text(from_points([LON], [LAT], 10))[0]
    assert (case["version"], case["status"]) == (3, "dispatched")
    assert [act["act"] for act in case["acts"]][:2] == ["start", "fix"]
    (manhole,) = [one for one in day["categories"] if one["code"] == "manhole"]
    assert {"code": "manhole", "name": case["category_name"]}.items() <= manhole.items()
    assert all(day["reasons"][act] for act in ("not_found", "not_mine", "needs_help"))


def test_cases_to_work_on_come_first_and_the_most_urgent_of_them_before(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_at = store.report({"category": "manhole", "lon": LON, "lat": LAT}, actor=OPERATOR).id
    fresh, late = sent_case(store, days_ago=0.01), sent_case(store, days_ago=300)
    client = served(store)
    cases = client.get("/api/field/day?team=1").json()["cases"]
    assert [case["id"] for case in cases] == [late, fresh, looked_at]
    classes = np.array([int(from_points([LON], [LAT], 10)[0])], np.uint64), np.array([1], np.uint8)
    found = HotCells(*classes, ("none", "intensifying_hot"), np.zeros(1), np.ones(1, np.uint32))
    looked = []
    monkeypatch.setattr(field_hot, "hot_cells", lambda *asked: looked.append(asked) or found)
    client = served(store)
    for _time in range(2):
        hot = client.get("/api/field/day?team=1").json()["cases"]
        assert {case["hot"] for case in hot} == {"intensifying_hot"}
        assert (hot[0]["hot_words"], hot[0]["urgency"]) == ("Intensifying hot spot", 100)
    assert len(looked) == 1, "the classes of a day are looked for once"


def test_a_team_has_its_own_day_and_no_others(store: Store) -> None:
    own = served(store, ONE)
    assert own.get("/api/field/day").json()["team"]["id"] == 1
    assert own.get("/api/field/day?team=1").status_code == 200
    for address in ("day?team=2", f"similar?team=2&lon={LON}&lat={LAT}&category=manhole"):
        assert own.get(f"/api/field/{address}").status_code == 403
    case = sent_case(store, 1)
    told = {"form": 1, "team": 2, "answers": [answer("note", case, note="x")]}
    assert own.post("/api/field/answers", json=told).status_code == 403
    photo = own.post(f"/api/field/photos?team=2&uid={uuid4()}&case={case}", content=PICTURE, headers=JPEG)
    assert photo.status_code == 403
    assert served(store).get("/api/field/day").status_code == 400
    assert served(store).get("/api/field/day?team=9").status_code == 400
    analyst = served(store, Actor("分析员", "analyst"))
    assert analyst.get("/api/field/day?team=1").status_code == 403


def test_answers_come_back_in_order_with_their_cases_as_they_are_then(store: Store) -> None:
    mine, theirs = sent_case(store, 1), sent_case(store, 2)
    client = served(store, ONE)
    told = [answer("start", mine), answer("fix", theirs), {"uid": "?"}, answer("fix", mine), report(2)]
    found = hand_in(client, *told, team=None)
    assert [one["state"] for one in found] == ["applied", "refused", "refused", "applied", "applied"]
    assert [one["uid"] for one in found] == [one["uid"] for one in told]
    assert found[0]["case"] == found[3]["case"]
    assert (found[3]["case"]["status"], found[3]["case"]["version"]) == ("fixed", 5)
    assert [one["case"] for one in (found[1], found[2], found[4])] == [None] * 3, "nothing of other cells"
    (done,) = client.get("/api/field/day").json()["done"]
    assert (done["id"], done["act"], done["status"]) == (mine, "fix", "fixed")
    again = [one["state"] for one in hand_in(client, *told)]
    assert again == ["already", "refused", "refused", "already", "already"]


def test_a_photo_is_sent_as_it_is(store: Store) -> None:
    case = sent_case(store)
    client, uid = served(store, ONE), uuid4()
    at = (moment() - timedelta(hours=2)).isoformat().replace("+00:00", "Z")
    address = f"/api/field/photos?uid={uid}&case={case}&when=after&at={at}&version=3"
    sent = [client.post(address, content=PICTURE, headers=JPEG).json() for _time in range(2)]
    assert [one["state"] for one in sent] == ["applied", "already"]
    (shown,) = sent[0]["case"]["photos"]
    assert shown["when"] == "after"
    assert client.get(f"/api/photos/{shown['name']}?size=thumb").status_code == 200
    damaged = client.post(address.replace(str(uid), str(uuid4())), content=PICTURE[:50], headers=JPEG).json()
    assert damaged["state"] == "refused" and damaged["words"]


def test_reports_like_a_new_one_are_told_without_what_lies_in_other_cells(store: Store) -> None:
    at = moment() - timedelta(hours=3)
    for team in (1, 2):
        store.report(
            {"category": "manhole", "lon": middle(team)[0], "lat": LAT, "reported_at": at}, actor=OPERATOR
        )
    client = served(store, ONE)
    for team in (1, 2):
        asked = f"/api/field/similar?lon={middle(team)[0]}&lat={LAT}&category=manhole"
        (found,) = client.get(asked).json()["similar"]
        assert found["why"] and found["distance_m"] == 0
        assert (found["id"], found["case"] is not None) == ((1, True) if team == 1 else (None, False))


EMPTY = '{"form":1,"team":1,"answers":[]}'
JSON = {"content-type": "application/json"}
TEXT = {"content-type": "text/plain"}


def test_what_is_sent_wrongly_gets_clear_words(store: Store) -> None:
    client = served(store)
    for address, sent, headers, status, words in (
        ("answers", "{", JSON, 400, "JSON"),
        ("answers", "{}", JSON, 400, "the list 'answers' is missing"),
        ("answers", EMPTY, TEXT, 415, "must be"),
        ("answers", EMPTY.replace("]", '],"store":"x"'), JSON, 400, "another city"),
        ("answers", EMPTY.replace(':1,"a', ':true,"a'), JSON, 400, "team"),
        ("photos?team=1", PICTURE, TEXT, 415, "must be"),
        ("photos?team=1&case=%C2%B2", PICTURE, JPEG, 400, "case"),
        ("photos?team=1&lon=999&lat=1", PICTURE, JPEG, 400, "no place"),
    ):
        answered = client.post(f"/api/field/{address}", content=sent, headers=headers)
        assert answered.status_code == status, answered.text
        assert words in answered.json()["error"]


def test_half_a_character_blocks_no_answer_that_comes_with_it(store: Store) -> None:
    client, half = served(store, ONE), "\ud800"
    hostile = {"uid": half, "act": half, "note": half, half: half}
    results = hand_in(client, hostile, answer("note", sent_case(store), note="好"))
    assert [one["state"] for one in results] == ["refused", "applied"]
    form = json.dumps({"form": half, "team": 1, "answers": []})
    refused = client.post("/api/field/answers", content=form, headers={"content-type": "application/json"})
    assert refused.status_code == 400 and "�" in refused.json()["error"]


def test_a_team_that_has_retired_still_hands_in_what_it_did(store: Store) -> None:
    case = sent_case(store, 2)
    told = answer("fix", case)
    publish(store, CELLS.filter(team_id=1))
    store.change_team(2, actor=OPERATOR, version=1, retired=True)
    assert [one["state"] for one in hand_in(served(store), told, team=2)] == ["conflict"]
    assert served(store, TWO).get("/api/field/day").status_code == 400
