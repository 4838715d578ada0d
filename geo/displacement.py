"""Displacement: whether what fell in the treated cells came up again next door.

Source: K. J. Bowers and S. D. Johnson (2003), Measuring the geographical displacement and diffusion of
benefit effects of crime prevention activity, Journal of Quantitative Criminology 19, 275-301.
"""

from typing import Final

import numpy as np

from geo.effect_groups import Group, Sides, share
from geo.rate_ratios import LEVEL, Ratio, effective

#: Draws of the interval of the displacement quotient.
_DRAWS: Final = 4_000


def quotient(
    sides: Sides, groups: tuple[Group, Group, Group], scatter: float, drift: float, seed: int
) -> Ratio | None:
    """Return the weighted displacement quotient with the interval of seeded draws of all six counts.

    Parameters
    ----------
    groups
        Treated cells, those beside them, and the cells that the treated ones are matched with.
    scatter, drift
        What widens the interval, see `geo.rate_ratios`.

    Returns
    -------
    0 where nothing moved, -1 where all that fell came up next door, above 0 where the neighbours fell too;
    None where it is not sure that the treated cells fell, or where nothing was counted.
    """
    treated, neighbours, matched = groups
    if not (matched.before and matched.after and neighbours.before and treated.before):
        return None
    estimate = _displaced(*((group.before, group.after) for group in groups))
    if estimate is None:
        return None
    random = np.random.default_rng(seed)
    drawn = []
    for group in groups:
        sure = [sides.of(group, steps) / scatter for steps in (group.told_by, sides.after)]
        sums = [group.before, group.after]
        own_way = random.normal(
            0, np.sqrt(drift / max(effective(group.weights * sides.cells_of(group)), 1)), _DRAWS
        )
        before, after = (
            random.gamma(n + 0.5, 1, _DRAWS) * (share(total, n) if n else scatter)
            for n, total in zip(sure, sums, strict=True)
        )
        drawn.append((before, after * np.exp(own_way)))
    (t0, t1), (n0, n1), (c0, c1) = drawn
    fall = t1 / c1 - t0 / c0
    quotients = np.where(fall < 0, (n1 / c1 - n0 / c0) / np.where(fall < 0, fall, -1), np.nan)
    if np.isnan(quotients).mean() > (1 - LEVEL) / 2:
        return None  # it is not sure that the treated cells fell: there is nothing that could have moved
    low, high = np.nanquantile(quotients, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Ratio(estimate, min(float(low), estimate), max(float(high), estimate))


def _displaced(
    treated: tuple[float, float], neighbours: tuple[float, float], matched: tuple[float, float]
) -> float | None:
    fall = treated[1] / matched[1] - treated[0] / matched[0]
    return (neighbours[1] / matched[1] - neighbours[0] / matched[0]) / fall if fall < 0 else None
