"""The demo zone in a store, and as a file."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pandas as pd
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from data import demo
from data.actors import SYSTEM, VIEWER
from data.case_cells import cells as case_cells
from data.database import write_transaction
from data.schema import REPORT
from data.store import Store, Written
from geo.cells import ANALYSIS_RESOLUTION, from_points
from geo.errors import StoreError
from geo.territories import balance
from tests.data import stores

END = date(2025, 6, 30)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(f"sqlite:///{tmp_path / 'demo.sqlite'}") as opened:
        yield opened


def fill(store: Store) -> None:
    """Fill a store with a small zone."""
    demo.build(store, reports=500, end=END)


@pytest.fixture
def zone(tmp_path: Path) -> Iterator[Store]:
    """Open a copy of the small zone."""
    with Store.open(stores.new_file(tmp_path / "zone.sqlite", fill)) as opened:
        yield opened


def test_a_store_holds_the_whole_zone(store: Store) -> None:
    assert demo.build(store, reports=3_000, end=END) == Written(taken=3_000)
    made = demo.make(reports=3_000, end=END)
    stored = pl.concat(store.changed_since(0, actor=VIEWER)).sort("id").select(list(REPORT))
    assert_frame_equal(stored, made.reports)
    assert len(store.places(actor=VIEWER)) == len(made.places)
    assert (
        store.places(actor=VIEWER, kinds=["compound"])["attributes"].map(lambda a: a["households"]).min() > 0
    )


def test_the_store_knows_that_it_is_synthetic_and_where_its_days_begin(zone: Store) -> None:
    assert zone.fact("synthetic", actor=VIEWER) == "1"
    assert zone.fact("tz", actor=VIEWER) == "Asia/Shanghai"
    assert zone.fact("title_zh", actor=VIEWER) == demo.NAME[0]
    assert zone.fact("title_en", actor=VIEWER) == demo.NAME[1]


def test_building_twice_changes_nothing(zone: Store) -> None:
    before = zone.last_seq(actor=VIEWER), zone.fact("places_version", actor=VIEWER)
    assert demo.build(zone, reports=500, end=END) == Written(unchanged=500)
    assert demo.build(zone, reports=500) == Written(unchanged=500)
    assert (zone.last_seq(actor=VIEWER), zone.fact("places_version", actor=VIEWER)) == before


def test_a_store_has_the_planted_visits_of_the_patrols(zone: Store) -> None:
    planted = demo.make(reports=500, end=END).truth.visits
    areas = zone.areas(actor=VIEWER).select(area_id="id", grid="name")
    stored = zone.visits(actor=VIEWER).join(areas, on="area_id", how="left")
    assert stored["n"].sum() == planted["visits"].sum() > 30_000
    both = planted.filter(pl.col("visits") > 0).join(stored, on=["day", "grid"], how="full")
    assert both["visits"].equals(both["n"])


def test_a_zone_of_an_older_program_gets_its_visits_and_another_store_never_does(
    zone: Store, tmp_path: Path
) -> None:
    before = zone.visits(actor=VIEWER)
    with write_transaction(zone._engine) as connection:
        connection.exec_driver_sql("DELETE FROM visit")
        connection.exec_driver_sql("DELETE FROM fact WHERE name = 'visits_version'")
    assert zone.visits(actor=VIEWER).is_empty()
    assert demo.complete(zone)
    assert_frame_equal(zone.visits(actor=VIEWER), before)
    assert not demo.complete(zone)
    with Store.open(f"sqlite:///{tmp_path / 'city.sqlite'}") as city:
        assert not demo.complete(city)
        assert city.visits(actor=VIEWER).is_empty()


def test_the_zone_has_its_field_teams_where_they_start_from_and_an_older_one_gets_them(zone: Store) -> None:
    teams = zone.teams(actor=VIEWER)
    assert [team.id for team in teams] == list(range(1, 20))
    assert all(zone.place(team.place_id or 0, actor=VIEWER).name == team.name for team in teams)
    assert teams[0].en.endswith("volunteers")
    assert not demo.complete(zone)
    with write_transaction(zone._engine) as connection:
        for table in ("territory", "edition", "duty", "need", "rota", "team"):
            connection.exec_driver_sql(f"DELETE FROM {table}")
    assert demo.complete(zone)
    assert [team.name for team in zone.teams(actor=VIEWER)] == [team.name for team in teams]


def test_the_zone_has_first_territories_that_hang_together_and_cover_it(zone: Store) -> None:
    in_force = zone.edition_in_force(actor=VIEWER)
    frame = zone.territories(actor=VIEWER)
    assert in_force is not None and in_force.published_by == "system"
    reported = pl.concat(zone.changed_since(0, actor=VIEWER)).select(case_cells()).to_series()
    assert set(reported) <= set(frame["cell"]) and len(frame) >= 919
    even = balance(
        pd.Series(1.0, index=frame["cell"].to_numpy()),
        pd.Series((frame["team_id"] - 1).to_numpy(), index=frame["cell"].to_numpy()),
    )
    assert list(even["pieces"]) == [1] * 19
    starts = zone.places(actor=VIEWER, kinds=["team"])
    own = dict(frame.iter_rows())
    lies_in = from_points(starts.geometry.x, starts.geometry.y, ANALYSIS_RESOLUTION)
    team_at = {team.place_id: team.id for team in zone.teams(actor=VIEWER)}
    assert [own[int(cell)] for cell in lies_in] == [team_at[place] for place in starts["id"]]


def test_territories_that_are_there_stay_and_teams_that_have_gone_get_none(zone: Store) -> None:
    frame, version = zone.territories(actor=VIEWER), zone.editions(actor=VIEWER)
    assert not demo.complete(zone) and zone.editions(actor=VIEWER) == version
    with write_transaction(zone._engine) as connection:
        for table in ("territory", "edition"):
            connection.exec_driver_sql(f"DELETE FROM {table}")
    for team in zone.teams(actor=VIEWER):
        if team.id != 7:
            zone.change_team(team.id, retired=True, version=team.version, actor=SYSTEM)
    assert demo.complete(zone)
    assert set(zone.territories(actor=VIEWER)["team_id"]) == {7}
    assert set(zone.territories(actor=VIEWER)["cell"]) == set(frame["cell"])


@pytest.mark.parametrize("other", [{"reports": 501}, {"seed": 9}, {"end": END - timedelta(days=1)}])
def test_another_zone_does_not_go_into_the_same_store(zone: Store, other: dict[str, object]) -> None:
    with pytest.raises(StoreError, match="another demo zone"):
        demo.build(zone, **({"reports": 500, "end": END} | other))
    assert zone.last_seq(actor=VIEWER) == 500


def test_real_reports_are_never_mixed_with_synthetic_ones(store: Store) -> None:
    store.write_reports(demo.make(reports=1, end=END).reports, actor=SYSTEM)
    with pytest.raises(StoreError, match="empty one"):
        demo.build(store, reports=500, end=END)
    assert store.fact("synthetic", actor=VIEWER) is None


def test_a_zone_whose_building_broke_off_is_built_anew(store: Store) -> None:
    def break_off(*_progress: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        demo.build(store, reports=500, end=END, progress=break_off)
    assert store.last_seq(actor=VIEWER) == 0
    assert demo.build(store, reports=600, end=END) == Written(taken=600)


def test_without_an_end_the_last_full_day_is_the_last(store: Store) -> None:
    before = datetime.now(ZoneInfo(demo.TZ)).date()
    demo.build(store, reports=5_000)
    latest = (
        pl.concat(store.changed_since(0, actor=VIEWER))["reported_at"].dt.convert_time_zone(demo.TZ).max()
    )
    assert before - timedelta(days=2) < latest.date() < datetime.now(ZoneInfo(demo.TZ)).date()


def test_progress_is_told_up_to_the_end(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("data.demo.process._BATCH_ROWS", 1_000)
    told: list[tuple[int, int | None]] = []
    demo.build(store, reports=3_000, end=END, progress=lambda done, total, _phase: told.append((done, total)))
    assert len(told) > 1
    assert told[-1] == (3_000, 3_000)
    assert told == sorted(told)


def test_the_export_speaks_the_city_s_language_and_time(tmp_path: Path) -> None:
    path = demo.export_csv(tmp_path / "export.csv", reports=2_000, end=END)
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    rows = pl.read_csv(path)
    reports = demo.make(reports=2_000, end=END).reports
    assert {"编号", "问题类型", "上报时间", "经度", "纬度", "状态"} < set(rows.columns)
    assert rows["编号"].to_list() == reports["external_id"].to_list()
    local = reports["reported_at"].dt.convert_time_zone(demo.TZ).dt.strftime("%Y-%m-%d %H:%M:%S")
    assert rows["上报时间"].to_list() == local.to_list()
    assert rows["结案时间"].is_null().equals(reports["closed_at"].is_null())


def test_the_last_fridays_have_rotas_with_who_came_and_an_older_zone_gets_them_once(zone: Store) -> None:
    rotas = zone.rotas(actor=VIEWER)
    assert [rota.day for rota in rotas] == [date(2025, 6, 27), date(2025, 6, 20)]
    assert {(rota.state, rota.attended_at is not None) for rota in rotas} == {("holds", True)}
    duties = [zone.duties(rota.id, actor=VIEWER) for rota in rotas]
    assert [own.height for own in duties] == [19, 19]
    assert [own["came"].sum() for own in duties] == [16, 17], "one is excused, some stay away"
    assert not demo.complete(zone)
    with write_transaction(zone._engine) as connection:
        for table in ("duty", "need", "rota"):
            connection.exec_driver_sql(f"DELETE FROM {table}")
    assert demo.complete(zone)
    assert zone.duties(zone.rotas(actor=VIEWER)[0].id, actor=VIEWER).equals(duties[0])
