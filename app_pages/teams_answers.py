"""Part of the teams page: answers of teams that wait for a decision, and files of answers handed back."""

from base64 import b64encode
from typing import Any, Final
from zoneinfo import ZoneInfo

import polars as pl
import streamlit as st

from app_pages import session
from app_pages.case_words import time_words
from app_pages.markdown import plain
from data.categories import labels
from data.field_acts import act_label, state_words
from data.field_file import AnswersFile, read_content, take
from data.field_kept import KeptAnswer
from data.rights import has
from data.workspace import Workspace
from geo.errors import GezhiError
from i18n import current_locale, ngettext
from i18n import gettext as _

#: So many answers are shown at once.
_SHOWN: Final = 20
_DECIDED: Final = 50
_PHOTO_PX: Final = 280


def render(here: Workspace) -> None:
    """Draw what waits for a decision, what was decided, and the way in for files."""
    if not has(session.actor(here), "rules"):
        st.caption(_("Those who head the city decide on the answers of teams."))
        return
    _said()
    left, right = st.columns([3, 2], gap="large")
    with left:
        _help_wanted(here)
        _waiting(here)
    with right:
        _files(here)
        _decided(here)


def _help_wanted(here: Workspace) -> None:
    """List the calls for help that nobody has answered by moving the case."""
    calls = here.store.calls_for_help(actor=session.actor(here))
    if not calls:
        return
    zone, names = ZoneInfo(here.tz), _team_names(here)
    st.markdown("###### " + _("Teams that call for help"))
    for kept in calls[:_SHOWN]:
        words = _("Case {id}", id=kept.issue_id)
        link = f"[{words}]({session.case_link(kept.issue_id or 0)})"
        said = [text for text in (kept.told.get("reason"), kept.told.get("note")) if isinstance(text, str)]
        about = plain(" · ".join(filter(None, said)))
        at = time_words(kept.at, zone)
        st.markdown(f":material/sos: {link} · {plain(names.get(kept.team_id, ''))} · {at} · {about}")
    st.caption(_("A call is answered once somebody sends the case on, suspends or closes it."))


def _waiting(here: Workspace) -> None:
    actor = session.actor(here)
    waiting = here.store.kept_answers(actor=actor, states=("conflict",))
    refused = here.store.kept_answers(actor=actor, states=("refused",))
    st.markdown("###### " + _("Waiting for a decision"))
    if not waiting:
        st.caption(_("No answer of a team is in conflict with what others did."))
    names, about = _team_names(here), _about(here, [*waiting[:_SHOWN], *refused[:_SHOWN]])
    for kept in waiting[:_SHOWN]:
        _card(here, kept, names, about)
    if len(waiting) > _SHOWN:
        n = len(waiting) - _SHOWN
        st.caption(ngettext("{n} more waits behind these.", "{n} more wait behind these.", n))
    if refused:
        n = len(refused)
        words = ngettext("{n} refused answer", "{n} refused answers", n)
        with st.expander(words, icon=":material/block:", key="refused_answers"):
            st.caption(
                _("They could not be taken as they came. The telephone was told why and has them still.")
            )
            for kept in refused[:_SHOWN]:
                _card(here, kept, names, about)


def _card(here: Workspace, kept: KeptAnswer, names: dict[int, str], about: dict[int, str]) -> None:
    """Draw an answer: whose, what it says, why it waits, and what can be decided."""
    zone, told = ZoneInfo(here.tz), kept.told
    with st.container(border=True, key=f"answer_{kept.uid}", gap="small"):
        act = act_label(kept.act) or _("Damaged answer")
        head = f"**{plain(act)}** · {plain(names.get(kept.team_id, ''))}"
        if kept.issue_id is not None:
            link = session.case_link(kept.issue_id)
            case = _("Case {id}", id=kept.issue_id)
            what = about.get(kept.issue_id)
            head += f" · [{case}]({link})" + (f" · {plain(what)}" if what else "")
        st.markdown(head)
        st.caption(
            plain(
                _(
                    "given {at}, arrived {received}, by {actor}",
                    at=time_words(kept.at, zone),
                    received=time_words(kept.received_at, zone),
                    actor=kept.actor,
                )
            )
        )
        st.warning(plain(kept.words), icon=":material/sync_problem:")
        for said in (told.get("reason"), told.get("note"), told.get("category")):
            if isinstance(said, str) and said.strip():
                st.markdown(f"“{plain(said)}”")
        if kept.photo:
            _photo(here, kept)
        row = st.container(horizontal=True)
        with row.popover(_("Apply anyhow"), key=f"apply_{kept.uid}", icon=":material/task_alt:"):
            st.markdown(_("It then happens in your name, whatever the case is now."))
            into = None
            if kept.issue_id is None and kept.act != "report":
                into = st.number_input(
                    _("For which case"), min_value=1, value=None, step=1, key=f"apply_case_{kept.uid}"
                )
            st.button(
                _("Apply"),
                key=f"apply_now_{kept.uid}",
                type="primary",
                on_click=_apply,
                args=(here, kept, into),
            )
        with row.popover(_("Set aside"), key=f"aside_{kept.uid}", icon=":material/archive:"):
            st.text_input(_("Reason"), key=f"aside_why_{kept.uid}", max_chars=500)
            st.button(_("Set it aside"), key=f"aside_now_{kept.uid}", on_click=_set_aside, args=(here, kept))


def _about(here: Workspace, answers: list[KeptAnswer]) -> dict[int, str]:
    """Return what the cases of answers are about: what and where."""
    ids = [kept.issue_id for kept in answers if kept.issue_id is not None]
    words = labels(here.store.categories(actor=session.actor(here)), current_locale())
    rows = here.store.reports(ids, actor=session.actor(here)).select("id", "category", "address")
    return {
        number: " · ".join(filter(None, (words.get(category, category), address)))
        for number, category, address in rows.iter_rows()
    }


def _photo(here: Workspace, kept: KeptAnswer) -> None:
    """Show the photo that waits with an answer, as long as it is one."""
    content = here.store.answer_photo(kept.uid, actor=session.actor(here))
    if content and content.startswith(b"\xff\xd8\xff"):
        address = f"data:image/jpeg;base64,{b64encode(content).decode()}"
        alt = _("Photo")
        st.html(f'<img src="{address}" alt="{alt}" style="max-width:{_PHOTO_PX}px;border-radius:6px">')
    else:
        st.caption(_("The picture that came with it cannot be shown."))


def _apply(here: Workspace, kept: KeptAnswer, into: int | None) -> None:
    try:
        done = here.store.apply_answer(kept.uid, actor=session.actor(here), into=into)
        said = ("success", _("The answer was applied to case {id}.", id=done.issue_id))
    except GezhiError as error:
        said = ("error", str(error))
    st.session_state[session.ANSWER_SAID] = said


def _set_aside(here: Workspace, kept: KeptAnswer) -> None:
    reason = str(st.session_state.get(f"aside_why_{kept.uid}", ""))
    try:
        here.store.set_aside_answer(kept.uid, actor=session.actor(here), reason=reason)
        said = ("success", _("The answer was set aside. It stays in the list of decisions."))
    except GezhiError as error:
        said = ("error", str(error))
    st.session_state[session.ANSWER_SAID] = said


def _decided(here: Workspace) -> None:
    decided = here.store.kept_answers(actor=session.actor(here), settled=True, limit=_DECIDED)
    if not decided:
        return
    zone, names = ZoneInfo(here.tz), _team_names(here)
    st.markdown("###### " + _("Decided last"))
    columns = (_("When"), _("Team"), _("Answer"), _("Case"), _("Decision"), _("Reason"), _("By"))
    rows = [
        (
            "" if kept.settled_at is None else time_words(kept.settled_at, zone),
            names.get(kept.team_id, ""),
            act_label(kept.act),
            "" if kept.issue_id is None else str(kept.issue_id),
            state_words(kept.state),
            kept.reason or "",
            kept.settled_by or "",
        )
        for kept in decided
    ]
    st.dataframe(pl.DataFrame(rows, schema=list(columns), orient="row"), hide_index=True, height="content")


def _files(here: Workspace) -> None:
    """Take files that telephones saved without a network; a damaged one only where that is asked for."""
    st.markdown("###### " + _("Files of answers"))
    number = st.session_state.get(session.ANSWERS_TAKEN, 0)  # files that were taken are put away
    files = st.file_uploader(
        _("Files that the teams' telephones saved"),
        accept_multiple_files=True,
        key=f"{session.ANSWERS_UPLOAD}_{number}",
        help=_("The same file twice changes nothing. Answers are taken in their order."),
    )
    read: list[AnswersFile] = []
    for file in files:
        try:
            read.append(read_content(file.getvalue(), name=file.name))
        except GezhiError as error:
            st.error(plain(error), icon=":material/error:")
    damaged = [one for one in read if one.damage]
    for one in damaged:
        n = len(one.handed.answers)
        whole = ngettext("{n} answer of it is whole.", "{n} answers of it are whole.", n)
        st.warning(plain(f"{one.damage} {whole}"), icon=":material/broken_image:")
    salvage = bool(damaged) and st.checkbox(_("Take what is whole of damaged files"), key="salvage_answers")
    ready = [one for one in read if salvage or not one.damage]
    n = sum(len(one.handed.answers) for one in ready)
    if read:
        st.button(
            ngettext("Take {n} answer", "Take {n} answers", n),
            key="take_answers",
            type="primary",
            icon=":material/upload:",
            disabled=not n,
            on_click=_take,
            args=(here, ready),
        )
    _taken()


def _take(here: Workspace, files: list[AnswersFile]) -> None:
    rows: list[tuple[Any, ...]] = []
    try:
        for file in files:
            for done in take(file, here.store, actor=session.actor(here)):
                case = "" if done.issue_id is None else str(done.issue_id)
                rows.append((file.team, case, state_words(done.state), done.words))
        st.session_state[session.ANSWERS_TAKEN] = st.session_state.get(session.ANSWERS_TAKEN, 0) + 1
    except GezhiError as error:
        st.session_state[session.ANSWER_SAID] = ("error", str(error))
    st.session_state[session.ANSWERS_DONE] = rows


def _taken() -> None:
    """Show what became of the answers of the files that were taken last."""
    rows = st.session_state.get(session.ANSWERS_DONE)
    if rows:
        columns = [_("Team"), _("Case"), _("What became of it"), _("Why")]
        frame = pl.DataFrame(rows, schema=columns, orient="row")
        st.dataframe(frame, hide_index=True, height="content", key="answers_taken")


def _team_names(here: Workspace) -> dict[int, str]:
    teams = here.store.teams(actor=session.actor(here), retired=True)
    return {team.id: f"{team.id} · {team.label(current_locale())}" for team in teams}


def _said() -> None:
    """Say once what was just decided."""
    kind, words = st.session_state.pop(session.ANSWER_SAID, ("", ""))
    if kind == "success":
        st.success(plain(words), icon=":material/check_circle:")
    elif kind:
        st.error(plain(words), icon=":material/error:")
