"""When reports come in the demo zone: by season, weekday, hour and the rounds of the patrols."""

from datetime import date
from typing import Final

import numpy as np
import polars as pl

from data.demo.plane import Floats, Ints
from data.demo.sites import mix
from data.demo.stories import MORE_PATROLS_IN, MORE_PATROLS_SINCE_WEEKS, PERIOD_DAYS, Story, days
from data.demo.zone import demo_zone
from i18n import N_

#: The feeds that reports come from; each name is also the word for it on the screen.
SOURCES: Final = (N_("patrol"), N_("hotline"), N_("QR"))

#: Monday to Sunday, relative; of patrols the rounds, of the others the reports.
_WEEKDAY: Final = {
    "patrol": (1.05, 1.0, 1.0, 1.0, 1.3, 0.4, 0.25),
    "hotline": (1.2, 1.05, 1.0, 1.0, 1.0, 0.85, 0.8),
    "QR": (0.95, 0.9, 0.95, 0.95, 1.05, 1.15, 1.1),
}
#: Peaks of the day: hour, width in hours, weight.
_PEAKS: Final = {
    "office": ((10.0, 1.5, 1.0), (15.5, 1.5, 1.0)),
    "day": ((9.5, 2.0, 1.0), (15.5, 2.5, 1.0)),
    "commute": ((7.6, 0.7, 1.0), (11.8, 0.8, 0.4), (17.0, 1.0, 1.1)),
    "market": ((7.0, 1.0, 0.8), (11.5, 1.5, 0.6), (18.5, 1.4, 1.2)),
    "evening": ((19.5, 1.8, 1.0), (8.0, 1.0, 0.25)),
    "any": ((10.0, 4.0, 1.0), (17.0, 4.0, 1.0)),
}
#: Between which hours a feed takes reports.
_OPEN: Final = {"patrol": (7.5, 20.5), "hotline": (6.5, 22.5), "QR": (6.0, 23.0)}

_GROWTH_A_YEAR = 0.06
_BLIND_GRIDS = 3
_VISITS_A_DAY = 0.8


def hours(told: list[Story]) -> Floats:
    """Return the daily rhythm of each category, then each story, by feed; shape (rows, sources, 24)."""
    of_category = dict(mix().select("category", "hours").iter_rows())
    names = [*of_category.values(), *(story.hours or of_category[story.category] for story in told)]
    hour: Floats = np.arange(0.5, 24.0)
    waves = {name: _wave(hour, peaks) for name, peaks in _PEAKS.items()}
    opened = [_opened(hour, *_OPEN[source]) for source in SOURCES]
    shares: Floats = np.array([[waves[name] * gate for gate in opened] for name in names])
    shares /= shares.sum(axis=2, keepdims=True)
    return shares


def daily(end: date) -> Floats:
    """Return how the days differ for each feed and category; shape (days, sources, categories), about 1."""
    when = days(end)
    weekday = np.array([day.weekday() for day in when])
    of_year = np.array([day.timetuple().tm_yday for day in when])
    table = mix()
    summer = 1 + np.outer(np.cos((of_year - 200) / 365.25 * 2 * np.pi), table["summer"].to_numpy())
    weekend = np.where((weekday >= 5)[:, None], table["weekend"].to_numpy(), 1.0)
    growth = 1 + _GROWTH_A_YEAR * (np.arange(PERIOD_DAYS) / 365.25 - 1)
    week = _WEEKDAY | {"patrol": (1.0,) * 7}  # a patrol's week is in its visits
    by_source = np.stack([np.array(week[source])[weekday] for source in SOURCES], axis=1)
    by_category: Floats = summer * weekend * growth[:, None]
    factors: Floats = by_category[:, None, :] * by_source[:, :, None]
    return factors


def found_by() -> Floats:
    """Return which feed finds how much of each category; shape (sources, categories), columns sum to 1."""
    shares: Floats = mix().select(SOURCES).to_numpy().astype(float).T
    shares /= shares.sum(axis=0)
    return shares


def visits(random: np.random.Generator, end: date) -> Ints:
    """Draw the patrols' visits to each grid; shape (days, grids).

    Rounds are uneven: some grids see a patrol several times a day, a few hardly ever, and one community's
    rounds doubled for the last half year.
    """
    grids, _ = demo_zone().of("grid")
    pace = np.exp(random.normal(0.0, 0.5, len(grids))) * _VISITS_A_DAY
    pace[random.permutation(len(grids))[:_BLIND_GRIDS]] = 0.01
    weekday = np.array([day.weekday() for day in days(end)])
    rate = np.array(_WEEKDAY["patrol"])[weekday][:, None] * pace
    more = np.array([details["parent"] == MORE_PATROLS_IN for details in grids["attributes"]])
    rate[-7 * MORE_PATROLS_SINCE_WEEKS :, more] *= 2.2
    counts: Ints = random.poisson(rate)
    return counts


def visit_frame(counts: Ints, end: date) -> pl.DataFrame:
    """Write the visits as a frame: day, grid (its name), visits; days without a visit included."""
    grids, _ = demo_zone().of("grid")
    return pl.DataFrame(
        {
            "day": np.repeat(np.array(days(end), dtype="datetime64[D]"), counts.shape[1]),
            "grid": np.tile(grids["name"].to_numpy().astype(str), counts.shape[0]),
            "visits": counts.ravel(),
        }
    )


def _wave(hour: Floats, peaks: tuple[tuple[float, float, float], ...]) -> Floats:
    at, width, weight = np.array(peaks).T[:, :, None]
    wave: Floats = (weight / width * np.exp(-(((hour - at) / width) ** 2) / 2)).sum(axis=0) + 0.01
    return wave


def _opened(hour: Floats, first: float, last: float) -> Floats:
    gate: Floats = 1 / (1 + np.exp(-4 * (hour - first))) / (1 + np.exp(4 * (hour - last)))
    return gate
