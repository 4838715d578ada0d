"""`/api/clusters` and what the popup of a point asks for."""

from pathlib import Path

import polars as pl
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from api.routes import routes
from data.actors import OPERATOR, Actor
from data.cube import Cube
from data.filters import Filter
from data.store import Store
from data.workspace import Workspace
from layers import point_wire
from tests.data import stores
from tests.data.pictures import encoded, scene
from tests.data.samples import LAT, LON, reports

EVERYWHERE = "116,38,118,39"


def test_clusters_hold_the_reports_of_the_box(client: TestClient, city: Workspace) -> None:
    answer = client.get(f"/api/clusters?bbox={EVERYWHERE}&zoom=14&category=manhole&lang=zh")
    columns, meta = point_wire.unpack(answer.content)
    where = Filter(categories=("manhole",))

    assert answer.headers["content-type"] == "application/octet-stream"
    assert columns["n"].sum() == meta["in_view"] == meta["total"] == city.cube.total(where)
    assert meta["open"] == city.cube.total(where.but(statuses=("open",))) == columns["open"].sum()
    assert columns["kinds"][:, meta["kinds"].index("manhole")].sum() == columns["n"].sum()
    assert meta["names"]["category"]["manhole"] == "井盖破损、冒水"
    assert meta["version"] == city.cube.version


def test_a_browser_that_has_the_clusters_already_is_told_so(client: TestClient) -> None:
    address = f"/api/clusters?bbox={EVERYWHERE}&zoom=14"
    etag = client.get(address).headers["etag"]
    assert client.get(address, headers={"If-None-Match": etag}).status_code == 304
    assert client.get(address + "&lang=zh", headers={"If-None-Match": etag}).status_code == 200
    assert client.get(address.replace("14", "15"), headers={"If-None-Match": etag}).status_code == 200


def test_an_empty_view_says_whether_the_filter_finds_anything_elsewhere(client: TestClient) -> None:
    def meta(query: str) -> dict[str, int]:
        found: dict[str, int] = point_wire.unpack(client.get(f"/api/clusters?{query}").content)[1]
        return found

    assert meta("bbox=1,1,2,2&zoom=12")["total"] > 0
    assert meta(f"bbox={EVERYWHERE}&zoom=12&category=nothing")["total"] == 0


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("zoom=12", "Say which part of the map"),
        ("bbox=1,2,3", "is not four numbers"),
        (f"bbox={EVERYWHERE}&zoom=99", "zoom '99' is not"),
        (f"bbox={EVERYWHERE}&zoom=12&status=lost", "'lost' is not a status"),
    ],
)
def test_a_wrong_address_gets_clear_words(client: TestClient, query: str, words: str) -> None:
    answer = client.get(f"/api/clusters?{query}")
    assert answer.status_code == 400
    assert words in answer.json()["error"]


def test_the_whole_world_from_close_up_is_answered_in_larger_squares(client: TestClient) -> None:
    answer = client.get("/api/clusters?bbox=-180,-90,180,90&zoom=19")
    columns, meta = point_wire.unpack(answer.content)
    assert meta["side"] < 1_000
    assert columns["n"].sum() == 3_000


@pytest.fixture
def photographed(tmp_path: Path) -> Workspace:
    """A store whose first case has photos, of before and after, and whose second lies in doubt."""
    store = Store.open(stores.new_file(tmp_path / "photos.sqlite"), photos=str(tmp_path / "photos"))
    found = reports(3).with_columns(
        lon=pl.Series([LON, LON + 0.01, LON + 0.02]),
        lat=pl.lit(LAT),
        suspect=pl.Series([None, "far", None]),
        unit=pl.Series(["甲队", "甲队", "乙队"]),
        status=pl.lit("reported"),
    )
    store.write_reports(found, actor=OPERATOR)
    for role, seed in (("before", 1), ("after", 2)):
        store.add_photo(1, encoded(scene(seed, width=80, height=80)), actor=OPERATOR, role=role)
    return Workspace(store, Cube.open(store))


def _client(here: Workspace) -> TestClient:
    return TestClient(Starlette(routes=routes(lambda: here)))


def test_single_reports_are_marked_for_photos_and_doubts_from_close_up(photographed: Workspace) -> None:
    def flags(zoom: int) -> list[float]:
        body = _client(photographed).get(f"/api/clusters?bbox={EVERYWHERE}&zoom={zoom}").content
        flagged: list[float] = point_wire.unpack(body)[0]["flags"].tolist()
        return flagged

    assert flags(16) == [point_wire.PHOTOS, point_wire.DOUBTED, 0]
    assert flags(14) == [0, 0, 0]


def test_the_reports_of_a_box_say_the_same(photographed: Workspace) -> None:
    answer = _client(photographed).get(f"/api/points?bbox={EVERYWHERE}").json()
    rows = [dict(zip(answer["columns"], row, strict=True)) for row in answer["rows"]]
    told = {row["id"]: (row["photos"], row["doubted"]) for row in rows}
    assert told == {1: (True, False), 2: (False, True), 3: (False, False)}


def test_a_report_names_its_photos_those_of_after_first(photographed: Workspace) -> None:
    told = _client(photographed).get("/api/reports/1").json()
    kept = {photo.role: photo.photo.full for photo in photographed.store.photos(1, actor=OPERATOR)}
    assert told["photos"] == [kept["after"], kept["before"]]
    assert told["suspect"] is None
    shown = _client(photographed).get(f"/api/photos/{told['photos'][0]}?size=thumb")
    assert shown.headers["content-type"] == "image/jpeg"


def test_a_doubted_position_is_said_in_words(photographed: Workspace) -> None:
    told = _client(photographed).get("/api/reports/2").json()
    assert told["suspect"] == "far from everything else in the file"
    assert told["photos"] == []


def test_who_sees_a_part_of_the_city_gets_no_photo_of_the_rest(photographed: Workspace) -> None:
    other = _client(photographed.seen_by(Actor("乙", "team_member", units=frozenset({"乙队"}))))
    columns, _meta = point_wire.unpack(other.get(f"/api/clusters?bbox={EVERYWHERE}&zoom=16").content)
    assert columns["id"].tolist() == [3]
    assert other.get("/api/reports/1").status_code == 404
