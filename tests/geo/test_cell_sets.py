"""Sets of cells as short text."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo import cell_sets, cells
from geo.errors import CellError


@given(
    st.lists(st.tuples(st.floats(-179, 179), st.floats(-85, 85)), max_size=40),
    st.integers(0, 15),
)
def test_a_set_is_read_as_it_was_written(points: list[tuple[float, float]], resolution: int) -> None:
    lon, lat = np.array(points).reshape(-1, 2).T
    chosen = cells.from_points(lon, lat, resolution)
    text = cell_sets.pack(chosen)
    assert cell_sets.unpack(text).tolist() == sorted(set(chosen.tolist()))
    assert text.replace("~", "").replace("-", "").replace("_", "").isalnum() or not text


def test_cells_of_a_city_take_few_letters() -> None:
    _row, chosen = cells.disk(cells.from_points([116.9], [38.3], 10), 17)
    assert len(cell_sets.pack(chosen)) < 3 * len(chosen)


@pytest.mark.parametrize("text", ["10", "~AA", "10~", "99~AA", "x~AA", "10~é", "10~AAAA", "10~__w"])
def test_what_is_no_set_is_refused(text: str) -> None:
    with pytest.raises(CellError, match="is not a set of cells"):
        cell_sets.unpack(text)


def test_too_many_cells_and_mixed_resolutions_are_refused() -> None:
    _row, many = cells.disk(cells.from_points([116.9], [38.3], 10), 50)
    with pytest.raises(CellError, match="too many"):
        cell_sets.pack(many)
    mixed = np.concatenate([cells.from_points([116.9], [38.3], r) for r in (9, 10)])
    with pytest.raises(CellError):
        cell_sets.pack(mixed)
