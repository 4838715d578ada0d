"""The tiles of the base map, read back by GDAL and held against the places they were made of."""

import gzip
import os
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from pmtiles import reader
from pmtiles.tile import Compression, TileType
from pmtiles.writer import Writer
from shapely import LineString, Point, box

from cli import app
from data import basemap
from data.actors import OPERATOR, VIEWER
from data.basemap_layers import LAYERS, MAX_ZOOM, frames_of
from data.store import Store
from geo.errors import StoreError
from tests.data.programs import Program

LON, LAT = 116.9, 38.3
HOSTILE = "<img src=x onerror=alert(1)>'\"\u202e&amp;"


def town(rows: list[tuple[str, Any, Any, dict[str, Any]]]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {
            "kind": [kind for kind, *_ in rows],
            "name": [name for _, name, *_ in rows],
            "attributes": [attributes for *_, attributes in rows],
            "external_id": [str(i) for i in range(len(rows))],
        },
        geometry=[shape for _, _, shape, _ in rows],
        crs="EPSG:4326",
    )


def another(n: int) -> gpd.GeoDataFrame:
    """Return a place that is in no town yet."""
    return town([("shop", f"新店{n}", Point(LON, LAT + n * 1e-4), {})]).assign(external_id=f"another {n}")


def line(*steps: tuple[float, float]) -> LineString:
    return LineString([(LON + x, LAT + y) for x, y in steps])


def square(x: float, y: float, half: float) -> Any:
    return box(LON + x - half, LAT + y - half, LON + x + half, LAT + y + half)


ROWS: list[tuple[str, Any, Any, dict[str, Any]]] = [
    ("street", "建设路", line((-0.02, 0), (0, 0.0005)), {"level": "main", "name_en": "Build Road"}),
    ("street", "建设路", line((0, 0.0005), (0.02, 0)), {"level": "main"}),
    ("street", HOSTILE, line((0.003, -0.01), (0.003, 0.01)), {"level": "side"}),
    ("street", None, line((0.004, -0.01), (0.004, 0.01)), {"level": "lane"}),
    ("street", "无级路", line((0.005, -0.01), (0.005, 0.01)), {}),
    ("compound", "青禾苑", square(0.002, 0.004, 0.001), {}),
    ("park", None, square(-0.004, 0.004, 0.001), {}),
    ("water", "七里河", square(0, -0.012, 0.004), {}),
    ("railway", "陇海铁路", line((-0.02, -0.02), (0.02, -0.02)), {}),
    ("district", "经开区", box(LON - 0.02, LAT - 0.02, LON + 0.02, LAT + 0.02), {}),
    ("community", "东社区", box(LON, LAT - 0.02, LON + 0.02, LAT + 0.02), {}),
    ("community", "西社区", box(LON - 0.02, LAT - 0.02, LON, LAT + 0.02), {}),
    ("shop", "小店", Point(LON + 0.0021, LAT + 0.0005), {}),
    ("other", "茶壶", square(0.01, 0.01, 0.0005), {}),
]


@pytest.fixture
def built(store: Store, tmp_path: Path) -> Path:
    store.write_places(town(ROWS), actor=OPERATOR)
    path = tmp_path / "base.pmtiles"
    basemap.build(store, path, actor=VIEWER)
    return path


@pytest.fixture
def small(sqlite_url: str) -> Any:
    with Store.open(sqlite_url) as opened:
        opened.write_places(town(ROWS), actor=OPERATOR)
        yield opened


def layer(path: Path, name: str, zoom: int = MAX_ZOOM) -> gpd.GeoDataFrame:
    return pyogrio.read_dataframe(path, layer=name, ZOOM_LEVEL=zoom).to_crs("EPSG:4326")


def tiles(path: Path) -> dict[Any, bytes]:
    with path.open("rb") as file:
        return {where: gzip.decompress(packed) for where, packed in reader.all_tiles(reader.MmapSource(file))}


def layer_names(tile: bytes) -> set[str]:
    """Walk over the fields of a tile: a layer is a field 3, and begins with its version or its name."""
    names = set()
    for known in (one.name.encode() for one in LAYERS):
        if b"\x0a" + bytes([len(known)]) + known in tile:
            names.add(known.decode())
    return names


def test_each_kind_is_in_the_tiles_from_its_own_zoom_on(built: Path) -> None:
    found: dict[int, set[str]] = {}
    for (zoom, _x, _y), tile in tiles(built).items():
        found.setdefault(zoom, set()).update(layer_names(tile))

    present = {"water", "ground", "railway", "lane", "side", "main"}
    present |= {"edge_other", "edge_ground", "edge_community", "edge_district"}
    present |= {"label_district", "label_community", "label_ground", "label_site"}
    for zoom in range(6, MAX_ZOOM + 1):
        expected = {one.name for one in LAYERS if one.name in present and one.min_zoom <= zoom}
        assert found[zoom] == expected, zoom
    assert max(found) == MAX_ZOOM


def test_the_pieces_of_a_street_become_one_line_with_its_names(built: Path) -> None:
    main = layer(built, "main", 9)
    assert len(main) == 1
    assert main.loc[0, ["name", "name_en", "level"]].tolist() == ["建设路", "Build Road", "main"]


def test_lines_lie_where_their_streets_are(built: Path) -> None:
    drawn = shapely.union_all(layer(built, "main").geometry.to_numpy())
    street = shapely.union_all([ROWS[0][2], ROWS[1][2]])
    assert shapely.hausdorff_distance(drawn, street) < 2e-6  # a quarter of a metre


def test_names_are_kept_as_they_are(built: Path) -> None:
    assert HOSTILE in set(layer(built, "side")["name"])


def test_a_street_without_a_rank_is_a_side_street(built: Path) -> None:
    assert "无级路" in set(layer(built, "side")["name"])


def test_the_rank_of_the_store_counts_before_the_attribute() -> None:
    places = town(ROWS).assign(id=range(len(ROWS)), rank=pd.Series([None] * len(ROWS), dtype="str"))
    places.loc[4, "rank"] = "main"
    frames = frames_of(places)
    assert "无级路" in set(frames["main"]["name"])
    assert "建设路" in set(frames["main"]["name"])


def test_grounds_have_no_name_and_their_names_stand_inside_of_them_once(built: Path) -> None:
    assert "name" not in layer(built, "ground").columns
    labels = layer(built, "label_ground")
    assert sorted(labels["name"]) == ["七里河", "青禾苑"]
    compound = labels.set_index("name").loc["青禾苑"]
    assert square(0.002, 0.004, 0.001).contains(compound.geometry)
    assert compound["span"] == 2000


def test_an_edge_that_areas_share_is_there_once_and_a_districts_is_none_of_its_communities(
    built: Path,
) -> None:
    communities = shapely.length(layer(built, "edge_community").geometry.to_numpy()).sum()
    district = shapely.length(layer(built, "edge_district").geometry.to_numpy()).sum()
    assert communities == pytest.approx(0.04, rel=1e-3)
    assert district == pytest.approx(0.16, rel=1e-3)


def test_a_large_surface_is_covered_by_its_pieces() -> None:
    lake = Point(LON, LAT).buffer(0.3).difference(Point(LON, LAT).buffer(0.1))
    places = town([("water", "大湖", lake, {})]).assign(id=[1])
    pieces = frames_of(places)["water"].geometry
    assert len(pieces) > 10
    assert shapely.union_all(pieces.to_numpy()).symmetric_difference(lake).area < 1e-9


def test_places_beyond_the_map_and_pieces_of_streets_are_left_out() -> None:
    rows = [
        ("shop", "极点", Point(10, 89.9), {}),
        ("street_segment", "建设路", line((0, 0), (0.01, 0)), {}),
        ("shop", "小店", Point(LON, LAT), {}),
    ]
    frames = frames_of(town(rows).assign(id=[1, 2, 3]))
    assert {name: frame["name"].tolist() for name, frame in frames.items()} == {"label_site": ["小店"]}


def test_sorting_places_leaves_them_as_they_were() -> None:
    places = town(ROWS).assign(id=range(len(ROWS)))
    before = places.copy()
    frames_of(places)
    pd.testing.assert_frame_equal(places, before)


def test_a_file_says_whose_places_it_holds(small: Store, tmp_path: Path) -> None:
    path = tmp_path / "base.pmtiles"
    built = basemap.build(small, path, actor=VIEWER)
    assert (built.tiles, built.bytes) == (len(tiles(path)), path.stat().st_size)
    assert basemap.read_about(path).is_of(small, actor=VIEWER)

    small.write_places(another(1), actor=OPERATOR)
    assert not basemap.read_about(path).is_of(small, actor=VIEWER)


def test_the_same_places_make_the_same_tiles_under_another_build(small: Store, tmp_path: Path) -> None:
    paths = tmp_path / "a.pmtiles", tmp_path / "b.pmtiles"
    for path in paths:
        basemap.build(small, path, actor=VIEWER)
    assert tiles(paths[0]) == tiles(paths[1])
    assert basemap.read_about(paths[0]).build != basemap.read_about(paths[1]).build


def test_a_store_without_places_is_told_and_leaves_the_file(small: Store, tmp_path: Path) -> None:
    path = tmp_path / "base.pmtiles"
    basemap.build(small, path, actor=VIEWER)
    with (
        Store.open(f"sqlite:///{tmp_path / 'empty.sqlite'}") as empty,
        pytest.raises(StoreError, match="no places yet"),
    ):
        basemap.build(empty, path, actor=VIEWER)
    assert basemap.read_about(path).is_of(small, actor=VIEWER)


def test_a_build_that_fails_leaves_the_old_file_and_nothing_else(
    small: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "home"
    path = folder / "base.pmtiles"
    basemap.build(small, path, actor=VIEWER)
    before = path.read_bytes()

    def full(*_given: Any, **_options: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pyogrio, "write_dataframe", full)
    with pytest.raises(StoreError, match="No space left"):
        basemap.build(small, path, actor=VIEWER)
    assert path.read_bytes() == before
    assert list(folder.iterdir()) == [path]


def test_what_a_killed_build_left_is_removed_and_a_running_one_is_left_alone(
    small: Store, tmp_path: Path
) -> None:
    old, new = tmp_path / ".basemap-old", tmp_path / ".basemap-new"
    for folder in (old, new):
        folder.mkdir()
        (folder / "joined.pmtiles").write_bytes(b"half")
    os.utime(old, (0, 0))
    basemap.build(small, tmp_path / "base.pmtiles", actor=VIEWER)
    assert (old.exists(), new.exists()) == (False, True)


def test_progress_counts_the_layers(small: Store, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    basemap.build(small, tmp_path / "a.pmtiles", actor=VIEWER, progress=lambda *numbers: told.append(numbers))
    assert told == [(n + 1, told[0][1]) for n in range(told[0][1])]


def foreign(path: Path) -> None:
    with path.open("wb") as file:
        writer = Writer(file)
        writer.write_tile(0, b"tile")
        writer.finalize({"version": 3, "tile_type": TileType.MVT, "tile_compression": Compression.NONE}, {})


@pytest.mark.parametrize("damage", ["missing", "empty", "text", "cut", "torn", "foreign", "folder"])
def test_a_file_that_is_none_of_ours_is_an_error_in_words(small: Store, tmp_path: Path, damage: str) -> None:
    path = tmp_path / "base.pmtiles"
    basemap.build(small, path, actor=VIEWER)
    whole = path.read_bytes()
    path.unlink()
    if damage == "folder":
        path.mkdir()
    elif damage == "foreign":
        foreign(path)
    elif damage != "missing":
        torn = whole[:127] + bytes(400) + whole[527:]
        path.write_bytes({"empty": b"", "text": b"hello" * 90, "cut": whole[:-9], "torn": torn}[damage])
    with pytest.raises(StoreError, match="holds no base map"):
        basemap.read_about(path)


def run_command(*arguments: str) -> None:
    app(arguments, prog_name="gezhi")


def test_two_processes_may_build_at_once(
    small: Store, sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    monkeypatch.setenv("GEZHI_HOME", str(home))
    monkeypatch.setenv("GEZHI_LANG", "en")
    running = [Program(run_command, "basemap", "build", "--store", sqlite_url) for _each in range(2)]
    said = [program.end() for program in running]
    assert [program.status for program in running] == [0, 0], running[0].errors
    (path,) = home.iterdir()
    assert all(path.name in words for words in said)
    assert basemap.read_about(path).is_of(small, actor=VIEWER)
    assert len(tiles(path)) > 20


def test_every_point_of_a_store_is_in_a_tile_of_the_last_zoom(sqlite_url: str, tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    spots = rng.normal((LON, LAT), 0.02, (400, 2))
    rows: list[Any] = [("shop", f"店{i}", Point(spot), {}) for i, spot in enumerate(spots)]
    with Store.open(sqlite_url) as store:
        store.write_places(town(rows), actor=OPERATOR)
        basemap.build(store, tmp_path / "a.pmtiles", actor=VIEWER)
    drawn = layer(tmp_path / "a.pmtiles", "label_site").drop_duplicates("id").set_index("name")
    assert len(drawn) == len(rows)
    off = [drawn.loc[name].geometry.distance(shape) for _, name, shape, _ in rows]
    assert max(off) < 3e-6
