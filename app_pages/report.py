"""Page: report a problem: what, where, a photo, who; then whether somebody has reported it before."""

from typing import Final

import streamlit as st

from app_pages import report_fields, report_repeats, report_spot, session, toast
from app_pages.markdown import plain
from app_pages.report_draft import Draft
from app_pages.toast import Done, say
from app_pages.undisturbed import undisturbed
from data.workspace import Workspace, workspace
from geo.errors import GezhiError
from i18n import gettext as _
from i18n import listed

#: A check that was asked for: of the fields as they are when the page is drawn next, not as they were before.
_NOW: Final = "now"


def render(here: Workspace) -> None:
    """Compose the page: fields and map side by side, then the check, then the way to the new case."""
    if sent := st.session_state.get(session.SENT):
        st.switch_page("case.py", query_params=session.with_language({"id": str(sent)}))
    toast.conflict()
    st.markdown("##### " + _("Report a problem"))
    if here.synthetic:
        st.caption(_("This is the demo zone: what you report here stays in the demo."))
    left, right = st.columns([10, 11], gap="large")
    with right:
        spot = report_spot.render(here)
    with left:
        draft = report_fields.render(here, spot)
    if draft.missing:
        st.button(_("Check and send"), type="primary", disabled=True, key="check_report")
        st.caption(_("Still missing: {names}.", names=listed(draft.missing)))
        return
    if st.session_state.get(session.CHECKED) == _NOW:
        st.session_state[session.CHECKED] = draft.mark
    if st.session_state.get(session.CHECKED) != draft.mark:
        st.button(
            _("Check and send"),
            type="primary",
            icon=":material/send:",
            key="check_report",
            on_click=st.session_state.__setitem__,
            args=(session.CHECKED, _NOW),
        )
        return
    _check(here, draft)


def _check(here: Workspace, draft: Draft) -> None:
    """Show what it may repeat; where there is nothing like it, send it at once."""
    try:
        found = report_repeats.similar(here, draft)
    except GezhiError as error:
        st.error(plain(error), icon=":material/error:")
        return
    if found.is_empty():
        _send(here, draft)
        return
    into = report_repeats.render(here, found, draft.mark)
    if into is not None:
        _send(here, draft, into=into or None)


def _send(here: Workspace, draft: Draft, *, into: int | None = None) -> None:
    """Write the report and its photos, and go to its case; of a repeated problem to the case that stays."""
    try:
        undisturbed(_write, here, draft, into)
    except GezhiError as error:
        report_fields.ask_again()
        st.error(plain(error), icon=":material/error:")
        return
    st.rerun()


def _write(here: Workspace, draft: Draft, into: int | None) -> None:
    """Write all that was sent and note where it went; the page goes there when it is drawn next."""
    actor = session.actor(here)
    case = here.store.report(draft.report(), actor=actor, contact=draft.contact)
    report_fields.forget()  # it is written: whatever comes now, it is not sent again
    notes = draft.add_photos(here.store, case.id, actor=actor)
    done = None
    if into is not None:
        done, fault = _merged(here, case.id, into)
        notes += [fault] if fault else []
    if done is None:
        version = here.store.case(case.id, actor=actor).version
        done = Done(case.id, _("The report is case {id}", id=case.id), version)
    say(done)
    if notes:
        st.session_state[session.CONFLICT] = " ".join(notes)
    st.session_state[session.SENT] = done.issue_id


def _merged(here: Workspace, issue_id: int, into: int) -> tuple[Done | None, str]:
    """Add a report to the case that it repeats; return what to say, or why it stays a case of its own."""
    actor = session.actor(here)
    try:
        after = here.store.merge(issue_id, into, actor=actor, reason=_("Reported again"))
        stays = here.store.case(into, actor=actor)
    except GezhiError as error:
        return None, str(error)
    words = _("The report belongs to case {id} now", id=into)
    back = _("Make it a case of its own")
    return Done(into, words, stays.version, "unmerge", back, of=(issue_id, after.version)), ""


if __name__ == "__main__":
    render(workspace())
