"""A surface as bytes, and the end of its scale."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.density import Grid
from geo.errors import FrameError
from layers import heat_wire

META = heat_wire.Meta(
    bandwidth=200, weight="count", averaged=False, top=500.0, total=9, in_view=7, version="v"
)
GRID = Grid(0.8247222222, 0.3847, 2.0**-20, 12, 17)


def surface(seed: int = 0, highest: float = 430.0) -> np.ndarray:
    values = np.random.default_rng(seed).random((12, 17)) ** 3
    return (values / values.max() * highest).astype(np.float32)


def test_a_surface_comes_back_to_the_stated_precision() -> None:
    packed = heat_wire.pack(surface(), GRID, META)
    found, grid, meta = heat_wire.unpack(packed)
    assert grid == GRID
    assert {name: meta[name] for name in META} == META
    assert meta["max"] == pytest.approx(430)
    error = np.abs(found - surface())
    assert error.max() <= 0.004 * 430
    weak = surface() < 4
    assert error[weak].max() <= 0.17, "a weak density keeps its digits"


def test_a_surface_of_nothing_is_zeros() -> None:
    found, _, meta = heat_wire.unpack(heat_wire.pack(np.zeros((12, 17), np.float32), GRID, META))
    assert meta["max"] == 0 and not found.any()


def test_another_shape_than_the_grid_is_refused() -> None:
    with pytest.raises(FrameError, match="12 by 17"):
        heat_wire.pack(surface()[1:], GRID, META)


@pytest.mark.parametrize("broken", [b"", b"GZC1\0\0\0\0", heat_wire.pack(surface(), GRID, META)[:-1]])
def test_bytes_that_are_no_surface_are_refused(broken: bytes) -> None:
    with pytest.raises(FrameError):
        heat_wire.unpack(broken)


@given(peak=st.floats(1e-6, 1e12))
def test_a_scale_ends_at_or_a_little_above_the_peak_in_numbers_that_can_be_said(peak: float) -> None:
    top = heat_wire.top_of(peak)
    assert peak * (1 - 1e-6) <= top <= 1.36 * peak
    assert len(f"{top:.10e}".split("e")[0].rstrip("0").replace(".", "")) <= 2
    assert len(f"{top / 4:.10e}".split("e")[0].rstrip("0").replace(".", "")) <= 2


def test_without_a_peak_there_is_no_scale() -> None:
    assert heat_wire.top_of(0) == 0
