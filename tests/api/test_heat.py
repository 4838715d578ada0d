"""The route of the smooth surface."""

import math
from typing import Any

import numpy as np
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from api.routes import routes
from data.actors import OPERATOR, Actor
from data.filters import Filter
from data.heat import positions
from data.workspace import Workspace
from geo.distances import haversine_m
from layers import heat_wire
from tests.api.conftest import REPORTS
from tests.data.samples import LAT, LON, reports

TEAM = Actor("队员", "team_member", units=frozenset({"城管"}))
BOX = (116.88, 38.28, 116.93, 38.32)
WHOLE = (116.5, 38.0, 117.3, 38.6)


def asked(client: TestClient, box: tuple[float, ...] = BOX, **params: Any) -> Any:
    return client.get("/api/heat", params={"bbox": ",".join(map(str, box)), "zoom": 15} | params)


def read(client: TestClient, box: tuple[float, ...] = BOX, **params: Any) -> Any:
    answer = asked(client, box, **params)
    assert answer.status_code == 200, answer.text
    return heat_wire.unpack(answer.content)


def test_the_density_is_that_of_the_reports_of_the_filter(client: TestClient, city: Workspace) -> None:
    for params in (
        {},
        {"category": "flyposting"},
        {"weight": "open"},
        {"status": "closed", "bandwidth": 400},
    ):
        check_density(client, city, params)


def check_density(client: TestClient, city: Workspace, params: dict[str, Any]) -> None:
    bandwidth = params.get("bandwidth", 800)
    surface, grid, meta = read(client, **{"bandwidth": bandwidth} | params)
    where = Filter.from_params(params)
    lon, lat = positions(city.cube, where, params.get("weight", "count"))

    rng = np.random.default_rng(1)
    for row, column in zip(rng.integers(0, grid.rows, 40), rng.integers(0, grid.columns, 40), strict=True):
        squared = (haversine_m(lon, lat, grid.lon[column], grid.lat[row]) / bandwidth) ** 2
        kernels = np.where(squared < 1, (1 - squared) ** 2, 0).sum()
        truth = kernels * 3 / (math.pi * bandwidth**2) * 1e6
        assert surface[row, column] == pytest.approx(truth, abs=0.025 * meta["max"])
    assert (meta["total"], meta["bandwidth"]) == (len(lon), bandwidth)


def test_colours_keep_their_meaning_while_panning_and_zooming(client: TestClient) -> None:
    views = [(BOX, 15), (WHOLE, 12), ((116.8, 38.2, 116.82, 38.22), 17), ((100, 20, 130, 50), 6)]
    tops = {read(client, box, zoom=zoom, bandwidth=400)[2]["top"] for box, zoom in views}
    assert len(tops) == 1
    city = read(client, WHOLE, zoom=14, bandwidth=400)[2]
    assert 0.7 * city["top"] <= city["max"] <= 1.05 * city["top"]
    assert read(client, bandwidth=400, category="flyposting")[2]["top"] < city["top"]


def test_a_place_has_the_same_density_at_every_zoom(client: TestClient) -> None:
    found = []
    for zoom in (13, 14, 15, 16, 17):
        surface, grid, _ = read(client, zoom=zoom, bandwidth=400)
        row, column = np.abs(grid.lat - LAT).argmin(), np.abs(grid.lon - LON).argmin()
        found.append(surface[row, column])
    assert found == pytest.approx([found[-1]] * 5, rel=0.04)


def test_far_out_it_is_said_that_peaks_are_averaged_and_the_sum_stays(client: TestClient) -> None:
    surface, grid, meta = read(client, WHOLE, zoom=8, bandwidth=50)
    east, south = grid.steps_m
    assert meta["averaged"]
    assert (surface * (east * south)[:, None]).sum() / 1e6 == pytest.approx(REPORTS, rel=0.03)
    assert not read(client, zoom=16, bandwidth=50)[2]["averaged"]


def test_reports_beyond_the_edge_count_as_far_as_they_reach(client: TestClient) -> None:
    west, south, east, north = BOX
    whole, grid, _ = read(client, zoom=14, bandwidth=800)
    half, part, _ = read(client, ((west + east) / 2, south, east, north), zoom=14, bandwidth=800)
    shift = round((part.left - grid.left) / grid.step)
    assert np.abs(whole[:, shift:] - half).max() <= 0.01 * whole.max()


def test_the_same_answer_is_not_sent_twice(client: TestClient, city: Workspace) -> None:
    etag = asked(client).headers["etag"]
    again = client.get(asked(client).request.url, headers={"if-none-match": etag})
    assert again.status_code == 304
    assert asked(client, weight="open").headers["etag"] != etag
    assert asked(client, bandwidth=50).headers["etag"] != etag
    city.store.write_reports(reports(10, seed=77), actor=OPERATOR)
    assert asked(client).headers["etag"] != etag


def test_a_team_is_told_of_its_own_reports_alone(client: TestClient, city: Workspace) -> None:
    whole = read(client, WHOLE)[2]["total"]
    part = city.seen_by(TEAM)
    own = TestClient(Starlette(routes=routes(lambda: part)))
    seen = len(city.store.visible_ids(actor=TEAM))
    assert read(own, WHOLE)[2]["total"] == seen < whole


def test_a_filter_that_lets_nothing_through_is_an_empty_surface(client: TestClient) -> None:
    surface, _, meta = read(client, category="nothing")
    assert not surface.any()
    assert (meta["top"], meta["max"], meta["total"], meta["in_view"]) == (0, 0, 0, 0)


def test_reports_far_away_do_not_pale_the_city(client: TestClient, city: Workspace) -> None:
    before = read(client, bandwidth=200)[2]["top"]
    heap = reports(25, seed=5)
    city.store.write_reports(
        heap.with_columns(lon=heap["lon"] * 0 + 1.0, lat=heap["lat"] * 0 + 1.0), actor=OPERATOR
    )
    city.cube.refresh()
    assert read(client, bandwidth=200)[2]["top"] == before


def test_any_box_at_any_zoom_is_answered_in_bounds(client: TestClient) -> None:
    for box in [(-180, -90, 180, 90), (-1e9, -1e9, 1e9, 1e9), (0, 89, 1, 90), (5, 5, 5, 5)]:
        for zoom in (0, 22):
            surface, _, _ = read(client, box, zoom=zoom, bandwidth=50)
            assert 0 < surface.size <= 1_000_000


def test_what_is_wrong_in_the_address_is_said(client: TestClient) -> None:
    for params, words in (
        ({"bandwidth": "wide"}, "bandwidth 'wide'"),
        ({"bandwidth": "0"}, "bandwidth '0'"),
        ({"bandwidth": "²"}, "bandwidth '²'"),
        ({"bandwidth": "99999999999999"}, "bandwidth '9"),
        ({"weight": "<b>"}, "cannot be weighed"),
        ({"zoom": "23"}, "zoom '23'"),
        ({"bbox": "1,2,3"}, "bbox '1,2,3'"),
        ({"bbox": ""}, "which part of the map"),
        ({"bbox": "nan,1,2,3"}, "turned inside out"),
        ({"status": "lost"}, "'lost' is not a status"),
    ):
        answer = asked(client, **params)
        assert answer.status_code == 400
        assert words in answer.json()["error"]


def test_the_end_of_the_scale_can_be_held(client: TestClient) -> None:
    usual = read(client)[2]["top"]
    held = read(client, category="flyposting", top=usual)[2]
    assert held["top"] == usual != read(client, category="flyposting")[2]["top"]
    for text in ("0", "-1", "much", "nan", "inf"):
        assert asked(client, top=text).status_code == 400
