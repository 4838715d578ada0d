"""Cells split among teams: connected, even, steady, with holes and islands; against all that is possible."""

import itertools
from collections.abc import Iterable
from typing import Any

import h3.api.basic_int as h3
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.errors import AnalysisError, CellError, NotEnoughDataError
from geo.territories import HEAVIEST, LIGHTEST, balance, propose, split

MIDDLE = h3.latlng_to_cell(38.3, 116.9, 10)
ISLAND = h3.latlng_to_cell(38.33, 116.9, 10)
AREA = sorted(h3.grid_disk(MIDDLE, 3)) + sorted(h3.grid_disk(ISLAND, 1))


def series(ids: Iterable[int], values: Any = 1.0) -> "pd.Series[Any]":
    return pd.Series(values, index=pd.Index(list(ids), dtype="uint64"), dtype=float)


def in_one_piece(
    members: set[int], extra: Iterable[tuple[int, int]] = (), shut: Iterable[tuple[int, int]] = ()
) -> bool:
    """Walk from cell to cell with h3-py, over the extra steps too and none of those that are shut."""
    if not members:
        return False
    shut = {frozenset(pair) for pair in shut}
    more: dict[int, list[int]] = {}
    for one, other in extra:
        more.setdefault(one, []).append(other)
        more.setdefault(other, []).append(one)
    start = next(iter(members))
    seen, open_ = {start}, [start]
    while open_:
        here = open_.pop()
        beside = [cell for cell in h3.grid_disk(here, 1) if frozenset((here, cell)) not in shut]
        for cell in [*beside, *more.get(here, [])]:
            if cell in members and cell not in seen:
                seen.add(cell)
                open_.append(cell)
    return seen == members


def members(teams: "pd.Series[Any]") -> dict[int, set[int]]:
    return {int(team): set(map(int, own.index)) for team, own in teams.groupby(teams)}


def heaviest(load: "pd.Series[Any]", teams: "pd.Series[Any]", k: int) -> float:
    return float(load.groupby(teams).sum().max() / (load.sum() / k))


def town(seed: int, *, k: int = 17) -> "pd.Series[Any]":
    """919 cells with work as reports lie: a few cells have much, most have little."""
    ids = h3.grid_disk(MIDDLE, k)
    return series(ids, np.random.default_rng(seed).gamma(0.5, 2, len(ids)))


@st.composite
def zones(draw: Any) -> tuple["pd.Series[Any]", int, list[tuple[int, int]]]:
    """Draw a load with holes and islands, a number of teams, and barriers."""
    ids = draw(st.sets(st.sampled_from(AREA), min_size=1))
    ordered = draw(st.permutations(sorted(ids)))
    loads = draw(st.lists(st.integers(0, 9), min_size=len(ids), max_size=len(ids)))
    k = draw(st.integers(1, min(len(ids), 9)))
    beside = sorted((a, b) for a in ids for b in h3.grid_disk(a, 1) if b in ids and a < b)
    shut = draw(st.lists(st.sampled_from(beside), max_size=12)) if beside else []
    return series(ordered, loads), k, shut


@given(zones())
@settings(max_examples=14)
def test_every_team_is_there_and_connected_whatever_the_holes_islands_and_barriers(zone: Any) -> None:
    load, k, shut = zone
    before = load.copy()
    found = propose(load, k, barriers=shut)
    own = members(found.teams)
    assert sorted(own) == list(range(k))
    assert found.teams.index.equals(load.index)
    bridges = [(int(a), int(b)) for a, b in found.bridges]
    assert all(in_one_piece(cells, bridges, shut) for cells in own.values())
    assert load.equals(before)


@given(zones(), st.randoms())
@settings(max_examples=8)
def test_neither_the_order_of_rows_nor_a_second_run_changes_the_teams(zone: Any, random: Any) -> None:
    load, k, shut = zone
    order = list(load.index)
    random.shuffle(order)
    assert split(load.loc[order], k, barriers=shut).loc[load.index].equals(split(load, k, barriers=shut))


@given(zones(), st.integers(0, 3))
@settings(max_examples=12)
def test_teams_that_somebody_else_drew_become_connected_ones(zone: Any, seed: int) -> None:
    load, k, shut = zone
    drawn = pd.Series(np.random.default_rng(seed).integers(0, k + 2, len(load)), index=load.index)
    found = propose(load, k, previous=drawn, barriers=shut)
    own = members(found.teams)
    assert sorted(own) == list(range(k))
    assert all(in_one_piece(cells, found.bridges.tolist(), shut) for cells in own.values())
    assert found.changed == ((drawn < k) & (drawn != found.teams)).sum()


def possible(ids: list[int], k: int) -> list[tuple[int, ...]]:
    """Every way of splitting cells into k teams that are in one piece."""
    return [
        teams
        for teams in itertools.product(range(k), repeat=len(ids))
        if len(set(teams)) == k
        and all(in_one_piece({c for c, t in zip(ids, teams, strict=True) if t == one}) for one in range(k))
    ]


SMALL = [int(cell) for cell in h3.grid_disk(MIDDLE, 1)]
WAYS = {k: possible(SMALL, k) for k in (2, 3)}


@given(st.lists(st.integers(0, 30), min_size=7, max_size=7).filter(any), st.sampled_from([2, 3]))
@settings(max_examples=14)
def test_no_split_is_more_even_than_ours_where_ours_is_not_even_enough(loads: list[int], k: int) -> None:
    load = series(SMALL, loads)
    best = min(max(np.bincount(teams, loads)) for teams in WAYS[k]) / (sum(loads) / k)
    assert propose(load, k).heaviest <= max(best, HEAVIEST) + 1e-9


@given(st.lists(st.integers(1, 30), min_size=7, max_size=7), st.sampled_from(WAYS[2]))
@settings(max_examples=14)
def test_hardly_more_cells_change_hands_than_must(loads: list[int], before: tuple[int, ...]) -> None:
    limit = HEAVIEST * sum(loads) / 2
    changes = [
        sum(a != b for a, b in zip(teams, before, strict=True))
        for teams in WAYS[2]
        if max(np.bincount(teams, loads)) <= limit
    ]
    if changes:
        found = propose(series(SMALL, loads), 2, previous=pd.Series(before, index=SMALL))
        assert found.heaviest <= HEAVIEST
        assert min(changes) <= found.changed <= min(changes) + 1


def evenest_in_a_row(loads: "np.ndarray", k: int) -> float:
    """Return the heaviest load of the best split of a row of cells, found by trying every last cut."""
    sums = np.concatenate([[0], np.cumsum(loads)])
    best = sums[1:].tolist()
    for _ in range(k - 1):
        best = [
            min((max(best[cut - 1], sums[end] - sums[cut]) for cut in range(1, end)), default=np.inf)
            for end in range(1, len(loads) + 1)
        ]
    return float(best[-1])


@pytest.mark.parametrize("seed", range(4))
def test_a_row_of_cells_is_split_as_evenly_as_can_be(seed: int) -> None:
    ring = h3.grid_ring(MIDDLE, 20)
    row = h3.grid_path_cells(ring[0], ring[60])
    loads = np.random.default_rng(seed).integers(1, 30, len(row))
    load = series(row, loads)
    best = evenest_in_a_row(loads, 5) / (loads.sum() / 5)
    assert propose(load, 5).heaviest <= max(best, HEAVIEST) + 1e-9


@pytest.mark.parametrize("seed", range(2))
def test_919_cells_become_19_even_connected_teams(seed: int) -> None:
    load = town(seed)
    even = balance(load, split(load, 19, seed=seed), k=19)
    assert len(load) == 919
    assert even["share"].max() <= HEAVIEST
    assert (even["pieces"] == 1).all()


def test_teams_that_are_still_even_stay_as_they_are() -> None:
    load = town(1)
    teams = split(load, 19)
    found = propose(
        load * np.random.default_rng(2).uniform(0.98, 1.02, len(load)), 19, previous=teams, seed=7
    )
    assert found.teams.equals(teams)
    assert found.changed == 0


def test_a_week_later_few_cells_change_hands() -> None:
    load = town(1)
    teams = split(load, 19)
    later = load * np.random.default_rng(3).lognormal(0, 0.3, len(load))
    assert heaviest(later, teams, 19) > HEAVIEST
    found = propose(later, 19, previous=teams)
    assert found.heaviest <= HEAVIEST
    assert 0 < found.changed <= 0.03 * len(load)


def test_a_new_team_gets_its_share_and_a_team_that_is_gone_leaves_its_own() -> None:
    load = town(1, k=8)
    teams = split(load, 5)
    more, fewer = propose(load, 6, previous=teams), propose(load, 4, previous=teams)
    assert more.heaviest <= HEAVIEST and fewer.heaviest <= HEAVIEST
    assert balance(load, more.teams)["share"].min() >= LIGHTEST
    assert (more.teams == teams).mean() > 0.75
    assert (fewer.teams == teams)[teams < 4].mean() > 0.75


def test_cells_that_are_new_find_a_team_and_those_that_are_gone_are_forgotten() -> None:
    ids = h3.grid_disk(MIDDLE, 5)
    before = split(series(ids[:80]), 4)
    later = series(ids[10:])
    found = propose(later, 4, previous=before)
    assert sorted(found.teams.unique()) == [0, 1, 2, 3]
    assert found.heaviest <= HEAVIEST


def test_cells_may_be_texts_as_well() -> None:
    load = town(6, k=4)
    texts = load.set_axis([f"{cell:x}" for cell in load.index])
    pair = h3.grid_path_cells(MIDDLE, h3.grid_ring(MIDDLE, 1)[0])
    written = [f"{cell:x}" for cell in pair]
    found = split(texts, 3, pins={written[0]: 2}, barriers=[written], keep_together=[written[:1]])
    assert found.index.equals(texts.index)
    assert found.tolist() == split(load, 3, pins={pair[0]: 2}, barriers=[pair]).tolist()


def test_an_island_with_the_work_of_whole_teams_has_teams_of_its_own() -> None:
    load = series([*h3.grid_disk(MIDDLE, 3), *h3.grid_disk(ISLAND, 2)])  # 37 and 19 cells
    found = propose(load, 3)
    assert len(found.bridges) == 0
    assert found.teams.loc[h3.grid_disk(ISLAND, 2)].nunique() == 1
    assert (balance(load, found.teams)["pieces"] == 1).all()


def test_an_island_with_less_work_is_joined_by_one_bridge_to_the_nearest_cell() -> None:
    island = h3.grid_ring(MIDDLE, 5)[0]
    load = series([*h3.grid_disk(MIDDLE, 3), island])
    found = propose(load, 2)
    assert found.bridges.shape == (1, 2)
    shore = next(int(cell) for cell in found.bridges[0] if cell != island)
    assert h3.grid_distance(shore, island) == 2
    assert found.teams[shore] == found.teams[island]
    assert balance(load, found.teams)["pieces"].sum() == 3


def test_more_islands_than_teams_are_joined() -> None:
    load = series([h3.grid_ring(MIDDLE, 4)[place] for place in (0, 6, 12, 18)])
    found = propose(load, 2)
    assert len(found.bridges) == 2
    assert found.heaviest == 1


def test_cells_without_any_work_are_split_by_their_number() -> None:
    assert balance(series(SMALL), split(series(SMALL, 0), 7))["cells"].tolist() == [1] * 7


def test_a_cell_with_more_than_a_share_of_the_work_does_not_stop_the_others_from_being_even() -> None:
    load = series(h3.grid_disk(MIDDLE, 4))
    load[MIDDLE] = 100.0
    found = propose(load, 4)
    assert found.heaviest == pytest.approx(100 / (load.sum() / 4))
    assert balance(load, found.teams)["share"].nsmallest(3).min() > 0


def test_pinned_cells_have_their_team_and_their_team_reaches_them() -> None:
    load = town(4, k=8)
    ring = h3.grid_ring(MIDDLE, 8)
    pins = {ring[0]: 3, ring[8]: 3, ring[24]: 0}
    found = propose(load, 5, pins=pins)
    assert found.teams.loc[list(pins)].tolist() == [3, 3, 0]
    assert all(in_one_piece(own) for own in members(found.teams).values())
    assert found.heaviest <= HEAVIEST


def test_pins_are_kept_when_teams_had_others_before() -> None:
    load = town(4, k=8)
    teams = split(load, 5)
    pins = pd.Series(2, index=h3.grid_disk(h3.grid_ring(MIDDLE, 6)[0], 1))
    found = propose(load, 5, previous=teams, pins=pins)
    assert (found.teams.loc[pins.index] == 2).all()
    assert all(in_one_piece(own) for own in members(found.teams).values())


def test_pins_of_one_team_on_two_islands_join_them() -> None:
    load = series([*h3.grid_disk(MIDDLE, 3), *h3.grid_disk(ISLAND, 3)])
    found = propose(load, 2, pins={MIDDLE: 1, ISLAND: 1})
    assert len(found.bridges) == 1
    assert found.teams.loc[[MIDDLE, ISLAND]].tolist() == [1, 1]


def test_a_compound_stays_with_one_team() -> None:
    load = town(5, k=8)
    compounds = {f"no. {place}": h3.grid_disk(h3.grid_ring(MIDDLE, 5)[place], 1) for place in range(0, 30, 5)}
    found = propose(load, 6, keep_together=compounds)
    assert found.apart == {}
    assert all(found.teams.loc[cells].nunique() == 1 for cells in compounds.values())
    assert found.heaviest <= HEAVIEST


@pytest.mark.parametrize(
    ("together", "pins", "why"),
    [
        (h3.grid_disk(MIDDLE, 3), None, "more work than one team's share"),
        (h3.grid_disk(MIDDLE, 1), {MIDDLE: 0, h3.grid_ring(MIDDLE, 1)[0]: 1}, "pinned to several teams"),
        ([*h3.grid_ring(MIDDLE, 4)[::6]], None, "do not hang together"),
    ],
)
def test_a_compound_that_cannot_be_kept_whole_is_named_with_the_reason(
    together: list[int], pins: Any, why: str
) -> None:
    found = propose(series(h3.grid_disk(MIDDLE, 4)), 4, keep_together={"garden": together}, pins=pins)
    assert list(found.apart) == ["garden"]
    assert why in found.apart["garden"]


def test_a_compound_gives_way_where_no_even_split_keeps_it() -> None:
    row = h3.grid_path_cells(h3.grid_ring(MIDDLE, 4)[0], h3.grid_ring(MIDDLE, 4)[12])
    found = propose(series(row[:8]), 2, keep_together=[row[3:5]])
    assert found.heaviest == 1
    assert list(found.apart) == [0]


LOAD = series(SMALL)
FAR = h3.grid_ring(MIDDLE, 9)[0]
APART = next((one, other) for one in SMALL for other in SMALL if h3.grid_distance(one, other) == 2)


@pytest.mark.parametrize(
    ("load", "k", "options", "error", "words"),
    [
        (LOAD, 8, {}, NotEnoughDataError, "7 cells cannot be split among 8 teams"),
        (LOAD, 0, {}, AnalysisError, "0 is no number of teams"),
        (LOAD, 2.5, {}, AnalysisError, "2.5 is no number of teams"),
        (LOAD, 2, {"seed": -1}, AnalysisError, "-1 is no seed"),
        (series([]), 1, {}, NotEnoughDataError, "0 cells"),
        (series(SMALL, [1, 1, 1, np.nan, 1, 1, 1]), 2, {}, AnalysisError, "'load' are no counts.*row 3"),
        (series(SMALL, [1, 1, 1, 1, -2, 1, 1]), 2, {}, AnalysisError, "-2.0 .row 4"),
        (series([*SMALL, h3.cell_to_parent(MIDDLE)]), 2, {}, CellError, "not of resolution 10"),
        (series([*SMALL, MIDDLE]), 2, {}, CellError, "given twice"),
        (LOAD, 2, {"pins": {FAR: 0, MIDDLE: 2}}, AnalysisError, "no cells of 'load'.*not among 0 to 1"),
        (
            LOAD,
            2,
            {"pins": pd.Series([0, 1], index=[MIDDLE] * 2)},
            AnalysisError,
            "given to two teams.*0 and 1",
        ),
        (LOAD, 2, {"pins": {MIDDLE: 0.5}}, AnalysisError, "are no teams; first: 0.5"),
        (LOAD, 2, {"pins": [MIDDLE]}, AnalysisError, "'pins' is of type list"),
        (
            LOAD,
            2,
            {"pins": dict.fromkeys(SMALL, 0)},
            AnalysisError,
            "Team 1 is left without a cell by the pins",
        ),
        (LOAD, 2, {"previous": {MIDDLE: -1}}, AnalysisError, "'previous' are no teams"),
        (LOAD, 2, {"barriers": [(SMALL[1], FAR), APART]}, AnalysisError, "no neighbours"),
        (LOAD, 2, {"barriers": SMALL}, CellError, "no pairs of cells"),
    ],
)
def test_what_cannot_be_split_is_refused_with_the_reason(
    load: "pd.Series[Any]", k: Any, options: dict[str, Any], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        split(load, k, **options)


def test_pins_that_lock_each_other_in_are_refused() -> None:
    row = h3.grid_path_cells(h3.grid_ring(MIDDLE, 4)[0], h3.grid_ring(MIDDLE, 4)[12])
    with pytest.raises(AnalysisError, match="Team 0 has pins that no cells join"):
        split(series(row), 2, pins={row[0]: 0, row[3]: 1, row[6]: 0})
