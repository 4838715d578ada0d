"""An import commits step by step, and what stopped in the middle goes on there."""

import json
import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from sqlalchemy import event, text

from data import import_store
from data.actors import OPERATOR, VIEWER
from data.import_store import Checkpoint
from data.ingest import load
from data.ingest.formats import open_table
from data.ingest.plan import make_plan
from data.ingest.rejects import RowsFile
from data.ingest.rows import Tally
from data.ingest.verdicts import judge
from data.store import Store
from geo.errors import ConflictError, ImportFileError
from tests.data.ingest.conftest import Import
from tests.data.ingest.made import read_rows, row, rows, stored, write


def stop_after(import_: Import, file: Path, n: int, **options: Any) -> None:
    """Import a file in steps of a hundred rows and stop after `n` of them."""

    def progress(done: int, _total: int | None, doing: str) -> None:
        if doing == "writing" and done >= n:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_(file, step_rows=100, progress=progress, **options)


def states(store: Store) -> list[tuple[str, int, int]]:
    """Return state, rows done and rows in all of each import, the newest first."""
    return store.imports(actor=VIEWER).select("state", "rows_done", "rows_total").rows()


def faulty(n: int) -> list[tuple[str, ...]]:
    """Return rows of which every tenth is rejected, every thirtieth does not fit, and two are far off."""
    body: list[tuple[str, ...]] = []
    for number in range(1, n + 1):
        body.append(row(number, **({"纬度": ""} if number % 10 == 0 else {})))
        if number % 30 == 0:
            body.append(("too", "few"))
    body[43] = row(43, 经度="121.5", 纬度="31.2")
    body[-2] = row(n + 5, 经度="121.5", 纬度="31.2")
    return body


def test_what_stopped_goes_on_where_it_was_and_tells_the_figures_of_the_whole(
    import_: Import, store: Store, tmp_path: Path
) -> None:
    file = write(tmp_path / "week.csv", faulty(600))
    stop_after(import_, file, 300)
    assert states(store) == [("stopped", 300, 620)]
    assert json.loads(store.imports(actor=VIEWER)["summary"][0]) == {"error": "stopped by hand"}
    partly = len(stored(store))
    assert 0 < partly < 300

    summary = import_(file)
    assert (summary.read, summary.rejected, summary.went_on_at) == (620, 79, 300)
    assert (summary.taken, summary.updated, summary.unchanged) == (541, 0, 0)
    assert states(store) == [("done", 620, 620)]
    assert len(stored(store)) == 541
    assert store.check(actor=OPERATOR).ok
    rejects, doubted = read_rows(summary.rejects_path), read_rows(summary.suspicious_path)
    assert len({one["row"] for one in rejects}) == len(rejects) == 79
    assert [one["编号"] for one in doubted] == ["A0043", "A0605"]
    assert summary.reasons == {"no_coordinates": 59, "wrong_fields": 20}


def test_the_figures_of_any_cut_are_those_of_the_whole(tmp_path: Path) -> None:
    table = open_table(write(tmp_path / "week.csv", faulty(300)))
    plan = make_plan(table, default_tz="Asia/Shanghai")
    verdicts = judge(table, plan)
    whole = list(load.parts(table, plan, verdicts, Tally()))
    for most_rows, cut_at in ((1, 0), (7, 0), (7, 31), (100, 33), (1_000, 309), (31, 31)):
        cut = list(load.parts(table, plan, verdicts, Tally(), most_rows=most_rows, cut_at=cut_at))
        assert pl.concat([part.reports for part in cut]).equals(pl.concat([part.reports for part in whole]))
        assert [told for part in cut for told in part.rejects] == [
            told for part in whole for told in part.rejects
        ]
        assert [told for part in cut for told in part.doubted] == [
            told for part in whole for told in part.doubted
        ]
        ends = [sum(part.read for part in cut[: n + 1]) for n in range(len(cut))]
        assert ends[-1] == 310
        assert max(part.read for part in cut) <= most_rows
        assert not cut_at or cut_at in ends


def test_the_work_of_all_attempts_is_told_and_what_is_known_counts_once(
    import_: Import, store: Store, tmp_path: Path
) -> None:
    import_(write(tmp_path / "week.csv", rows(150)))
    file = write(tmp_path / "week.csv", rows(400))
    stop_after(import_, file, 200)
    with store._engine.begin() as connection:
        reached = json.loads(connection.execute(text("SELECT reached FROM import WHERE id = 2")).scalar_one())
        connection.execute(
            text("UPDATE import SET reached = :r WHERE id = 2"),
            {"r": json.dumps(reached | {"seconds": 50.0})},
        )
    summary = import_(file)
    assert (summary.taken, summary.unchanged) == (250, 150)
    assert summary.seconds > 50


def test_a_file_that_changed_since_is_a_new_import(import_: Import, store: Store, tmp_path: Path) -> None:
    file = write(tmp_path / "week.csv", rows(400))
    stop_after(import_, file, 200)
    summary = import_(write(file, rows(401)))
    assert (summary.taken, summary.unchanged, summary.went_on_at) == (201, 200, 0)
    assert [state for state, *_rest in states(store)] == ["done", "failed"], "nothing is left to go on with"


def test_a_file_that_is_read_in_another_way_is_a_new_import(
    import_: Import, store: Store, tmp_path: Path
) -> None:
    file = write(tmp_path / "week.csv", rows(400))
    stop_after(import_, file, 200)
    assert import_(file, crs="gcj02").went_on_at == 0
    assert len(stored(store)) == 400


def test_what_stopped_does_not_go_on_once_its_source_said_something_newer(
    import_: Import, store: Store, tmp_path: Path
) -> None:
    old, new = tmp_path / "week 1.csv", tmp_path / "week 2.csv"
    write(old, rows(400))
    write(new, [row(n, 地址="新地址") for n in range(1, 401)])
    stop_after(import_, old, 200)
    import_(new)
    summary = import_(old)
    assert (summary.went_on_at, summary.updated) == (0, 400), "all of it says what the old file says"


def test_a_program_whose_import_was_taken_over_is_told_so_and_writes_no_more(
    import_: Import, store: Store, tmp_path: Path
) -> None:
    file = write(tmp_path / "week.csv", faulty(600))
    others: list[Any] = []

    def progress(done: int, _total: int | None, doing: str) -> None:
        if doing == "writing" and done == 200:
            others.append(import_(file, rejects=tmp_path / "rejects.csv"))

    with pytest.raises(ConflictError, match="Another program has begun to import week.csv too"):
        import_(file, step_rows=100, progress=progress, rejects=tmp_path / "rejects.csv")
    assert (others[0].taken, others[0].went_on_at) == (541, 200)
    assert states(store) == [("done", 620, 620)]
    assert len(read_rows(tmp_path / "rejects.csv")) == 79
    assert not list(tmp_path.glob("*.part"))
    assert store.check(actor=OPERATOR).ok


def test_a_whole_file_that_was_not_noted_as_whole_is_only_noted(
    import_: Import, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write(tmp_path / "week.csv", faulty(300))

    def stop(_self: RowsFile) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(RowsFile, "keep", stop)
        with pytest.raises(KeyboardInterrupt):
            import_(file)
    assert states(store) == [("stopped", 310, 310)]
    seq = store.last_seq(actor=VIEWER)
    summary = import_(file)
    assert (summary.taken, summary.went_on_at) == (len(stored(store)), 310)
    assert store.last_seq(actor=VIEWER) == seq
    assert len(read_rows(summary.rejects_path)) == summary.rejected


def test_an_import_of_a_program_that_is_no_more_is_shown_as_stopped(
    import_: Import, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim = store.claim_import(
        "week.csv", content="1", plan="1", source="week", profile=None, actor=OPERATOR, details={}
    )
    with store.import_step(claim, actor=OPERATOR) as step:
        step.reach(Checkpoint(rows=5, total=10))
    assert states(store) == [("running", 5, 10)]
    with store._engine.begin() as connection:
        host = claim.owner.rsplit(":", 2)[0]
        connection.execute(text("UPDATE import SET owner = :o"), {"o": f"{host}:99999999:x"})
    assert states(store) == [("stopped", 5, 10)], "no such process is here"
    with store._engine.begin() as connection:
        connection.execute(text("UPDATE import SET owner = 'elsewhere:1:x'"))
    assert states(store) == [("running", 5, 10)], "it may well run there"
    monkeypatch.setattr(import_store, "SILENT_S", 0)
    assert states(store) == [("stopped", 5, 10)], "but not when it says nothing for long"


def test_others_write_between_the_steps_and_readers_see_whole_steps(
    import_: Import, store: Store, url: str, tmp_path: Path
) -> None:
    seen = []

    def progress(_done: int, _total: int | None, doing: str) -> None:
        with sqlite3.connect(url.removeprefix("sqlite:///")) as other:
            seen.append(other.execute("SELECT count(*) FROM issue").fetchone()[0])
        if doing == "writing":
            store.set_fact("somebody", f"wrote {len(seen)}", actor=OPERATOR)

    import_(write(tmp_path / "export.csv", rows(300)), progress=progress, step_rows=100)
    assert seen == [0, 100, 200, 300]
    assert store.fact("somebody", actor=VIEWER) == "wrote 4"


def test_a_disk_that_fills_up_keeps_the_steps_and_says_how_to_go_on(
    import_: Import, store: Store, tmp_path: Path
) -> None:
    file = write(tmp_path / "big.csv", rows(4_000))
    limits: list[int] = []

    @event.listens_for(store._engine, "connect")
    def limit(connection: Any, _record: Any) -> None:
        if limits:
            connection.execute(f"PRAGMA max_page_count = {limits[-1]}")

    with store._engine.connect() as connection:
        limits.append(connection.exec_driver_sql("PRAGMA page_count").scalar_one() + 200)
    store._engine.dispose()
    with pytest.raises(ImportFileError, match=r"is full.* of 4,000 rows are in the store; imported again"):
        import_(file, step_rows=200)
    state, done, total = states(store)[0]
    assert (state, total) == ("stopped", 4_000)
    assert 0 < done < 4_000
    assert len(stored(store)) == done

    limits.clear()
    store._engine.dispose()
    summary = import_(file)
    assert (summary.taken, summary.went_on_at) == (4_000, done)
    assert store.check(actor=OPERATOR).ok


def test_the_names_that_only_the_file_knows_are_those_of_the_whole_file(
    import_: Import, store: Store, tmp_path: Path
) -> None:
    body = [row(n, 问题类型="NOISE at night" if n <= 200 else "Noise at night") for n in range(1, 601)]
    file = write(tmp_path / "week.csv", body)
    stop_after(import_, file, 300)
    import_(file)
    names = store.categories(actor=VIEWER).filter(pl.col("en").str.contains("(?i)noise at night"))
    assert names["en"].to_list() == ["Noise at night"], "the commonest spelling of all rows"


def test_hand_changes_between_the_attempts_stay(import_: Import, store: Store, tmp_path: Path) -> None:
    file = write(tmp_path / "week.csv", rows(400))
    stop_after(import_, file, 200)
    store.correct(7, actor=OPERATOR, address="改过的地址")
    store.transition(8, "note", actor=OPERATOR, note="看过了")
    import_(file)
    assert stored(store).filter(pl.col("id") == 7)["address"].item() == "改过的地址"
    assert store.imports(actor=VIEWER)["finished_at"][0] <= datetime.now(UTC)


def test_imports_of_before_have_nothing_to_go_on_with(store: Store) -> None:
    store.begin_import("old.csv", source="old", profile=None, actor=OPERATOR, details={})
    assert store.imports(actor=VIEWER).select("state", "rows_done", "content").rows() == [
        ("running", None, None)
    ]
