"""Conditional permutations: what a disk would hold if the other cells' values were dealt out anew.

Each cell keeps its own value; its neighbours' are drawn from all others, without putting back. All cells
share the drawn rows, so a row costs as much for a million cells as for one: where a row holds the cell
itself, the next one drawn stands in for it, which leaves every set of others equally likely.

Source: L. Anselin (1995), Local indicators of spatial association, Geographical Analysis 27(2), 93-115.
"""

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from geo.errors import AnalysisError
from geo.neighbourhood import Neighbourhood

Values = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]

#: Sums of numbers that are not whole are the same where they differ by less, as a share of the largest.
_SAME: Final = 1e-12


def conditional_p(around: Neighbourhood, values: Values, *, permutations: int, seed: int) -> Values:
    """Return how rarely the neighbours of a cell hold as much, or as little, when values are dealt out anew.

    Parameters
    ----------
    around
        The disks of n cells.
    values
        Shape (n,). Sums of whole numbers are compared exactly; others are the same within rounding. A sum
        that is the same as the one drawn counts for both sides.
    permutations
        How many hands are drawn; no p is smaller than 2 / (permutations + 1).
    seed
        The same seed draws the same hands.

    Returns
    -------
    Shape (n,): two-sided, twice the smaller side; NaN for a cell without neighbours and for one whose disk
    holds every cell: there is nothing to deal out.

    Raises
    ------
    AnalysisError
        No number of permutations.
    """
    if isinstance(permutations, bool) or not isinstance(permutations, int) or permutations < 1:
        raise AnalysisError(
            f"{permutations!r} is not a number of permutations. Expected a whole number of 1 or more."
        )
    n, members = len(values), around.sizes - 1
    held = around.sums(values) - values
    drawn = draw(n, min(int(members.max(initial=0)) + 1, n), permutations, seed)
    dealt = _Dealt(np.cumsum(values[drawn], axis=0), drawn, members, values)
    slack = 0.0 if _whole(values) else _SAME * float(np.abs(values).max(initial=0.0)) * len(drawn)
    more = dealt.reaching(held - slack)
    less = permutations - dealt.reaching(np.nextafter(held + slack, np.inf))
    p = np.minimum(1.0, 2 * (np.minimum(more, less) + 1) / (permutations + 1))
    return np.where((members > 0) & (members < n - 1), p, np.nan)


def draw(n: int, k: int, hands: int, seed: int) -> Rows:
    """Draw hands of k out of the numbers 0 to n - 1, none twice in a hand, in an order of chance.

    Returns
    -------
    Shape (k, hands): first to last of each hand.
    """
    random = np.random.default_rng(seed)
    if n < 2 * k:  # most draws would be in the hand already
        deck = np.tile(np.arange(n)[:, np.newaxis], (1, hands))
        return random.permuted(deck, axis=0)[:k]
    drawn = random.integers(0, n, (k, hands))
    for place in range(1, k):
        again = np.flatnonzero((drawn[:place] == drawn[place]).any(axis=0))
        while again.size:
            drawn[place, again] = random.integers(0, n, again.size)
            again = again[(drawn[:place, again] == drawn[place, again]).any(axis=0)]
    return drawn


class _Dealt(NamedTuple):
    """Hands of cells dealt as neighbours: a cell with m of them gets the first m of each hand.

    Attributes
    ----------
    sums
        Shape (k, hands): of the values of the first, the first two, … of a hand.
    drawn
        Shape (k, hands): who is in a hand.
    members, values
        Shape (n,): how many neighbours each cell has, and its value.
    """

    sums: Values
    drawn: Rows
    members: Rows
    values: Values

    def reaching(self, least: Values) -> Rows:
        """Count the hands that give each cell so much or more; shape (n,)."""
        counts = np.zeros(len(least), np.int64)
        for m in np.unique(self.members[self.members > 0]).tolist():
            own = np.flatnonzero(self.members == m)
            ascending = np.sort(self.sums[m - 1])
            counts[own] = len(ascending) - np.searchsorted(ascending, least[own], "left")
        return counts + self._corrections(least)

    def _corrections(self, least: Values) -> Rows:
        """Count anew where a hand holds the cell itself: there the next one of the hand stands in for it."""
        taken = self.members[self.drawn]
        held = np.nonzero(np.arange(len(self.drawn))[:, np.newaxis] < taken)
        hand, cell, m = held[1], self.drawn[held], taken[held]
        with_itself = self.sums[m - 1, hand]
        # A disk that holds every cell has nobody left to stand in; it has no answer anyway.
        following = self.drawn[np.minimum(m, len(self.drawn) - 1), hand]
        instead = with_itself - self.values[cell] + self.values[following]
        change = (instead >= least[cell]).astype(np.float64) - (with_itself >= least[cell])
        corrected: Rows = np.bincount(cell, change, len(least)).astype(np.int64)
        return corrected


def _whole(values: Values) -> bool:
    return bool((values == np.rint(values)).all())
