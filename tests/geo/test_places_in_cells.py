"""What a cell mostly is, against counting by hand."""

import h3.api.basic_int as h3
import numpy as np
import polars as pl
import pytest
import shapely

from geo import cells, places
from geo.errors import CellError

LON, LAT = 116.9, 38.3
HERE = cells.from_points([LON], [LAT], 10)
AROUND = np.sort(cells.disk(HERE, 2)[1])


def located(*won: tuple[int, int]) -> places.Located:
    """Make an answer of `locate`: what won and its row, for each report."""
    kind, place = np.array(won).reshape(-1, 2).T
    return places.Located(
        polygon=np.where(kind == places.POLYGON, place, -1).astype(np.int32),
        line=np.where(kind == places.LINE, place, -1).astype(np.int32),
        distance_m=np.where(kind == places.LINE, 3.0, np.nan),
        won=kind.astype(np.uint8),
        in_several=np.zeros(len(kind), dtype=bool),
    )


P, L, OPEN, NOWHERE = places.POLYGON, places.LINE, places.OPEN_GROUND, places.NOWHERE


def test_a_cell_is_mostly_the_places_that_most_of_its_reports_belong_to() -> None:
    found = places.places_of_cells(
        HERE,
        np.repeat(HERE, 8),
        located((P, 4), (L, 4), (P, 4), (OPEN, -1), (L, 4), (P, 4), (P, 9), (NOWHERE, -1)),
        top=2,
    )
    assert found.select("rank", "kind", "place", "reports").rows() == [
        (1, "polygon", 4, 3),
        (2, "line", 4, 2),
    ]
    assert found["share"].to_list() == pytest.approx([3 / 7, 2 / 7])
    assert found["by"].to_list() == ["reports", "reports"]


def test_of_equal_places_polygons_come_first_and_then_the_lower_row() -> None:
    found = places.places_of_cells(HERE, np.repeat(HERE, 4), located((L, 0), (P, 7), (P, 2), (L, 3)), top=4)
    assert found.select("kind", "place").rows() == [("polygon", 2), ("polygon", 7), ("line", 0), ("line", 3)]
    assert found["rank"].to_list() == [1, 2, 3, 4]


def test_the_cells_come_back_in_the_order_in_which_they_are_asked_for() -> None:
    asked = AROUND[::-1][:5]
    found = places.places_of_cells(asked, np.sort(asked), located(*[(P, row) for row in range(5)]))
    assert found["cell"].to_list() == asked.tolist()
    assert found["place"].to_list() == [4, 3, 2, 1, 0]


def test_counts_are_those_of_counting_by_hand() -> None:
    rng = np.random.default_rng(1)
    of = AROUND[rng.integers(0, len(AROUND), 3000)]
    kinds = rng.choice([OPEN, P, L], 3000)
    answer = located(*zip(kinds, np.where(kinds == OPEN, -1, rng.integers(0, 4, 3000)), strict=True))
    found = places.places_of_cells(AROUND, of, answer, top=100)
    for cell, kind, place, reports, share in found.select("cell", "kind", "place", "reports", "share").rows():
        same = (of == cell) & (answer.won == (P if kind == "polygon" else L)) & (answer.place == place)
        assert reports == same.sum()
        assert share == pytest.approx(same.sum() / (of == cell).sum())
    assert found["reports"].sum() == (kinds != OPEN).sum()


def test_a_cell_without_reports_is_told_by_its_ground() -> None:
    shape = cells.boundaries(HERE)[0]
    west, south, east, north = shape.bounds
    compound = shapely.box(west, south, east, shape.centroid.y)
    road = shapely.LineString([(west, north), (east, north)])
    index = places.PlaceIndex([compound], [road])
    found = places.places_of_cells(HERE, [], located(), index=index, within_m=20)
    assert found.select("kind", "place", "reports", "by").rows() == [
        ("polygon", 0, 0, "overlap"),
        ("line", 0, 0, "overlap"),
    ]
    near = shapely.box(west, north - 20 / 111_000, east, north)
    covered = shapely.area(shapely.intersection(shape, [compound, near])) / shape.area
    assert found["share"].to_list() == pytest.approx(covered.tolist(), abs=0.02)


def test_ground_is_shared_as_shapes_overlap_also_where_cells_have_more_than_six_corners() -> None:
    rng = np.random.default_rng(4)
    wide = cells.disk(cells.from_points([LON], [LAT], 9), 120)[1].tolist()
    odd = next(cell for cell in wide if len(h3.cell_to_boundary(cell)) > 6)
    area = np.sort(cells.disk([odd], 3)[1])
    corners = rng.uniform(-0.01, 0.01, (12, 2)) + np.column_stack(cells.centres([odd]))
    corners[0] = np.array(cells.centres([odd])).ravel()
    polygons = [shapely.box(x, y, x + 0.004, y + 0.003) for x, y in corners]
    apart = [
        shape.difference(shapely.union_all([*polygons[:row], shapely.Point(0, 0)]))
        for row, shape in enumerate(polygons)
    ]
    found = places.places_of_cells(area, [], located(), index=places.PlaceIndex(apart, None), top=12)
    shapes = cells.boundaries(area)
    share = shapely.area(shapely.intersection(shapes[:, None], apart)) / shapely.area(shapes)[:, None]
    told = np.zeros_like(share)
    rows = {cell: row for row, cell in enumerate(area.tolist())}
    for cell, place, part in found.select("cell", "place", "share").rows():
        told[rows[cell], place] = part
    assert (share[area == odd] > 0.05).any()
    np.testing.assert_allclose(told, share, atol=0.03)


def test_a_cell_with_reports_is_told_by_them_and_not_by_its_ground() -> None:
    index = places.PlaceIndex([cells.boundaries(HERE)[0]], None)
    two = AROUND[~np.isin(AROUND, HERE)][:1]
    on_open_ground = places.places_of_cells(HERE, HERE, located((OPEN, -1)), index=index)
    assert on_open_ground.is_empty()
    both = places.places_of_cells(np.concatenate([HERE, two]), two, located((L, 5)), index=index)
    assert both.select("kind", "place", "by").rows() == [("polygon", 0, "overlap"), ("line", 5, "reports")]


def test_without_an_index_cells_without_reports_are_left_out() -> None:
    assert places.places_of_cells(AROUND, [], located()).is_empty()
    assert places.places_of_cells([], [], located(), index=places.PlaceIndex(None, None)).columns == [
        *("cell", "rank", "kind", "place", "reports", "share", "by")
    ]
    assert places.places_of_cells(AROUND, [], located()).schema["cell"] == pl.UInt64


@pytest.mark.parametrize(
    ("asked", "of", "top", "words"),
    [
        (np.repeat(HERE, 2), [], 1, "given twice"),
        (HERE, HERE, 1, "1 cells of reports for 0"),
        (HERE, [], 0, "top 0"),
        ([17], [], 1, "not H3 cells"),
    ],
)
def test_what_cannot_be_counted_is_refused(asked, of, top, words) -> None:
    with pytest.raises(CellError, match=words):
        places.places_of_cells(asked, of, located(), top=top)
