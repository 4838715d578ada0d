"""The rota: which team goes to which compound on a day, by need, by turns, and by what each has carried.

Three wishes, in this order:

1. **Need first.** Compounds with need get a team before any gets a second one, the neediest first; further
   teams go where the most work is left for each team that is there. So the largest share of work that any
   team gets is as small as it can be.
2. **Somewhere else than last time.** As few teams as the need allows go where they went on their last turn;
   of the other ways those are taken in which a team has been to its compound seldom and long ago.
3. **Even over weeks.** Who has carried less than the others gets the harder place.

What a team carries at a compound is its *share*: the compound's need over the number of teams there. Its
*balance* is the sum, over its turns, of its share less the mean share of all who had a turn on that day:
above 0 it has carried more than its part. Who was excused had no turn and owes nothing; who stayed away
without an excuse had a turn with a share of 0, and owes it.
"""

from collections.abc import Hashable, Iterable, Mapping
from heapq import heapify, heapreplace
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.errors import AnalysisError, NotEnoughDataError

#: The columns of a history: one row for each turn that a team had.
HISTORY: Final = ("day", "team", "compound", "share")

#: Differences below this part of the costs are ties, which the seed decides.
_TIE: Final = 1e-6

Floats = npt.NDArray[np.float64]


def seats(
    need: "pd.Series[Any]", teams: int, *, least: "Mapping[Any, int] | None" = None, seed: int = 0
) -> "pd.Series[Any]":
    """Share teams out to compounds by need.

    Parameters
    ----------
    need
        Indexed by unique compounds: work to be done, 0 or more, in any unit. Where all of it is 0, each
        compound counts the same.
    teams
        How many there are, those of `least` included.
    least
        How many teams a compound has whatever its need; none where it is not named.
    seed
        Decides between compounds of the same need; their order does not.

    Returns
    -------
    Index of `need`: int64, named `teams`; their sum is `teams`. No other way of sharing out leaves a smaller
    largest share (Adams' method), and with fewer teams than compounds those with the most need have one.

    Raises
    ------
    AnalysisError
        Needs that are no numbers or negative, compounds given twice or not known, more fixed than there are.
    NotEnoughDataError
        There are teams and no compound.
    """
    compounds, work = _read_need(need)
    taken = np.zeros(len(compounds), np.int64)
    for compound, n in (least or {}).items():
        taken[_row(compounds, compound)] = int(n)
    left = int(teams) - int(taken.sum())
    if left < 0:
        raise AnalysisError(f"{taken.sum()} teams are fixed, but there are {teams}.")
    if left and not len(compounds):
        raise NotEnoughDataError("There are teams and no compound. Expected at least one compound.")
    # The most work for each team that is there is served next; without any team it is more than any work.
    lot = np.random.default_rng(seed).permutation(len(compounds))
    queue = [_waiting(work[row], taken[row], lot[row], row) for row in range(len(compounds))]
    heapify(queue)
    for _turn in range(left):
        row = queue[0][-1]
        taken[row] += 1
        heapreplace(queue, _waiting(work[row], taken[row], lot[row], row))
    return pd.Series(taken, index=compounds, name="teams").reindex(need.index)


def propose(
    need: "pd.Series[Any]",
    teams: Iterable[Hashable],
    *,
    history: "pd.DataFrame | None" = None,
    excused: Iterable[Hashable] = (),
    fixed: "Mapping[Any, Any] | None" = None,
    seed: int = 0,
) -> "pd.Series[Any]":
    """Say where each team goes.

    Parameters
    ----------
    need
        As `seats`.
    teams
        All teams, each once; numbers or texts that can be put in order.
    history
        The columns `HISTORY`, a row for each turn that a team had on an earlier day: days that can be put in
        order; no compound (null) where the team stayed away. Teams and compounds that are gone are passed
        over. None is no history.
    excused
        Teams that go nowhere this time.
    fixed
        Where teams go whatever else is wished, by team.
    seed
        Decides between ways that are equally good. The order of teams, compounds and turns decides nothing.

    Returns
    -------
    Indexed by `team`, in order and without the excused: the compound, named `compound`.

    Raises
    ------
    AnalysisError
        As `seats`; or teams given twice, fixed ones that are not there or excused; a history without its
        columns, with shares that are no numbers, or with two turns of a team on one day.
    NotEnoughDataError
        As `seats`.
    """
    there, fixed = _read_teams(teams, excused, fixed or {})
    compounds, work = _read_need(need)
    turns = _read_history(history)
    fixed_rows = {team: _row(compounds, compound) for team, compound in fixed.items()}
    least = pd.Series(list(fixed.values()), dtype=object).value_counts().to_dict()
    n = seats(need, len(there), least=least, seed=seed).reindex(compounds).to_numpy()
    free = [team for team in there if team not in fixed]
    left = n - np.bincount(list(fixed_rows.values()), minlength=len(n)) if fixed_rows else n
    places = np.repeat(np.arange(len(compounds)), left)
    rows = dict(fixed_rows)
    if free:
        from scipy.optimize import linear_sum_assignment  # slow to load, and needed for nothing else

        costs = _costs(turns, free, compounds, work / np.maximum(n, 1), balances(history, there))
        random = np.random.default_rng(seed).random(costs.shape)
        costs += _TIE * max(1.0, float(np.ptp(costs))) / len(free) * random
        who, where = linear_sum_assignment(costs[:, places])
        rows |= {free[team]: int(places[place]) for team, place in zip(who, where, strict=True)}
    index = pd.Index(there, name="team")
    return pd.Series([compounds[rows[team]] for team in there], index=index, name="compound")


def shares(need: "pd.Series[Any]", assigned: "pd.Series[Any]") -> "pd.Series[Any]":
    """Return what each team carries where it goes: the compound's need over the teams there.

    Parameters
    ----------
    assigned
        Compounds indexed by team, each known to `need`.

    Returns
    -------
    Index of `assigned`: float64, named `share`.
    """
    compounds, work = _read_need(need)
    rows = np.array([_row(compounds, compound) for compound in assigned], np.int64)
    n = np.bincount(rows, minlength=len(compounds))
    return pd.Series(work[rows] / n[rows], index=assigned.index, name="share", dtype=float)


def balances(history: "pd.DataFrame | None", teams: Iterable[Hashable]) -> "pd.Series[Any]":
    """Return how much more (above 0) or less than its part each team has carried so far.

    Returns
    -------
    Indexed by `team` in the order given: float64, named `balance`; 0 for who had no turn.
    """
    turns = _read_history(history)
    index = pd.Index(list(teams), name="team")
    extra = turns["share"] - turns.groupby("day")["share"].transform("mean")
    return extra.groupby(turns["team"]).sum().reindex(index, fill_value=0.0).rename("balance")


def ago(history: "pd.DataFrame | None", assigned: "pd.Series[Any]") -> "pd.Series[Any]":
    """Return how many of its own turns ago each team was where it goes now; 1 is the last, NaN never.

    Returns
    -------
    Index of `assigned`: float64, named `ago`.
    """
    turns = _counted(_read_history(history))
    last = turns.groupby(["team", "compound"])["ago"].min()
    found = [last.get((team, compound), np.nan) for team, compound in assigned.items()]
    return pd.Series(found, index=assigned.index, name="ago", dtype=float)


def _costs(
    turns: pd.DataFrame, teams: list[Any], compounds: list[Any], share: Floats, balance: "pd.Series[Any]"
) -> Floats:
    """Weigh each team at each compound, shape (teams, compounds).

    What a team would have carried afterwards counts squared, in usual shares; a turn at the same compound
    counts 1 over how long ago it was.
    """
    turns = _counted(turns)
    turns = turns[turns["team"].isin(teams) & turns["compound"].isin(compounds)]
    team = pd.Index(teams).get_indexer(turns["team"])
    compound = pd.Index(compounds).get_indexer(turns["compound"])
    known = np.zeros((len(teams), len(compounds)))
    np.add.at(known, (team, compound), 1 / turns["ago"].to_numpy(float))
    usual = share[share > 0].mean() if (share > 0).any() else 1.0
    after = (balance.reindex(teams).to_numpy()[:, None] + share[None, :]) / usual
    wished: Floats = known + after**2
    # One team less at its last place is worth more than all else together.
    last = turns["ago"].to_numpy() == 1
    most = 1.0 + len(teams) * float(np.ptp(wished))
    wished[team[last], compound[last]] += most
    return wished


def _counted(turns: pd.DataFrame) -> pd.DataFrame:
    """Count for each turn at a compound how many such turns of the same team ago it was."""
    turns = turns[turns["compound"].notna()]
    return turns.assign(ago=turns.groupby("team")["day"].rank(ascending=False, method="first"))


def _waiting(work: float, teams: int, lot: int, row: int) -> tuple[bool, float, int, int]:
    """Order compounds: those with work and nobody there, then by the work for each team, then by lot."""
    alone = bool(teams == 0 and work > 0)
    return (not alone, -work / max(teams, 1), int(lot), row)


def _read_need(need: "pd.Series[Any]") -> tuple[list[Any], Floats]:
    """Return compounds in order with their work; all work 1 where there is none at all."""
    try:
        work = need.to_numpy(dtype=float)
    except (TypeError, ValueError) as error:
        raise AnalysisError(f"Needs that are no numbers: {error}. Expected work of 0 or more.") from error
    if wrong := int((~np.isfinite(work) | (work < 0)).sum()):
        first = need.index[int(np.argmax(~np.isfinite(work) | (work < 0)))]
        raise AnalysisError(
            f"{wrong} of {len(work)} needs are no work; first: compound {first!r}. Expected 0 or more."
        )
    if twice := need.index[need.index.duplicated()].unique().tolist():
        raise AnalysisError(f"Compounds given twice: {twice}. Expected each once.")
    if not work.any():
        work = np.ones(len(work))
    compounds: list[Any] = need.index.tolist()
    order = sorted(range(len(compounds)), key=compounds.__getitem__)
    return [compounds[row] for row in order], work[order]


def _read_teams(
    teams: Iterable[Hashable], excused: Iterable[Hashable], fixed: Mapping[Any, Any]
) -> tuple[list[Any], dict[Any, Any]]:
    given: list[Any] = list(teams)
    if len(set(given)) < len(given):
        twice = sorted({team for team in given if given.count(team) > 1})
        raise AnalysisError(f"Teams given twice: {twice}. Expected each once.")
    there = sorted(set(given) - set(excused))
    if lost := sorted(set(fixed) - set(there)):
        raise AnalysisError(f"Teams that are fixed and not there, or excused: {lost}.")
    return there, dict(fixed)


def _read_history(history: "pd.DataFrame | None") -> pd.DataFrame:
    if history is None:
        return pd.DataFrame({name: pd.Series(dtype=object) for name in HISTORY}).astype({"share": float})
    if lacking := [name for name in HISTORY if name not in history.columns]:
        raise AnalysisError(f"A history lacks {', '.join(lacking)}. Expected {', '.join(HISTORY)}.")
    turns = history[list(HISTORY)].sort_values(["day", "team"], kind="stable").reset_index(drop=True)
    share = pd.to_numeric(turns["share"], errors="coerce")
    if wrong := int((~np.isfinite(share) | (share < 0)).sum()):
        raise AnalysisError(f"{wrong} of {len(turns)} shares are no work. Expected 0 or more.")
    if turns.duplicated(["day", "team"]).any():
        raise AnalysisError("A team has two turns on one day. Expected one at most.")
    return turns.assign(share=share)


def _row(compounds: list[Any], compound: Any) -> int:
    try:
        return compounds.index(compound)
    except ValueError as error:
        raise AnalysisError(f"Compound {compound!r} is not among those with a need.") from error
