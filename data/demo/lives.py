"""What became of each report in the demo zone: who had it, how far it got, when it was closed."""

from datetime import date, timedelta
from functools import cache
from typing import Final

import numpy as np
import polars as pl

from data.demo.plane import Floats, Ints
from data.demo.sites import Sites, mix, sites
from data.demo.stories import PERIOD_DAYS
from data.demo.streets import TABLES
from data.demo.zone import demo_zone
from data.statuses import STATUS_GROUPS, STATUSES

#: One unit for the whole zone, by the word of the mixing table.
_ZONE_UNITS: Final = {
    "traffic": "禾川交警中队",
    "cables": "架空线缆整治专班",
    "sanitation": "禾川环卫中心",
    "municipal": "禾川市政养护所",
}
#: How long a unit takes at the start and at the end of the period, 1 being usual.
_PACE: Final = {"综合执法二中队": (1.9, 1.9), "禾川环卫中心": (1.5, 0.7), "禾川交警中队": (0.8, 1.0)}

_REJECTED, _MERGED, _SUSPENDED, _STUCK, _REOPENED = 0.025, 0.015, 0.012, 0.004, 0.04
_WORK_BEGINS_H, _WORK_ENDS_H = 8.0, 18.0
_STAGES: Final = ("reported", "accepted", "dispatched", "in_progress", "fixed", "closed")


@cache
def units() -> tuple[list[str], Ints]:
    """Return the names of the units and, for each category and spot, who is responsible there.

    Returns
    -------
    The names, and positions among them of shape (categories, spots).
    """
    spots = sites()
    squads = pl.read_csv(TABLES / "demo_communities.csv")["squad"].to_list()
    communities = [f"{name}居委会" for name in demo_zone().of("community")[0]["name"]]
    managers = [details["property"] for details in demo_zone().of("compound")[0]["attributes"]]
    names = list(dict.fromkeys([*_ZONE_UNITS.values(), *squads, *communities, *managers]))
    place = {name: n for n, name in enumerate(names)}
    rules = {word: np.full(len(spots), place[name]) for word, name in _ZONE_UNITS.items()}
    rules["squad"] = np.array([place[name] for name in squads])[spots.community]
    rules["community"] = np.array([place[name] for name in communities])[spots.community]
    rules["property"] = _by_property(spots, np.array([place[name] for name in managers]), rules["community"])
    return names, np.stack([rules[word] for word in mix()["unit"]])


def pace(end: date) -> pl.DataFrame:
    """Return how units differ in the time they take: unit, pace at the start and at the end (1 is usual)."""
    return pl.DataFrame(
        [(name, *_PACE.get(name, (1.0, 1.0))) for name in units()[0]],
        schema={"unit": pl.String, "pace_from": pl.Float64, "pace_to": pl.Float64},
        orient="row",
    ).with_columns(start=pl.lit(end - timedelta(days=PERIOD_DAYS - 1)), end=pl.lit(end))


def live(
    random: np.random.Generator, reported_h: Floats, category: Ints, unit: Ints, *, now_h: float
) -> tuple[Ints, Floats, Floats]:
    """Let reports live until now.

    Parameters
    ----------
    reported_h, now_h
        Hours since the midnight before the first day, local time.
    category, unit
        Positions in the mixing table and in `units()`.

    Returns
    -------
    Status (position in `STATUSES`), time of closing and time of the last change, in hours like `reported_h`;
    closing is NaN where the report is still open.
    """
    n = len(reported_h)
    edges = np.cumsum([_REJECTED, _MERGED, _SUSPENDED, _STUCK, _REOPENED])
    rejected, merged, suspended, stuck, reopened = (
        np.searchsorted(edges, random.random(n)) == np.arange(len(edges))[:, None]
    )
    taken_h = mix()["days"].to_numpy()[category] * 24.0 * _unit_pace(unit, reported_h, now_h)
    taken_h *= np.exp(random.normal(0.0, 0.8, n)) * np.where(reopened, 2.2, 1.0)
    taken_h = np.where(stuck, taken_h * 40 + 3000, taken_h)
    accepted = reported_h + np.exp(random.normal(-0.5, 0.9, n))
    dispatched = accepted + np.exp(random.normal(-0.2, 0.8, n))
    decided = dispatched + np.exp(random.normal(1.0, 0.8, n))
    resumed = np.where(suspended, decided + 24 * np.exp(random.normal(4.0, 0.7, n)), dispatched)
    started = resumed + taken_h * random.uniform(0.1, 0.5, n)
    fixed = resumed + taken_h
    closed = _in_working_hours(random, fixed + np.exp(random.normal(1.6, 0.8, n)))
    times = np.stack([reported_h, accepted, dispatched, started, fixed, closed])

    reached = (times <= now_h).sum(axis=0) - 1
    status = np.array([STATUSES.index(stage) for stage in _STAGES])[reached]
    changed = np.take_along_axis(times, reached[None], axis=0)[0]
    out = _in_working_hours(random, decided)
    for fate, when, until, word in (
        (suspended, decided, resumed, "suspended"),
        (rejected, out, np.inf, "rejected"),
        (merged, out, np.inf, "merged"),
    ):
        so = fate & (when <= now_h) & (until > now_h)
        status[so], changed[so] = STATUSES.index(word), when[so]
    waiting = (rejected | merged) & (out > now_h)
    status[waiting], changed[waiting] = STATUSES.index("reported"), reported_h[waiting]
    done = np.isin(status, [STATUSES.index(word) for word in STATUS_GROUPS["done"]])
    return status, np.where(done, changed, np.nan), changed


def _unit_pace(unit: Ints, reported_h: Floats, now_h: float) -> Floats:
    first, last = np.array([_PACE.get(name, (1.0, 1.0)) for name in units()[0]]).T
    factor: Floats = first[unit] + (last - first)[unit] * reported_h / now_h
    return factor


def _in_working_hours(random: np.random.Generator, when_h: Floats) -> Floats:
    """Move what would be closed at night to the next morning."""
    day, hour = np.divmod(when_h, 24.0)
    morning = _WORK_BEGINS_H + random.random(len(when_h)) * 2
    early, late = hour < _WORK_BEGINS_H, hour >= _WORK_ENDS_H
    return np.where(early, day * 24 + morning, np.where(late, (day + 1) * 24 + morning, when_h))


def _by_property(spots: Sites, managers: Ints, otherwise: Ints) -> Ints:
    return np.where(spots.compound >= 0, managers[spots.compound], otherwise)
