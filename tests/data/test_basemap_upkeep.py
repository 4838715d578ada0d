"""The app keeps the tiles at the places as they are now."""

import logging
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest

from data import basemap
from data.actors import OPERATOR, VIEWER
from data.basemap_upkeep import BasemapUpkeep
from data.cube import Cube
from data.store import Store
from data.workspace import Workspace
from geo.errors import StoreError
from tests.data.test_basemap import ROWS, another, town


@pytest.fixture
def here(store: Store, url: str, tmp_path: Path) -> Workspace:
    store.write_places(town(ROWS), actor=OPERATOR)
    place = tmp_path / "home" / f"basemap-{store.identity[:12]}.pmtiles"
    return Workspace(store, Cube.open(store), basemap=place, address=url)


@pytest.fixture
def small(sqlite_url: str, tmp_path: Path) -> Iterator[Workspace]:
    with Store.open(sqlite_url) as store:
        store.write_places(town(ROWS), actor=OPERATOR)
        yield Workspace(store, Cube.open(store), basemap=tmp_path / "basemap-x.pmtiles")


def inside(here: Workspace, path: Path) -> str | None:
    """Build in this process, where the other one is not what is tested."""
    basemap.build(here.store, path, actor=VIEWER)
    return None


def test_tiles_are_built_in_a_process_of_their_own_on_each_database(here: Workspace) -> None:
    upkeep = BasemapUpkeep(lambda: here)
    assert [upkeep.look(), upkeep.look(), upkeep.look()] == [False, True, False]
    assert here.basemap is not None
    assert basemap.read_about(here.basemap).is_of(here.store, actor=VIEWER)


def test_the_address_of_a_store_is_not_shown(here: Workspace) -> None:
    assert here.address not in repr(here)


def test_tiles_are_built_again_when_places_change_and_only_then(small: Workspace) -> None:
    upkeep = BasemapUpkeep(lambda: small, build=inside)
    assert [upkeep.look() for _ in range(5)] == [False, True, False, False, False]

    small.store.set_fact("tz", "Asia/Shanghai", actor=OPERATOR)
    assert [upkeep.look(), upkeep.look()] == [False, False]

    small.store.write_places(another(1), actor=OPERATOR)
    assert [upkeep.look() for _ in range(3)] == [False, True, False]


def test_places_that_still_change_are_waited_for(small: Workspace) -> None:
    upkeep = BasemapUpkeep(lambda: small, build=inside)
    for n in range(1, 5):
        assert not upkeep.look()
        small.store.write_places(another(n), actor=OPERATOR)
    assert not upkeep.look()
    assert upkeep.look()


def test_a_file_that_was_damaged_is_built_again(small: Workspace) -> None:
    assert small.basemap is not None
    upkeep = BasemapUpkeep(lambda: small, build=inside)
    upkeep.look()
    assert upkeep.look()
    small.basemap.write_bytes(b"not tiles")
    assert upkeep.look()


def test_what_cannot_be_built_is_said_once_and_tried_again_when_places_change(
    small: Workspace, caplog: pytest.LogCaptureFixture
) -> None:
    tried: list[str] = []

    def refuse(here: Workspace, _path: Path) -> str:
        tried.append(basemap.places_version(here.store, actor=VIEWER))
        return "the disk is full"

    upkeep = BasemapUpkeep(lambda: small, build=refuse)
    with caplog.at_level(logging.WARNING):
        assert not any(upkeep.look() for _ in range(5))
    assert len(tried) == 1
    assert caplog.text.count("the disk is full") == 1

    small.store.write_places(another(1), actor=OPERATOR)
    upkeep.look()
    upkeep.look()
    assert len(tried) == 2


def command(path: Path, script: str) -> str:
    """Write a program that the app takes for its Python."""
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o700)
    return str(path)


def test_the_words_of_a_command_that_fails_are_in_the_log(
    small: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(sys, "executable", command(tmp_path / "fails", "echo no room left >&2; exit 2"))
    upkeep = BasemapUpkeep(lambda: small)
    with caplog.at_level(logging.WARNING):
        assert not any(upkeep.look() for _ in range(3))
    assert caplog.text.count("no room left") == 1


def test_a_command_that_cannot_be_started_is_in_the_log(
    small: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "nothing"))
    upkeep = BasemapUpkeep(lambda: small)
    with caplog.at_level(logging.WARNING):
        assert not any(upkeep.look() for _ in range(3))
    assert caplog.text.count("could not be built") == 1


def test_a_store_without_places_or_away_is_left_alone(tmp_path: Path, sqlite_url: str) -> None:
    with Store.open(sqlite_url) as store:
        empty = Workspace(store, Cube.open(store), basemap=tmp_path / "x.pmtiles")
        upkeep = BasemapUpkeep(lambda: empty, build=inside)
        assert not any(upkeep.look() for _ in range(3))

    def away() -> Workspace:
        raise StoreError("away")

    assert not BasemapUpkeep(away, build=inside).look()


def test_it_works_beside_the_app_and_ends_with_it(small: Workspace) -> None:
    built = Event()

    def note(here: Workspace, path: Path) -> str | None:
        inside(here, path)
        built.set()
        return None

    upkeep = BasemapUpkeep(lambda: small, look_s=0.01, build=note)
    upkeep.start()
    assert built.wait(20)
    upkeep.stop()
    assert small.basemap is not None
    assert small.basemap.exists()


def test_a_build_under_way_ends_with_the_app(
    small: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = tmp_path / "begun"
    monkeypatch.setattr(sys, "executable", command(tmp_path / "slow", f"echo > {begun}; exec sleep 300"))
    upkeep = BasemapUpkeep(lambda: small, look_s=0.01)
    upkeep.start()
    deadline = time.monotonic() + 120
    while not begun.exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    upkeep.stop()  # would not come back before the program ends
    assert begun.exists()
    assert time.monotonic() < deadline + 20
    assert small.basemap is not None
    assert not small.basemap.exists()
