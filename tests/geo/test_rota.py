"""The rota: need first, nobody at the same place again and again, even over weeks, the same for a seed."""

from collections.abc import Iterable
from itertools import combinations_with_replacement
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_bipartite_matching

from geo.errors import AnalysisError, NotEnoughDataError
from geo.rota import HISTORY, ago, balances, propose, seats, shares

NEED = pd.Series({"东苑": 30.0, "西苑": 12.0, "南苑": 6.0, "北苑": 0.0})

needs = st.lists(st.integers(0, 60), min_size=1, max_size=5).map(
    lambda work: pd.Series(work, index=[f"c{n}" for n in range(len(work))], dtype=float)
)


def turns(*rows: tuple[int, int, str | None, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(HISTORY))


def fridays(
    teams: int, needs: Iterable["pd.Series[Any]"], *, remember: bool = True, away: float = 0.0
) -> pd.DataFrame:
    """Make one rota after the other, as a city does; each follows from those before."""
    random = np.random.default_rng(1)
    rows: list[Any] = []
    for week, need in enumerate(needs):
        excused = [team for team in range(teams) if random.random() < away]
        known = turns(*rows) if remember else None
        made = propose(need, range(teams), history=known, excused=excused, seed=week)
        share = shares(need, made)
        rows += zip([week] * len(made), made.index, made, share, strict=True)
    return turns(*rows)


def changing(compounds: int, weeks: int, seed: int) -> list["pd.Series[Any]"]:
    random = np.random.default_rng(seed)
    usual = random.gamma(1.2, 20, compounds)
    names = [f"c{n:02d}" for n in range(compounds)]
    return [pd.Series(usual * random.uniform(0.6, 1.5, compounds), index=names) for _ in range(weeks)]


@given(needs, st.integers(0, 8), st.sets(st.integers(0, 7)), st.integers(0, 3))
def test_every_team_goes_somewhere_unless_it_is_excused(
    need: "pd.Series[Any]", teams: int, excused: set[int], seed: int
) -> None:
    made = propose(need, range(teams), excused=excused, seed=seed)
    assert made.index.tolist() == [team for team in range(teams) if team not in excused]
    assert set(made) <= set(need.index)


@given(needs, st.integers(1, 7))
def test_no_other_sharing_out_leaves_a_smaller_largest_share(need: "pd.Series[Any]", teams: int) -> None:
    found = seats(need, teams)
    work = need.to_numpy() if need.any() else np.ones(len(need))

    def largest(n: Any) -> tuple[float, float]:
        """Return the work that nobody comes to, then the most work for one team."""
        return (float(work[n == 0].sum()), float((work[n > 0] / n[n > 0]).max()))

    every = combinations_with_replacement(range(len(work)), teams)
    best = min(largest(np.bincount(way, minlength=len(work))) for way in every)
    assert int(found.sum()) == teams
    assert largest(found.to_numpy()) == best


def test_each_compound_with_need_has_a_team_before_any_has_two() -> None:
    assert seats(NEED, 2).tolist() == [1, 1, 0, 0]
    assert seats(NEED, 3).tolist() == [1, 1, 1, 0]
    assert seats(NEED, 7).tolist() == [4, 2, 1, 0]
    assert seats(NEED * 0, 4).tolist() == [1, 1, 1, 1], "without any need all count the same"


@given(needs, st.integers(1, 6), st.data())
def test_as_few_teams_as_the_need_allows_go_where_they_were_last(
    need: "pd.Series[Any]", teams: int, data: st.DataObject
) -> None:
    places = st.sampled_from(need.index.tolist())
    past = turns(
        *(
            (day, team, data.draw(places), float(data.draw(st.integers(0, 40))))
            for day in range(data.draw(st.integers(1, 3)))
            for team in range(teams)
        )
    )
    made = propose(need, range(teams), history=past)
    last = past.groupby("team")["compound"].last()
    again = sum(made[team] == last[team] for team in range(teams))
    # The most teams that find a place elsewhere, by another way of matching.
    spots = np.repeat(need.index, seats(need, teams))
    elsewhere = np.array([[spot != last[team] for spot in spots] for team in range(teams)], int)
    matched = maximum_bipartite_matching(csr_array(elsewhere), perm_type="column")
    assert again == np.count_nonzero(matched < 0)


def test_where_all_need_the_same_each_team_has_been_everywhere_before_it_comes_again() -> None:
    need = pd.Series(10.0, index=[f"c{n}" for n in range(6)])
    past = fridays(6, [need] * 12)
    for rounds in (past[past["day"] < 6], past[past["day"] >= 6]):
        assert rounds.groupby("team")["compound"].nunique().tolist() == [6] * 6


@pytest.mark.parametrize(("teams", "compounds"), [(19, 11), (8, 8), (6, 11), (12, 5)])
def test_hard_work_is_even_over_weeks(teams: int, compounds: int) -> None:
    weeks = changing(compounds, 26, teams)
    past = fridays(teams, weeks, away=0.1)
    forgetful = fridays(teams, weeks, remember=False, away=0.1)

    def gap(turns: pd.DataFrame) -> float:
        return float(np.ptp(balances(turns, range(teams))))

    one_day = past.groupby("day")["share"].agg(np.ptp).max()
    assert gap(past) < one_day, "less than a single day can differ by"
    assert gap(past) < gap(forgetful) / 2


def test_who_stayed_away_owes_its_part_and_who_was_excused_does_not() -> None:
    past = turns((1, 1, "东苑", 6.0), (1, 2, None, 0.0), (2, 1, "东苑", 4.0), (2, 3, "西苑", 4.0))
    assert balances(past, [1, 2, 3, 4]).tolist() == [3.0, -3.0, 0.0, 0.0]
    made = propose(NEED, [1, 2], history=turns((1, 1, "南苑", 6.0), (1, 2, None, 0.0)))
    assert made.to_dict() == {1: "西苑", 2: "东苑"}, "the hardest place goes to who owes"


def test_who_stayed_away_was_not_at_the_place() -> None:
    past = turns((1, 1, "东苑", 6.0), (2, 1, None, 0.0), (3, 1, "西苑", 4.0))
    made = pd.Series({1: "东苑", 2: "西苑"})
    assert ago(past, made).fillna(0).tolist() == [2.0, 0.0]
    assert ago(None, made).isna().all()


def test_fixed_teams_stay_where_they_are_and_the_others_fill_what_is_left() -> None:
    made = propose(NEED, range(4), fixed={3: "北苑", 2: "东苑"})
    assert (made[3], made[2]) == ("北苑", "东苑")
    assert sorted(made) == sorted(["北苑", "东苑", "西苑", "南苑"])
    with pytest.raises(AnalysisError, match="fixed and not there"):
        propose(NEED, range(3), fixed={3: "北苑"})


@pytest.mark.parametrize("seed", range(5))
def test_the_seed_decides_and_the_order_of_rows_does_not(seed: int) -> None:
    shuffle = seed + 100
    random = np.random.default_rng(shuffle)
    past = fridays(7, changing(4, 3, 1))
    need = pd.Series({"c00": 9.0, "c01": 9.0, "c02": 3.0, "c03": 3.0})
    made = propose(need, range(7), history=past, seed=seed)
    mixed = propose(
        need.sample(frac=1, random_state=shuffle),
        random.permutation(7).tolist(),
        history=past.sample(frac=1, random_state=shuffle),
        seed=seed,
    )
    assert made.to_dict() == mixed.to_dict()


def test_another_seed_decides_ties_otherwise() -> None:
    need = pd.Series(1.0, index=list("abcdef"))
    assert len({tuple(propose(need, range(6), seed=seed)) for seed in range(8)}) > 1
    assert len({tuple(seats(need, 3, seed=seed)) for seed in range(8)}) > 1


def test_what_was_given_stays_as_it_is() -> None:
    need, past = NEED.copy(), turns((2, 1, "东苑", 6.0), (1, 2, "西苑", 3.0))
    before = past.copy()
    propose(need, [1, 2], history=past)
    pd.testing.assert_series_equal(need, NEED)
    pd.testing.assert_frame_equal(past, before)


def test_shares_divide_the_need_among_the_teams_there() -> None:
    assert shares(NEED, pd.Series({1: "东苑", 2: "东苑", 3: "北苑"})).to_dict() == {1: 15.0, 2: 15.0, 3: 0.0}


#: What cannot be planned with, and what is said.
IMPOSSIBLE: list[tuple[dict[str, Any], str]] = [
    ({"need": pd.Series({"东苑": -1.0})}, "1 of 1 needs are no work; first: compound '东苑'"),
    ({"need": pd.Series({"东苑": float("nan")})}, "1 of 1 needs"),
    ({"need": pd.Series({"东苑": "viel"})}, "no numbers"),
    ({"need": pd.Series([1.0, 2.0], index=["东苑", "东苑"])}, "Compounds given twice"),
    ({"teams": [1, 2, 1]}, r"Teams given twice: \[1\]"),
    ({"fixed": {1: "中苑"}}, "'中苑' is not among"),
    ({"history": pd.DataFrame({"day": [1]})}, "lacks team, compound, share"),
    ({"history": turns((1, 1, "东苑", -2.0))}, "1 of 1 shares"),
    ({"history": turns((1, 1, "东苑", 2.0), (1, 1, "西苑", 2.0))}, "two turns on one day"),
]


@pytest.mark.parametrize(("given_", "words"), IMPOSSIBLE)
def test_what_cannot_be_planned_with_is_refused_in_words(given_: dict[str, Any], words: str) -> None:
    asked: dict[str, Any] = {"need": NEED, "teams": [1, 2]}
    with pytest.raises(AnalysisError, match=words):
        propose(**(asked | given_))


def test_teams_without_any_compound_are_refused_and_nobody_goes_nowhere() -> None:
    empty = NEED.head(0)
    with pytest.raises(NotEnoughDataError):
        propose(empty, [1])
    assert propose(empty, []).empty
    with pytest.raises(AnalysisError, match="2 teams are fixed, but there are 1"):
        seats(NEED, 1, least={"东苑": 2})
