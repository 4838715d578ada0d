"""Ids of cells: what `check` lets through and what it says of the rest."""

import h3.api.basic_int as h3
import h3.api.basic_str as h3_str
import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo import cells
from geo.errors import CellError

TEXT = "8a2a1072b59ffff"
ID = int(TEXT, 16)
EDGE = h3.origin_to_directed_edges(ID)[0]
VERTEX = h3.cell_to_vertex(ID, 0)
NO_TEXTS = ["abc", "", " " + TEXT, "0x" + TEXT, "汉", f"{EDGE:x}", f"{VERTEX:x}"]
NO_CELLS = [*NO_TEXTS, None, -1, 0, 2**64, 2**70, 1.5, float("nan"), True, b"8a", {}, EDGE, VERTEX]

any_cell = st.builds(
    h3.latlng_to_cell, st.floats(-90, 90), st.floats(-180, 180), st.integers(min_value=0, max_value=15)
)


@pytest.mark.parametrize(
    "ids",
    [
        [ID],
        [TEXT],
        [TEXT.upper()],
        (np.uint64(ID),),
        {ID},
        {TEXT: "a dictionary's keys"}.keys(),
        np.array([ID], dtype=np.uint64),
        np.array([ID], dtype=np.int64),
        np.array([ID], dtype=object),
        np.array([TEXT]),
        pd.Series([ID], index=["any"]),
        pd.Series([TEXT]),
        pd.Series([ID], dtype="UInt64"),
        pd.Index([ID]),
        pd.Categorical([TEXT]),
        pl.Series([ID]),
        pl.Series([TEXT]),
        pl.Series([TEXT], dtype=pl.Categorical),
    ],
    ids=lambda ids: f"{type(ids).__module__}.{type(ids).__name__}",
)
def test_ids_may_come_in_any_form(ids: object) -> None:
    found = cells.check(ids)
    assert found.dtype == np.uint64
    assert found.tolist() == [ID]


@pytest.mark.parametrize("wrong", NO_CELLS, ids=repr)
def test_what_is_no_cell_is_named_with_its_row(wrong: object) -> None:
    for ids in (
        [ID, wrong, ID],
        [TEXT, wrong, TEXT],
        pd.Series([ID, wrong, ID], index=list("abc"), dtype=object),
    ):
        with pytest.raises(
            CellError, match=r"1 of 3 ids in column 'hex' are not H3 cells; first: .* \(row 1\)"
        ):
            cells.check(ids, column="hex")


def test_the_message_says_how_many_where_which_and_what_to_do() -> None:
    ids = [TEXT] * 812
    for row in (17, 100, 300):
        ids[row] = "abc"
    with pytest.raises(CellError) as error:
        cells.check(ids)
    assert str(error.value) == (
        "3 of 812 ids in column 'cell' are not H3 cells; first: 'abc' (row 17). Expected 15 hex digits such "
        "as '8a2a1072b59ffff', or the same as an integer; from coordinates use cells.from_points."
    )


@pytest.mark.parametrize("column", [pl.Series([1.5]), pl.Series([[ID]]), pl.Series([True])], ids=str)
def test_a_column_of_another_type_is_refused(column: pl.Series) -> None:
    with pytest.raises(CellError, match="are of type"):
        cells.check(column)


@pytest.mark.parametrize("single", [ID, TEXT, np.uint64(ID), None, b"8a"], ids=repr)
def test_a_single_id_is_no_list_of_ids(single: object) -> None:
    with pytest.raises(CellError, match="Expected a list of ids"):
        cells.check(single)


def test_a_set_with_an_id_that_is_no_cell_is_refused() -> None:
    with pytest.raises(CellError, match="1 of 1 ids"):
        cells.check({1})


def test_a_table_of_ids_is_refused() -> None:
    with pytest.raises(CellError, match=r"shape \(1, 1\)"):
        cells.check(np.array([[ID]], dtype=np.uint64))


@pytest.mark.parametrize(
    "ids", [[], np.array([]), pd.Series([], dtype=object), pl.Series([], dtype=pl.String)]
)
def test_no_ids_are_no_cells(ids: object) -> None:
    assert cells.check(ids).tolist() == []
    assert cells.check(ids).dtype == np.uint64


def test_a_checked_array_is_not_copied() -> None:
    ids = np.array([ID], dtype=np.uint64)
    assert np.shares_memory(cells.check(ids), ids)


def test_a_cell_of_another_resolution_is_named() -> None:
    parent = h3.cell_to_parent(ID, 8)
    with pytest.raises(
        CellError, match=rf"1 of 2 cells in column 'cell' are not of resolution 10; first: '{parent:x}'"
    ):
        cells.check([ID, parent], resolution=10)


def test_mixed_resolutions_have_no_resolution() -> None:
    with pytest.raises(CellError, match=r"1 of 2 cells .* \(row 1\) of resolution 8"):
        cells.resolution_of([ID, h3.cell_to_parent(ID, 8)])


def test_no_cells_have_no_resolution() -> None:
    with pytest.raises(CellError, match="at least one cell"):
        cells.resolution_of([])


@given(st.lists(any_cell, max_size=20))
def test_texts_are_those_of_h3_and_come_back_as_the_same_cells(ids: list[int]) -> None:
    texts = cells.to_text(ids)
    assert texts.to_list() == [h3_str.int_to_str(cell) for cell in ids]
    assert cells.parse(texts).tolist() == ids


@given(any_cell)
def test_a_cell_has_the_resolution_that_h3_gives_it(cell: int) -> None:
    assert cells.resolution_of([cell]) == h3.get_resolution(cell)


@given(st.integers(0, 2**64 - 1))
def test_an_integer_is_a_cell_exactly_where_h3_says_so(number: int) -> None:
    if h3.is_valid_cell(number):
        assert cells.check([number]).tolist() == [number]
    else:
        with pytest.raises(CellError):
            cells.check([number])
