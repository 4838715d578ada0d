"""Compounds that stay with one team where that is possible, and why where it is not."""

from collections.abc import Iterator
from typing import Any, Final

import numpy as np

from geo.territory_graph import Graph, connected
from geo.territory_input import Floats, Ints, Task
from geo.territory_pieces import HEAVIEST, Area

#: So many compounds of an area are let go one after the other, then the rest at once.
_ONE_BY_ONE: Final = 3
_TOO_MUCH: Final = "Kept whole, a team would have had more than its share."


class Compounds:
    """The compounds of a task, and those that were given up on the way with their reasons."""

    def __init__(self, task: Task) -> None:
        self._task = task
        self._whole = _merged(task.compounds)
        self._given_up: dict[int, str] = {}
        self._tries = 0

    def graphs(self, area: Area, at: Floats) -> Iterator[Graph]:
        """Yield the graph of an area with its compounds as nodes, again after each `give_up`."""
        self._tries = 0
        inside = np.zeros(len(self._task.cells), np.bool_)
        inside[area.rows] = True
        for number, rows in enumerate(self._whole):
            if inside[rows].any():
                why = self._reason(area, rows, inside)
                if why:
                    self._given_up[number] = why
        self._spare_cells(area)
        while True:
            yield Graph.of(self._task, area, at, self._kept(area).values())

    def give_up(self, area: Area, team: Ints | None) -> bool:
        """Let one more compound be split, of the heaviest team that has one; tell whether there was one.

        Without teams, and after `_ONE_BY_ONE`, all of them are let go.
        """
        kept = self._kept(area)
        if not kept:
            return False
        if team is None:
            self._given_up |= dict.fromkeys(kept, "The pins leave no way to keep it whole.")
            return True
        self._tries += 1
        if self._tries > _ONE_BY_ONE:
            self._given_up |= dict.fromkeys(kept, _TOO_MUCH)
            return True
        load = self._task.load
        loads = np.bincount(team, load[area.rows], minlength=self._task.teams)
        of = np.zeros(len(load), np.int64)
        of[area.rows] = team
        number = max(kept, key=lambda one: (loads[of[kept[one][0]]], load[kept[one]].sum(), -one))
        self._given_up[number] = _TOO_MUCH
        return True

    def apart(self, team: Ints) -> dict[Any, str]:
        """Return the names of the compounds whose cells are not with one team, each with its reason."""
        reasons = {}
        for name, rows in self._task.compounds.items():
            if len(np.unique(team[rows])) > 1:
                number = next(i for i, whole in enumerate(self._whole) if np.isin(rows, whole).all())
                reasons[name] = self._given_up[number]
        return reasons

    def _kept(self, area: Area) -> dict[int, Ints]:
        inside = set(area.rows.tolist())
        return {
            number: rows
            for number, rows in enumerate(self._whole)
            if number not in self._given_up and len(rows) > 1 and int(rows[0]) in inside
        }

    def _reason(self, area: Area, rows: Ints, inside: Any) -> str:
        pins = self._task.pins[rows]
        if not inside[rows].all():
            return "It lies on several islands."
        if len(np.unique(pins[pins >= 0])) > 1:
            return "Its cells are pinned to several teams."
        if not connected(self._task, area, rows):
            return "Its cells do not hang together."
        if self._task.load[rows].sum() > HEAVIEST * self._task.mean and len(rows) > 1:
            return "It has more work than one team's share."
        return ""

    def _spare_cells(self, area: Area) -> None:
        """Give up the largest compounds while there are fewer nodes than teams."""
        while True:
            kept = self._kept(area)
            nodes = len(area.rows) - sum(len(rows) - 1 for rows in kept.values())
            if nodes >= len(area.teams):
                return
            largest = max(kept, key=lambda one: (len(kept[one]), -one))
            self._given_up[largest] = "There are not enough cells beside it for the other teams."


def _merged(compounds: dict[Any, Ints]) -> list[Ints]:
    """Return the sets of rows, those that share rows as one, by their first rows."""
    whole: list[Ints] = []
    for rows in compounds.values():
        if len(rows) == 0:
            continue
        shared = [other for other in whole if np.isin(other, rows).any()]
        whole = [other for other in whole if not np.isin(other, rows).any()]
        whole.append(np.unique(np.concatenate([rows, *shared])))
    return sorted(whole, key=lambda rows: int(rows[0]))
