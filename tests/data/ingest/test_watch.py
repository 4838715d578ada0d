"""A folder into which exports are dropped."""

import json
import os
import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from data.actors import OPERATOR, VIEWER
from data.ingest import import_file
from data.ingest import watch as module
from data.ingest.fingerprint import came_at
from data.ingest.watch import Drop, Options, Watch, is_export
from data.store import Store
from geo.errors import ImportFileError, StoreError
from tests.data.ingest.made import row, rows, stored, write

OPTIONS: Options = {"mapping": {"source": "feed"}, "tz": "Asia/Shanghai"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Make the folder that is watched."""
    found = tmp_path / "drops"
    found.mkdir()
    return found


def once(store: Store, folder: Path, options: Options = OPTIONS, done: Path | None = None) -> list[Drop]:
    """Take what is there, as a new program would."""
    return list(Watch(folder, store, OPERATOR, options, done=done, settle_s=0.02).once())


def aged(path: Path, seconds: float) -> Path:
    """Let a file be older than it is."""
    then = time.time() - seconds
    os.utime(path, (then, then))
    return path


def until(done: Callable[[], bool], seconds: float = 60) -> None:
    """Wait for something."""
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.02)


def test_what_is_there_is_imported_in_the_order_of_its_age(store: Store, folder: Path) -> None:
    aged(write(folder / "a.csv", [row(1, 地址="新")]), 10)
    aged(write(folder / "b.csv", [row(1, 地址="旧")]), 20)
    drops = once(store, folder)
    assert [(drop.path.name, drop.outcome) for drop in drops] == [
        ("b.csv", "imported"),
        ("a.csv", "imported"),
    ]
    assert stored(store)["address"].to_list() == ["新"]
    assert sorted(path.name for path in folder.iterdir()) == ["a.csv", "b.csv"], "nothing is moved unasked"


def test_a_restart_does_not_import_again(store: Store, folder: Path) -> None:
    write(folder / "a.csv", rows(5))
    once(store, folder)
    assert [drop.outcome for drop in once(store, folder)] == ["known"]
    write(folder / "the same under another name.csv", rows(5))
    assert [drop.outcome for drop in once(store, folder)] == ["known", "known"]
    assert store.imports(actor=VIEWER).height == 1


def test_other_options_read_nothing_anew_that_is_in_and_say_so(store: Store, folder: Path) -> None:
    aged(write(folder / "1.csv", [row(1, 地址="旧")]), 20)
    aged(write(folder / "2.csv", [row(1, 地址="新")]), 10)
    once(store, folder)
    other: Options = {**OPTIONS, "crs": "gcj02"}
    drops = once(store, folder, other)
    assert [drop.outcome for drop in drops] == ["known", "known"]
    assert all("with other options" in drop.error and "gezhi import" in drop.error for drop in drops)
    assert stored(store)["address"].to_list() == ["新"]
    summary = import_file(folder / "2.csv", store, actor=OPERATOR, **other)
    assert summary.updated == 1, "by name it is read anew"
    write(folder / "3.csv", [row(2)])
    assert [drop.outcome for drop in once(store, folder, other)] == ["known", "known", "imported"]


def test_the_same_file_as_another_source_is_imported(store: Store, folder: Path) -> None:
    write(folder / "a.csv", rows(5))
    once(store, folder)
    drops = once(store, folder, {**OPTIONS, "mapping": {"source": "another"}})
    assert [(drop.outcome, drop.summary and drop.summary.taken) for drop in drops] == [("imported", 5)]


@pytest.fixture
def three_days(folder: Path) -> list[Path]:
    """Put three daily drops of one case into the folder."""
    return [
        aged(write(folder / f"d{day}.csv", [row(1, 地址=f"第{day}天")]), 100 - 10 * day) for day in (1, 2, 3)
    ]


def busy_for(name: str, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Let the store have no time for a file; what is still in the list fails so, once for each."""
    import_one, left = module.import_file, [name]

    def import_or_not(path: Path, *arguments: object, **options: object) -> object:
        if path.name in left:
            left.remove(path.name)
            raise StoreError("busy")
        return import_one(path, *arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(module, "import_file", import_or_not)
    return left


def test_nothing_newer_is_taken_while_an_older_file_waits(
    store: Store, folder: Path, three_days: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    busy_for("d2.csv", monkeypatch)
    watch = Watch(folder, store, OPERATOR, OPTIONS, settle_s=0.0)
    assert [(drop.path.name, drop.outcome) for drop in watch._round()] == [
        ("d1.csv", "imported"),
        ("d2.csv", "failed"),
    ]
    assert list(watch._round()) == [], "d3 waits for d2"
    watch._seen[three_days[1]].again_at = 0.0
    assert [(drop.path.name, drop.outcome) for drop in watch._round()] == [
        ("d2.csv", "imported"),
        ("d3.csv", "imported"),
    ]
    assert stored(store)["address"].to_list() == ["第3天"]


@pytest.mark.usefixtures("three_days")
def test_what_waits_for_an_older_file_is_told_at_the_end(
    store: Store, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    busy_for("d2.csv", monkeypatch)
    drops = once(store, folder)
    assert [drop.outcome for drop in drops] == ["imported", "failed", "waits"]
    assert "d2.csv" in drops[-1].error
    assert [drop.outcome for drop in once(store, folder)] == ["known", "imported", "imported"]
    assert stored(store)["address"].to_list() == ["第3天"]


@pytest.mark.usefixtures("three_days")
def test_nothing_newer_is_taken_while_another_program_is_at_an_older_file(
    store: Store, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = Watch._known

    def elsewhere(watch: Watch, content: str, path: Path) -> str | None:
        return "running" if path.name == "d2.csv" else known(watch, content, path)

    monkeypatch.setattr(Watch, "_known", elsewhere)
    watch = Watch(folder, store, OPERATOR, OPTIONS, settle_s=0.0)
    assert [drop.path.name for drop in watch._round()] == ["d1.csv"]


@pytest.mark.usefixtures("three_days")
def test_a_file_that_was_refused_does_not_come_over_newer_ones_later(
    store: Store, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(outcome: object, name: str) -> None:
        if name == "d2.csv":
            raise ImportFileError("in doubt")

    with monkeypatch.context() as patched:
        patched.setattr("data.ingest.importer.refuse_doubt", refuse)
        assert [drop.outcome for drop in once(store, folder)] == ["imported", "failed", "imported"]
    drops = once(store, folder)
    assert [drop.outcome for drop in drops] == ["known", "failed", "known"]
    assert "older than d3.csv" in drops[1].error
    assert stored(store)["address"].to_list() == ["第3天"]


def test_a_file_that_comes_back_with_its_old_time_is_imported_again(
    store: Store, folder: Path, tmp_path: Path
) -> None:
    first = aged(write(folder / "1.csv", [row(1, 地址="甲")]), 300)
    once(store, folder)
    kept = first.rename(tmp_path / "kept.csv")
    aged(write(folder / "2.csv", [row(1, 地址="乙")]), 200)
    once(store, folder)
    shutil.copy2(kept, folder / "1.csv")
    assert [drop.outcome for drop in once(store, folder)] == ["imported", "known"]
    assert stored(store)["address"].to_list() == ["甲"]
    assert [drop.outcome for drop in once(store, folder)] == ["known", "known"]


def test_files_that_all_come_back_end_as_the_newest_says(
    store: Store, folder: Path, three_days: list[Path]
) -> None:
    once(store, folder)
    now = time.time()
    for path in reversed(three_days):
        until(lambda path=path: path.chmod(0o640) or came_at(path) > now)  # type: ignore[misc]
    assert [drop.outcome for drop in once(store, folder)] == ["imported"] * 3
    assert stored(store)["address"].to_list() == ["第3天"]


def test_what_came_while_nobody_watched_ends_as_the_newest_says(store: Store, folder: Path) -> None:
    aged(write(folder / "1.csv", [row(1, 地址="甲")]), 300)
    once(store, folder)
    aged(write(folder / "2.csv", [row(1, 地址="乙")]), 200)
    aged(write(folder / "3.csv", [row(1, 地址="甲")]), 100)
    assert [drop.outcome for drop in once(store, folder)] == ["known", "imported", "imported"]
    assert stored(store)["address"].to_list() == ["甲"]


def test_a_new_state_in_the_next_drop_becomes_transitions(store: Store, folder: Path) -> None:
    aged(write(folder / "monday.csv", rows(6)), 20)
    once(store, folder)
    closed = [row(n, 状态="已结案", 结案时间="2024-10-01 09:00:00") for n in (1, 2)]
    aged(write(folder / "tuesday.csv", [*closed, *rows(6)[2:]]), 10)
    drops = once(store, folder)
    assert [drop.outcome for drop in drops] == ["known", "imported"]
    summary = drops[-1].summary
    assert summary
    assert (summary.updated, summary.unchanged) == (2, 4)
    kinds = store.events(1, actor=VIEWER)["kind"].to_list()
    assert (kinds[0], kinds[-1]) == ("report", "close")
    assert store.case(1, actor=OPERATOR).state.status == "closed"
    assert store.check(actor=OPERATOR).ok


def test_a_feed_that_comes_back_to_what_it_said_is_imported_again(store: Store, folder: Path) -> None:
    aged(write(folder / "1.csv", [row(1, 地址="甲")]), 300)
    once(store, folder)
    aged(write(folder / "2.csv", [row(1, 地址="乙")]), 200)
    once(store, folder)
    assert [drop.outcome for drop in once(store, folder)] == ["known", "known"], "an old file is no news"
    write(folder / "3.csv", [row(1, 地址="甲")])
    assert [drop.outcome for drop in once(store, folder)] == ["known", "known", "imported"]
    assert stored(store)["address"].to_list() == ["甲"]


@pytest.mark.parametrize(
    "name", [".hidden.csv", "a.csv.part", "~$cases.xlsx", "a.csv~", "a.crdownload", "a.csv.filepart", "a.md5"]
)
def test_what_is_not_meant_is_left_alone(folder: Path, name: str) -> None:
    (folder / name).write_bytes(b"x")
    assert not is_export(folder / name)


def test_a_bad_file_is_said_and_kept_in_the_list_and_the_next_one_is_imported(
    store: Store, folder: Path
) -> None:
    (folder / "a.csv").write_text("up,along\n1,2\n")
    aged(folder / "a.csv", 60)
    write(folder / "b.csv", rows(5))
    for outcomes in (["failed", "imported"], ["failed", "known"]):
        drops = once(store, folder)
        assert [drop.outcome for drop in drops] == outcomes
        assert "no column that is plainly" in drops[0].error
    noted = store.imports(actor=VIEWER).sort("id").to_dicts()
    assert [(one["name"], one["state"]) for one in noted] == [("a.csv", "failed"), ("b.csv", "done")]
    assert "no column" in json.loads(noted[0]["summary"])["error"]


def test_imported_files_go_where_they_are_wanted_and_bad_ones_stay(
    store: Store, folder: Path, tmp_path: Path
) -> None:
    done = tmp_path / "done"
    write(folder / "a.csv", rows(5))
    (folder / "bad.csv").write_text("up,along\n1,2\n")
    once(store, folder, done=done)
    write(folder / "a.csv", rows(6))
    once(store, folder, done=done)
    write(folder / "a.csv", rows(6))  # known already: nothing to do but to put it away
    once(store, folder, done=done)
    assert sorted(path.name for path in done.iterdir()) == ["a (2).csv", "a (3).csv", "a.csv"]
    assert [path.name for path in folder.iterdir()] == ["bad.csv"]


def test_a_folder_that_is_none_or_its_own_target_is_refused(store: Store, folder: Path) -> None:
    with pytest.raises(ImportFileError, match="There is no folder"):
        Watch(folder / "nothing", store, OPERATOR)
    with pytest.raises(ImportFileError, match="is watched"):
        Watch(folder, store, OPERATOR, done=folder / ".." / folder.name)


def test_a_store_that_is_away_is_asked_again_later(
    store: Store, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(folder / "a.csv", rows(5))
    watch = Watch(folder, store, OPERATOR, OPTIONS, settle_s=0.02)

    def away(*_arguments: object, **_options: object) -> None:
        raise StoreError("away")

    with monkeypatch.context() as patched:
        patched.setattr("data.ingest.watch.import_file", away)
        assert [drop.outcome for drop in watch.once()] == ["failed"]
    assert list(watch._round()) == [], "not at once"
    watch._seen[folder / "a.csv"].again_at = 0.0
    assert [drop.outcome for drop in watch._round()] == ["imported"]


@pytest.mark.parametrize("polling", [False, True])
def test_what_comes_is_imported_when_it_is_whole(
    store: Store, folder: Path, polling: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("data.ingest.watch._POLL_MS", 50)
    watch = Watch(folder, store, OPERATOR, OPTIONS, settle_s=0.5, polling=polling)
    drops: list[Drop] = []
    thread = threading.Thread(target=lambda: drops.extend(watch.run()))
    thread.start()
    try:
        whole = write(folder.parent / "whole.csv", rows(60)).read_bytes()
        with (folder / "a.csv").open("wb") as file:
            for start in range(0, len(whole), len(whole) // 8):
                file.write(whole[start : start + len(whole) // 8])
                file.flush()
                time.sleep(0.1)  # slowly, as over a thin line
        until(lambda: store.imports(actor=VIEWER)["state"].to_list() == ["done"])
    finally:
        watch.stop.set()
        thread.join(30)
    assert not thread.is_alive()
    assert [(drop.outcome, drop.summary and drop.summary.taken) for drop in drops] == [("imported", 60)]


def test_a_watch_that_is_stopped_ends_between_two_steps_and_goes_on_the_next_time(
    store: Store, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def small(*arguments: object, **options: object) -> object:
        return import_file(*arguments, **options, step_rows=100)  # type: ignore[arg-type]

    monkeypatch.setattr(module, "import_file", small)
    write(folder / "a.csv", rows(600))
    watch = Watch(folder, store, OPERATOR, OPTIONS, settle_s=0.02)

    def progress(_path: Path) -> Callable[[int, int | None, str], None]:
        def report(done: int, _total: int | None, doing: str) -> None:
            if doing == "writing" and done == 300:
                watch.stop.set()

        return report

    watch.progress = progress
    assert list(watch.run()) == []
    assert store.imports(actor=VIEWER).select("state", "rows_done").rows() == [("stopped", 400)]
    (drop,) = once(store, folder)
    assert drop.summary
    assert (drop.summary.taken, drop.summary.went_on_at) == (600, 400)
