"""Codes never move, whatever is added to a dictionary."""

import h3.api.basic_int as h3
import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.codes import CellCodes, Words
from geo import cells
from tests.data.samples import LAT, LON

SOME = cells.disk(cells.from_points([LON], [LAT], 9), 5)[1]


def cell_sets() -> st.SearchStrategy[list[np.ndarray]]:
    one = st.sets(st.integers(0, len(SOME) - 1), max_size=20)
    return st.lists(one.map(lambda places: np.unique(SOME[sorted(places)])), max_size=5)


@given(cell_sets())
def test_a_cell_keeps_its_code_while_others_come(batches: list[np.ndarray]) -> None:
    codes = CellCodes()
    known: dict[int, int] = {}
    for batch in batches:
        codes = codes.with_cells(batch)
        found = dict(zip(batch.tolist(), codes.find(batch).tolist(), strict=True))
        assert all(known.get(cell, code) == code for cell, code in found.items())
        known |= found
    assert len(codes) == len(known)
    assert sorted(known.values()) == list(range(len(known)))
    assert (codes.find(SOME) >= 0).tolist() == [cell in known for cell in SOME.tolist()]
    assert codes.cells[codes.order].tolist() == sorted(known)


def test_an_empty_dictionary_knows_no_cell() -> None:
    assert CellCodes().find(SOME[:3]).tolist() == [-1, -1, -1]
    assert CellCodes().near((0, 0, 1, 1), reach=1).size == 0


def test_the_middle_of_a_cell_is_kept_to_a_metre() -> None:
    codes = CellCodes().with_cells(np.unique(SOME))
    for place, cell in enumerate(codes.cells.tolist()):
        lat, lon = h3.cell_to_latlng(cell)
        assert (codes.lat[place], codes.lon[place]) == pytest.approx((lat, lon), abs=1e-5)


@given(st.lists(st.lists(st.text(max_size=3), max_size=6), max_size=5))
def test_a_word_keeps_its_code_while_others_come(batches: list[list[str]]) -> None:
    words = Words()
    for batch in batches:
        before = words.words
        words = words.with_words(batch)
        assert words.words[: len(before)] == before
        encoded = words.encode(pl.Series(batch, dtype=pl.String), pl.UInt16()).to_list()
        assert [words.words[code] for code in encoded] == batch
    assert len(set(words.words)) == len(words.words)
    assert words.codes(["never a word", *words.words]) == tuple(range(len(words.words)))
