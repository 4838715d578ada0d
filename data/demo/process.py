"""Draw the demo zone's reports from the seeded process."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time

import numpy as np
import polars as pl

from data.demo.chances import Chances, Truth, chances
from data.demo.lives import live, units
from data.demo.plane import Floats, Ints, to_degrees, to_ground
from data.demo.rhythm import SOURCES, hours
from data.demo.sites import mix, sites
from data.demo.stories import PERIOD_DAYS, category_index, days
from data.demo.words import describe
from data.schema import REPORT
from data.statuses import STATUSES

#: The demo zone's time zone.
TZ = "Asia/Shanghai"

_BATCH_ROWS = 50_000
_BLUR_M = {"patrol": 3.0, "hotline": 5.5, "QR": 4.0}
_MOST_BLUR_M = 9.0


class Process:
    """The reports of one seed, number and last day; the same ones every time.

    Parameters
    ----------
    reports
        Their exact number; the truth grows in proportion.
    end
        The last day, complete, in the zone's time zone.
    """

    def __init__(self, *, reports: int, seed: int, end: date) -> None:
        self.seed, self.end = seed, end
        self._chances = chances(reports, seed=seed, end=end)
        self._batch_days = max(1, PERIOD_DAYS * _BATCH_ROWS // max(reports, 1))

    @property
    def truth(self) -> Truth:
        """What is planted."""
        return self._chances.truth

    def batches(self) -> Iterator[tuple[pl.DataFrame, pl.Series]]:
        """Yield the reports in order of time, some 50,000 at once, each batch whole days.

        Yields
        ------
        A frame with the columns of `data.schema.REPORT`, and the story behind each of its rows (null: none).
        """
        for n, first in enumerate(range(0, PERIOD_DAYS, self._batch_days)):
            random = np.random.default_rng([self.seed, n + 1])
            yield _drawn(random, self._chances, slice(first, first + self._batch_days), self.end)


def _drawn(
    random: np.random.Generator, of: Chances, part: slice, end: date
) -> tuple[pl.DataFrame, pl.Series]:
    """Draw the reports of some days."""
    day, source, row, site = _placed(random, of, part)
    rhythm = np.cumsum(hours(of.told), axis=2).reshape(-1, 24)
    hour = _pick(random, rhythm, row * len(SOURCES) + source)
    at_h = day * 24 + hour + random.random(len(day))
    order = np.argsort(at_h, kind="stable")
    at_h, source, row, site = at_h[order], source[order], row[order], site[order]

    category = np.array([*range(mix().height), *map(category_index, of.told)])[row]
    names, responsible = units()
    unit = responsible[category, site]
    status, closed_h, changed_h = live(random, at_h, category, unit, now_h=PERIOD_DAYS * 24.0)
    lon, lat = _blurred(random, site, source)
    frame = pl.DataFrame(
        {
            "source": _words(SOURCES, source),
            "category": _words(mix()["category"], category),
            "status": _words(STATUSES, status),
            "reported_at": _utc(at_h, end),
            "closed_at": _utc(closed_h, end),
            "updated_at": _utc(changed_h, end),
            "lon": lon,
            "lat": lat,
            "address": sites().address.gather(site),
            "unit": _words(names, unit),
        }
    )
    frame = describe(random, _numbered(frame)).with_columns(suspect=pl.lit(None, pl.String))
    planted = _words([*[None] * mix().height, *(story.slug for story in of.told)], row).alias("story")
    return frame.select(pl.col(name).cast(dtype) for name, dtype in REPORT.items()), planted


def _placed(random: np.random.Generator, of: Chances, part: slice) -> tuple[Ints, Ints, Ints, Ints]:
    """Unroll the numbers of some days to one row a report: day, source, row of `where`, spot."""
    ordinary, planted = of.ordinary[part], of.planted[part]
    day, source, grid, category = _unrolled(ordinary)
    story_day, story_source, story = _unrolled(planted)
    last = np.searchsorted(sites().grid, np.arange(ordinary.shape[2]), side="right") - 1
    upto = np.concatenate([np.zeros((len(of.where), 1)), of.where[:, last]], axis=1)
    row = np.concatenate([category, ordinary.shape[3] + story])
    low = np.concatenate([upto[category, grid], np.zeros(len(story))])
    high = np.concatenate([upto[category, grid + 1], np.ones(len(story))])
    days_drawn = np.concatenate([day, story_day]) + part.start
    return days_drawn, np.concatenate([source, story_source]), row, _pick(random, of.where, row, low, high)


def _unrolled(counts: Ints) -> tuple[Ints, ...]:
    """Return the indices of an array of counts, each as often as it is counted."""
    return np.unravel_index(np.repeat(np.arange(counts.size), counts.ravel()), counts.shape)


def _pick(
    random: np.random.Generator,
    cumulative: Floats,
    row: Ints,
    low: Floats | float = 0.0,
    high: Floats | float = 1.0,
) -> Ints:
    """Draw a column for each row index, by cumulative shares that end at 1, within a range of them."""
    width = cumulative.shape[1]
    steps = (cumulative + np.arange(len(cumulative))[:, None]).ravel()
    wanted = row + low + (high - low) * random.random(len(row))
    column: Ints = np.clip(np.searchsorted(steps, wanted, side="right") - row * width, 0, width - 1)
    return column


def _blurred(random: np.random.Generator, site: Ints, source: Ints) -> tuple[Floats, Floats]:
    """Move reports off their spot as far as a phone or a geocoder would."""
    blur = np.array([_BLUR_M[name] for name in SOURCES])[source]
    du, dv = np.clip(random.normal(0.0, blur, (2, len(site))), -_MOST_BLUR_M, _MOST_BLUR_M)
    return to_degrees(*to_ground(sites().u[site] + du, sites().v[site] + dv))


def _words(names: Iterable[str | None], codes: Ints) -> pl.Series:
    return pl.Series(list(names), dtype=pl.String).gather(codes)


def _utc(at_h: Floats, end: date) -> pl.Series:
    """Turn local hours since the first midnight into UTC, to the second; NaN becomes null."""
    midnight = datetime.combine(days(end)[0], time())
    known = np.isfinite(at_h)
    seconds = np.where(known, at_h, 0.0) * 3600
    local = np.datetime64(midnight, "us") + (seconds.astype(np.int64) * 1_000_000).astype("timedelta64[us]")
    series = pl.Series(local).dt.replace_time_zone(TZ).dt.convert_time_zone("UTC")
    return series.to_frame("at").select(pl.when(pl.lit(pl.Series(known))).then("at")).to_series()


def _numbered(frame: pl.DataFrame) -> pl.DataFrame:
    """Give each report its feed's own number: a letter, the local day, a counter within the day."""
    day = pl.col("reported_at").dt.convert_time_zone(TZ).dt.strftime("%y%m%d")
    counter = (pl.int_range(pl.len()) + 1).over("source", day).cast(pl.String).str.zfill(4)
    letter = pl.col("source").str.slice(0, 1).str.to_uppercase()
    return frame.with_columns(external_id=pl.concat_str(letter, day, pl.lit("-"), counter))
