"""Duplicates: which case a report repeats, and everybody who reported what is one problem."""

from sqlalchemy import ColumnElement, Select, select

from data.lifecycle import State
from data.records import ISSUE
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


def repeats(case: int) -> Select[int]:
    """Ask for the cases that repeat a case, those among them that were merged into a duplicate of it too."""
    found = select(ISSUE.c.id).where(ISSUE.c.merged_into == case).cte("repeats", recursive=True)
    further = select(ISSUE.c.id).join(found, ISSUE.c.merged_into == found.c.id)
    return select(found.union(further).c.id)  # UNION ends a circle that only a damaged store can hold


def reporters_of_repeats(worked_on: ColumnElement[bool]) -> Select[str | None]:
    """Ask for the reporters of duplicates that repeat, by way of others too, a case of this condition."""
    leads = (
        select(ISSUE.c.reporter, ISSUE.c.merged_into)
        .where(ISSUE.c.reporter.is_not(None), ISSUE.c.merged_into.is_not(None))
        .cte("leads", recursive=True, nesting=True)  # a DELETE that begins with WITH counts nothing
    )
    further = select(leads.c.reporter, ISSUE.c.merged_into).join(leads, ISSUE.c.id == leads.c.merged_into)
    every = leads.union(further)
    return select(every.c.reporter).join(ISSUE, ISSUE.c.id == every.c.merged_into).where(worked_on)
