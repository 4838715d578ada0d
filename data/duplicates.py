"""Reports of the same thing: candidates with a score, what speaks for each, and why in words."""

from typing import Any, Final

import polars as pl

from data.duplicate_evidence import weigh
from data.duplicate_rules import DuplicateRules, Weights, default_rules
from data.photo_hashes import find_alike
from data.report_pairs import measured, near_pairs
from data.schema import UTC
from data.usual_reports import Usual
from geo.errors import FrameError
from i18n import gettext as _

#: The columns that reports need.
NEEDED: Final = ("id", "lon", "lat", "reported_at", "category")
#: The columns that are made use of where they are there.
OPTIONAL: Final[dict[str, Any]] = {
    "description": pl.String,
    "closed_at": UTC,
    "status": pl.String,
    "photo_hashes": pl.List(pl.UInt64),
}
#: The columns of a candidate. `hours` is positive where the candidate was reported earlier; `likeness` and
#: `photo_bits` are null where one of the two has no text or no photo; `usual_a_month` is how many such
#: reports come in by themselves within 50 m in 30 days; the `evidence_…` add up to the log-odds of `score`.
CANDIDATE: Final = (
    "id", "candidate", "score", "distance_m", "hours", "category", "other", "likeness", "photo_bits",
    "closed_before", "usual_a_month", "evidence_place", "evidence_category", "evidence_text",
    "evidence_photo", "evidence_closed",
)  # fmt: skip

#: New reports scored at once; bounds the memory of a review of everything.
_BLOCK_ROWS: Final = 20_000

#: What is no case that a report could join: it belongs to another one already, or was none.
_NO_CASE: Final = ("merged", "rejected")


def find_candidates(
    new: pl.DataFrame,
    known: pl.DataFrame,
    *,
    rules: DuplicateRules | None = None,
    usual: Usual | None = None,
    history: pl.DataFrame | None = None,
    limit: int = 10,
    at_least: float | None = None,
) -> pl.DataFrame:
    """Find for each report the known ones that may be of the same thing.

    The score is a probability: the rate at which repeats of the known report are expected at this
    distance and time, against the rate at which reports of this kind come in here by themselves, so that
    20 m and two hours say much on a quiet street and little where cars are reported every day. Words,
    photos and an earlier closing add their evidence. The same photo makes a candidate at any distance.

    Parameters
    ----------
    new, known
        Columns `NEEDED`, and those of `OPTIONAL` that there are; photo_hashes are lists of `photo_hash`.
        Coordinates are degrees, WGS-84. A report without position, time or category has no candidates,
        one that is merged or rejected is none. `new` may be among the `known`, or be them.
    rules
        Limits and weights; those that come with Gezhi where None.
    usual
        What is usual in the city; learned from `known` where None. Keeping it makes a call faster.
    history
        Columns lon, lat, reported_at, category of every report around, those that nobody could join
        included: they tell how often such reports come in. The `known` where None.
    limit
        At most so many candidates a report, the best.
    at_least
        Smallest score; the rules' `suggest` where None.

    Returns
    -------
    Columns `CANDIDATE`, in the order of `new`, the best candidate first. A pair turned round has the same
    score.

    Raises
    ------
    FrameError
        Columns that are missing.

    Source: the rates are those of stochastic declustering, Zhuang, Ogata & Vere-Jones (2002), Journal of
    the American Statistical Association 97(458), 369-380; evidence is added up as by Fellegi & Sunter
    (1969), ibid. 64(328), 1183-1210.
    """
    rules = rules or default_rules()
    new, known = _prepared(new, "new"), _prepared(known, "known")
    new = new.with_columns(_same_kind_of_ids(new["id"], known["id"]))
    usual = usual or Usual.learn(known)
    smallest = rules.weights.suggest if at_least is None else at_least
    blocks = [
        _scored(block, known, known if history is None else history, rules, usual)
        .filter(pl.col("score") >= smallest)
        .sort("new_row", "score", "distance_m", "candidate", descending=[False, True, False, False])
        .group_by("new_row", maintain_order=True)
        .head(limit)
        .select(CANDIDATE)
        for block in (new.iter_slices(_BLOCK_ROWS) if len(new) else [new])
    ]
    return pl.concat(blocks)


def explain(candidates: pl.DataFrame, *, rules: DuplicateRules | None = None) -> pl.Series:
    """Say in words what speaks for each candidate: "31 m away, same category, 2 h earlier, same photo".

    Parameters
    ----------
    candidates
        As from `find_candidates`; a few hundred, since each is put into words by itself.
    rules
        Those that the candidates were found with.

    Returns
    -------
    Strings named `why`, in the language in use.
    """
    weights = (rules or default_rules()).weights
    words = [
        _(", ").join(
            part
            for part in (
                _distance_words(row["distance_m"]),
                _("same category") if row["category"] == row["other"] else _("related category"),
                _time_words(row["hours"]),
                _photo_words(row["photo_bits"], weights),
                _text_words(row["likeness"], row["evidence_text"]),
                _("closed before") if row["closed_before"] else "",
                _often_words(row["usual_a_month"]),
            )
            if part
        )
        for row in candidates.iter_rows(named=True)
    ]
    return pl.Series("why", words, dtype=pl.String)


def _scored(
    new: pl.DataFrame, known: pl.DataFrame, history: pl.DataFrame, rules: DuplicateRules, usual: Usual
) -> pl.DataFrame:
    """Return every candidate within the limits, with its evidence and score."""
    pairs = rules.pairs(new["category"].unique().drop_nulls())
    found = pl.concat([near_pairs(new, known, pairs), _with_same_photo(new, known, rules, pairs)])
    found = found.unique(["new_row", "known_row"]).sort("new_row", "known_row")
    here, there = new[found["new_row"]], known[found["known_row"]]
    possible = here["id"].ne_missing(there["id"]) & ~there["status"].is_in(_NO_CASE).fill_null(value=False)
    found, here, there = (frame.filter(possible) for frame in (found, here, there))
    weighed = weigh(found, here, there, known=history, rules=rules, usual=usual)
    score = 1 / (1 + (-pl.sum_horizontal("^evidence_.*$")).exp())
    return weighed.with_columns(here["id"], there["id"].alias("candidate"), score.alias("score"))


def _prepared(reports: pl.DataFrame, name: str) -> pl.DataFrame:
    missing = [column for column in NEEDED if column not in reports.columns]
    if missing:
        raise FrameError(
            f"The frame '{name}' lacks the columns {', '.join(missing)}. Expected {', '.join(NEEDED)}, "
            f"and where there are any {', '.join(OPTIONAL)}."
        )
    degrees = (pl.col(column).cast(pl.Float64).fill_nan(None) for column in ("lon", "lat"))
    optional = (
        (pl.col(column) if column in reports.columns else pl.lit(None)).cast(dtype).alias(column)
        for column, dtype in OPTIONAL.items()
    )
    return reports.select("id", *degrees, pl.col("reported_at").cast(UTC), "category", *optional)


def _same_kind_of_ids(ids: pl.Series, known: pl.Series) -> pl.Series:
    """Return the ids in the type of the known ones; reports that have none yet have nulls."""
    alike = ids.dtype == known.dtype or (ids.dtype.is_integer() and known.dtype.is_integer())
    if not alike and ids.null_count() < len(ids):
        raise FrameError(
            f"The ids of the frame 'new' are {ids.dtype}, those of 'known' {known.dtype}. Expected one type."
        )
    return ids.cast(known.dtype)


def _with_same_photo(
    new: pl.DataFrame, known: pl.DataFrame, rules: DuplicateRules, pairs: pl.DataFrame
) -> pl.DataFrame:
    """Return the pairs of reports with the same photo, however far apart, within the limits in time."""
    period_h = float(pairs["within_h"].to_numpy().max(initial=0.0))
    here, there = (
        frame.with_row_index(f"{name}_row").filter(pl.col("photo_hashes").list.len() > 0)
        for name, frame in (("new", new), ("known", known))
    )
    moments = here["reported_at"].drop_nulls()
    if not moments.is_empty():
        longest = pl.duration(hours=period_h)
        first, last = pl.lit(moments.min()) - longest, pl.lit(moments.max()) + longest
        there = there.filter(pl.col("reported_at").is_between(first, last))
    here, there = (frame.explode("photo_hashes").drop_nulls("photo_hashes") for frame in (here, there))
    one, other, _bits = find_alike(
        here["photo_hashes"].to_numpy(),
        there["photo_hashes"].to_numpy(),
        within_bits=int(rules.weights.same_photo_bits),
    )
    rows = pl.DataFrame({"new_row": here["new_row"][one], "known_row": there["known_row"][other]}).unique()
    return measured(new, known, rows, pairs).filter(pl.col("hours").abs() <= pl.col("within_h"))


def _distance_words(distance_m: float) -> str:
    if distance_m < 1:
        return _("same place")
    if distance_m < 1000:
        return _("{metres:.0f} m away", metres=distance_m)
    return _("{kilometres:.1f} km away", kilometres=distance_m / 1000)


def _time_words(hours: float) -> str:
    apart, earlier = abs(hours), hours > 0
    if apart < 1 / 60:
        return _("at the same time")
    if apart < 1:
        minutes = round(apart * 60)
        return _("{n} min earlier", n=minutes) if earlier else _("{n} min later", n=minutes)
    if apart < 48:
        return _("{n} h earlier", n=round(apart)) if earlier else _("{n} h later", n=round(apart))
    days = round(apart / 24)
    return _("{n} days earlier", n=days) if earlier else _("{n} days later", n=days)


def _photo_words(bits: int | None, weights: Weights) -> str:
    if bits is None or bits >= weights.like_photo_bits:
        return ""
    return _("same photo") if bits <= weights.same_photo_bits else _("similar photo")


def _text_words(likeness: float | None, evidence: float) -> str:
    """Name words only where they say something: not those that half of all reports have."""
    if likeness is None or evidence < 0.5:
        return ""
    return _("same words") if likeness > 0.95 else _("similar words")


def _often_words(a_month: float) -> str:
    return _("such reports are usual here (about {n} a month)", n=round(a_month)) if a_month >= 2 else ""
