"""The search for even teams: cells change hands across borders, at first freely, then only for the better.

Simulated annealing with three things to be low: how far loads are off the mean or outside their limits, how
many links are cut (so that areas are compact), and how many cells change hands. Every team stays in one piece
at every step.

Source: Kirkpatrick, Gelatt & Vecchi (1983), Optimization by simulated annealing, Science 220, 671-680.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from geo import territory_start as start
from geo.territory_graph import Graph
from geo.territory_input import Ints
from geo.territory_pieces import LIGHTEST, ROUNDING
from geo.territory_recut import recut

#: How often each node is asked at each temperature: many have less time each, within these limits.
_ASKED: Final = (12, 120)
_ASKED_OF_ALL: Final = 46_000
#: How many temperatures there are before only moves for the better are taken.
_STEPS: Final = 40
#: Searches of which the best is taken, and others, for the heaviest load alone, where none reaches its limit.
_TRIES: Final = 3
#: How much hotter than usual each try begins: single nodes that weigh much do not move where it is too cold.
_HOTTER: Final = (1.0, 30.0, 1.0, 300.0, 30.0, 300.0)
#: What a typical cell's load outside of the limits costs, in changed cells.
_OUTSIDE: Final = 80.0
#: Draws made at once.
_DRAWS: Final = 200_000


@dataclass(frozen=True, slots=True)
class _Plan:
    """What counts how much, in units of one cut link or one changed cell."""

    hot: float
    cold: float
    low: float
    high: float
    steep: float
    square: float
    cut: float
    change: float


@dataclass(frozen=True, slots=True)
class Found:
    """Teams of the nodes, and how good they are.

    Attributes
    ----------
    over
        By how much the heaviest load is above its limit.
    changed
        Cells that changed hands.
    cut
        Links between teams, each counted both ways.
    """

    team: Ints
    over: float
    changed: float
    cut: int

    @property
    def rank(self) -> tuple[float, float, int]:
        """Lower is better."""
        return self.over, self.changed, self.cut


def search(graph: Graph, *, limit: float, seed: int) -> Found:
    """Split a graph into its teams.

    Parameters
    ----------
    limit
        Heaviest load that is right, as a share of the average team of this graph.
    seed
        Of what is drawn.

    Returns
    -------
    Where nodes had teams before, as few changes as were found within the limit; else even, compact teams.

    Raises
    ------
    NoWayError
        Pins that cannot be kept.
    """
    stable = bool((graph.home >= 0).any())
    tries: list[Found] = []
    for attempt, hotter in enumerate(_HOTTER):
        random = np.random.default_rng([seed, attempt])
        begun = start.whole(graph, graph.home if stable else start.near(graph, random), random)
        found = _found(graph, begun, limit)
        if graph.teams == 1 or (stable and found.over <= 0 and found.changed == 0):
            return found
        last = attempt >= _TRIES
        least = min((one.over for one in tries), default=0.0)
        if last and least <= 0:
            break
        if last:
            if stable or attempt == _TRIES:
                begun = min(tries, key=lambda one: one.rank).team
            begun = recut(graph, begun, limit=limit, random=random)
            tries.append(_found(graph, begun, limit))
            least = tries[-1].over
        plan = _plan(graph, limit + least * last, stable, hotter, last=last)
        tries.append(_found(graph, _annealed(graph, begun, plan, random), limit))
    return min(tries, key=lambda one: one.rank)


def _plan(graph: Graph, high: float, stable: bool, hotter: float, *, last: bool) -> _Plan:
    hot, inside = 3.0 * hotter, high - ROUNDING
    if not stable and not last:
        return _Plan(hot, 0.05, LIGHTEST, inside, 2_000.0, 1_500.0, 1.0, 0.0)
    # A typical cell outside of the limits costs the same whatever its share: what lies between two good
    # splits is then no wall that nothing climbs.
    typical = float(np.sqrt(np.mean(graph.load**2)))
    steep = min(_OUTSIDE / typical, 5_000.0)
    return _Plan(hot, 0.05, 0.0 if last else LIGHTEST, inside, steep, 0.0, 0.02, 0.1 if last else 1.0)


def _annealed(graph: Graph, team: Ints, plan: _Plan, random: np.random.Generator) -> Ints:
    from geo import territory_kernels as kernels

    team = team.copy()
    asked = int(np.clip(_ASKED_OF_ALL // len(team), *_ASKED)) * len(team)
    fixed = (graph.pin >= 0).astype(np.int64)
    best, state = team.copy(), np.zeros(2)
    for temperature in np.geomspace(plan.hot, plan.cold, _STEPS):
        terms = (temperature, plan.low, plan.high, plan.steep, plan.square, plan.cut, plan.change)
        for begin in range(0, asked, _DRAWS):
            kernels.anneal(
                *graph.links,
                graph.load,
                graph.home,
                graph.stake,
                fixed,
                team,
                best,
                state,
                graph.teams,
                random.random((min(_DRAWS, asked - begin), 3)),
                np.array(terms),
            )
    return best


def _found(graph: Graph, team: Ints, limit: float) -> Found:
    loads = np.bincount(team, graph.load, minlength=graph.teams)
    over = max(float(loads.max()) - limit, 0.0)
    over = over if over > ROUNDING else 0.0
    known = graph.home >= 0
    changed = float(graph.stake[known & (team != graph.home)].sum())
    rows = np.repeat(np.arange(len(team)), np.diff(graph.indptr))
    cut = int(np.count_nonzero(team[rows] != team[graph.indices]))
    return Found(team, over, changed, cut)
