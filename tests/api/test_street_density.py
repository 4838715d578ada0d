"""The routes of streets and of how densely reports lie along them."""

import numpy as np
import pytest
from starlette.testclient import TestClient

from data.actors import OPERATOR
from data.workspace import Workspace
from layers.street_wire import unpack_density
from tests.api.conftest import REPORTS, places
from tests.data.samples import reports


def read(client: TestClient, **params: object) -> tuple[np.ndarray, dict[str, object]]:
    answer = client.get("/api/street-density", params=params)
    assert answer.status_code == 200, answer.text
    return unpack_density(answer.content)


def test_reports_lie_along_the_streets_of_the_city(client: TestClient) -> None:
    per_km, meta = read(client, bandwidth=200)
    assert (meta["total"], meta["bandwidth"], meta["weight"]) == (REPORTS, 200, "count")
    assert 0 < int(str(meta["far"])) < REPORTS
    assert per_km.max() == pytest.approx(meta["max"]) and float(str(meta["top"])) > 0
    lines = client.get("/api/street-lines")
    assert lines.content.startswith(b"GZL1") and lines.headers["content-type"] == "application/octet-stream"


def test_a_filter_a_weight_and_a_held_scale_are_obeyed(client: TestClient) -> None:
    whole = read(client)[1]
    part = read(client, category="flyposting", weight="open")[1]
    assert 0 < int(str(part["total"])) < int(str(whole["total"])) and part["weight"] == "open"
    assert read(client, category="flyposting", top=77)[1]["top"] == 77
    assert read(client, category="nothing")[1]["top"] == 0


def test_the_same_answer_is_not_sent_twice(client: TestClient, city: Workspace) -> None:
    for route in ("/api/street-density", "/api/street-lines"):
        etag = client.get(route).headers["etag"]
        assert client.get(route, headers={"if-none-match": etag}).status_code == 304
    density = client.get("/api/street-density").headers["etag"]
    assert client.get("/api/street-density", params={"bandwidth": 50}).headers["etag"] != density
    city.store.write_reports(reports(4, seed=77), actor=OPERATOR)
    assert client.get("/api/street-density").headers["etag"] != density
    lines = client.get("/api/street-lines").headers["etag"]
    city.store.write_places(places().assign(name=["新路", "后街", "示范区", "小店"]), actor=OPERATOR)
    assert client.get("/api/street-lines").headers["etag"] != lines


def test_what_is_wrong_in_the_address_is_said(client: TestClient) -> None:
    for params, words in (
        ({"bandwidth": "wide"}, "bandwidth 'wide'"),
        ({"weight": "<b>"}, "cannot be weighed"),
        ({"top": "-1"}, "top '-1'"),
        ({"status": "lost"}, "'lost' is not a status"),
    ):
        answer = client.get("/api/street-density", params=params)
        assert answer.status_code == 400 and words in answer.json()["error"]
