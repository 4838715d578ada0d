"""What the routes answer, against the cube and the store asked directly."""

from pathlib import Path

import numpy as np
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from api.routes import routes
from data.actors import OPERATOR, Actor
from data.filters import Filter
from data.workspace import Workspace
from geo import cells
from geo.errors import FilterError, NotAllowedError, StoreError
from layers import assets, wire
from tests.api.conftest import REPORTS
from tests.data.samples import reports

EVERYWHERE = "116,37,118,39"


@pytest.mark.parametrize("resolution", cells.RESOLUTIONS)
def test_cells_are_those_of_the_cube_at_every_resolution(
    client: TestClient, city: Workspace, resolution: int
) -> None:
    ids, counts, meta = wire.unpack(client.get(f"/api/cells?res={resolution}").content)
    expected = city.cube.counts(Filter(), resolution)
    assert np.array_equal(ids, expected.cells)
    assert np.array_equal(counts, expected.counts)
    assert meta["resolution"] == resolution
    assert meta["total"] == counts.sum() == REPORTS


def test_a_filter_counts_only_what_it_lets_through(client: TestClient, city: Workspace) -> None:
    answer = client.get("/api/cells?res=9&status=closed")
    assert wire.unpack(answer.content)[2]["total"] == city.cube.total(Filter(statuses=("closed",)))
    assert 0 < wire.unpack(answer.content)[2]["total"] < REPORTS


def test_a_box_sends_whole_cells_and_the_classes_of_the_whole_city(
    client: TestClient, city: Workspace
) -> None:
    everywhere = dict(zip(*wire.unpack(client.get("/api/cells?res=9").content)[:2], strict=True))
    lon, lat = cells.centres(np.array([max(everywhere, key=lambda cell: everywhere[cell])], dtype=np.uint64))
    box = f"{lon[0] - 0.001},{lat[0] - 0.001},{lon[0] + 0.001},{lat[0] + 0.001}"
    ids, counts, meta = wire.unpack(client.get(f"/api/cells?res=9&bbox={box}").content)
    assert 0 < ids.size < len(everywhere)
    assert all(everywhere[cell] == count for cell, count in zip(ids, counts, strict=True))
    assert meta["edges"] == wire.unpack(client.get("/api/cells?res=9").content)[2]["edges"]
    assert meta["total"] == REPORTS


def test_the_browser_is_told_when_its_copy_is_still_right_and_when_not(
    client: TestClient, city: Workspace
) -> None:
    first = client.get("/api/cells?res=9")
    known = {"If-None-Match": first.headers["etag"]}
    assert client.get("/api/cells?res=9", headers=known).status_code == 304
    assert client.get("/api/cells?res=10", headers=known).status_code == 200
    city.store.write_reports(reports(10, seed=99), actor=OPERATOR)
    again = client.get("/api/cells?res=9", headers=known)
    assert again.status_code == 200
    assert again.headers["etag"] != first.headers["etag"]


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("/api/cells?res=3", "res '3' is not offered"),
        ("/api/cells?res=ten", "res 'ten' is not offered"),
        ("/api/cells?bbox=1,2,3", "bbox '1,2,3' is not four numbers"),
        ("/api/cells?bbox=5,0,1,1", "turned inside out"),
        ("/api/cells?bbox=nan,nan,nan,nan", "turned inside out"),
        ("/api/cells?status=lost", "'lost' is not a status"),
        ("/api/cells?from=yesterday", "'yesterday' is not a date"),
        ("/api/cells?from=2026-02-01&to=2026-01-01", "ends before that"),
        ("/api/points", "Say which part of the map"),
        (f"/api/points?bbox={EVERYWHERE}&limit=many", "limit 'many' is not a whole number"),
        ("/api/places?zoom=far", "zoom 'far' is not a whole number"),
        ("/api/cells?res=%C2%B2", "res '²' is not offered"),
        (f"/api/places?zoom={'9' * 5000}", "is not a whole number"),
        (f"/api/points?bbox={EVERYWHERE}&limit=%C2%B2", "limit '²' is not a whole number"),
    ],
)
def test_a_wrong_address_gets_clear_words(client: TestClient, address: str, words: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 400
    assert words in answer.json()["error"]


def test_points_are_the_reports_of_the_box_with_words_in_the_readers_language(
    client: TestClient, city: Workspace
) -> None:
    answer = client.get(f"/api/points?bbox={EVERYWHERE}&lang=zh").json()
    assert answer["columns"][:3] == ["id", "lon", "lat"]
    assert len(answer["rows"]) == city.cube.total(Filter())
    assert not answer["truncated"]
    assert answer["names"]["status"]["closed"] == "已结案"


def test_a_report_is_told_in_the_readers_words(client: TestClient, city: Workspace) -> None:
    wanted = int(city.cube.ids(Filter(statuses=("closed",)), limit=1)[0])
    told = client.get(f"/api/reports/{wanted}?lang=zh").json()
    row = city.store.reports([wanted], actor=OPERATOR).row(0, named=True)
    assert told["status"] == "已结案"
    assert told["external_id"] == row["external_id"]
    assert told["reported_at"] == row["reported_at"].isoformat()


@pytest.mark.parametrize("number", ["999999", "0", "9" * 20, "9" * 5000, "-1", "%C2%B2", "one"])
def test_a_report_that_is_not_there_is_404(client: TestClient, number: str) -> None:
    assert client.get(f"/api/reports/{number}").status_code == 404


def test_too_many_points_are_cut_and_said_to_be(client: TestClient) -> None:
    answer = client.get(f"/api/points?bbox={EVERYWHERE}&limit=10").json()
    assert len(answer["rows"]) == 10
    assert answer["truncated"]


def test_places_come_finer_with_the_zoom(client: TestClient) -> None:
    def names(zoom: int) -> list[str]:
        features = client.get(f"/api/places?bbox={EVERYWHERE}&zoom={zoom}").json()["features"]
        return [feature["properties"]["name"] for feature in features]

    assert names(11) == ["建设路", "示范区"]
    assert names(13) == ["建设路", "后街", "示范区"]
    assert names(16) == ["建设路", "后街", "示范区", "小店"]


def test_places_carry_their_attributes_flat(client: TestClient) -> None:
    features = client.get("/api/places?zoom=16").json()["features"]
    assert features[1]["properties"] | {"id": 0} == {
        "id": 0,
        "kind": "street",
        "name": "后街",
        "level": "lane",
    }


def test_a_place_without_a_name_beside_named_ones_is_sent_as_one_without(
    client: TestClient, city: Workspace
) -> None:
    nameless = city.store.places(actor=OPERATOR).iloc[[1]].assign(name=None)
    city.store.write_places(nameless, actor=OPERATOR)
    answer = client.get("/api/places?zoom=16")
    assert "NaN" not in answer.text
    assert [feature["properties"]["name"] for feature in answer.json()["features"]].count(None) == 1


def test_a_part_of_the_map_without_places_is_an_empty_collection(client: TestClient) -> None:
    assert client.get("/api/places?bbox=1,1,2,2").json() == {"type": "FeatureCollection", "features": []}


def test_places_of_an_unchanged_store_are_not_sent_again(client: TestClient, city: Workspace) -> None:
    first = client.get("/api/places?zoom=12")
    known = {"If-None-Match": first.headers["etag"]}
    assert client.get("/api/places?zoom=12", headers=known).status_code == 304
    city.store.write_places(city.store.places(actor=OPERATOR).assign(name="new"), actor=OPERATOR)
    assert client.get("/api/places?zoom=12", headers=known).status_code == 200


def test_every_asset_is_served_as_it_is_and_for_a_year(client: TestClient) -> None:
    for name in assets.names():
        answer = client.get(assets.url(name))
        assert answer.content == assets.asset(name).content
        assert "immutable" in answer.headers["cache-control"]


@pytest.mark.parametrize("name", ["nothing.js", "../pyproject.toml", "..%2f..%2fpyproject.toml"])
def test_nothing_else_is_served_as_an_asset(client: TestClient, name: str) -> None:
    assert client.get(f"/assets/{name}").status_code == 404


def test_an_unknown_address_of_the_api_is_404_in_words(client: TestClient) -> None:
    answer = client.get("/api/nothing")
    assert answer.status_code == 404
    assert answer.json() == {"error": "There is nothing at this address."}


def test_a_report_tells_no_more_than_the_popup_shows(client: TestClient, city: Workspace) -> None:
    told = client.get(f"/api/reports/{int(city.cube.ids(Filter(), limit=1)[0])}").json()
    assert {"lon", "lat", "reporter"}.isdisjoint(told)
    assert told["suspect"] is None


def test_health_says_how_much_there_is(client: TestClient) -> None:
    answer = client.get("/healthz").json()
    assert answer["status"] == "ok"
    assert answer["reports"] == REPORTS


SECRET = "postgresql://gezhi:geheim@10.1.2.3/city refused /srv/city/store.sqlite"


@pytest.mark.parametrize(
    "address", ["/healthz", "/api/cells", f"/api/points?bbox={EVERYWHERE}", "/api/places"]
)
@pytest.mark.parametrize(
    ("error", "status"),
    [(StoreError(SECRET), 503), (RuntimeError(SECRET), 500), (KeyError("x"), 500), (FilterError("so"), 400)],
)
def test_what_fails_inside_is_said_in_words_and_logged_but_not_shown(
    address: str, error: Exception, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    def broken() -> Workspace:
        raise error

    answer = TestClient(Starlette(routes=routes(broken))).get(address)
    assert answer.status_code == (503 if address == "/healthz" else status)
    assert answer.json()["error"]
    assert not any(part in answer.text for part in ("geheim", "10.1.2.3", "/srv", "Traceback", "KeyError"))
    if status >= 500:
        assert caplog.records[0].exc_info and caplog.records[0].exc_info[1] is error


def test_who_may_not_see_something_is_told_so(city: Workspace) -> None:
    def forbidden() -> Workspace:
        raise NotAllowedError("not yours")

    answer = TestClient(Starlette(routes=routes(forbidden))).get("/api/reports/1")
    assert (answer.status_code, answer.json()) == (403, {"error": "not yours"})


def test_a_store_that_goes_away_is_down_in_words_and_comes_back(city: Workspace, client: TestClient) -> None:
    path = Path(city.store.url.removeprefix("sqlite:///"))
    with pytest.MonkeyPatch.context() as patch:

        def gone(*_arguments: object, **_options: object) -> None:
            raise StoreError(f"The store '{path}' cannot be opened")

        patch.setattr(city.store, "last_seq", gone)
        answer = client.get("/healthz")
        assert (answer.status_code, answer.json()["status"]) == (503, "down")
        assert str(path) not in answer.text
    assert client.get("/healthz").status_code == 200


def test_routes_answer_for_the_part_of_the_city_that_the_viewer_sees(
    client: TestClient, city: Workspace
) -> None:
    team = city.seen_by(Actor("队员", "team_member", units=frozenset({"城管"})))
    own = TestClient(Starlette(routes=routes(lambda: team)))
    mine = set(team.store.visible_ids(actor=team.viewer))
    assert 0 < len(mine) < REPORTS
    assert wire.unpack(own.get("/api/cells?res=9").content)[2]["total"] == len(mine)
    assert own.get("/healthz").json()["reports"] == len(mine)
    rows = own.get(f"/api/points?bbox={EVERYWHERE}").json()["rows"]
    assert {row[0] for row in rows} == mine
    other = next(number for number in range(1, REPORTS) if number not in mine)
    assert own.get(f"/api/reports/{other}").status_code == 404
    assert client.get(f"/api/reports/{other}").status_code == 200
    tags = [one.get("/api/cells?res=9").headers["etag"] for one in (own, client)]
    assert tags[0] != tags[1], "one browser must not take one answer for the other"
