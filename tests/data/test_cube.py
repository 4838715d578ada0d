"""The cube: exact cells, the same totals everywhere, in step with a store that others write."""

import gc
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import h3.api.basic_int as h3
import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from data import cube_state
from data.actors import OPERATOR, VIEWER
from data.breakdowns import _broken_down, breakdowns
from data.cube import Cube
from data.cube_times import NO_DUE
from data.filters import NO_UNIT, Filter
from data.mapped import _mappings, let_go
from data.measured import figures
from data.statuses import STATUS_GROUPS
from data.step_counts import step_counts
from data.store import Store
from geo import cells
from geo.cells import RESOLUTIONS
from geo.errors import CellError
from tests.data.conftest import FreshStore
from tests.data.programs import Program
from tests.data.samples import CATEGORIES, LAT, LON, reports
from tests.data.test_issue_writing import report_rows

EVERYTHING = Filter()
MIDDLE = sorted(cells.disk(cells.from_points([LON], [LAT], 9), 3)[1].tolist())
FILTERS = [
    EVERYTHING,
    Filter(categories=("flyposting",)),
    Filter(categories=("flyposting", "manhole"), statuses=("open",)),
    Filter(statuses=("closed",), start=date(2024, 3, 1), end=date(2024, 8, 31)),
    Filter(sources=("second",)),
    Filter(categories=("never seen",)),
    Filter(units=(NO_UNIT,)),
    Filter(units=("nobody",)),
    Filter(hours=(0, 8, 9, 10, 33, 34, 167)),
    Filter(cells=tuple(MIDDLE), statuses=("open",)),
    Filter(cells=(int(cells.from_points([0.0], [0.0], 9)[0]),)),
]


def made(store: Store, n: int = 3000) -> tuple[Cube, pl.DataFrame]:
    frame = pl.concat([reports(n), reports(n // 3, seed=2, source="second")])
    store.write_reports(frame, actor=OPERATOR)
    return Cube.open(store), frame


@pytest.fixture(scope="module")
def few(fresh_store: FreshStore) -> Iterator[tuple[Cube, pl.DataFrame]]:
    """Return a cube of 800 reports and the reports, for tests that ask and do not write."""
    with fresh_store() as store:
        yield made(store, 600)


@pytest.fixture(scope="module")
def many(fresh_store: FreshStore) -> Iterator[tuple[Cube, pl.DataFrame]]:
    """Return a cube of 4,000 reports and the reports, for tests that ask and do not write."""
    with fresh_store() as store:
        yield made(store)


def passing(frame: pl.DataFrame, where: Filter, zone: str = "Asia/Shanghai") -> pl.DataFrame:
    """Filter the reports themselves, row by row."""
    statuses = {state for name in where.statuses for state in STATUS_GROUPS.get(name, (name,))}

    def passes(row: dict[str, object]) -> bool:
        reported = row["reported_at"]
        assert isinstance(reported, datetime)
        local = reported.astimezone(ZoneInfo(zone))
        day, hour = local.date(), local.weekday() * 24 + local.hour
        return (
            (not where.categories or row["category"] in where.categories)
            and (not statuses or row["status"] in statuses)
            and (not where.sources or row["source"] in where.sources)
            and (where.start is None or day >= where.start)
            and (where.end is None or day <= where.end)
            and (not where.units or (row.get("unit") or NO_UNIT) in where.units)
            and (not where.hours or hour in where.hours)
            and (not where.cells or h3.latlng_to_cell(row["lat"], row["lon"], 9) in where.cells)
        )

    return frame.filter(pl.Series([passes(row) for row in frame.to_dicts()], dtype=pl.Boolean))


def cells_by_loop(frame: pl.DataFrame, resolution: int) -> dict[int, int]:
    found: dict[int, int] = {}
    for lat, lon in frame.select("lat", "lon").rows():
        cell = h3.latlng_to_cell(lat, lon, resolution)
        found[cell] = found.get(cell, 0) + 1
    return found


def decoded(cube: Cube) -> pl.DataFrame:
    """Give the cube's rows in plain words, for a comparison of two cubes with other codes."""
    frame = cube.frame
    cells = {f"cell{r}": pl.Series(cube.cells_of(r)[frame[f"cell{r}"]]) for r in RESOLUTIONS}
    words = {
        name: frame[name].replace_strict(dict(enumerate(cube.words_of(name))), return_dtype=pl.String)
        for name in ("category", "status", "source", "unit")
    }
    return frame.with_columns(pl.col("day").cast(pl.Date), **cells, **words)


def in_files() -> int:
    """Return how many files hold columns; what nobody has any more does not count."""
    gc.collect()
    return len(_mappings)


@pytest.mark.parametrize("where", FILTERS, ids=str)
@pytest.mark.parametrize("resolution", RESOLUTIONS)
def test_each_report_counts_in_the_hexagon_it_lies_in(
    few: tuple[Cube, pl.DataFrame], where: Filter, resolution: int
) -> None:
    cube, frame = few
    found = cube.counts(where, resolution)
    assert (found.cells.dtype, found.counts.dtype) == (np.uint64, np.uint32)
    assert dict(zip(found.cells.tolist(), found.counts.tolist(), strict=True)) == cells_by_loop(
        passing(frame, where), resolution
    )
    assert (np.diff(found.cells.astype(np.int64)) > 0).all(), "sorted, each once"


@pytest.mark.parametrize("where", FILTERS, ids=str)
def test_totals_are_equal_however_they_are_counted(many: tuple[Cube, pl.DataFrame], where: Filter) -> None:
    cube, frame = many
    total = passing(frame, where).height
    assert cube.total(where) == total
    assert [int(cube.counts(where, resolution).counts.sum()) for resolution in RESOLUTIONS] == [total] * 6
    for table in (cube.by_category(where), cube.by_status(where), cube.by_day(where), cube.by_week(where)):
        assert table["n"].sum() == total
    assert cube.ids(where).size == total


def test_counting_piece_by_piece_gives_the_same(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    cube, _frame = made(store, 300)
    where = Filter(statuses=("open",))
    whole = cube.counts(where, 9), cube.by_day(where), breakdowns(cube, where), figures(cube, where)
    monkeypatch.setattr("data.cube_state._PIECE_ROWS", 37)
    assert len(list(cube.state.pieces)) > 9
    cut = Cube.open(store)
    counted = cut.counts(where, 9)
    assert counted.cells.tolist() == whole[0].cells.tolist()
    assert counted.counts.tolist() == whole[0].counts.tolist()
    assert cut.by_day(where).equals(whole[1])
    again = _broken_down(cut.state, cut.choice(where))
    assert (again.total, again.categories, again.hours.tolist()) == (
        whole[2].total,
        whole[2].categories,
        whole[2].hours.tolist(),
    )
    assert figures(cut, where) == whole[3]


@settings(max_examples=20, deadline=None)
@given(frames=st.lists(report_rows(), max_size=3))
def test_following_the_store_step_by_step_equals_reading_it_anew(
    fresh_store: FreshStore, frames: list[pl.DataFrame]
) -> None:
    with fresh_store() as store:
        cube = Cube.open(store)
        for frame in frames:
            store.write_reports(frame, actor=OPERATOR)
            cube.refresh()
            assert int(cube.counts(EVERYTHING, 9).counts.sum()) == cube.total(EVERYTHING) == cube.frame.height
        assert_frame_equal(decoded(cube), decoded(Cube.open(store)))


@pytest.mark.parametrize("tail_rows", [0, 40, 500_000])
@pytest.mark.parametrize("few_cells", [0, 310, 65_536])
def test_changes_in_base_and_tail_are_followed(
    store: Store, monkeypatch: pytest.MonkeyPatch, tail_rows: int, few_cells: int
) -> None:
    monkeypatch.setattr(cube_state, "_TAIL_ROWS", tail_rows)
    monkeypatch.setattr(cube_state, "_FEW", few_cells)
    frame = reports(300)
    store.write_reports(frame, actor=OPERATOR)
    cube = Cube.open(store)
    for seed in range(2, 6):
        fresh = reports(30, seed=seed)
        moved = frame.sample(20, seed=seed).with_columns(
            pl.col("lon") + 0.01, status=pl.lit("fixed"), unit=pl.lit(f"unit {seed}")
        )
        store.write_reports(pl.concat([moved, fresh]), actor=OPERATOR)
        frame = pl.concat([frame, fresh])
        assert cube.refresh() >= 50, "a status that changed takes an event or a few"
        assert cube.frame.schema == cube._state.schema
        assert_frame_equal(decoded(cube), decoded(Cube.open(store)))


def test_columns_widen_for_many_words_and_for_days_of_another_age(store: Store) -> None:
    cube, _frame = made(store, 30)
    narrow = {"category": pl.UInt8, "source": pl.UInt8, "unit": pl.UInt8, "day": pl.Int16}
    assert {name: cube.frame.schema[name] for name in narrow} == narrow
    units = pl.Series([f"unit {number:03}" for number in range(300)])
    old = pl.Series([datetime(1899, 5, 1, tzinfo=UTC)] + [datetime(2024, 5, 1, tzinfo=UTC)] * 299)
    store.write_reports(reports(300, seed=5, unit=units, reported_at=old), actor=OPERATOR)
    cube.refresh()
    wide = narrow | {"unit": pl.UInt16, "day": pl.Int32}
    assert {name: cube.frame.schema[name] for name in wide} == wide
    assert [cube.total(Filter(units=(f"unit {number:03}",))) for number in range(300)] == [1] * 300
    assert cube.by_day(EVERYTHING)["day"][0] == date(1899, 5, 1)
    weeks = step_counts(cube, EVERYTHING)
    assert weeks.starts[0] == date(1899, 5, 1)
    assert weeks.counts.sum() == cube.total(Filter(start=weeks.starts[0], end=weeks.ends[-1])) > 300
    assert_frame_equal(decoded(cube), decoded(Cube.open(store)))


@pytest.mark.parametrize("tail_rows", [0, 500_000])
def test_columns_put_into_a_file_answer_the_same(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tail_rows: int
) -> None:
    monkeypatch.setattr("data.cube._MANY_ROWS", 100)
    monkeypatch.setattr(cube_state, "_TAIL_ROWS", tail_rows)
    made(store, 300)
    home = tmp_path / "home"
    home.mkdir()
    cube = Cube.open(store, snapshot=home / "cube.parquet")
    assert in_files() == 1
    cube.write_snapshot()
    for seed in range(2, 5):
        moved = reports(300).sample(20, seed=seed).with_columns(pl.col("lon") + 0.01, unit=pl.lit("x"))
        store.write_reports(pl.concat([moved, reports(30, seed=seed)]), actor=OPERATOR)
        let_go()
        cube.refresh()
        in_memory = Cube.open(store)
        assert_frame_equal(decoded(cube), decoded(in_memory))
        assert_frame_equal(cube.by_place(EVERYTHING), in_memory.by_place(EVERYTHING))
        assert cube.ids(EVERYTHING).tolist() == in_memory.ids(EVERYTHING).tolist()
    again = Cube.open(store, snapshot=home / "cube.parquet")
    assert_frame_equal(decoded(again), decoded(cube))
    assert [path.name for path in home.iterdir() if path.suffix != ".parquet"] == [], "it has no name"
    del cube, again
    gc.collect()
    assert in_files() == 0, "nothing of it is left"


def test_a_small_cube_or_one_without_a_folder_lies_in_memory(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(store, 300)
    cubes = [Cube.open(store, snapshot=tmp_path / "cube.parquet")]
    monkeypatch.setattr("data.cube._MANY_ROWS", 100)
    cubes.append(Cube.open(store))
    assert in_files() == 0
    assert [cube.total(EVERYTHING) for cube in cubes] == [400, 400]


def test_a_disk_that_takes_no_column_leaves_it_in_memory(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("data.cube._MANY_ROWS", 100)
    made(store, 300)
    cube = Cube.open(store, snapshot=tmp_path / "no such folder" / "cube.parquet")
    assert "stay in memory" in caplog.text
    assert (cube.total(EVERYTHING), in_files()) == (400, 0)


def test_a_refresh_that_finds_nothing_new_changes_nothing(store: Store) -> None:
    cube, _frame = made(store, 30)
    version = cube.version
    assert cube.refresh() == 0
    assert cube.version == version
    store.write_reports(reports(1, seed=8), actor=OPERATOR)
    assert cube.version == version, "nothing is taken up unasked"
    assert cube.refresh() == 1
    assert cube.version != version


def write_others(url: str) -> None:
    with Store.open(url) as store:
        store.write_reports(reports(500, seed=77, source="other"), actor=OPERATOR)


def test_what_another_process_writes_is_seen(store: Store, url: str) -> None:
    cube, _frame = made(store, 300)
    before = cube.total(EVERYTHING)
    program = Program(write_others, url)
    program.end()
    assert program.status == 0, program.errors
    assert cube.refresh() == 500
    assert cube.total(EVERYTHING) == before + 500
    assert cube.sources() == ["city", "other", "second"]


@pytest.fixture
def taking_turns() -> Iterator[None]:
    """Let threads take turns more often: more of their steps fall between each other's, none waits long."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-4)
    yield
    sys.setswitchinterval(usual)


@pytest.mark.usefixtures("taking_turns")
def test_a_reader_keeps_its_state_while_others_refresh(store: Store) -> None:
    cube, _frame = made(store, 300)
    refreshing, stop = threading.Event(), threading.Event()
    faults: list[str] = []
    interrupted: list[int] = []

    def read() -> None:
        while refreshing.wait() and not stop.is_set():
            version = cube.version
            totals = {int(cube.counts(EVERYTHING, resolution).counts.sum()) for resolution in (7, 10, 12)}
            if cube.version != version:
                interrupted.append(version)
            elif len(totals) > 1:
                faults.append(f"{totals} at {version}")

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    for seed in range(10, 18):
        store.write_reports(reports(20, seed=seed), actor=OPERATOR)  # meanwhile the readers rest
        refreshing.set()
        cube.refresh()
        refreshing.clear()
    stop.set()
    refreshing.set()
    for reader in readers:
        reader.join()
    assert faults == []
    assert interrupted, "no state changed while somebody read"
    assert cube.total(EVERYTHING) == 400 + 160


def test_a_thread_that_may_not_wait_leaves_the_refresh_to_the_other(store: Store) -> None:
    cube, _frame = made(store, 30)
    store.write_reports(reports(5, seed=8), actor=OPERATOR)
    with cube._refreshing:
        assert cube.refresh(wait=False) == 0
    assert cube.refresh(wait=False) == 5


def test_a_day_is_a_day_of_the_city(store: Store) -> None:
    store.set_fact("tz", "America/New_York", actor=OPERATOR)
    times = pl.Series(["2024-07-01T03:59:00Z", "2024-07-01T04:00:00Z"]).str.to_datetime(
        "%Y-%m-%dT%H:%M:%SZ", time_unit="us", time_zone="UTC"
    )
    store.write_reports(reports(2, reported_at=times), actor=OPERATOR)
    cube = Cube.open(store)
    assert cube.by_day(EVERYTHING).rows() == [(date(2024, 6, 30), 1), (date(2024, 7, 1), 1)]
    assert cube.frame["minute"].to_list() == [23 * 60 + 59, 0]
    assert cube.total(Filter(start=date(2024, 7, 1))) == 1
    version = cube.version
    store.set_fact("tz", "Asia/Shanghai", actor=OPERATOR)
    cube.refresh()
    assert cube.version != version
    assert cube.by_day(EVERYTHING).rows() == [(date(2024, 7, 1), 2)]


def test_a_box_shows_whole_counts_of_the_cells_that_reach_into_it(store: Store) -> None:
    cube, _frame = made(store)
    west, south, east, north = LON - 0.01, LAT - 0.02, LON + 0.02, LAT + 0.01
    for resolution in RESOLUTIONS:
        every = cube.counts(EVERYTHING, resolution)
        counts = dict(zip(every.cells.tolist(), every.counts.tolist(), strict=True))
        shown = cube.counts(EVERYTHING, resolution, bbox=(west, south, east, north))
        assert {cell: counts[cell] for cell in shown.cells.tolist()} == dict(
            zip(shown.cells.tolist(), shown.counts.tolist(), strict=True)
        )
        assert (np.diff(shown.cells.astype(np.int64)) > 0).all()
        for cell in counts:
            corners = h3.cell_to_boundary(cell)
            touches = any(west <= lon <= east and south <= lat <= north for lat, lon in corners)
            assert not touches or cell in shown.cells
    assert shown.cells.size < every.cells.size / 2


def test_the_reports_of_a_cell_lie_in_that_very_cell(store: Store) -> None:
    cube, _frame = made(store)
    where = Filter(categories=("flyposting", "manhole"))
    for resolution in RESOLUTIONS:
        counted = cube.counts(where, resolution)
        place = int(np.argmax(counted.counts))
        cell = int(counted.cells[place])
        ids = cube.ids(where, cell=cell)
        rows = store.reports(ids.tolist(), actor=VIEWER)
        assert rows.height == counted.counts[place] == cube.total(where, cell=cell)
        assert {h3.latlng_to_cell(lat, lon, resolution) for lat, lon in rows.select("lat", "lon").rows()} == {
            cell
        }
        assert set(rows["category"]) <= set(where.categories)
        assert cube.by_category(where, cell=cell)["n"].sum() == rows.height
        assert rows["reported_at"].to_list() == sorted(rows["reported_at"], reverse=True) or resolution < 12
    assert cube.ids(where, cell=h3.latlng_to_cell(0, 0, 9)).size == 0


def test_the_newest_reports_come_first(store: Store) -> None:
    cube, frame = made(store)
    newest = frame.sort("reported_at", descending=True)["external_id"].head(20).to_list()
    found = store.reports(cube.ids(EVERYTHING, limit=20).tolist(), actor=VIEWER)
    minute = timedelta(minutes=1)
    times = found["reported_at"].to_list()
    assert all(later > earlier - minute for later, earlier in pairwise(times))
    assert set(found["external_id"]) == set(newest)
    assert cube.ids(EVERYTHING, limit=20, newest_first=False).tolist() == list(range(1, 21))


def test_points_lie_in_the_box_and_are_cut_to_the_newest(store: Store) -> None:
    cube, frame = made(store)
    box = (LON - 0.01, LAT - 0.01, LON + 0.01, LAT + 0.01)
    inside = frame.filter(pl.col("lon").is_between(box[0], box[2]), pl.col("lat").is_between(box[1], box[3]))
    found = cube.points(EVERYTHING, box, limit=10_000)
    assert found.columns == ["id", "lon", "lat", "category", "status"]
    assert sorted(found.select("lon", "lat", "category", "status").rows()) == sorted(
        inside.select("lon", "lat", "category", "status").rows()
    )
    few = cube.points(EVERYTHING, box, limit=5)
    assert set(few["id"]) == set(cube.ids(EVERYTHING, bbox=box, limit=5).tolist())


def test_weeks_begin_on_monday_and_none_is_left_out(store: Store) -> None:
    times = pl.Series([datetime(2024, 1, day, 4, tzinfo=UTC) for day in (3, 7, 29)])
    store.write_reports(reports(3, reported_at=times), actor=OPERATOR)
    weeks = Cube.open(store).by_week(EVERYTHING)
    assert weeks.rows() == [
        (date(2024, 1, 1), 2),
        (date(2024, 1, 8), 0),
        (date(2024, 1, 15), 0),
        (date(2024, 1, 22), 0),
        (date(2024, 1, 29), 1),
    ]


def test_the_extent_leaves_out_the_stray_hundredth(store: Store) -> None:
    lon = pl.Series([LON + step / 10_000 for step in range(1000)] + [0.0, -120.0])
    store.write_reports(reports(1002, lon=lon), actor=OPERATOR)
    extent = Cube.open(store).extent()
    assert extent is not None
    west, south, east, north = extent
    assert LON - 0.001 < west < LON + 0.01
    assert LON + 0.09 < east < LON + 0.101
    assert south < LAT < north


def test_an_empty_store_has_an_empty_cube(store: Store) -> None:
    cube = Cube.open(store)
    assert cube.is_empty
    assert cube.extent() is None
    assert cube.period() is None
    assert cube.total(EVERYTHING) == 0
    assert cube.counts(EVERYTHING, 10).cells.size == 0
    assert cube.counts(EVERYTHING, 10, bbox=(0, 0, 1, 1)).cells.size == 0
    assert cube.ids(EVERYTHING, cell=h3.latlng_to_cell(LAT, LON, 9)).size == 0
    assert cube.points(EVERYTHING, (0, 0, 1, 1), limit=5).height == 0
    assert cube.sources() == cube.categories() == []
    for table in (
        cube.by_category(EVERYTHING),
        cube.by_status(EVERYTHING),
        cube.by_day(EVERYTHING),
        cube.by_week(EVERYTHING),
    ):
        assert table.is_empty()
        assert table.columns[1] == "n"


def test_the_lists_name_what_there_are_reports_of(store: Store) -> None:
    cube, frame = made(store)
    assert cube.categories() == sorted(CATEGORIES)
    assert cube.sources() == ["city", "second"]
    counts = cube.by_category(EVERYTHING)["n"].to_list()
    assert counts == sorted(counts, reverse=True)
    assert cube.by_status(EVERYTHING)["status"].to_list() == ["reported", "dispatched", "closed"]
    first, last = cube.period() or (None, None)
    local = frame["reported_at"].dt.convert_time_zone("Asia/Shanghai").dt.date()
    assert (first, last) == (local.min(), local.max())


@pytest.mark.parametrize("resolution", [0, 6, 13])
def test_a_resolution_that_is_not_counted_is_refused(store: Store, resolution: int) -> None:
    with pytest.raises(CellError, match=f"no cells of resolution {resolution}"):
        Cube.open(store).counts(EVERYTHING, resolution)


def test_the_first_look_leaves_points_out_that_lie_far_from_everything_else(tmp_path: Path) -> None:
    with Store.open(f"sqlite:///{tmp_path / 'city.sqlite'}") as store:
        near = reports(400)
        far = reports(90, seed=2).with_columns(lon=pl.lit(118.5), lat=pl.lit(37.0))
        store.write_reports(near, actor=OPERATOR)
        expected = Cube.open(store).extent()
        store.write_reports(far, actor=OPERATOR)
        assert Cube.open(store).extent() == pytest.approx(expected, abs=1e-9)


def limits(hours: int) -> pl.DataFrame:
    return pl.DataFrame({"category": [""], "area": [""], "amount": [hours], "unit": ["hours"]})


def test_deadlines_are_those_of_the_store_also_after_the_rules_have_changed(store: Store) -> None:
    cube, _frame = made(store, 300)
    before = cube.frame["due"].to_list()
    for hours in (1, 10_000):
        store.write_table("limits", limits(hours), actor=OPERATOR)
        version = cube.version
        cube.refresh()
        assert cube.version != version, "no event tells of it, and yet the answers are others"
        stored = dict(store.due_moments(actor=OPERATOR).rows())
        closed = set(cube.ids(Filter(statuses=("done",))).tolist())
        for number, due, was in zip(cube.frame["id"], cube.frame["due"], before, strict=True):
            assert due == (was if number in closed else stored[number].timestamp() // 60)
        assert_frame_equal(decoded(cube), decoded(Cube.open(store)))
        assert cube.refresh() == 0
    assert sum(due == NO_DUE for due in before) == 0
