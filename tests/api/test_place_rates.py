"""The routes of places and their rates."""

import json
from typing import Any

import numpy as np
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from api.routes import routes
from data.actors import OPERATOR, VIEWER, Actor
from data.filters import Filter
from data.place_counts import rated
from data.workspace import Workspace
from geo import varints
from tests.api.conftest import places

TEAM = Actor("队员", "team_member", units=frozenset({"城管"}))


def read(packed: bytes) -> tuple[dict[str, Any], list[int], bytes]:
    """Return the meta data, the ids, and the rest after the ids."""
    meta_bytes, n = (int(size) for size in np.frombuffer(packed, "<u4", count=2, offset=4))
    rest = packed[16 + meta_bytes :]
    at, seen = 0, 0
    while seen < n:
        seen += rest[at] < 0x80
        at += 1
    ids = np.cumsum(varints.unpack(rest[:at])).tolist() if n else []
    return json.loads(packed[16 : 16 + meta_bytes]), ids, rest[at:]


def figures(packed: bytes) -> dict[int, tuple[float, float, float]]:
    """Return rate, low and high by id."""
    _meta, ids, rest = read(packed)
    numbers = np.frombuffer(rest[-12 * len(ids) :], "<f4").reshape(3, -1) if ids else np.zeros((3, 0))
    return dict(zip(ids, map(tuple, numbers.T.tolist()), strict=True))


@pytest.mark.parametrize(
    "query", ["", "&category=flyposting", "&status=open", "&from=2024-03-01&to=2024-04-01"]
)
def test_rates_are_those_of_the_table(client: TestClient, city: Workspace, query: str) -> None:
    packed = client.get(f"/api/place-rates?kind=street{query}").content
    where = Filter.from_params(dict(part.split("=") for part in query.split("&") if part))
    table = rated(city.cube, where, "street", actor=VIEWER)
    meta, ids, _rest = read(packed)

    assert ids == table["id"].to_list()
    for row in table.iter_rows(named=True):
        assert figures(packed)[row["id"]] == pytest.approx((row["rate"], row["low"], row["high"]), rel=1e-6)
    assert (meta["total"], meta["here"]) == (city.cube.total(where), table["n"].sum())


def test_shapes_come_with_names_and_change_with_the_places_alone(client: TestClient, city: Workspace) -> None:
    first = client.get("/api/place-shapes?kind=street")
    etag = first.headers["etag"]
    assert read(first.content)[0]["names"] == ["建设路", "后街"]
    same = client.get("/api/place-shapes?kind=street", headers={"if-none-match": etag})
    assert same.status_code == 304

    changed = places()
    changed.loc[0, "name"] = "新路"
    city.store.write_places(changed, actor=OPERATOR)
    again = client.get("/api/place-shapes?kind=street", headers={"if-none-match": etag})
    assert again.status_code == 200
    assert "新路" in read(again.content)[0]["names"]


def test_rates_are_asked_again_when_a_place_changes(client: TestClient, city: Workspace) -> None:
    etag = client.get("/api/place-rates?kind=street").headers["etag"]
    assert client.get("/api/place-rates?kind=street", headers={"if-none-match": etag}).status_code == 304
    changed = places()
    changed["attributes"] = [{"level": "main", "length_m": 100.0}, {"level": "lane"}, {}, {}]
    changed["external_id"] = ["a", "b", "c", "d"]
    city.store.write_places(changed, actor=OPERATOR)

    assert client.get("/api/place-rates?kind=street", headers={"if-none-match": etag}).status_code == 200


def test_a_kind_without_places_is_an_empty_answer(client: TestClient) -> None:
    assert read(client.get("/api/place-shapes?kind=compound").content)[1] == []
    assert read(client.get("/api/place-rates?kind=compound").content)[0]["edges"] == []


@pytest.mark.parametrize("route", ["place-shapes", "place-rates"])
@pytest.mark.parametrize("kind", ["", "roads", "<b>"])
def test_a_kind_that_is_none_is_said(client: TestClient, route: str, kind: str) -> None:
    answer = client.get(f"/api/{route}", params={"kind": kind})
    assert answer.status_code == 400
    assert "no kind of place" in answer.json()["error"]


def test_a_team_is_told_of_its_own_reports_alone(city: Workspace) -> None:
    part = city.seen_by(TEAM)
    client = TestClient(Starlette(routes=routes(lambda: part)))
    meta, ids, _rest = read(client.get("/api/place-rates?kind=street").content)
    seen = len(city.store.visible_ids(actor=TEAM))

    assert meta["total"] == seen < city.cube.total(Filter())
    assert meta["here"] <= seen
    assert set(ids) == set(rated(part.cube, Filter(), "street", actor=TEAM)["id"])
