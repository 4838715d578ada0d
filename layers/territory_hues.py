"""Colours for territories: few, so that neighbours differ for everybody; the numbers say which one it is."""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

#: Hues that people with any colour vision tell apart, as faint as they lie on the map.
HUES: Final = ("#99ddff", "#44bb99", "#e69f00", "#f0e442", "#d55e00", "#0072b2")
#: How much of them covers the ground.
OPACITY: Final = 0.6


def hues(team: Any, links: Any, teams: list[int], *, kept: Mapping[int, int] | None = None) -> dict[int, int]:
    """Return the hue of each team: neighbours never the same, nor neighbours' neighbours where possible.

    Parameters
    ----------
    team
        Shape (n,): the team of each cell, 0 where it is nobody's.
    links
        Who is whose neighbour, as `geo.cells.neighbours` says it.
    teams
        All that need a hue, those without cells too.
    kept
        The hues that teams had: who has a neighbour of the same one gets another, all others keep theirs.

    Returns
    -------
    A hue from 0 for each team. Where more than `len(HUES)` teams all touch one another some share one.
    """
    beside = _beside(team, links, teams)
    found: dict[int, int] = {}
    for number, hue in sorted((kept or {}).items()):
        if number in beside and all(found.get(other) != hue for other in beside[number]):
            found[number] = hue
    while len(found) < len(beside):
        # The one whose neighbours have most hues already has least to choose from (Brélaz, 1979).
        number = max(
            (one for one in beside if one not in found),
            key=lambda one: (len({found.get(at) for at in beside[one]} - {None}), len(beside[one]), -one),
        )
        near = [found[at] for at in beside[number] if at in found]
        far = [found[at] for nearby in beside[number] for at in beside[nearby] if at in found]
        used = list(found.values())
        found[number] = min(
            range(len(HUES)), key=lambda hue: (near.count(hue), far.count(hue), used.count(hue), hue)
        )
    return {number: found[number] for number in sorted(found)}


def _beside(team: Any, links: Any, teams: list[int]) -> dict[int, set[int]]:
    """Return which teams touch which."""
    indptr, indices = links
    own = np.repeat(np.asarray(team), np.diff(indptr))
    other = np.asarray(team)[indices]
    apart = (own != other) & (own > 0) & (other > 0)
    beside: dict[int, set[int]] = {number: set() for number in teams}
    for left, right in set(zip(own[apart].tolist(), other[apart].tolist(), strict=True)):
        beside.setdefault(left, set()).add(right)
    return beside
