"""The route of a team over HTTP: JSON, GPX and KML, the choice of a shift, and nobody else's route."""

from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from api.routes import routes
from data.actors import VIEWER, Actor
from data.cube import Cube
from data.store import Store
from data.workspace import Workspace
from geo.distances import metres_per_degree
from reports.field_routes import FieldRouteFiles
from tests.data import stores
from tests.data.field_town import MORNING, ONE, TWO, fill, found_town, place

SPOTS = [(100.0 * k, 120.0) for k in range(-4, 5)]
GPX = "{http://www.topografix.com/GPX/1/1}"
KML = "{http://www.opengis.net/kml/2.2}"
Client = Callable[[Actor], TestClient]


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Store]:
    with Store.open(stores.new_file(tmp_path / "town.sqlite")) as store:
        found_town(store)
        fill(store, SPOTS, address="解放路 12 号", description="楼道口 <b>小广告</b>")
        yield store


@pytest.fixture(autouse=True)
def morning(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let it be before the shift, whenever this runs."""
    monkeypatch.setattr("data.field_routes.clock", SimpleNamespace(moment=lambda: MORNING))


@pytest.fixture
def client(town: Store) -> Client:
    here = Workspace(town, Cube.open(town))

    def of(actor: Actor) -> TestClient:
        made = routes(lambda: here.seen_by(actor), route_files=FieldRouteFiles())
        return TestClient(Starlette(routes=made))

    return of


def get(client: TestClient, **params: Any) -> dict[str, Any]:
    answer = client.get("/api/field/route", params={"lang": "en", **params})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_the_route_holds_every_case_once_in_order_of_time(client: Client, town: Store) -> None:
    route = get(client(ONE))
    there = [stop["case"] for stop in route["stops"]] + [one["case"] for one in route["left"]]
    assert sorted(there) == town.visible_ids(actor=ONE).to_list()
    assert [stop["n"] for stop in route["stops"]] == [*range(1, len(route["stops"]) + 1)]
    assert route["next"] == route["stops"][0]["case"]
    times = [route["shift"]["begins_at"]]
    for stop in route["stops"]:
        times += [stop["arrives_at"], stop["begins_at"], stop["leaves_at"]]
    times += [route["over_at"], route["shift"]["ends_at"]]
    moments = [datetime.fromisoformat(time) for time in times]
    assert moments == sorted(moments) and all(time.endswith("Z") for time in times)


def test_the_legs_join_the_stops_and_are_as_long_as_they_say(client: Client) -> None:
    route = get(client(ONE))
    legs = [stop["leg"] for stop in route["stops"]] + [route["home"]]
    ends = [route["start"], *([stop["lon"], stop["lat"]] for stop in route["stops"]), route["end"]]
    for leg, (begin, end) in zip(legs, pairwise(ends), strict=True):
        way = list(zip(leg["way"][::2], leg["way"][1::2], strict=True))
        assert way[0] == pytest.approx(begin, abs=2e-6) and way[-1] == pytest.approx(end, abs=2e-6)
        assert all(round(degrees, 6) == degrees for degrees in leg["way"])
        east_m, north_m = metres_per_degree(way[0][1])
        drawn = sum(
            ((b[0] - a[0]) ** 2 * east_m**2 + (b[1] - a[1]) ** 2 * north_m**2) ** 0.5
            for a, b in pairwise(way)
        )
        assert drawn - 2 <= leg["metres"] <= 1.3 * drawn + 2
        assert leg["minutes"] == pytest.approx(leg["metres"] / 1.2 / 60, abs=0.1)
        assert (leg["why"] is None) == (leg["kind"] == "streets")
    assert route["metres"] == pytest.approx(sum(leg["metres"] for leg in legs), abs=len(legs))
    assert (
        route["words"]
        == f"{len(route['stops'])} stops, {route['metres'] / 1000:.1f} km, over at " + (route["words"][-5:])
    )


def test_what_is_left_out_says_why_in_words(client: Client) -> None:
    own = client(ONE)
    body = {"shift": {"most_stops": 2}}
    chosen = own.post("/api/field/route", json=body, params={"lang": "en"})
    assert chosen.status_code == 200, chosen.text
    route = get(client(ONE))
    assert route["stops"] == chosen.json()["stops"] and len(route["stops"]) == 2
    assert {one["reason"] for one in route["left"]} == {"most_stops"}
    assert {one["words"] for one in route["left"]} == {"the route has as many stops as it may have"}
    assert route["shift"]["chosen"] and route["shift"]["most_stops"] == 2


def test_from_where_somebody_stands(client: Client) -> None:
    shared, here = get(client(ONE)), place(333, -333)
    own = get(client(ONE), lon=here[0], lat=here[1])
    assert not own["shared"] and own["start"] == [round(degrees, 6) for degrees in here]
    assert shared["shared"] and get(client(ONE)) == shared


def test_an_unchanged_route_is_not_sent_again(client: Client) -> None:
    own = client(ONE)
    tag = own.get("/api/field/route").headers["etag"]
    assert own.get("/api/field/route", headers={"If-None-Match": tag}).status_code == 304


def test_who_heads_the_city_looks_through_the_teams_eyes(client: Client) -> None:
    assert get(client(VIEWER), team=1) == get(client(ONE))
    for ending in ("", ".gpx", ".kml"):
        assert client(TWO).get(f"/api/field/route{ending}?team=1").status_code == 403
        assert client(VIEWER).get(f"/api/field/route{ending}").status_code == 400
    assert client(TWO).post("/api/field/route", json={"team": 1, "shift": {}}).status_code == 403
    assert [stop["case"] for stop in get(client(TWO))["stops"]] == []


@pytest.mark.parametrize(
    ("send", "status", "words"),
    [
        ({"content": b"{", "headers": {"content-type": "application/json"}}, 400, "JSON"),
        ({"data": {"shift": "x"}}, 415, "application/json"),
        ({"json": {}}, 400, "which shift"),
        ({"json": {"shift": {"begins": "noon", "capacity": 0}}}, 400, "'noon'"),
        ({"json": {"shift": "x" * 20_000}}, 413, "too large"),
    ],
)
def test_a_choice_that_cannot_be_meant_is_refused(
    client: Client, send: dict[str, Any], status: int, words: str
) -> None:
    answer = client(ONE).post("/api/field/route", params={"lang": "en"}, **send)
    assert answer.status_code == status and words in answer.json()["error"]


@pytest.mark.parametrize("query", ["lon=1", "lon=x&lat=1", "lon=nan&lat=1", "lon=1&lat=91", "lon=&lat="])
def test_a_place_that_is_none_is_refused(client: Client, query: str) -> None:
    assert client(ONE).get(f"/api/field/route?{query}").status_code == 400


def test_gpx_and_kml_hold_the_same_stops_with_the_words_of_the_cases(client: Client) -> None:
    own = client(ONE)
    route = get(own)
    gpx = own.get("/api/field/route.gpx?lang=en")
    assert gpx.headers["content-type"].startswith("application/gpx+xml")
    assert ".gpx" in gpx.headers["content-disposition"]
    root = ElementTree.fromstring(gpx.text)
    waypoints = [(float(at.get("lon", 0)), float(at.get("lat", 0))) for at in root.iter(f"{GPX}wpt")]
    assert waypoints == [pytest.approx((stop["lon"], stop["lat"]), abs=1e-6) for stop in route["stops"]]
    assert "flyposting" in gpx.text and "&lt;b&gt;" in gpx.text
    assert len(list(root.iter(f"{GPX}trkseg"))) == len(route["stops"]) + 1
    kml = own.get("/api/field/route.kml")
    assert kml.headers["content-type"].startswith("application/vnd.google-earth.kml+xml")
    assert len(list(ElementTree.fromstring(kml.text).iter(f"{KML}LineString"))) == len(route["stops"]) + 1
    assert own.get("/api/field/route.exe").status_code == 404
