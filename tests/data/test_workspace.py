"""What a process shows: the demo zone first, the city from its first report on."""

import logging
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from data import demo, workspace
from data.actors import OPERATOR, SYSTEM, VIEWER
from data.cube import Cube
from data.filters import Filter
from data.settings import Settings, settings
from data.store import Store, Written
from data.workspace import city_store, cube_of, demo_url, open_with_cube, open_workspace, snapshot_path
from geo.errors import StoreError
from tests.data.pictures import encoded, scene
from tests.data.samples import reports


@pytest.fixture
def chosen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    """Set an empty home folder, and a demo zone that is made at once."""

    def build(store: Store, **_options: object) -> Written:
        store.set_fact("synthetic", "1", actor=SYSTEM)
        store.set_fact("title_zh", "示范区", actor=SYSTEM)
        return store.write_reports(reports(7), actor=SYSTEM)

    monkeypatch.setenv("GEZHI_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("GEZHI_STORE", raising=False)
    monkeypatch.setattr(demo, "build", build)
    settings.cache_clear()
    yield settings()
    workspace.close()
    settings.cache_clear()


def test_an_empty_city_shows_the_demo_zone_and_says_so(chosen: Settings) -> None:
    shown = workspace.workspace()
    assert shown.synthetic
    assert shown.title("zh") == "示范区"
    assert shown.title("en") == "City map"
    assert shown.cube.total(Filter()) == 7
    assert workspace.workspace() is shown
    assert city_store().last_seq(actor=VIEWER) == 0, "nothing synthetic in the city's store"


def test_the_demo_zone_and_the_city_keep_their_photos_apart(chosen: Settings) -> None:
    sent = encoded(scene(1, width=100, height=100))
    demo_zone = workspace.workspace().store
    for store in (demo_zone, city_store()):
        store.write_reports(reports(1, seed=3), actor=OPERATOR)
        assert store.add_photo(1, sent, actor=OPERATOR).new
    assert sorted(path.name for path in chosen.home.glob("*photos")) == ["demo-photos", "photos"]


def test_the_first_report_of_the_city_takes_the_demo_away(chosen: Settings) -> None:
    assert workspace.workspace().synthetic
    with Store.open(chosen.store_url) as elsewhere:
        elsewhere.write_reports(reports(3), actor=OPERATOR)
    shown = workspace.workspace()
    assert not shown.synthetic
    assert shown.store is city_store()
    assert shown.cube.total(Filter()) == 3


def test_a_city_with_reports_needs_no_demo(chosen: Settings) -> None:
    city_store().write_reports(reports(3), actor=OPERATOR)
    assert workspace.workspace().store is city_store()
    assert not Path(demo_url(chosen).removeprefix("sqlite:///")).exists()


def test_the_demo_is_made_once(chosen: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace.workspace()
    workspace.close()
    monkeypatch.setattr(demo, "build", None)
    assert workspace.workspace().cube.total(Filter()) == 7


def test_the_time_zone_is_the_store_s_or_else_the_setting(chosen: Settings) -> None:
    shown = workspace.workspace()
    assert shown.tz == chosen.tz
    shown.store.set_fact("tz", "America/Chicago", actor=OPERATOR)
    assert shown.tz == "America/Chicago"


def test_a_large_store_leaves_a_snapshot_for_the_next_start(
    chosen: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workspace, "_SNAPSHOT_EVENTS", 100)
    with Store.open(chosen.store_url) as store:
        store.write_reports(reports(99), actor=OPERATOR)
        path = snapshot_path(store, chosen)
    open_with_cube(chosen.store_url, chosen).close()
    assert not path.exists()
    opened = open_with_cube(chosen.store_url, chosen)
    opened.store.write_reports(reports(1, seed=2), actor=OPERATOR)
    opened.cube.refresh()
    opened.close()
    assert path.exists()
    monkeypatch.setattr(Store, "changed_since", None)
    assert cube_of(chosen.store_url).total(Filter()) == 100


def test_a_snapshot_that_cannot_be_written_does_not_stop_the_start(
    chosen: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(_cube: Cube) -> None:
        raise OSError("read-only file system")

    monkeypatch.setattr(workspace, "_SNAPSHOT_EVENTS", 1)
    monkeypatch.setattr(Cube, "write_snapshot", refuse)
    with Store.open(chosen.store_url) as store:
        store.write_reports(reports(5), actor=OPERATOR)
    with caplog.at_level(logging.WARNING):
        assert workspace.workspace().cube.total(Filter()) == 5
    assert "could not be written" in caplog.text


def test_a_question_about_a_store_that_is_not_there_makes_none(chosen: Settings, tmp_path: Path) -> None:
    path = tmp_path / "none.sqlite"
    with pytest.raises(StoreError, match="There is no store"):
        cube_of(f"sqlite:///{path}")
    assert not path.exists()


def test_two_stores_never_share_a_snapshot(chosen: Settings, tmp_path: Path) -> None:
    paths = set()
    for name in ("a", "b"):
        with Store.open(f"sqlite:///{tmp_path / name}.sqlite") as store:
            paths.add(snapshot_path(store, chosen))
    assert len(paths) == 2


def test_the_real_demo_zone_is_shown_on_a_first_start(
    chosen: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    shown = open_workspace(chosen)
    try:
        assert shown.synthetic
        assert shown.cube.frame.height == shown.store.last_seq(actor=VIEWER) > 30_000
        assert shown.cube.frame.select(pl.col("lon").is_between(116, 118).all()).item()
    finally:
        shown.close()
