"""First teams of a graph: the teams there were, or a map of weighted distances; each in one piece."""

from typing import Final

import numpy as np

from geo.errors import AnalysisError
from geo.territory_graph import Graph
from geo.territory_input import Floats, Ints

#: How often middles and weights of the map are drawn anew.
_ROUNDS: Final = 40
#: By how much a weight answers to a team's load.
_ANSWER: Final = 0.3
#: Orders in which teams look for ways between their pins before it is said that there are none.
_ORDERS: Final = 20


class NoWayError(AnalysisError):
    """Pins of a team that no way joins, or that leave another team without any cell."""

    def __init__(self, team: int, why: str) -> None:
        super().__init__(f"Team {team} {why}")
        self.team, self.why = team, why


def near(graph: Graph, random: np.random.Generator) -> Ints:
    """Give each node to the nearest of as many middles as teams, weighted so that loads come out alike.

    The middles start where there is work, far from each other (those of teams with pins among their pins),
    and go to the middle of their team's work round after round.

    Source of the start: Arthur & Vassilvitskii (2007), k-means++.
    """
    work = graph.load + graph.load.mean() * 1e-3
    middles = _middles(graph, work, random)
    scale = float(np.ptp(graph.at, axis=0).max()) ** 2 / graph.teams + 1.0
    weight = np.zeros(graph.teams)
    team = np.zeros(len(work), np.int64)
    for _ in range(_ROUNDS):
        away = ((graph.at[:, None, :] - middles[None]) ** 2).sum(axis=2)
        team = (away - weight).argmin(axis=1)
        total = np.bincount(team, work, minlength=graph.teams)
        there = total > 0
        for axis in (0, 1):
            moment = np.bincount(team, work * graph.at[:, axis], minlength=graph.teams)
            middles[there, axis] = moment[there] / total[there]
        weight += _ANSWER * scale * np.clip(1 - total / total.mean(), -1, 1)
    return team


def _middles(graph: Graph, work: Floats, random: np.random.Generator) -> Floats:
    middles = np.zeros((graph.teams, 2))
    nearest = np.full(len(work), np.inf)
    pinned = np.unique(graph.pin[graph.pin >= 0])
    for team in [*pinned, *np.setdiff1d(np.arange(graph.teams), pinned)]:
        if team in pinned:
            middles[team] = graph.at[graph.pin == team].mean(axis=0)
        else:
            chance = work * np.where(np.isinf(nearest), 1.0, nearest)
            chance = chance if chance.any() else work
            middles[team] = graph.at[random.choice(len(work), p=chance / chance.sum())]
        nearest = np.minimum(nearest, ((graph.at - middles[team]) ** 2).sum(axis=1))
    return middles


def whole(graph: Graph, wanted: Ints, random: np.random.Generator) -> Ints:
    """Make of wanted teams (-1 for any) such that are each in one piece, not empty, and hold their pins.

    Of a team in parts the one with its pins stays, else the one with most load; pins in several parts are
    joined by short ways. What is left goes to the lightest team beside it.

    Raises
    ------
    NoWayError
        Pins that leave no way, or no cell for another team.
    """
    from geo import territory_kernels as kernels

    pinned = np.unique(graph.pin[graph.pin >= 0])
    lost = pinned[:0]
    for attempt in range(_ORDERS):
        team = np.where(graph.pin >= 0, graph.pin, wanted).astype(np.int64)
        held = graph.pin.copy()
        order = pinned if attempt == 0 else random.permutation(pinned)
        lost = np.array([one for one in order if not _tie(graph, team, held, one)])
        if len(lost):
            continue
        _keep_one_part(graph, team, held)
        if _seed(graph, team, held, random):
            kernels.fill(*graph.links, graph.load, team, graph.teams)
            return team
    if len(lost):
        raise NoWayError(
            int(lost[0]), "has pins that no cells join: other pins, barriers or gaps are between"
        )
    raise NoWayError(int(np.setdiff1d(np.arange(graph.teams), team)[0]), "is left without a cell by the pins")


def _tie(graph: Graph, team: Ints, held: Ints, one: int) -> bool:
    """Join the pins of a team, through its own cells where they reach; tell whether there is a way."""
    from geo import territory_kernels as kernels

    while True:
        pins = np.flatnonzero(graph.pin == one)
        number = kernels.parts(*graph.links, np.where(held == one, 0, -1))
        own = number[pins]
        if (own == own[0]).all():
            return True
        role = np.where(number == own[0], 1, np.where(held == one, 2, 0)).astype(np.int64)
        mine = ((held < 0) & (team == one)).astype(np.int64)
        way = kernels.path(*graph.links, mine, role)
        if (way == -1).any():
            way = kernels.path(*graph.links, (held < 0).astype(np.int64), role)
        if (way == -1).any():
            return False
        held[way] = one
        team[way] = one


def _keep_one_part(graph: Graph, team: Ints, held: Ints) -> None:
    from geo import territory_kernels as kernels

    number = kernels.parts(*graph.links, team)
    known = number >= 0
    if not known.any():
        return
    count = int(number.max()) + 1
    # Held parts first, then the heaviest, then the largest; a team's held cells are in one part.
    rank = np.bincount(number[known], graph.load[known] + 1e-9, minlength=count)
    rank += np.bincount(number[known], (held >= 0)[known] * 1e9, minlength=count)
    of = np.zeros(count, np.int64)
    of[number[known]] = team[known]
    best = np.lexsort((np.arange(count), -rank, of))
    kept = np.zeros(count, np.bool_)
    kept[best[np.r_[True, np.diff(of[best]) != 0]]] = True
    team[known] = np.where(kept[number[known]], team[known], -1)


def _seed(graph: Graph, team: Ints, held: Ints, random: np.random.Generator) -> bool:
    """Give every team without a cell one: a free one, else one that the heaviest teams can spare."""
    from geo import territory_kernels as kernels

    for empty in np.setdiff1d(np.arange(graph.teams), team):
        free = np.flatnonzero(team < 0)
        if len(free):
            team[random.choice(free)] = empty
            continue
        loads = np.bincount(team, graph.load, minlength=graph.teams)
        order = np.lexsort((random.permutation(len(team)), -loads[team]))
        spare = next(
            (node for node in order if held[node] < 0 and kernels.removable(*graph.links, team, node)), None
        )
        if spare is None:
            return False
        team[spare] = empty
    return True
