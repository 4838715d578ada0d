"""The guard at import: agrees, guesses, refuses or says that it does not know; on both databases."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import polars as pl
import pytest
import shapely

from data.actors import OPERATOR
from data.ingest import Summary, import_file, survey
from data.place_guard import check_places
from data.place_ingest import read_places
from data.store import Store
from geo.crs import BD09, GCJ02, WGS84, Crs, from_wgs84, haversine_m
from geo.errors import CrsError
from tests.data.ingest.made import stored
from tests.geo.zone import along, streets
from tests.shared_data import shared

LINES = streets(1)
SPOTS = along(LINES, 300, 2)
Write = Callable[..., Path]


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest) -> str:
    """Import into each database: what the store knows comes from its queries."""
    found: str = request.getfixturevalue(f"{request.param}_store_url")
    return found


@pytest.fixture
def city(store: Store) -> Store:
    """Fill a store with the streets of a zone."""
    store.write_places(places(LINES), actor=OPERATOR)
    return store


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write points as a file that is declared as its format does."""

    def written(crs: Crs, name: str = "points.csv", spots: Any = SPOTS) -> Path:
        x, y = from_wgs84(*spots, crs)
        path = tmp_path / name
        columns = {"id": np.arange(len(x)), "date": ["2026-03-01"] * len(x)}
        if name.endswith(".csv"):
            pl.DataFrame({**columns, "lon": x, "lat": y}).write_csv(path)
        else:
            frame = gpd.GeoDataFrame(columns, geometry=gpd.points_from_xy(x, y), crs="EPSG:4326")
            frame.to_file(path, engine="pyogrio")
        return path

    return written


def places(lines: Any, kind: str = "street", source: str = "osm") -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {
            "kind": [kind] * len(lines),
            "name": [None] * len(lines),
            "source": [source] * len(lines),
            "external_id": [str(n) for n in range(len(lines))],
        },
        geometry=list(lines),
        crs="EPSG:4326",
    )


def put(path: Path, store: Store, **options: Any) -> Summary:
    return import_file(path, store, actor=OPERATOR, **options)


def off_m(store: Store) -> float:
    """Return how far the stored points lie from where they truly are."""
    found = stored(store)
    order = found["external_id"].cast(pl.Int64).arg_sort()
    lon, lat = (found[name].gather(order).to_numpy() for name in ("lon", "lat"))
    return float(np.median(haversine_m(lon, lat, *SPOTS)))


def outcome(summary: Summary) -> str:
    assert summary.datum is not None
    return summary.datum.outcome


def test_a_file_that_fits_agrees_and_the_judgement_is_kept(city: Store, write: Write) -> None:
    summary = put(write(WGS84), city)
    assert outcome(summary) == "agrees"
    kept = json.loads(city.imports(actor=OPERATOR)["details"][0])
    assert kept["datum"]["outcome"] == "agrees"
    assert kept["datum"]["candidates"][0]["streets"]["median_m"] < 15
    assert "That fits" in summary.as_dict()["datum"]["text"]


@pytest.mark.parametrize("true", [GCJ02, BD09])
@pytest.mark.parametrize("name", ["points.csv", "points.geojson", "points.gpkg"])
def test_a_shifted_file_that_nobody_declared_is_put_right(
    city: Store, write: Write, true: Crs, name: str
) -> None:
    summary = put(write(true, name), city)
    assert (outcome(summary), summary.taken) == ("guessed", 300)
    assert off_m(city) < 1
    notice = next(str(notice) for notice in summary.warnings if notice.code == "datum_guessed")
    assert f"taken as {true.label}" in notice
    assert json.loads(city.imports(actor=OPERATOR)["details"][0])["crs"] == true.name


def test_a_declared_datum_that_the_streets_contradict_is_refused(city: Store, write: Write) -> None:
    with pytest.raises(
        CrsError, match=r"as GCJ-02 .* m; the shift is [45]\d\d m\. Say --crs gcj02, or --force"
    ):
        put(write(GCJ02), city, crs="wgs84")
    assert city.imports(actor=OPERATOR).is_empty()
    assert city.last_seq(actor=OPERATOR) == 0


def test_force_takes_the_file_as_declared_and_says_so(city: Store, write: Write) -> None:
    summary = put(write(GCJ02), city, crs="wgs84", force=True)
    assert {notice.code for notice in summary.warnings} >= {"datum_forced"}
    assert summary.datum is not None
    assert off_m(city) == pytest.approx(summary.datum.shift_m, abs=5)
    assert summary.datum.as_dict()["forced"]
    assert put(write(GCJ02), city, crs="wgs84", force=True).unchanged == 300


def test_a_declaration_that_is_right_agrees(city: Store, write: Write) -> None:
    assert outcome(put(write(BD09), city, crs="bd09")) == "agrees"
    assert off_m(city) < 1


def test_without_evidence_an_undeclared_file_goes_on_with_a_notice(store: Store, write: Write) -> None:
    summary = put(write(GCJ02), store)
    assert outcome(summary) == "unknown"
    assert "datum_unknown" in {notice.code for notice in summary.warnings}


def test_without_evidence_a_declared_file_goes_on_in_silence(store: Store, write: Write) -> None:
    summary = put(write(GCJ02), store, crs="gcj02")
    assert outcome(summary) == "unknown"
    assert not [notice for notice in summary.warnings if notice.code.startswith("datum")]


def test_earlier_reports_are_evidence_too(store: Store, write: Write) -> None:
    put(write(WGS84), store, crs="wgs84", mapping={"source": "=hotline"})
    summary = put(write(GCJ02, "app.csv"), store)
    assert outcome(summary) == "guessed"
    assert summary.datum is not None
    assert summary.datum.compared() == "earlier reports"


def test_evidence_that_contradicts_itself_stops_what_nobody_declared(city: Store, write: Write) -> None:
    put(write(GCJ02), city, crs="wgs84", force=True)
    with pytest.raises(CrsError, match="contradict each other"):
        put(write(GCJ02, "again.csv"), city)
    assert outcome(put(write(GCJ02, "again.csv"), city, crs="gcj02")) == "unknown"


def test_a_word_puts_right_what_the_same_feed_brought_in_before(store: Store, write: Write) -> None:
    put(write(GCJ02), store)
    assert off_m(store) > 400
    assert outcome(put(write(GCJ02), store, crs="gcj02")) == "unknown"
    assert off_m(store) < 1


def test_a_small_file_is_read_as_the_last_one_of_its_source(city: Store, write: Write) -> None:
    put(write(BD09), city, mapping={"source": "=feed"})
    few = (SPOTS[0][:3] + 0.01, SPOTS[1][:3])
    summary = put(write(BD09, "few.csv", few), city, mapping={"source": "=feed"})
    assert outcome(summary) == "guessed"
    assert summary.datum is not None
    assert (summary.datum.remembered, summary.datum.used) == (True, BD09)


def test_areas_alone_stop_a_file_and_never_move_it(store: Store, tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    lon, lat = rng.uniform(116.84, 116.88, 500), rng.uniform(38.28, 38.32, 500)
    area = shapely.box(116.84, 38.28, 116.88, 38.32)
    store.write_places(places([area], "boundary"), actor=OPERATOR)
    x, y = from_wgs84(lon, lat, GCJ02)
    path = tmp_path / "points.csv"
    pl.DataFrame({"id": range(500), "date": "2026-03-01", "lon": x, "lat": y}).write_csv(path)
    with pytest.raises(CrsError, match=r"as GCJ-02 100%"):
        put(path, store)
    assert outcome(put(path, store, crs="gcj02")) == "agrees"


def test_a_projection_in_the_wrong_zone_is_refused_with_the_right_one(city: Store, tmp_path: Path) -> None:
    x, y = from_wgs84(*SPOTS, "EPSG:4548")
    path = tmp_path / "survey.csv"
    pl.DataFrame({"id": range(300), "date": "2026-03-01", "x": x, "y": y}).write_csv(path)
    columns = {"lon": "x", "lat": "y"}
    with pytest.raises(CrsError, match=r"the shift is 2\d\d km\. Say --crs EPSG:4548"):
        put(path, city, crs="EPSG:4547", mapping=columns)
    assert outcome(put(path, city, crs="EPSG:4548", mapping=columns)) == "agrees"


def test_a_look_at_the_file_shows_the_judgement_and_writes_nothing(city: Store, write: Write) -> None:
    looked = survey(write(GCJ02), crs="wgs84", store=city, actor=OPERATOR)
    assert looked.datum is not None
    assert looked.datum.stops
    assert [row["System"] for row in looked.datum.table()] == ["WGS 84 (EPSG:4326)", "GCJ-02", "BD-09"]
    assert city.last_seq(actor=OPERATOR) == 0
    assert survey(write(GCJ02)).datum is None


def test_known_points_of_a_large_store_are_a_spread_choice(
    store: Store, monkeypatch: pytest.MonkeyPatch, write: Write
) -> None:
    from data import issue_reading

    put(write(WGS84), store)
    box = (116.0, 38.0, 117.5, 39.0)
    assert store.known_points(box, actor=OPERATOR).height > 290
    monkeypatch.setattr(issue_reading, "_RUNS", 5)
    monkeypatch.setattr(issue_reading, "_RUN", 10)
    assert 40 <= store.known_points(box, actor=OPERATOR).height <= 50
    assert store.known_points((0, 0, 1, 1), actor=OPERATOR).is_empty()


@pytest.mark.parametrize("true", [GCJ02, BD09])
def test_a_street_file_in_the_wrong_datum_under_reports_is_refused(
    store: Store, write: Write, true: Crs
) -> None:
    put(write(WGS84), store, crs="wgs84")
    moved = shapely.transform(LINES, lambda x, y: from_wgs84(x, y, true), interleaved=False)
    with pytest.raises(CrsError, match=f"Say --crs {true.name}, or --force"):
        check_places(places(moved), store, actor=OPERATOR)
    assert check_places(places(moved), store, actor=OPERATOR, force=True).forced
    assert check_places(places(LINES), store, actor=OPERATOR, said=true.name).outcome == "agrees"


def test_streets_read_again_in_another_datum_are_not_compared_with_themselves(city: Store) -> None:
    moved = shapely.transform(LINES, lambda x, y: from_wgs84(x, y, GCJ02), interleaved=False)
    assert check_places(places(moved), city, actor=OPERATOR).outcome == "unknown"
    with pytest.raises(CrsError, match="the nearest street"):
        check_places(places(moved, source="other"), city, actor=OPERATOR)


@pytest.mark.shared
@pytest.mark.parametrize("true", [WGS84, GCJ02, BD09])
def test_the_real_points_and_roads_of_zhengzhou(store: Store, tmp_path: Path, true: Crs) -> None:
    store.write_places(read_places(shared("zhengzhou/roads.geojson")).places, actor=OPERATOR)
    points = pl.read_csv(shared("zhengzhou/theft_locations.csv"))
    x, y = from_wgs84(points["lon"].to_numpy(), points["lat"].to_numpy(), true)
    path = tmp_path / "theft.csv"
    points.with_columns(lon=x, lat=y).write_csv(path)
    if true != WGS84:
        with pytest.raises(CrsError, match=f"--crs {true.name}"):
            put(path, store, crs="wgs84")
    summary = put(path, store)
    assert summary.datum is not None
    assert (summary.datum.outcome, summary.datum.used) == ("agrees" if true == WGS84 else "guessed", true)
    found = stored(store)
    for name in ("lon", "lat"):  # a row without an id of its own has no order in the store
        np.testing.assert_allclose(found[name].sort(), points[name].sort(), atol=1e-9)
