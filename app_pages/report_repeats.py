"""Card: open cases that a new report may repeat."""

import polars as pl
import streamlit as st

from app_pages import session
from app_pages.case_card import card
from app_pages.report_draft import Draft
from data.workspace import Workspace
from i18n import gettext as _

_MOST = 4


def similar(here: Workspace, draft: Draft) -> pl.DataFrame:
    """Return the open cases that are like a draft, the likeliest first."""
    report = draft.report() | ({"photo_hashes": list(draft.hashes)} if draft.hashes else {})
    return here.store.similar(report, actor=session.actor(here), limit=_MOST)


def render(here: Workspace, found: pl.DataFrame, mark: str) -> int | None:
    """Draw them; return the case that it repeats, 0 where it is none of them, None before that is said.

    What was said holds for the draft with this mark, until the report is written.
    """
    st.markdown("##### " + _("Is it one of these?"))
    st.caption(_("Somebody may have reported it already. Your report is kept either way."))
    for row in found.iter_rows(named=True):
        with st.container(border=True, key=f"similar_{row['issue_id']}"):
            st.html(card(here, row["issue_id"], note=row["why"]))
            st.button(
                _("Yes, it is this one"),
                key=f"same_{row['issue_id']}",
                icon=":material/merge:",
                on_click=_say,
                args=(mark, row["issue_id"]),
            )
    st.button(
        _("None of these: send"),
        type="primary",
        key="send_report",
        icon=":material/send:",
        on_click=_say,
        args=(mark, 0),
    )
    of, chosen = st.session_state.get(session.SAME, ("", None))
    return chosen if of == mark else None


def _say(mark: str, issue_id: int) -> None:
    st.session_state[session.SAME] = (mark, issue_id)
