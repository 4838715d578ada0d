"""Duplicates: which case a report repeats, and everybody who reported what is one problem."""

import numpy as np
import numpy.typing as npt
import polars as pl

from data.lifecycle import State
from geo.errors import TransitionError
from i18n import gettext as _


def check_merge(case: int, into: int, into_state: State) -> None:
    """Refuse a merge that would go round in a circle or hang on a case that is none of its own.

    Together with the rule that a case is merged only while it is open, this keeps every duplicate one step
    away from a case that is worked on, or a few steps where that case is merged later.

    Raises
    ------
    TransitionError
        The case would repeat itself, or one that is a duplicate itself or was rejected.
    """
    if case == into:
        raise TransitionError(_("Case {case} cannot repeat itself.", case=case))
    if into_state.status == "merged":
        raise TransitionError(
            _(
                "Case {into} is a duplicate itself. Merge into {root}, or undo that merge first.",
                into=into,
                root=_("the case it repeats") if into_state.merged_into is None else into_state.merged_into,
            )
        )
    if into_state.status == "rejected":
        raise TransitionError(_("Case {into} was rejected. Reopen it first.", into=into))


def roots(cases: pl.DataFrame) -> pl.Series:
    """Return for each case the one that is worked on in the end: itself where it is no duplicate.

    Parameters
    ----------
    cases
        `issue_id` (unique) and `merged_into`, which may be null or a case that is not among these.

    Raises
    ------
    TransitionError
        Cases that repeat each other in a circle.
    """
    ids = cases["issue_id"].to_numpy().astype(np.int64)
    order = np.argsort(ids)
    into = cases["merged_into"].fill_null(-1).to_numpy().astype(np.int64)
    place = np.searchsorted(ids[order], into)
    there = place < len(ids)
    there[there] = ids[order][place[there]] == into[there]
    leads: npt.NDArray[np.int64] = np.where(
        there, order[np.where(there, place, 0)] if len(ids) else 0, np.arange(len(ids))
    )
    for _doubling in range(max(len(ids), 1).bit_length() + 1):
        further = leads[leads]
        if np.array_equal(further, leads):
            break
        leads = further
    circle = np.flatnonzero(there[leads])
    if len(circle):
        raise TransitionError(
            _(
                "{n} cases repeat each other in a circle; first: case {case}.",
                n=len(circle),
                case=int(ids[circle].min()),
            )
        )
    return pl.Series("root", ids[leads])


def reporters(cases: pl.DataFrame) -> pl.DataFrame:
    """Return everybody who reported a problem, the reporters of its duplicates included.

    Parameters
    ----------
    cases
        `issue_id` (unique), `merged_into` and `reporter`, which is null where nobody is known.

    Returns
    -------
    `issue_id` of the case that is worked on and `reporters`, a list of each once, by name; only cases that
    somebody is known for.
    """
    return (
        cases.select("reporter", issue_id=roots(cases))
        .drop_nulls("reporter")
        .group_by("issue_id")
        .agg(pl.col("reporter").unique().sort().alias("reporters"))
        .sort("issue_id")
    )
