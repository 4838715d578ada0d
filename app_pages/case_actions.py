"""Card: what can be done with a case now, each with a small form that asks what it needs."""

from typing import Any, Final, Literal

import streamlit as st

from app_pages import case_correct, case_form, session
from app_pages.case_facts import category_label, unit_label
from app_pages.case_words import button_label, done_words, explained, main_event, way_back
from app_pages.markdown import plain
from app_pages.toast import Done, say
from data.cases import Case
from data.transitions import find
from data.workspace import Workspace
from data.worktime import UNITS
from geo.errors import ConflictError, GezhiError
from i18n import N_, gettext
from i18n import gettext as _

_ICONS: Final = {
    "accept": "task_alt",
    "reject": "block",
    "dispatch": "send",
    "start": "play_arrow",
    "fix": "build",
    "return": "undo",
    "verify": "verified",
    "close": "done_all",
    "reopen": "restart_alt",
    "suspend": "pause",
    "resume": "play_arrow",
    "extend": "more_time",
    "merge": "merge",
    "unmerge": "call_split",
    "note": "add_comment",
    "update": "edit",
}
_UNIT_WORDS: Final = {
    "work_hours": N_("working hours"),
    "work_days": N_("working days"),
    "hours": N_("hours"),
    "days": N_("days"),
}


def render(here: Workspace, case: Case) -> None:
    """Draw a button for each event that the actor may make happen, the usual next one in front."""
    wanted = case_form.opened(case)
    if wanted in _ICONS and wanted not in case.allowed:
        case_form.overtaken(here, case)
    main = main_event(case)
    events = [event for event in case.allowed if event in _ICONS]
    if not events:
        st.caption(_("Nothing can be done with this case in your role."))
        return
    row = st.container(key="case_actions", horizontal=True, gap="small")
    for event in sorted(events, key=lambda name: name != main):
        kind: Literal["primary", "secondary"] = "primary" if event == main else "secondary"
        case_form.button(here, row, event, button_label(event), case, icon=_ICONS[event], type=kind)
    if wanted in _ICONS:
        case_form.show(button_label(wanted), _form, here, case, wanted)


def _form(here: Workspace, case: Case, event: str) -> None:
    if words := explained(event):
        st.caption(words)
    if event == "update":
        changes = case_correct.fields(here, case)
        if changes is not None:
            _correct(here, case, *changes)
        return
    needs = _merge_fields(here, case) if event == "merge" else _fields(here, case, event)
    if needs is not None:
        _act(here, case, event, needs)


def _fields(here: Workspace, case: Case, event: str) -> dict[str, Any] | None:
    """Draw the fields that the event needs; return what was filled in once it is sent."""
    way = find(event, case.status)
    asked = way.needs if way else ()
    needs: dict[str, Any] = {}
    with st.form(f"form_{event}", border=False):
        if "unit" in asked:
            needs["unit"] = _unit_field(here, case)
        if "amount" in asked:
            first, second = st.columns(2)
            needs["amount"] = first.number_input(
                _("How much more"),
                min_value=0.5,
                value=case_form.draft(case, "amount", 1.0),
                step=0.5,
                key="form_amount",
            )
            needs["amount_unit"] = second.selectbox(
                _("Counted in"),
                UNITS,
                index=UNITS.index(case_form.draft(case, "amount_unit", UNITS[1])),
                format_func=lambda name: gettext(_UNIT_WORDS[name]),
                key="form_amount_unit",
            )
        if "note" in asked:
            needs["note"] = st.text_area(
                _("Note"), value=case_form.draft(case, "note"), key="form_note", max_chars=2000
            )
        if "reason" in asked:
            needs["reason"] = st.text_area(
                _("Reason"), value=case_form.draft(case, "reason"), key="form_reason", max_chars=2000
            )
        sent = st.form_submit_button(
            button_label(event), type="primary", icon=f":material/{_ICONS[event]}:", key="form_send"
        )
    return needs if sent else None


def _unit_field(here: Workspace, case: Case) -> str | None:
    names = list(here.store.units(actor=session.actor(here)))
    for other in (case.proposal.unit, case.state.unit):
        if other and other not in names:
            names.append(other)
    wanted = case_form.draft(case, "unit", case.proposal.unit or case.state.unit)
    st.caption(plain(case.proposal.why))
    chosen: str | None = st.selectbox(
        _("Unit"),
        names,
        index=names.index(wanted) if wanted in names else None,
        format_func=lambda name: unit_label(here, name),
        placeholder=_("Choose a unit"),
        key="form_unit",
    )
    return chosen


def _merge_fields(here: Workspace, case: Case) -> dict[str, Any] | None:
    into = st.number_input(
        _("Number of the case that stays"),
        min_value=1,
        value=case_form.draft(case, "into", None),
        step=1,
        format="%d",
        key="form_into",
    )
    ready = False
    if into:
        try:
            other = here.store.case(int(into), actor=session.actor(here))
            text = other.report["description"] or other.report["kind"] or ""
            category = category_label(here, other.report["category"])
            st.info(f"**{plain(category)}** · {plain(other.report['address'] or '')}  \n{plain(text)}")
            ready = True
        except GezhiError as error:
            st.error(plain(error), icon=":material/error:")
    given = case_form.draft(case, "reason", _("The same problem"))
    reason = st.text_area(_("Reason"), value=given, key="form_reason", max_chars=2000)
    sent = st.button(
        button_label("merge"), type="primary", icon=":material/merge:", key="form_send", disabled=not ready
    )
    return {"into": int(into), "reason": reason} if sent and into else None


def _act(here: Workspace, case: Case, event: str, needs: dict[str, Any]) -> None:
    given = {name: value for name, value in needs.items() if value is not None}
    seen = case_form.seen()
    try:
        after = here.store.transition(case.id, event, actor=session.actor(here), version=seen, **given)
    except ConflictError as error:
        case_form.told_off(here, error, **given)
    except GezhiError as error:
        st.error(plain(error), icon=":material/error:")
        return
    undo, words = way_back(event, after.allowed)
    say(Done(case.id, done_words(event), after.version, undo, words))
    case_form.done()


def _correct(here: Workspace, case: Case, changes: dict[str, Any], reason: str) -> None:
    before = {name: case.report[name] for name in changes}
    actor = session.actor(here)
    try:
        after = here.store.correct(case.id, actor=actor, version=case_form.seen(), reason=reason, **changes)
    except ConflictError as error:
        case_form.told_off(here, error, reason=reason, **changes)
    except GezhiError as error:
        st.error(plain(error), icon=":material/error:")
        return
    if after.version != case.version:
        say(Done(case.id, done_words("update"), after.version, "update", "", before))
    case_form.done()
