"""Places in bytes; that the browser reads them is in `test_rates_browser`."""

import json

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo import varints
from geo.errors import CellError
from layers import shape_wire
from layers.classes import rate_edges

whole = st.integers(0, 2**63 - 1)


@given(st.lists(whole))
def test_numbers_come_back_from_their_bytes(numbers: list[int]) -> None:
    packed = varints.pack(np.array(numbers, dtype=np.uint64))
    assert varints.unpack(packed).tolist() == numbers


@given(st.lists(st.integers(-(2**62), 2**62 - 1)))
def test_small_numbers_of_either_sign_stay_small(numbers: list[int]) -> None:
    turned = varints.zigzag(np.array(numbers, dtype=np.int64)).tolist()
    assert turned == [2 * number if number >= 0 else -2 * number - 1 for number in numbers]


def test_numbers_that_were_cut_off_are_refused() -> None:
    with pytest.raises(CellError, match="cut off"):
        varints.unpack(varints.pack(np.array([300], dtype=np.uint64))[:1])


def test_ids_that_do_not_ascend_are_refused() -> None:
    point = shapely.Point(1, 2)
    with pytest.raises(ValueError, match="do not ascend"):
        shape_wire.pack_shapes([2, 1], [point, point], ["a", "b"], {})


def test_the_head_says_how_many_places_and_their_names() -> None:
    packed = shape_wire.pack_shapes(
        [5, 9], [shapely.Point(1, 2), shapely.box(0, 0, 1, 1)], ["小区", None], {"kind": "x"}
    )
    meta_bytes, n = np.frombuffer(packed, "<u4", count=2, offset=4)

    assert packed[:4] == shape_wire.SHAPES
    assert n == 2
    assert json.loads(packed[16 : 16 + meta_bytes]) == {"kind": "x", "names": ["小区", None]}


def test_of_a_mixed_shape_the_ground_is_packed() -> None:
    ground, line = shapely.box(0, 0, 1, 1), shapely.LineString([(5, 5), (6, 6)])
    mixed = shapely.GeometryCollection([line, ground])

    assert shape_wire.pack_shapes([1], [mixed], ["a"], {}) == shape_wire.pack_shapes([1], [ground], ["a"], {})


def test_no_place_at_all_can_be_packed() -> None:
    assert shape_wire.pack_shapes([], [], [], {})[:4] == shape_wire.SHAPES
    empty = {name: np.zeros(0) for name in ("id", "n", "open", "rate", "low", "high")}
    assert shape_wire.pack_rates(empty, {})[:4] == shape_wire.RATES


rates = st.lists(st.floats(1e-6, 1e9), min_size=1, max_size=200)


@given(rates, st.integers(1, 7))
def test_edges_ascend_are_no_more_than_asked_and_begin_below_every_rate(values: list[float], n: int) -> None:
    edges = rate_edges(values, n)

    assert 1 <= len(edges) <= n
    assert edges == sorted(set(edges))
    assert edges[0] <= min(values)
    assert edges[-1] <= max(values)


@given(rates)
def test_edges_are_said_with_two_digits(values: list[float]) -> None:
    assert all(float(f"{edge:.2g}") == edge for edge in rate_edges(values))


def test_classes_hold_about_equally_many() -> None:
    values = np.random.default_rng(1).lognormal(1, 1, 10_000)
    edges = rate_edges(values, 5)
    sizes = np.bincount(np.searchsorted(edges, values, side="right") - 1, minlength=5)

    assert len(edges) == 5
    assert sizes.min() > 1_800
    assert sizes.max() < 2_200


def test_places_without_a_figure_or_a_report_make_no_class() -> None:
    assert rate_edges([float("nan"), 0.0, float("inf")]) == []
    assert rate_edges([]) == []
    with pytest.raises(ValueError, match="at least one class"):
        rate_edges([1.0], 0)
