"""The cells of the next step on the map: by the tested forecast where there is one, else by a simple one."""

from typing import Final

import numpy as np

from data.cube import Cube
from data.forecast_runs import forecast_runs
from data.forecasts import Basis, ForecastAsked, Plan, at_once, basis, held
from data.hot_cells import HotAsked, HotCells
from data.study_area import study_area
from geo.cells import Cells
from geo.errors import NotEnoughDataError
from i18n import gettext as _

#: Not in the plan; in it; in it and among the fullest cells of the last whole step too.
CLASSES: Final = ("none", "next", "next_held")


def hot_forecast(cube: Cube, asked: HotAsked) -> HotCells:
    """Return the plan for the first step that has not begun; it never waits for a back-test.

    `figures` are expected reports, `n` the reports of the whole steps that they come from.
    """
    try:
        made_from = basis(cube, ForecastAsked(asked.where, asked.resolution, asked.step))
        chosen = _plan(made_from)
    except NotEnoughDataError:
        cells = study_area(cube, asked.where, asked.resolution)
        return _nothing(cells, "steps" if len(cells) else "cells")
    counted = made_from.counted
    codes = np.zeros(len(counted.cells), np.uint8)
    codes[chosen.rows] = 1 + held(counted.counts[:, -1], chosen.rows)
    return HotCells(
        counted.cells,
        codes,
        CLASSES,
        chosen.expected,
        counted.counts.sum(axis=1, dtype=np.uint32),
    )


def why(cube: Cube, asked: HotAsked, cells: Cells) -> list[str]:
    """Say of cells how many reports are expected in the next step, and how many the last whole one had."""
    made_from = basis(cube, ForecastAsked(asked.where, asked.resolution, asked.step))
    expected, last = _plan(made_from).expected, made_from.counted.counts[:, -1]
    rows = np.searchsorted(made_from.counted.cells, cells)
    return [
        _(
            "About {expected} expected from {first} to {end}; {n} in the last step.",
            expected=f"{expected[row]:.1f}",
            first=made_from.start.isoformat(),
            end=made_from.end.isoformat(),
            n=int(last[row]),
        )
        for row in rows.tolist()
    ]


def _plan(made_from: Basis) -> Plan:
    found = forecast_runs().found(made_from)
    if found is None:
        return at_once(made_from)
    return Plan(found.test.plan.astype(np.int64), found.test.expected)


def _nothing(cells: Cells, note: str) -> HotCells:
    n = len(cells)
    return HotCells(cells, np.zeros(n, np.uint8), CLASSES, np.full(n, np.nan), np.zeros(n, np.uint32), note)
