"""`gezhi import` on files that stop in the middle, and on folders."""

import json
import os
import signal
import threading
from contextlib import suppress
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli import app
from data.actors import OPERATOR
from data.store import Store
from geo.errors import StoreError
from tests.data.ingest.made import row, rows, write
from tests.shared_data import shared


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from data.settings import settings

    monkeypatch.setenv("GEZHI_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("GEZHI_LANG", "en")
    settings.cache_clear()


@pytest.fixture
def store(tmp_path: Path) -> str:
    """Return the URL of a store that is not there yet."""
    return f"sqlite:///{tmp_path / 'city.sqlite'}"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Make the folder that is watched."""
    found = tmp_path / "drops"
    found.mkdir()
    return found


def gezhi(*arguments: object) -> tuple[int, str, str]:
    outcome = CliRunner().invoke(app, [str(argument) for argument in arguments])
    return outcome.exit_code, outcome.stdout, outcome.stderr


def test_ctrl_c_says_how_far_it_came_and_the_next_time_goes_on(
    store: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from data.ingest import importer

    file = write(tmp_path / "week.csv", rows(600))
    hand_over = importer._Load._hand_over

    def small_then_stop(load: importer._Load, *arguments: object) -> None:
        if load.at.rows >= 200:
            raise KeyboardInterrupt
        hand_over(load, *arguments)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setitem(importer.import_file.__kwdefaults__, "step_rows", 100)
        patched.setattr(importer._Load, "_hand_over", small_then_stop)
        status, _printed, said = gezhi("import", file, "--store", store)
    assert status == 130
    assert "week.csv stopped at row 200 of 600" in said
    status, printed, _said = gezhi("import", file, "--store", store)
    assert status == 0
    assert "It went on at row 200" in printed
    assert "600" in printed


def test_a_folder_is_taken_once_for_cron(store: str, folder: Path, tmp_path: Path) -> None:
    write(folder / "a.csv", rows(5))
    (folder / "bad.csv").write_text("up,along\n1,2\n")
    (folder / "b.csv.part").write_text("not whole")
    options = ("--store", store, "--once", "--json", "--done", tmp_path / "done", "--map", "source=feed")
    status, printed, _said = gezhi("import", "--watch", folder, *options)
    told = {Path(one["path"]).name: one for one in map(json.loads, printed.splitlines())}
    assert status == 2, "a file failed"
    assert told["a.csv"]["summary"]["taken"] == 5
    assert "no column" in told["bad.csv"]["error"]
    assert (tmp_path / "done" / "a.csv").exists()
    (folder / "bad.csv").unlink()
    write(folder / "a.csv", [row(1, 状态="已结案", 结案时间="2024-10-01 09:00:00"), *rows(5)[1:]])
    status, printed, _said = gezhi("import", "--watch", folder, *options)
    assert status == 0
    assert json.loads(printed)["summary"]["updated"] == 1
    with Store.open(store) as opened:
        assert opened.events(1, actor=OPERATOR)["kind"].to_list()[-1] == "close"


def test_options_that_do_not_go_together_are_refused(store: str, folder: Path, tmp_path: Path) -> None:
    file = write(tmp_path / "a.csv", rows(5))
    assert gezhi("import", "--store", store)[0] == 2
    assert gezhi("import", file, "--watch", folder, "--store", store)[0] == 2
    assert gezhi("import", file, "--once", "--store", store)[0] == 2
    assert gezhi("import", "--watch", folder, "--rejects", tmp_path / "r.csv", "--store", store)[0] == 2
    assert gezhi("import", "--watch", folder / "nothing", "--store", store)[0] == 2


@pytest.mark.skipif(os.name != "posix", reason="signals as POSIX has them")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_watch_ends_cleanly_when_it_is_asked_to(
    store: str, folder: Path, number: signal.Signals, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("data.ingest.watch.SETTLE_S", 0.05)
    ended = threading.Event()
    write(folder / "a.csv", rows(5))

    def others() -> None:
        """Put a second file there once the first is in, and then ask the program to end."""
        states: list[str] = []
        put = False
        while len(states) < 2 and not ended.wait(0.05):
            with suppress(StoreError), Store.open(store, create=False) as opened:
                states = opened.imports(actor=OPERATOR).filter(state="done")["state"].to_list()
            if states and not put:
                write(folder / "b.csv", rows(7))
                put = True
        if not ended.is_set():
            os.kill(os.getpid(), number)

    thread = threading.Thread(target=others)
    thread.start()
    try:
        status, printed, said = gezhi("import", "--watch", folder, "--store", store, "--json")
    finally:
        ended.set()
        thread.join(30)
    told = [json.loads(line) for line in printed.splitlines()]
    assert [(Path(one["path"]).name, one["outcome"]) for one in told] == [
        ("a.csv", "imported"),
        ("b.csv", "imported"),
    ]
    assert told[1]["summary"]["taken"] == 7
    assert (status, said) == (0, "")


@pytest.mark.shared
def test_chicago_imported_edited_by_hand_and_imported_again_keeps_what_hands_did(
    store: str, tmp_path: Path
) -> None:
    file = chicago(tmp_path / "sanitation.csv", lines=0 if "TORTURE" in os.environ else 12_000)
    first = json.loads(gezhi("import", file, "--store", store, "--json")[1])
    assert first["taken"] + first["rejected"] == first["read"]
    with Store.open(store) as opened:
        edited = edit(opened)
        events = opened.last_seq(actor=OPERATOR)

    again = json.loads(gezhi("import", file, "--store", store, "--json")[1])
    assert (again["taken"], again["updated"], again["unchanged"]) == (0, 0, first["taken"])
    with Store.open(store) as opened:
        assert opened.last_seq(actor=OPERATOR) == events, "nothing new was said"
        hold(opened, edited)

    newer = tmp_path / "sanitation 2.csv"
    text = file.read_text("utf-8")
    newer.write_text(text.replace(",Completed,", ",Open,", 3), "utf-8")
    later = json.loads(gezhi("import", newer, "--store", store, "--json")[1])
    assert later["unchanged"] + later["updated"] == first["taken"]
    assert 0 < later["updated"] <= 3
    with Store.open(store) as opened:
        hold(opened, edited)

    status, printed, _said = gezhi("db", "check", "--store", store, "--json")
    figures = json.loads(printed)
    assert (status, figures["ok"], figures["issues"]) == (0, True, first["taken"])
    assert figures["events"] > events


def chicago(path: Path, *, lines: int) -> Path:
    """Unpack the real file, or its last lines: the open cases are there."""
    import gzip

    packed = shared("chicago311/sanitation_2014-11-10.csv.gz")
    with gzip.open(packed, "rt", encoding="utf-8", newline="") as source:
        found = list(source)
    path.write_text("".join([found[0], *found[-lines if lines else 1 :]]), "utf-8", newline="")
    return path


def edit(store: Store) -> dict[int, dict[str, object]]:
    """Move cases on and correct them, as people do; return what must stay."""
    opened = store.open_cases(actor=OPERATOR)["issue_id"].to_list()[-40:]
    kept: dict[int, dict[str, object]] = {}
    for n, case in enumerate(opened):
        if n % 2:
            store.correct(case, actor=OPERATOR, address=f"corrected {n}")
            kept[case] = {"address": f"corrected {n}"}
        else:
            allowed = store.allowed(case, actor=OPERATOR)
            kind = "suspend" if "suspend" in allowed else "note"
            store.transition(case, kind, actor=OPERATOR, reason="looked at", note="looked at")
            kept[case] = {"status": store.case(case, actor=OPERATOR).state.status}
    assert kept, "the file has open cases"
    return kept


def hold(store: Store, kept: dict[int, dict[str, object]]) -> None:
    """Hold the cases to what hands did to them."""
    rows = {one["id"]: one for one in store.reports(list(kept), actor=OPERATOR).to_dicts()}
    for case, fields in kept.items():
        assert {name: rows[case][name] for name in fields} == fields
