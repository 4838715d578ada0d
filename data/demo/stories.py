"""What is planted in the demo zone's reports, to be found again: hot spots that last, come, go and return."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np
import polars as pl

from data.demo.plane import Floats, to_degrees, to_ground
from data.demo.sites import KINDS, mix, sites
from data.demo.streets import TABLES
from geo.cells import ANALYSIS_RESOLUTION, from_points

#: Two years, in days.
PERIOD_DAYS: Final = 730
#: The number of reports that the rates in the story table are meant for.
USUAL_REPORTS: Final = 40_000

#: The community where patrols came more often for the last half year, though nothing else changed.
MORE_PATROLS_IN: Final = "麦浪社区"
MORE_PATROLS_SINCE_WEEKS: Final = 26

_AFTER_DRIVE = 0.06
_QUIET_AFTER_DRIVE_WEEKS = 7
_COME_BACK_DAYS = 28
_COME_UP_DAYS = 7
_REACH = 2.2


@dataclass(frozen=True, slots=True)
class Story:
    """One planted hot spot.

    Attributes
    ----------
    kind
        `lasting`, `appearing` (a jump at `since`), `growing` (all along), `fading` (to nothing), `rectified`
        and `relapsed` (a drive at `since`; the latter came back), `seasonal` (May to September).
    u, v, spread_m
        Middle on the plan and the distance at which it has lost two thirds of its strength.
    since
        The day that something changed; None where it changed slowly or never.
    hours
        Name of the daily rhythm, where it is not the category's own.
    """

    slug: str
    kind: str
    category: str
    place: str
    on: tuple[str, ...]
    u: float
    v: float
    spread_m: float
    per_week: float
    since: date | None
    hours: str | None


def stories(end: date) -> list[Story]:
    """Read the planted stories, dated back from the last day of the reports."""
    return [
        Story(
            slug=row["story"],
            kind=row["kind"],
            category=row["category"],
            place=row["place"],
            on=_kinds(row["on"]),
            u=row["u"],
            v=row["v"],
            spread_m=row["spread_m"],
            per_week=row["per_week"],
            since=end - timedelta(weeks=row["since_weeks"]) if row["since_weeks"] else None,
            hours=row["hours"],
        )
        for row in pl.read_csv(TABLES / "demo_stories.csv").iter_rows(named=True)
    ]


def days(end: date) -> list[date]:
    """Return the days of the two years that end on a day."""
    return [end - timedelta(days=back) for back in range(PERIOD_DAYS - 1, -1, -1)]


def strength(story: Story, end: date) -> Floats:
    """Return how strong a story is on each day, 1 being its full rate; shape (days,)."""
    day: Floats = np.arange(PERIOD_DAYS, dtype=float)
    age = day - (PERIOD_DAYS - 1 - (end - story.since).days) if story.since else day
    level: Floats = np.ones(PERIOD_DAYS)
    match story.kind:
        case "appearing":
            level = np.clip((age + 1) / _COME_UP_DAYS, 0.0, 1.0)
        case "growing":
            level = 0.25 + 1.5 * day / PERIOD_DAYS
        case "fading":
            level = np.clip(1.0 - day / (0.8 * PERIOD_DAYS), 0.0, 1.0)
        case "rectified":
            level = np.where(age < 0, 1.0, _AFTER_DRIVE)
        case "relapsed":
            back = np.clip((age - 7 * _QUIET_AFTER_DRIVE_WEEKS) / _COME_BACK_DAYS, _AFTER_DRIVE, 1.0)
            level = np.where(age < 0, 1.0, back)
        case "seasonal":
            level = np.array([1.0 if 5 <= when.month <= 9 else 0.0 for when in days(end)])
    return level


def reach(story: Story) -> Floats:
    """Return how a story spreads over the spots; shape (spots,), sums to 1."""
    spots = sites()
    away = np.hypot(spots.u - story.u, spots.v - story.v) / story.spread_m
    weight = np.exp(-(away**2)) * (away < _REACH)
    weight *= np.isin(spots.kind, [KINDS.index(kind) for kind in story.on])
    spread: Floats = weight / weight.sum()
    return spread


def category_index(story: Story) -> int:
    """Return the position of a story's category in the mixing table."""
    return mix()["category"].to_list().index(story.category)


def story_frame(end: date, expected: dict[str, float]) -> pl.DataFrame:
    """Describe the stories: where (WGS-84 degrees), what, since when, how many reports are expected."""
    told = stories(end)
    lon, lat = to_degrees(*to_ground(np.array([s.u for s in told]), np.array([s.v for s in told])))
    return pl.DataFrame(
        {
            "story": [s.slug for s in told],
            "kind": [s.kind for s in told],
            "category": [s.category for s in told],
            "place": [s.place for s in told],
            "lon": lon,
            "lat": lat,
            "spread_m": [s.spread_m for s in told],
            "since": [s.since for s in told],
            "expected": [expected[s.slug] for s in told],
        },
        schema_overrides={"since": pl.Date},
    )


def cell_frame(ordinary: Floats, planted: dict[str, Floats]) -> pl.DataFrame:
    """Sum expected reports per spot up to cells of the analysis resolution.

    Returns
    -------
    One row a story and cell, and one a cell for the ordinary reports (story null): story, cell, expected, and
    `share`, the part of the story that falls into the cell. The blur of positions (some metres) is left out.
    """
    spots = sites()
    cells = from_points(*to_degrees(*to_ground(spots.u, spots.v)), ANALYSIS_RESOLUTION)
    parts = [pl.DataFrame({"cell": cells, "expected": ordinary}).with_columns(story=pl.lit(None, pl.String))]
    parts += [
        pl.DataFrame({"cell": cells, "expected": weight}).with_columns(story=pl.lit(slug, pl.String))
        for slug, weight in planted.items()
    ]
    summed = (
        pl.concat(parts)
        .filter(pl.col("expected") > 0)
        .group_by("story", "cell")
        .agg(pl.col("expected").sum())
    )
    share = pl.col("expected") / pl.col("expected").sum().over("story")
    return summed.with_columns(share=share).sort("story", "cell").select("story", "cell", "expected", "share")


def _kinds(text: str) -> tuple[str, ...]:
    return tuple(kind for word in text.split() for kind in (KINDS[:3] if word == "street" else (word,)))
