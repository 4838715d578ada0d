"""Densities along streets as bytes."""

import numpy as np
import pytest

from geo.errors import FrameError
from layers.street_wire import Meta, pack_density, unpack_density

META = Meta(bandwidth=180, weight="count", top=50.0, total=9, far=2, within=50.0, version="v", lines="p")


def test_densities_come_back_to_the_stated_precision() -> None:
    per_km = np.random.default_rng(0).random(500) ** 3 * 430
    found, meta = unpack_density(pack_density(per_km, META))
    assert {name: meta[name] for name in META} == META
    assert np.abs(found - per_km).max() <= 0.004 * 430
    assert np.abs(found - per_km)[per_km < 4].max() <= 0.17, "a weak density keeps its digits"


def test_no_street_and_no_report_are_no_density() -> None:
    for size in (0, 7):
        found, meta = unpack_density(pack_density(np.zeros(size), META))
        assert (len(found), found.any(), meta["max"]) == (size, False, 0)


def test_bytes_that_are_no_densities_or_were_cut_off_are_refused() -> None:
    packed = pack_density(np.ones(9), META)
    with pytest.raises(FrameError, match="cut off"):
        unpack_density(packed[:-2])
    with pytest.raises(FrameError, match="GZD1"):
        unpack_density(b"GZH1" + packed[4:])
