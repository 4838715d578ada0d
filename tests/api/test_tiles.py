"""The tiles of the base map over HTTP: pieces of one file, and only of the one that the map knows."""

import dataclasses
import os
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from api.routes import routes
from api.tiles import tiles_address
from data import basemap
from data.actors import OPERATOR, VIEWER
from data.workspace import Workspace
from tests.api.conftest import places


@pytest.fixture
def here(city: Workspace, tmp_path: Path) -> Workspace:
    path = tmp_path / "basemap-city.pmtiles"
    basemap.build(city.store, path, actor=VIEWER)
    return dataclasses.replace(city, basemap=path)


@pytest.fixture
def asks(here: Workspace) -> TestClient:
    return TestClient(Starlette(routes=routes(lambda: here)))


def whole(here: Workspace) -> bytes:
    assert here.basemap is not None
    return here.basemap.read_bytes()


@pytest.mark.parametrize("span", [(0, 126), (0, 16383), (127, 300), (500, 500)])
def test_a_range_is_answered_with_these_bytes(
    asks: TestClient, here: Workspace, span: tuple[int, int]
) -> None:
    first, last = span
    headers = {"range": f"bytes={first}-{last}", "accept-encoding": "gzip"}
    answer = asks.get(tiles_address(here), headers=headers)
    assert answer.status_code == 206
    assert answer.content == whole(here)[first : last + 1]
    assert answer.headers["content-range"].startswith(f"bytes {first}-")
    assert "content-encoding" not in answer.headers
    assert "immutable" in answer.headers["cache-control"]


def test_without_a_range_the_file_comes_whole(asks: TestClient, here: Workspace) -> None:
    answer = asks.get(tiles_address(here))
    assert (answer.status_code, answer.content) == (200, whole(here))


def test_a_range_beyond_the_end_is_refused(asks: TestClient, here: Workspace) -> None:
    assert asks.get(tiles_address(here), headers={"range": "bytes=99999999-"}).status_code == 416


def test_the_pieces_of_an_older_build_are_refused_in_words(asks: TestClient, here: Workspace) -> None:
    address = tiles_address(here)
    assert here.basemap is not None
    basemap.build(here.store, here.basemap, actor=VIEWER)
    answer = asks.get(address, headers={"range": "bytes=0-126"})
    assert answer.status_code == 409
    assert "built again" in answer.json()["error"]
    assert asks.get(tiles_address(here), headers={"range": "bytes=0-126"}).status_code == 206


@pytest.mark.parametrize("name", ["other", "basemap-city.pmtiles", "..%2F..%2Fcity", "%00", "basemap-city/x"])
def test_another_name_is_nothing_here(asks: TestClient, name: str) -> None:
    assert asks.get(f"/tiles/{name}.pmtiles").status_code == 404


def test_a_file_that_is_gone_or_damaged_is_said_and_has_no_address(asks: TestClient, here: Workspace) -> None:
    address = tiles_address(here)
    assert here.basemap is not None
    here.basemap.write_bytes(b"damaged")
    assert asks.get(address).status_code == 404
    assert tiles_address(here) == ""
    here.basemap.unlink()
    assert "not built yet" in asks.get(address).json()["error"]
    assert tiles_address(here) == ""


def test_tiles_of_earlier_places_have_no_address(here: Workspace) -> None:
    assert tiles_address(here)
    moved = places().assign(geometry=places().translate(0.001))
    here.store.write_places(moved, actor=OPERATOR)
    assert tiles_address(here) == ""


def test_tiles_of_another_store_have_no_address(here: Workspace, tmp_path: Path) -> None:
    from data.store import Store

    with Store.open(f"sqlite:///{tmp_path / 'other.sqlite'}") as other:
        other.write_places(places(), actor=OPERATOR)
        assert tiles_address(dataclasses.replace(here, store=other)) == ""


def test_a_workspace_that_keeps_no_tiles_has_no_address(city: Workspace) -> None:
    assert tiles_address(city) == ""


def test_what_a_file_is_about_is_read_once_for_each_state_of_it(
    here: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    import api.tiles

    read: list[Path] = []
    real = api.tiles.read_about
    monkeypatch.setattr(api.tiles, "read_about", lambda path: read.append(path) or real(path))
    assert here.basemap is not None
    os.utime(here.basemap, ns=(1, 1))
    first = [tiles_address(here) for _ in range(3)]
    assert len(set(first)) == len(read) == 1
