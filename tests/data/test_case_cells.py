"""The cell of a case follows its position, whoever changes it, and is proved like everything in a row."""

import polars as pl
import pytest
from sqlalchemy import select, text, update

from data import case_cells, contents
from data.actors import OPERATOR
from data.database import connect, read_transaction, write_transaction
from data.migration import build, prepare, upgrade
from data.records import ISSUE
from data.store import Store
from geo.cells import ANALYSIS_RESOLUTION, from_points
from tests.data import released
from tests.data.samples import LAT, LON, reports

N = 60


def cells_of(store: Store) -> dict[int, tuple[int | None, int]]:
    """Return of each case the cell that is noted, and the one that its position lies in by another way."""
    with read_transaction(store._engine) as connection:
        rows = connection.execute(select(ISSUE.c.id, ISSUE.c.cell, ISSUE.c.lon, ISSUE.c.lat)).all()
    exact = from_points([row.lon for row in rows], [row.lat for row in rows], ANALYSIS_RESOLUTION)
    return {row.id: (row.cell, int(cell)) for row, cell in zip(rows, exact, strict=True)}


def assert_exact(store: Store, n: int) -> None:
    found = cells_of(store)
    assert len(found) == n
    assert [issue for issue, (noted, exact) in found.items() if noted != exact] == []


def test_a_report_gets_its_cell_when_it_is_written(store: Store) -> None:
    store.write_reports(reports(N), actor=OPERATOR)
    store.report({"category": "noise", "lon": LON, "lat": LAT}, actor=OPERATOR)
    assert_exact(store, N + 1)
    assert len({noted for noted, _exact in cells_of(store).values()}) > N // 2


def test_the_cell_goes_with_a_position_that_the_feed_or_a_person_corrects(store: Store) -> None:
    frame = reports(N)
    store.write_reports(frame, actor=OPERATOR)
    before = cells_of(store)
    moved = frame.with_columns(lon=pl.col("lon") + pl.when(pl.int_range(N) < 20).then(0.01).otherwise(0))
    assert store.write_reports(moved, actor=OPERATOR).updated == 20
    store.correct(40, actor=OPERATOR, lat=LAT + 0.2)
    store.correct(41, actor=OPERATOR, address="新街")
    assert_exact(store, N)
    changed = {issue for issue, found in cells_of(store).items() if found != before[issue]}
    assert changed == {*range(1, 21), 40}


def test_a_cell_that_is_wrong_or_missing_is_found_and_put_right(store: Store) -> None:
    store.write_reports(reports(N), actor=OPERATOR)
    with write_transaction(store._engine) as connection:
        connection.execute(update(ISSUE).where(ISSUE.c.id == 3).values(cell=None))
        connection.execute(update(ISSUE).where(ISSUE.c.id == 4).values(cell=ISSUE.c.cell + 1))
    checked = store.check(actor=OPERATOR)
    assert (checked.differing, checked.ok, checked.repairable) == (2, False, True)
    assert "case 4: cell is" in "\n".join(checked.words())
    assert store.repair(actor=OPERATOR, write=True).values == 2
    assert_exact(store, N)
    assert store.check(actor=OPERATOR).ok


def test_the_cell_of_a_position_changed_by_hand_is_that_of_what_was_told(store: Store) -> None:
    store.write_reports(reports(N), actor=OPERATOR)
    before = cells_of(store)
    with write_transaction(store._engine) as connection:
        there = {"lon": LON + 1, "cell": case_cells.cell_of(LON + 1, LAT)}
        connection.execute(update(ISSUE).where(ISSUE.c.id == 3).values(there))
    assert store.repair(actor=OPERATOR, write=True).values == 2
    assert cells_of(store) == before


def test_an_older_store_gets_the_cells_of_all_its_cases(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(case_cells, "_AT_ONCE", 7)
    filed = max(released.files())
    engine = connect(url, create=True)
    prepare(engine)
    with write_transaction(engine) as connection:
        build(connection, filed)
        released.insert(connection, filed)
        build(connection, "0011")
        n = connection.execute(text("SELECT count(*) FROM issue")).scalar_one()
        columns = {table.name: set(contents.columns(table)) for table in contents.tables(connection)}
    engine.dispose()
    assert "cell" not in columns["issue"]
    upgrade(url, actor=OPERATOR)
    with Store.open(url) as store:
        assert_exact(store, n)
