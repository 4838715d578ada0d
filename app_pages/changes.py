"""What grew and what shrank from one period to another, and which of it may be chance."""

from collections.abc import Mapping
from typing import Final

import polars as pl

from app_pages.map_measure import Days

#: Two counts that differ by less than so many standard deviations of their difference may be chance (5 %).
_DEVIATIONS: Final = 1.96
#: So few reports in both periods together say little, whatever the difference.
_FEW: Final = 10


def compare(now: pl.DataFrame, before: pl.DataFrame, key: str, *, scale: float = 1.0) -> pl.DataFrame:
    """Compare counts of two periods.

    Parameters
    ----------
    now, before
        Columns `key` and `n`; what is missing in one of them counts as 0.
    scale
        How many times as long the newer period is: the earlier counts are taken as if it were as long.

    Returns
    -------
    Columns `key`, `before` and `now` (reports as counted), `more` (how many more than expected), `change`
    (in percent, null where there was none before) and `uncertain`; the largest growth first.

    Source of the test: Przyborowski & Wilenski (1940), Biometrika 31, 313-323, in its normal approximation.
    """
    joined = (
        now.select(key, now=pl.col("n").cast(pl.Int64))
        .join(before.select(key, before=pl.col("n").cast(pl.Int64)), on=key, how="full", coalesce=True)
        .with_columns(pl.col("now", "before").fill_null(0))
    )
    expected = pl.col("before") * scale
    deviation = (scale * (pl.col("now") + pl.col("before"))).sqrt()  # if nothing changed
    more = pl.col("now") - expected
    return (
        joined.filter(pl.col("now") + pl.col("before") > 0)
        .with_columns(
            more=more,
            change=pl.when(pl.col("before") > 0).then(100 * more / expected),
            uncertain=(more.abs() < _DEVIATIONS * deviation) | (pl.col("now") + pl.col("before") < _FEW),
        )
        .select(key, "before", "now", "more", "change", "uncertain")
        .sort("more", key, descending=[True, False])
    )


def grown(compared: pl.DataFrame, most: int) -> pl.DataFrame:
    """Return the rows that grew most, at most so many."""
    return compared.filter(pl.col("more") > 0).head(most)


def shrunk(compared: pl.DataFrame, most: int) -> pl.DataFrame:
    """Return the rows that shrank most, at most so many, the largest loss first."""
    return compared.filter(pl.col("more") < 0).reverse().head(most)


def scale_of(now: Days, before: Days) -> float:
    """Return how many times as long the first period is as the second."""
    lengths = [(last - first).days + 1 for first, last in (now, before)]
    return lengths[0] / lengths[1]


def named(compared: pl.DataFrame, key: str, words: Mapping[object, str]) -> pl.DataFrame:
    """Return the rows with what each is called as `name`; a row without a name keeps its key."""
    names = [words.get(value, str(value)) for value in compared[key]]
    return compared.with_columns(name=pl.Series(names, dtype=pl.String))
