"""How many reports of what come where on which day in the demo zone, drawn before the first report is."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from data.demo.lives import pace
from data.demo.plane import Floats, Ints
from data.demo.rhythm import SOURCES, daily, found_by, visit_frame, visits
from data.demo.sites import likelihood, sites
from data.demo.stories import (
    PERIOD_DAYS,
    USUAL_REPORTS,
    Story,
    category_index,
    cell_frame,
    reach,
    stories,
    story_frame,
    strength,
)

#: How much of a story's reports comes whether or not a patrol passes.
_SEEN_ANYWAY = 0.3


@dataclass(frozen=True, slots=True)
class Truth:
    """What was put into the reports, for tests and for showing that an analysis finds it.

    Attributes
    ----------
    stories
        One row a planted hot spot: story, kind, category, place, lon, lat, spread_m, since, expected.
    cells
        Expected reports over the two years by story (null: the ordinary ones) and cell, resolution 10.
    visits
        Patrol visits by day and grid area; a patrol finds the more the more often it comes.
    units
        How much longer than usual a unit takes, at the start and at the end.
    """

    stories: pl.DataFrame
    cells: pl.DataFrame
    visits: pl.DataFrame
    units: pl.DataFrame


@dataclass(frozen=True, slots=True)
class Chances:
    """The draw of the numbers.

    Attributes
    ----------
    told
        The planted stories.
    ordinary
        Reports by day, feed, grid and category; shape (days, sources, grids, categories).
    planted
        Reports by day, feed and story; shape (days, sources, stories).
    where
        Cumulative shares of the spots, a row each category, then each story; shape (rows, spots).
    truth
        What an analysis should find.
    """

    told: list[Story]
    ordinary: Ints
    planted: Ints
    where: Floats
    truth: Truth


def chances(reports: int, *, seed: int, end: date) -> Chances:
    """Draw how many of the reports come where and when; they are exactly as many as wanted."""
    random = np.random.default_rng([seed, 0])
    told = stories(end)
    weights, reaches = likelihood(random), np.stack([reach(story) for story in told])
    seen = visits(random, end)
    effort = np.ones((PERIOD_DAYS, len(SOURCES), seen.shape[1]))
    effort[:, SOURCES.index("patrol")] = seen / seen.mean()
    differ = daily(end) * found_by()

    by_grid = _by_grid(weights, n_grids=seen.shape[1])
    planted = _planted(told, end, differ, effort @ _by_grid(reaches, n_grids=seen.shape[1]).T)
    ordinary = effort[..., None] * differ[:, :, None, :] * by_grid.T
    ordinary *= (1 - planted.sum()) / ordinary.sum()

    drawn = random.multinomial(reports, np.concatenate([ordinary.ravel(), planted.ravel()]))
    each = planted.sum(axis=(0, 1)) * reports
    much = np.divide(ordinary.sum(axis=(0, 1)).T, by_grid, out=np.zeros_like(by_grid), where=by_grid > 0)
    usual = (weights * much[:, sites().grid]).sum(axis=0) * reports
    truth = Truth(
        stories=story_frame(end, {story.slug: float(n) for story, n in zip(told, each, strict=True)}),
        cells=cell_frame(usual, {story.slug: r * n for story, r, n in zip(told, reaches, each, strict=True)}),
        visits=visit_frame(seen, end),
        units=pace(end),
    )
    where = np.cumsum(np.vstack([weights, reaches]), axis=1)
    return Chances(
        told,
        drawn[: ordinary.size].reshape(ordinary.shape),
        drawn[ordinary.size :].reshape(planted.shape),
        where / where[:, -1:],
        truth,
    )


def _planted(told: list[Story], end: date, differ: Floats, effort: Floats) -> Floats:
    """Return each story's share of all reports; shape (days, sources, stories).

    Parameters
    ----------
    effort
        How busy the feeds are where the stories play, same shape.
    """
    shares = _SEEN_ANYWAY + (1 - _SEEN_ANYWAY) * effort
    shares *= differ[:, :, [category_index(story) for story in told]]
    shares /= shares.sum(axis=1).mean(axis=0)
    for n, story in enumerate(told):
        shares[:, :, n] *= strength(story, end)[:, None] * story.per_week / 7 / USUAL_REPORTS
    return shares


def _by_grid(weights: Floats, *, n_grids: int) -> Floats:
    """Sum weights of spots up to grids; shape (rows, grids)."""
    grid = sites().grid
    return np.stack([np.bincount(grid, row, minlength=n_grids) for row in weights])
