"""Packed cells: what comes out is what went in, and a city's cells stay small."""

import json

import h3
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.errors import CellError
from layers import wire

META = {"edges": [1, 2, 5], "total": 10}


def _cells(*texts: str) -> np.ndarray:
    return np.array([h3.str_to_int(text) for text in texts], dtype=np.uint64)


def _disk(resolution: int, ring: int, *, lat: float = 38.3, lon: float = 116.9) -> np.ndarray:
    return _cells(*h3.grid_disk(h3.latlng_to_cell(lat, lon, resolution), ring))


def _figures(seed: int, n: int, *, decimals: int, signed: bool) -> tuple[np.ndarray, np.ndarray]:
    """Draw values of every size, a fifth of them missing, and numbers of reports."""
    rng = np.random.default_rng(seed)
    values = np.round(10.0 ** rng.uniform(-2, 7, n), decimals)
    if signed:
        values *= rng.choice([-1, 1], n)
    return np.where(rng.random(n) < 0.2, np.nan, values), rng.integers(0, 2**32, n, dtype=np.uint32)


def _slow_varint(number: int) -> bytes:
    octets = []
    while number >= 128:
        octets.append(number % 128 + 128)
        number //= 128
    return bytes([*octets, number])


@settings(deadline=None, max_examples=60)
@given(
    resolution=st.integers(0, 15),
    places=st.lists(st.tuples(st.floats(-90, 90), st.floats(-180, 180)), max_size=40),
    seed=st.integers(0, 2**32 - 1),
)
def test_cells_anywhere_come_back_with_their_counts(
    resolution: int, places: list[tuple[float, float]], seed: int
) -> None:
    texts = {h3.latlng_to_cell(lat, lon, resolution) for lat, lon in places}
    cells = _cells(*texts)
    counts = np.random.default_rng(seed).integers(0, 2**32, cells.size, dtype=np.uint32)

    back, back_counts, meta = wire.unpack(wire.pack(cells, counts, {**META, "resolution": resolution}))

    expected = dict(zip(cells.tolist(), counts.tolist(), strict=True))
    assert dict(zip(back.tolist(), back_counts.tolist(), strict=True)) == expected
    assert back.tolist() == sorted(expected)
    assert meta == {**META, "resolution": resolution, "in_view": int(counts.sum())}


def test_the_bytes_are_those_that_the_description_says() -> None:
    cells = np.sort(_disk(9, 1))
    counts = np.arange(100, 100 + 7 * 50, 50)

    packed = wire.pack(cells, counts, {**META, "resolution": 9})

    paths = [int(f"{cell >> 18:b}"[-34:], 2) for cell in cells.tolist()]  # 7 bits and 9 digits
    ids = b"".join(_slow_varint(b - a) for a, b in zip([0, *paths[:-1]], paths, strict=True))
    meta_bytes, n, id_bytes = (int.from_bytes(packed[at : at + 4], "little") for at in (4, 8, 12))
    assert packed[:4] == b"GZC1"
    assert json.loads(packed[16 : 16 + meta_bytes])["resolution"] == 9
    assert (n, id_bytes) == (7, len(ids))
    assert packed[16 + meta_bytes :] == ids + b"".join(_slow_varint(n) for n in counts.tolist())


@pytest.mark.parametrize("resolution", [10, 11, 12])
def test_fifty_thousand_cells_of_a_city_take_less_than_half_a_megabyte(resolution: int) -> None:
    area = _disk(resolution, 258)  # 200,467 cells
    rng = np.random.default_rng(1)
    cells = rng.choice(area, 50_000, replace=False)

    packed = wire.pack(cells, rng.geometric(0.01, cells.size), {**META, "resolution": resolution})

    assert len(packed) <= 250_000


def test_no_cells_are_packed_with_the_resolution_that_was_asked() -> None:
    cells, counts, meta = wire.unpack(wire.pack([], [], {"edges": [], "total": 0, "resolution": 8}))

    assert (cells.size, counts.size, meta["resolution"], meta["in_view"]) == (0, 0, 8, 0)


def test_a_cell_of_another_resolution_is_refused_by_name() -> None:
    cells = np.concatenate([_disk(9, 1), _disk(8, 0)])

    with pytest.raises(CellError, match=r"1 of 8 cells are not of resolution 9; first: 88"):
        wire.pack(cells, np.ones(8), {**META, "resolution": 9})


def test_a_cell_that_comes_twice_is_refused() -> None:
    cells = np.concatenate([_disk(9, 1), _disk(9, 0)])

    with pytest.raises(CellError, match="1 cells come twice"):
        wire.pack(cells, np.ones(8), {**META, "resolution": 9})


def test_cells_and_counts_of_different_lengths_are_refused() -> None:
    with pytest.raises(CellError, match="7 cells with 3 counts"):
        wire.pack(_disk(9, 1), [1, 2, 3], {**META, "resolution": 9})


@pytest.mark.parametrize("kept", [3, 40, -1])
def test_bytes_that_were_cut_off_are_refused(kept: int) -> None:
    packed = wire.pack(_disk(9, 1), np.full(7, 300), {**META, "resolution": 9})

    with pytest.raises((CellError, json.JSONDecodeError)):
        wire.unpack(packed[:kept])


@settings(deadline=None, max_examples=40)
@given(
    ring=st.integers(0, 6), seed=st.integers(0, 2**32 - 1), decimals=st.integers(0, 3), signed=st.booleans()
)
def test_figures_come_back_with_the_reports_behind_them(
    ring: int, seed: int, decimals: int, signed: bool
) -> None:
    cells = np.random.default_rng(seed).permutation(_disk(9, ring))
    values, n = _figures(seed, cells.size, decimals=decimals, signed=signed)
    meta = {**META, "resolution": 9, "decimals": decimals, "signed": signed}

    back, back_values, back_n, back_meta = wire.unpack_figures(wire.pack_figures(cells, values, n, meta))

    order = np.argsort(cells)
    assert back.tolist() == cells[order].tolist()
    assert np.allclose(back_values, values[order], rtol=0, atol=10.0**-decimals / 1000, equal_nan=True)
    assert back_n.tolist() == n[order].tolist()
    assert back_meta == {**meta, "in_view": int(n.astype(np.uint64).sum())}


def test_the_bytes_of_figures_are_those_that_the_description_says() -> None:
    meta = {**META, "resolution": 9, "decimals": 1, "signed": True}
    packed = wire.pack_figures(np.sort(_disk(9, 1))[:4], [np.nan, 0.0, -0.5, 120.3], [7, 1, 2, 300], meta)

    meta_bytes, id_bytes = (int.from_bytes(packed[at : at + 4], "little") for at in (4, 12))
    assert packed[:4] == b"GZC2"
    assert packed[16 + meta_bytes + id_bytes :] == b"".join(
        map(_slow_varint, [0, 1 + 0, 1 + 2 * 5 - 1, 1 + 2 * 1203, 7, 1, 2, 300])
    )


def test_counts_are_figures_with_themselves_behind_them() -> None:
    cells, values, n, _meta = wire.unpack_figures(wire.pack(_disk(9, 1), range(7), {**META, "resolution": 9}))

    assert cells.size == 7
    assert values.tolist() == n.tolist()


@pytest.mark.parametrize(
    ("values", "signed", "words"),
    [
        ([1.0, -2.0], False, r"1 of 2 figures cannot be packed; first: -2.0. Expected finite ones from 0 on"),
        ([np.inf, -2.0], True, r"1 of 2 figures cannot be packed; first: inf. Expected finite ones\."),
        ([1.0], True, "1 figures with 2 numbers of reports"),
    ],
)
def test_figures_that_cannot_be_written_are_refused(values: list[float], signed: bool, words: str) -> None:
    meta = {**META, "resolution": 9, "decimals": 1, "signed": signed}

    with pytest.raises(CellError, match=words):
        wire.pack_figures(_disk(9, 1)[:2], values, [1, 1], meta)


@pytest.mark.parametrize("kept", [3, 40, -1])
def test_figures_that_were_cut_off_are_refused(kept: int) -> None:
    meta = {**META, "resolution": 9, "decimals": 1, "signed": False}
    packed = wire.pack_figures(_disk(9, 1), np.full(7, 300.5), np.full(7, 300), meta)

    with pytest.raises((CellError, json.JSONDecodeError)):
        wire.unpack_figures(packed[:kept])
