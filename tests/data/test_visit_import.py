"""Files of visits: points with a time, numbers by day and area; what is wrong is kept with its reason."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import geopandas as gpd
import polars as pl
import pytest
from shapely.geometry import LineString, box
from typer.testing import CliRunner

from cli import app
from data import demo
from data.actors import OPERATOR, VIEWER, Actor
from data.settings import settings
from data.store import Store
from data.visit_import import VisitSummary, import_visits, look_at
from geo.crs import from_wgs84
from geo.errors import CrsError, ImportFileError, NotAllowedError
from tests.data.ingest.made import write_workbook

POINTS = """巡查时间,经度,纬度,巡查人员
2024-05-06 09:30:00,116.9001,38.3001,甲
2024-05-06 09:30:00,116.9001,38.3001,乙
2024-05-07 08:00,116.9050,38.3050,甲
"""
COUNTS = """日期,网格,次数
2024-05-06,一格,3
2024-05-06,二格,0
2024-05-07,一格,2
"""
WRONG = """日期,经度,纬度,网格,次数
2024-05-06,116.9,38.3,,1
,116.9,38.3,,1
nonsense,116.9,38.3,,1
2099-01-01,116.9,38.3,,1
2024-05-06,,,,1
2024-05-06,abc,38.3,,1
2024-05-06,0,0,,1
2024-05-06,190,38.3,,1
2024-05-06,,,无此格,1
2024-05-06,,,重名,1
2024-05-06,,,一格,-1
2024-05-06,,,一格,1.5
2024-05-06,,,一格,
,,,,
2024-05-06,116.9,38.3,,1,many
"""
REASONS = {
    "no_time": 1, "unreadable_time": 1, "future": 1, "no_place": 1, "unreadable_coordinates": 1,
    "zero_coordinates": 1, "out_of_range": 1, "unknown_area": 1, "several_areas": 1, "no_number": 3,
    "empty_row": 1, "wrong_fields": 1,
}  # fmt: skip


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("GEZHI_HOME", str(tmp_path / "home"))
    settings.cache_clear()
    yield
    settings.cache_clear()


@pytest.fixture
def city(sqlite_url: str) -> Iterator[Store]:
    """Open a city in a file, with areas: what a file says is the same for every database."""
    with Store.open(sqlite_url) as opened:
        yield furnished(opened)


def furnished(store: Store) -> Store:
    """Write two grids, a community of the first one's name, and two compounds of one name."""
    store.set_fact("tz", "Asia/Shanghai", actor=OPERATOR)
    squares = [box(116.89 + n / 100, 38.29, 116.9 + n / 100, 38.31) for n in range(5)]
    frame = gpd.GeoDataFrame(
        {
            "kind": ["grid", "grid", "community", "compound", "compound"],
            "name": ["一格", "二格", "一格", "重名", "重名"],
            "attributes": [{"name_en": "Grid One"}, {}, {}, {}, {}],
        },
        geometry=squares,
        crs="EPSG:4326",
    )
    store.write_places(frame, actor=OPERATOR)
    return store


def write(folder: Path, text: str, name: str = "visits.csv") -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def sums(done: VisitSummary) -> int:
    return done.taken + done.updated + done.unchanged + done.rejected + done.joined


def test_points_with_a_time_are_visits_of_the_city_s_clock(city: Store, tmp_path: Path) -> None:
    done = import_visits(write(tmp_path, POINTS), city, actor=OPERATOR)
    assert (done.read, done.taken, done.rejected) == (3, 3, 0)
    stored = city.visits(actor=VIEWER)
    assert stored["at"].to_list()[0] == datetime(2024, 5, 6, 1, 30, tzinfo=UTC)
    assert stored["day"].null_count() == stored["area_id"].null_count() == 3
    assert stored["lon"].to_list() == [116.9001, 116.9001, 116.905]


def test_numbers_by_day_and_area_are_visits_of_the_smallest_area_of_that_name(
    city: Store, tmp_path: Path
) -> None:
    import_visits(write(tmp_path, COUNTS), city, actor=OPERATOR)
    areas = dict(city.areas(actor=VIEWER).filter(kind="grid").select("id", "name").rows())
    stored = city.visits(actor=VIEWER)
    found = {(day, areas[area]): n for day, area, n in stored.select("day", "area_id", "n").iter_rows()}
    assert found == {
        (date(2024, 5, 6), "一格"): 3,
        (date(2024, 5, 6), "二格"): 0,
        (date(2024, 5, 7), "一格"): 2,
    }


def test_an_area_is_known_by_its_english_name_too(city: Store, tmp_path: Path) -> None:
    path = write(tmp_path, "date,area\n2024-05-06,grid one\n")
    assert import_visits(path, city, actor=OPERATOR).taken == 1


def test_the_same_file_again_changes_nothing_and_a_corrected_one_only_what_differs(
    store: Store, tmp_path: Path
) -> None:
    city = furnished(store)
    for text in (POINTS, COUNTS):
        path = write(tmp_path, text)
        import_visits(path, city, actor=OPERATOR)
        before = city.visits(actor=VIEWER)
        again = import_visits(path, city, actor=OPERATOR)
        assert (again.taken, again.updated) == (0, 0)
        assert again.unchanged == again.read == 3
        assert city.visits(actor=VIEWER).equals(before)
    corrected = write(tmp_path, COUNTS.replace("一格,2", "一格,9"))
    assert import_visits(corrected, city, actor=OPERATOR).updated == 1


def test_rows_of_one_day_and_place_are_added_up(city: Store, tmp_path: Path) -> None:
    path = write(tmp_path, "日期,网格\n2024-05-06,一格\n2024-05-06,一格\n2024-05-06,二格\n")
    for expected in ({"taken": 2}, {"unchanged": 2}):
        done = import_visits(path, city, actor=OPERATOR)
        assert done.joined == 1
        assert all(getattr(done, name) == n for name, n in expected.items())
        assert sums(done) == done.read == 3
    assert sorted(city.visits(actor=VIEWER)["n"]) == [1, 2]


def test_a_visit_that_is_there_twice_is_kept_once(city: Store, tmp_path: Path) -> None:
    twice = POINTS + "2024-05-06 09:30:00,116.9001,38.3001,甲\n"
    done = import_visits(write(tmp_path, twice), city, actor=OPERATOR)
    assert done.reasons == {"repeated": 1}
    numbered = "编号,日期,网格\nA1,2024-05-06,一格\nA1,2024-05-07,一格\nA2,2024-05-06,一格\n"
    done = import_visits(write(tmp_path, numbered, "ids.csv"), city, actor=OPERATOR)
    assert (done.taken, done.reasons) == (2, {"repeated": 1})


def test_every_row_that_is_no_visit_is_kept_with_its_reason(city: Store, tmp_path: Path) -> None:
    done = import_visits(write(tmp_path, WRONG), city, actor=OPERATOR)
    assert done.reasons == REASONS
    assert sums(done) == done.read == 15
    assert city.visits(actor=VIEWER).height == done.taken == 1
    assert done.rejects_path is not None
    kept = pl.read_csv(done.rejects_path, infer_schema=False)
    assert kept.height == done.rejected == 14
    assert dict(kept["reason"].value_counts().rows()) == REASONS
    assert set(kept.filter(reason="unknown_area")["网格"]) == {"无此格"}
    assert kept["explanation"].null_count() == 0


def test_a_workbook_is_read_as_a_table_of_text_is(city: Store, tmp_path: Path) -> None:
    rows = [["日期", "网格", "次数"], *(line.split(",") for line in COUNTS.split()[1:])]
    path = write_workbook(
        tmp_path / "visits.xlsx", {"巡查": [rows[0], *([*row[:2], float(row[2])] for row in rows[1:])]}
    )
    assert import_visits(write(tmp_path, COUNTS), city, actor=OPERATOR, source="log").taken == 3
    assert import_visits(path, city, actor=OPERATOR, source="log").unchanged == 3


def test_a_file_without_a_day_or_a_place_is_refused_in_words(city: Store, tmp_path: Path) -> None:
    path = write(tmp_path, "color,size\nred,1\n")
    assert look_at(path, city, actor=OPERATOR).missing == ("at", "area")
    with pytest.raises(ImportFileError, match=r"no column with a day or a time, coordinates.*color, size"):
        import_visits(path, city, actor=OPERATOR)
    assert city.imports(actor=VIEWER).is_empty()
    with pytest.raises(ImportFileError, match="no column 'nope'"):
        look_at(path, city, actor=OPERATOR, columns={"at": "nope"})


def test_columns_may_be_said_by_hand(city: Store, tmp_path: Path) -> None:
    path = write(tmp_path, "a,b,c\n2024-05-06,一格,4\n")
    done = import_visits(path, city, actor=OPERATOR, columns={"at": "a", "area": "b", "n": "c"})
    assert done.taken == 1
    assert city.visits(actor=VIEWER)["n"].to_list() == [4]


def test_a_file_with_a_header_alone_has_no_visits(city: Store, tmp_path: Path) -> None:
    done = import_visits(write(tmp_path, "日期,网格\n"), city, actor=OPERATOR)
    assert (done.read, done.taken) == (0, 0)


def test_an_import_is_remembered_and_one_that_fails_is_too(
    city: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = import_visits(write(tmp_path, COUNTS), city, actor=OPERATOR)
    first = city.imports(actor=VIEWER).row(0, named=True)
    assert (first["id"], first["state"], json.loads(first["summary"])["taken"]) == (done.import_id, "done", 3)
    assert city.withdraw_visits(done.import_id, actor=OPERATOR) == 3

    def fail(*_arguments: object, **_options: object) -> None:
        raise OSError("lost")

    with monkeypatch.context() as patch, pytest.raises(OSError, match="lost"):
        patch.setattr(Store, "write_visits", fail)
        import_visits(write(tmp_path, WRONG), city, actor=OPERATOR)
    assert city.imports(actor=VIEWER)["state"].to_list() == ["failed", "done"]
    assert city.visits(actor=VIEWER).is_empty()
    assert not list((tmp_path / "home" / "imports").glob("*.csv"))


def test_rejects_never_go_over_another_file_unasked(city: Store, tmp_path: Path) -> None:
    path = write(tmp_path, WRONG)
    before = path.read_bytes()
    with pytest.raises(ImportFileError, match="the rejects need a file of their own"):
        import_visits(path, city, actor=OPERATOR, rejects=path)
    assert path.read_bytes() == before
    assert city.visits(actor=VIEWER).is_empty() and city.imports(actor=VIEWER).is_empty()
    kept = {import_visits(path, city, actor=OPERATOR).rejects_path for _again in range(2)}
    assert len(kept) == 2


def test_who_may_not_write_imports_nothing(city: Store, tmp_path: Path) -> None:
    with pytest.raises(NotAllowedError):
        import_visits(write(tmp_path, COUNTS), city, actor=Actor("Ann", "analyst"))
    assert city.imports(actor=VIEWER).is_empty()


def test_points_that_plainly_lie_in_another_datum_are_not_taken_silently(city: Store, tmp_path: Path) -> None:
    streets = [LineString([(116.86 + n / 500, 38.27), (116.86 + n / 500, 38.33)]) for n in range(12)]
    columns = {"kind": ["street"] * 12, "name": [f"街{n}" for n in range(12)]}
    frame = gpd.GeoDataFrame(columns, geometry=streets, crs="EPSG:4326")
    city.write_places(frame, actor=OPERATOR)
    lon = [116.86 + (n % 12) / 500 for n in range(480)]
    lat = [38.271 + n / 480 * 0.055 for n in range(480)]
    x, y = from_wgs84(lon, lat, "gcj02")
    rows = [f"2024-05-06 {n // 60:02}:{n % 60:02},{x[n]},{y[n]}" for n in range(480)]
    path = write(tmp_path, "时间,经度,纬度\n" + "\n".join(rows) + "\n")
    with pytest.raises(CrsError, match="--crs gcj02"):
        import_visits(path, city, actor=OPERATOR)
    assert city.visits(actor=VIEWER).is_empty()
    assert import_visits(path, city, actor=OPERATOR, crs="gcj02").taken == 480
    assert city.visits(actor=VIEWER)["lon"].to_list()[1] == pytest.approx(lon[1], abs=1e-5)


def test_the_demo_zone_s_visits_go_out_as_a_file_and_come_back_in(tmp_path: Path, store: Store) -> None:
    made = demo.make(reports=10, end=date(2025, 6, 30))
    store.write_places(made.places[made.places["kind"] == "grid"], actor=OPERATOR)
    part = made.truth.visits.filter(pl.col("visits") > 0).tail(500)
    path = tmp_path / "rounds.csv"
    part.with_columns(pl.col("day").cast(pl.Date)).write_csv(path)
    done = import_visits(path, store, actor=OPERATOR)
    assert (done.taken, done.rejected) == (500, 0)
    assert store.visits(actor=VIEWER)["n"].sum() == part["visits"].sum()


def test_the_command_prints_figures_that_add_up(tmp_path: Path, sqlite_url: str) -> None:
    with Store.open(sqlite_url) as opened:
        opened.set_fact("tz", "Asia/Shanghai", actor=OPERATOR)
    path = write(tmp_path, POINTS + "2024-05-06,x,1,\n")
    call = ["visits", str(path), "--store", sqlite_url, "--source", "log"]
    shown = CliRunner().invoke(app, [*call, "--json"])
    assert shown.exit_code == 0, shown.output
    told = json.loads(shown.output)
    assert (told["read"], told["taken"], told["rejected"]) == (4, 3, 1)
    words = CliRunner().invoke(app, call)
    assert "the coordinates are no numbers (unreadable_coordinates)" in words.output
    assert Path(told["rejects_path"]).exists()


def test_a_file_that_is_not_there_makes_no_store(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'new.sqlite'}"
    shown = CliRunner().invoke(app, ["visits", str(tmp_path / "none.csv"), "--store", url])
    assert shown.exit_code == 2
    assert not (tmp_path / "new.sqlite").exists()
    bad = CliRunner().invoke(app, ["visits", str(write(tmp_path, POINTS)), "--column", "at"])
    assert bad.exit_code == 2
