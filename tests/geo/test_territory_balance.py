"""How even teams are: cells, work, shares and pieces, for teams that anybody drew."""

from typing import Any

import h3.api.basic_int as h3
import numpy as np
import pandas as pd
import pytest

from geo.errors import AnalysisError, CellError
from geo.territories import balance

MIDDLE = h3.latlng_to_cell(38.3, 116.9, 10)
RING = h3.grid_ring(MIDDLE, 2)  # 12 cells, each beside the next
LOAD = pd.Series(np.arange(12.0), index=RING)


def drawn(*teams: int) -> "pd.Series[Any]":
    return pd.Series(teams, index=RING)


def test_cells_work_share_and_pieces_are_counted_for_each_team() -> None:
    even = balance(LOAD, drawn(0, 0, 1, 1, 0, 0, 1, 1, 1, 1, 1, 1))
    assert even.index.tolist() == [0, 1]
    assert even["cells"].tolist() == [4, 8]
    assert even["load"].tolist() == [0 + 1 + 4 + 5, 66 - 10]
    assert even["share"].tolist() == pytest.approx([10 / 33, 56 / 33])
    assert even["pieces"].tolist() == [2, 2]


def test_a_barrier_makes_two_pieces_of_a_team() -> None:
    pair = [(RING[2], RING[3])]
    teams = drawn(*[0] * 6, *[1] * 6)
    assert balance(LOAD, teams, barriers=pair)["pieces"].tolist() == [2, 1]


def test_a_team_without_cells_has_a_row_and_counts_in_the_mean() -> None:
    even = balance(LOAD, drawn(*[0] * 12), k=3)
    assert even["cells"].tolist() == [12, 0, 0]
    assert even["pieces"].tolist() == [1, 0, 0]
    assert even["share"].tolist() == [3, 0, 0]


def test_without_any_work_there_is_no_share() -> None:
    assert balance(LOAD * 0, drawn(*[0] * 12))["share"].isna().all()


def test_teams_may_be_a_dictionary_and_name_other_cells_too() -> None:
    given = {**dict.fromkeys(RING, 0), MIDDLE: 5}
    assert balance(LOAD, given)["cells"].tolist() == [12]


@pytest.mark.parametrize(
    ("load", "teams", "k", "error", "words"),
    [
        (LOAD, drawn(*[0] * 12).iloc[1:], None, AnalysisError, "1 of 12 cells have no team"),
        (LOAD, drawn(*[3] * 12), 3, AnalysisError, "There is a team 3"),
        (LOAD, drawn(*[0] * 12) - 1, None, AnalysisError, "are no teams"),
        (LOAD - 1, drawn(*[0] * 12), None, AnalysisError, "'load' are no counts"),
        (LOAD.iloc[:0], drawn(*[0] * 12), None, CellError, "No cells"),
    ],
)
def test_what_cannot_be_counted_is_refused(
    load: "pd.Series[Any]", teams: Any, k: int | None, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        balance(load, teams, k=k)
