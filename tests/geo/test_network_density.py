"""Density along streets against walks that are followed one by one, with the kernel as it is written."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.distances import from_local_m
from geo.errors import AnalysisError, FrameError
from geo.network import Floats, Snapped, Streets
from geo.network_density import SPLITS, Lixels, Split, kernel_mass, network_density
from tests.geo.drawn_streets import LAT, LON, lattice, line, roads


def on(edge: Any, along_m: Any) -> Snapped:
    return Snapped(
        np.atleast_1d(edge).astype(np.int32), np.atleast_1d(along_m).astype(float), np.zeros(np.size(edge))
    )


def total(density: Floats, lixels: Lixels) -> float:
    return float((density * lixels.lengths_m).sum() / 1000)


def walked(streets: Streets, points: Snapped, lixels: Lixels, bandwidth_m: float, split: Split) -> Floats:
    """Follow every walk of every point to its end, and lay the kernel's own mass on what it passes."""
    amounts = np.zeros(lixels.first[-1])
    lengths = streets.lengths_m

    def walk(edge: int, forwards: bool, begun: float, travelled: float, share: float) -> None:
        n = lixels.first[edge + 1] - lixels.first[edge]
        bounds = np.maximum(np.linspace(0, lengths[edge], n + 1), begun) - begun + travelled
        laid = share * np.diff(kernel_mass(bounds / bandwidth_m))
        amounts[lixels.first[edge] : lixels.first[edge + 1]] += laid if forwards else laid[::-1]
        there = travelled + lengths[edge] - begun
        if there >= bandwidth_m or abs(share) < 1e-9:
            return
        node = streets.ends[edge, 1 if forwards else 0]
        ways = [(e, not side) for e, side in zip(*np.nonzero(streets.ends == node), strict=True)]
        for other, onwards in ways:
            back = (other, onwards) == (edge, not forwards)
            if split == "continuous":
                part = 2 / len(ways) - back
            elif len(ways) == 1:
                part = 1.0
            else:
                part = 0.0 if back else 1 / (len(ways) - 1)
            if part:
                walk(other, onwards, 0.0, there, share * part)

    for edge, along in zip(points.edge, points.along_m, strict=True):
        walk(edge, True, along, 0.0, 1.0)
        walk(edge, False, lengths[edge] - along, 0.0, 1.0)
    return amounts / lixels.lengths_m * 1000


@pytest.mark.parametrize("split", SPLITS)
def test_every_walk_is_followed(split: Split) -> None:
    """A town with blocks, a dead end, a ring street and a crossing of five streets."""
    ring = line((300, 300), (340, 300), (340, 340), (300, 340), (300, 300))
    streets = Streets.from_lines([*lattice(4), ring, line((200, 200), (130, 150))], crossings="join")
    lixels = Lixels.of(streets, lixel_m=12)
    rng = np.random.default_rng(4)
    for bandwidth_m in (60, 230, 300):
        edge = rng.integers(0, len(streets), 4)
        points = on(edge, rng.random(4) * streets.lengths_m[edge])
        found = network_density(streets, points, bandwidth_m=bandwidth_m, lixels=lixels, split=split)
        truth = walked(streets, points, lixels, bandwidth_m, split)
        # Each junction on the way shares a distance between two steps: a fiftieth of the bandwidth at most.
        assert np.abs(found - truth).max() <= 0.02 * truth.max()


@given(seed=st.integers(0, 10_000), bandwidth_m=st.floats(5, 900), split=st.sampled_from(SPLITS))
@settings(max_examples=25, deadline=None)
def test_the_whole_of_it_is_the_number_of_points(seed: int, bandwidth_m: float, split: Split) -> None:
    rng = np.random.default_rng(seed)
    lines = [line(*rng.uniform(-300, 300, (rng.integers(2, 5), 2))) for _ in range(8)]
    streets = Streets.from_lines(lines)
    edge = rng.integers(0, len(streets), 30)
    points = on(edge, rng.random(30) * streets.lengths_m[edge])
    weights = rng.integers(0, 4, 30)
    lixels = Lixels.of(streets, lixel_m=float(rng.uniform(3, 60)))
    density = network_density(
        streets, points, bandwidth_m=bandwidth_m, lixels=lixels, weights=weights, split=split
    )
    assert total(density, lixels) == pytest.approx(weights.sum(), rel=1e-5, abs=1e-9)
    if split == "discontinuous":
        assert (density >= 0).all()


@pytest.mark.shared
@pytest.mark.parametrize("bandwidth_m", [50, 180, 1_600])
def test_in_a_real_city_nothing_is_lost(bandwidth_m: float) -> None:
    streets = Streets.from_lines(roads().geometry)
    rng = np.random.default_rng(2)
    lon, lat = (streets.at[rng.integers(0, len(streets.at), 2_000)] + rng.normal(0, 1e-3, (2_000, 2))).T
    points = streets.snap((lon, lat), within_m=60)
    assert 0 < points.far < 2_000
    density = network_density(streets, points, bandwidth_m=bandwidth_m)
    assert total(density, Lixels.of(streets)) == pytest.approx(2_000 - points.far, rel=1e-5)


def test_on_a_long_street_it_is_the_kernel() -> None:
    streets = Streets.from_lines([line((-1_000, 0), (1_000, 0))])
    lixels = Lixels.of(streets, lixel_m=5)
    density = network_density(streets, on(0, 1_000), bandwidth_m=200, lixels=lixels)
    away = np.cumsum(lixels.lengths_m) - lixels.lengths_m / 2 - 1_000
    truth = 15 / 16 / 200 * np.clip(1 - (away / 200) ** 2, 0, None) ** 2 * 1000
    assert np.abs(density - truth).max() <= 0.01 * truth.max()


def test_a_dead_end_gives_back_what_would_go_beyond_it() -> None:
    streets = Streets.from_lines([line((0, 0), (500, 0))])
    lixels = Lixels.of(streets, lixel_m=5)
    density = network_density(streets, on(0, 0.0), bandwidth_m=100, lixels=lixels)
    assert total(density, lixels) == pytest.approx(1)
    assert density[0] == pytest.approx(2 * 15 / 16 / 100 * 1000, rel=0.01)


def test_streets_that_only_pass_each_other_share_nothing() -> None:
    """What lies on a bridge is no report of the street beneath it: on the plane it would be."""
    lines = [*lattice(3, common=True), line((-50, 150), (350, 150))]
    streets = Streets.from_lines(lines)
    bridge = int(np.flatnonzero(streets.line == len(lines) - 1)[0])
    lixels = Lixels.of(streets)
    density = network_density(streets, on(bridge, 200), bandwidth_m=300, lixels=lixels)
    own = np.zeros(len(density), bool)
    own[lixels.first[bridge] : lixels.first[bridge + 1]] = True
    assert (density[own] > 0).any() and not density[~own].any()


def test_a_continuous_split_has_no_jump_where_streets_meet() -> None:
    streets = Streets.from_lines(
        [line((-300, 0), (0, 0), (300, 0)), line((0, 0), (0, 300)), line((0, 0), (0, -300))]
    )
    lixels = Lixels.of(streets, lixel_m=2)

    def around(split: Split) -> list[float]:
        density = network_density(streets, on(0, 250), bandwidth_m=200, lixels=lixels, split=split)
        begins, ends = lixels.first[:-1], lixels.first[1:] - 1
        middle = np.bincount(streets.ends.ravel()).argmax()
        return [
            density[low if streets.ends[e, 0] == middle else high]
            for e, (low, high) in enumerate(zip(begins, ends, strict=True))
        ]

    smooth, split = around("continuous"), around("discontinuous")
    assert max(smooth) < 1.05 * min(smooth)
    assert max(split) > 2.5 * min(split)


def test_the_order_of_points_and_those_without_a_street_change_nothing() -> None:
    streets = Streets.from_lines(lattice(3))
    lon, lat = from_local_m([10, 120, 150, 5_000], [100, 90, 205, 0], around=(LON, LAT))
    found = network_density(streets, streets.snap((lon, lat)), bandwidth_m=120)
    other = network_density(streets, streets.snap((lon[2::-1], lat[2::-1])), bandwidth_m=120)
    assert found == pytest.approx(other)
    nothing = network_density(streets, streets.snap((lon[3:], lat[3:])), bandwidth_m=120)
    assert nothing.shape == found.shape and not nothing.any()


def test_a_city_without_streets_has_no_density() -> None:
    streets = Streets.from_lines([])
    assert network_density(streets, streets.snap(([LON], [LAT])), bandwidth_m=100).shape == (0,)


def test_what_cannot_be_computed_is_said() -> None:
    streets = Streets.from_lines(lattice(3))
    point = on([0], [10])
    for bandwidth_m in (0, -5, float("nan"), float("inf")):
        with pytest.raises(AnalysisError, match="Expected metres above 0"):
            network_density(streets, point, bandwidth_m=bandwidth_m)
    with pytest.raises(AnalysisError, match="A split 'half'"):
        network_density(streets, point, bandwidth_m=50, split="half")
    with pytest.raises(AnalysisError, match="Weights that are missing"):
        network_density(streets, point, bandwidth_m=50, weights=[np.nan])
    with pytest.raises(FrameError, match="Expected one for each"):
        network_density(streets, point, bandwidth_m=50, weights=[1, 2])
    with pytest.raises(AnalysisError, match="Weights that are not numbers"):
        network_density(streets, point, bandwidth_m=50, weights=["much"])
    with pytest.raises(AnalysisError, match="Pieces of street"):
        Lixels.of(streets, lixel_m=0)


def test_points_and_pieces_of_another_network_are_refused() -> None:
    """Compiled code would read beside its arrays."""
    small, large = Streets.from_lines([line((0, 0), (50, 0))]), Streets.from_lines(lattice(3))
    last = on(len(large) - 1, 1.0)
    with pytest.raises(FrameError, match="Points of another network"):
        network_density(small, last, bandwidth_m=50)
    with pytest.raises(FrameError, match="Points of another network"):
        network_density(small, on(0, 50.5), bandwidth_m=50)
    with pytest.raises(FrameError, match="Lixels of 1 edges for"):
        network_density(large, last, bandwidth_m=50, lixels=Lixels.of(small))
