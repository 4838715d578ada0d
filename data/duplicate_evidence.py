"""What speaks for two reports being of the same thing, and against it, in natural log-odds."""

from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from data.duplicate_rules import DuplicateRules, Weights
from data.photo_hashes import bits_apart
from data.usual_reports import Usual

_MONTH_H: Final = 720.0
_DISK_50_M2: Final = np.pi * 50.0**2

_Numbers = npt.NDArray[np.float64]


def weigh(
    found: pl.DataFrame,
    here: pl.DataFrame,
    there: pl.DataFrame,
    *,
    known: pl.DataFrame,
    rules: DuplicateRules,
    usual: Usual,
) -> pl.DataFrame:
    """Weigh pairs of reports.

    Parameters
    ----------
    found
        The pairs: distance_m, hours and the columns of `DuplicateRules.pairs`.
    here, there
        The reports of each pair, in the rows of `found`.
    known
        Every known report, those that are no candidates included: they tell how often such reports come in.

    Returns
    -------
    The columns of `found`, and likeness, photo_bits, closed_before, usual_a_month, evidence_place,
    evidence_category, evidence_text, evidence_photo, evidence_closed. All but the sign of `hours` are the
    same for a pair turned round.
    """
    weights = rules.weights
    rate = _rate(here, there, known, rules, usual)
    likeness, text = _text(here, there, usual, weights)
    photo_bits = _photo_bits(here["photo_hashes"], there["photo_hashes"])
    bits = photo_bits.cast(pl.Float64).fill_null(64.0).to_numpy()
    alike = (weights.like_photo_bits - bits) / (weights.like_photo_bits - weights.same_photo_bits)
    closed = _closed_before(found["hours"], here, there)
    return found.with_columns(
        pl.Series("likeness", likeness).fill_nan(None),
        photo_bits.alias("photo_bits"),
        closed.alias("closed_before"),
        pl.Series("usual_a_month", rate * _DISK_50_M2 * _MONTH_H),
        pl.Series("evidence_place", _place(found, weights) - np.log(rate)),
        pl.col("share").log().alias("evidence_category"),
        pl.Series("evidence_text", text),
        pl.Series("evidence_photo", weights.photo * np.clip(alike, 0, 1)),
        pl.Series("evidence_closed", np.where(closed.to_numpy(), weights.closed, 0.0)),
    )


def _place(found: pl.DataFrame, weights: Weights) -> _Numbers:
    """Return the logarithm of the rate of repeats, per square metre and hour, at these distances and times.

    Positions scatter by a normal distribution, but for a few that are simply wrong; times fall off
    exponentially.
    """
    distance_m, hours, spread_m, pace_h = (
        found[name].to_numpy() for name in ("distance_m", "hours", "spread_m", "pace_h")
    )
    scattered = np.exp(-((distance_m / spread_m) ** 2) / 2) / (2 * np.pi * spread_m**2)
    wrong = 1 / (np.pi * weights.misplaced_m**2)
    density = (1 - weights.misplaced) * scattered + weights.misplaced * wrong
    return np.asarray(np.log(weights.repeats * density / pace_h) - np.abs(hours) / pace_h, dtype=np.float64)


def _rate(
    here: pl.DataFrame, there: pl.DataFrame, known: pl.DataFrame, rules: DuplicateRules, usual: Usual
) -> _Numbers:
    """Return how often such reports come in by themselves: the geometric mean of the two places and kinds."""
    ends = pl.concat([here.select("lon", "lat", "category"), there.select("lon", "lat", "category")])
    places = ends.unique()
    if places.is_empty():
        return np.empty(0)
    paces = rules.pairs(places["category"].unique()).filter(pl.col("category") == pl.col("other"))
    rates = places.with_columns(rate=usual.local_rates(places, known, paces.select("category", "pace_h")))
    rate = ends.join(rates, on=places.columns, how="left", maintain_order="left")["rate"].to_numpy()
    return np.asarray(np.sqrt(rate[: len(here)] * rate[len(here) :]), dtype=np.float64)


def _text(
    here: pl.DataFrame, there: pl.DataFrame, usual: Usual, weights: Weights
) -> tuple[_Numbers, _Numbers]:
    """Return the likeness of the descriptions, and what it says: more where few reports have such words."""
    both = pl.concat([here["description"], there["description"]])
    texts = both.unique()
    rows = both.to_frame("text").join(
        texts.to_frame("text").with_row_index("row"),
        on="text",
        how="left",
        nulls_equal=True,
        maintain_order="left",
    )["row"]
    one, other = (rows[part].to_numpy() for part in (slice(0, len(here)), slice(len(here), None)))
    likeness, surprise = usual.texts.compare(texts.to_list(), one, other)
    neutral = weights.neutral_text
    evidence = np.where(
        likeness >= neutral,
        np.minimum(surprise, weights.text) * (likeness - neutral) / (1 - neutral),
        -weights.unlike_text * (neutral - likeness) / neutral,
    )
    return likeness, np.where(np.isnan(likeness), 0.0, evidence)


def _photo_bits(one: pl.Series, other: pl.Series) -> pl.Series:
    """Return how many bits the two most alike photos of each pair are apart, null where one has none."""
    pairs = pl.DataFrame({"one": one, "other": other}).with_row_index("row")
    photos = (
        pairs.filter((pl.col("one").list.len() > 0) & (pl.col("other").list.len() > 0))
        .explode("one")
        .explode("other")
        .drop_nulls()
    )
    bits = pl.Series("bits", bits_apart(photos["one"].to_numpy(), photos["other"].to_numpy()), dtype=pl.UInt8)
    least = photos.select("row", bits).group_by("row").agg(pl.col("bits").min())
    return pairs.join(least, on="row", how="left", maintain_order="left")["bits"]


def _closed_before(hours: pl.Series, here: pl.DataFrame, there: pl.DataFrame) -> pl.Series:
    """Tell whether the earlier case was closed before the later report came in."""
    known_earlier = there["closed_at"] < here["reported_at"]
    known_later = here["closed_at"] < there["reported_at"]
    sides = pl.DataFrame({"hours": hours, "earlier": known_earlier, "later": known_later})
    closed = pl.when(pl.col("hours") > 0).then("earlier").when(pl.col("hours") < 0).then("later")
    return sides.select(closed.fill_null(value=False)).to_series()
