"""Which case to join to which, surest first, so that no case is joined to one that is itself joined."""

from typing import Any, Final

import polars as pl

from data.duplicate_rules import DuplicateRules, default_rules

#: How far a case has come: of two that are joined, the one that more was done on stays. A closed case takes
#: others in but joins none; one that is merged or rejected does neither.
_PROGRESS: Final = {
    "reported": 0, "accepted": 1, "dispatched": 2, "suspended": 2, "in_progress": 3, "fixed": 4,
    "verified": 5, "closed": 6,
}  # fmt: skip
_CLOSED: Final = 6
_NO_CASE: Final = ("merged", "rejected")


def merge_order(
    candidates: pl.DataFrame,
    reports: pl.DataFrame,
    *,
    at_least: float | None = None,
    rules: DuplicateRules | None = None,
) -> pl.DataFrame:
    """Suggest which cases to join.

    Of cases that are of the same thing the one that has come furthest stays, then the one reported first.
    Every other joins a case that it has a score with itself, never one at second hand. Where the earlier
    case was closed before the later report the thing came back; those are not joined.

    Parameters
    ----------
    candidates
        As from `find_candidates`: id, candidate, score, closed_before.
    reports
        Columns id, reported_at and, where there is one, status; all ids of `candidates`.
    at_least
        Smallest score; the rules' `suggest` where None.
    rules
        Those that the candidates were found with.

    Returns
    -------
    Columns step (1, 2, …), into, id, score: groups by their surest pair, within a group the surest first.
    No `into` occurs as an `id`, and each `id` once, so that each step can be taken or left by itself.
    """
    smallest = (rules or default_rules()).weights.suggest if at_least is None else at_least
    scores = _scores(candidates.filter((pl.col("score") >= smallest) & ~pl.col("closed_before")))
    into: dict[Any, Any] = {}
    stays: set[Any] = set()
    for case, progress in _by_rank(reports.filter(pl.col("id").is_in(list(scores)))):
        joinable = {other: score for other, score in scores[case].items() if other in stays}
        if joinable and progress < _CLOSED:
            into[case] = max(joinable, key=lambda other: joinable[other])
        else:
            stays.add(case)
    steps = pl.DataFrame(
        {
            "into": list(into.values()),
            "id": list(into),
            "score": [scores[case][other] for case, other in into.items()],
        },
        schema={"into": reports.schema["id"], "id": reports.schema["id"], "score": pl.Float64},
    )
    surest = pl.col("score").max().over("into")
    ordered = steps.sort(surest, "into", "score", "id", descending=[True, False, True, False])
    return ordered.with_row_index("step", offset=1)


def _scores(candidates: pl.DataFrame) -> dict[Any, dict[Any, float]]:
    """Return each case's scores with others, known from both ends."""
    scores: dict[Any, dict[Any, float]] = {}
    for one, other, score in candidates.select("id", "candidate", "score").iter_rows():
        for here, there in ((one, other), (other, one)):
            scores.setdefault(here, {})[there] = max(score, scores.get(here, {}).get(there, 0.0))
    return scores


def _by_rank(reports: pl.DataFrame) -> list[tuple[Any, int]]:
    """Return the ids of cases and how far they have come, the one to stay first."""
    progress = pl.lit(0)
    if "status" in reports.columns:
        reports = reports.filter(~pl.col("status").is_in(_NO_CASE).fill_null(value=False))
        progress = pl.col("status").replace_strict(_PROGRESS, default=0, return_dtype=pl.Int32)
    ranked = reports.with_columns(progress=progress)
    ranked = ranked.sort("progress", "reported_at", "id", descending=[True, False, False])
    return list(ranked.select("id", "progress").iter_rows())
