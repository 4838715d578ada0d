"""Card: what can be done with an edition: copy, rename, give up, publish, go back to."""

from collections.abc import Callable

import streamlit as st

from app_pages import session
from app_pages.markdown import plain
from app_pages.territories_words import difference, doubts
from app_pages.undisturbed import undisturbed
from data.saved import MOST_LETTERS
from data.territories import Edition
from data.territory_ground import barriers, city_cells
from data.territory_load import expected_work
from data.territory_proposal import heaviest
from data.territory_wishes import wishes
from data.workspace import Workspace
from geo.errors import GezhiError
from i18n import current_locale, ngettext
from i18n import gettext as _


def said() -> None:
    """Say once what was just done, or why it was not."""
    if fault := st.session_state.pop(session.TERRITORY_FAULT, None):
        st.error(plain(fault), icon=":material/error:")
    if words := st.session_state.pop(session.TERRITORY_SAID, None):
        st.toast(words, icon=":material/check:")


def steps(here: Workspace, edition: Edition) -> None:
    """Draw the buttons that an edition allows."""
    if edition.state != "draft":
        words = _("Edit a copy") if edition.state == "in_force" else _("Restore as a draft")
        icon = ":material/edit:" if edition.state == "in_force" else ":material/history:"
        if st.button(words, key="territories_copy", icon=icon):
            copy(here, edition)
        return
    if st.button(_("Publish…"), key="territories_publish", type="primary", icon=":material/publish:"):
        st.dialog(_("Publish territories"))(_publish)(here, edition.id)
    with st.popover(_("More"), icon=":material/more_horiz:"):
        st.text_input(
            _("Name of the edition"),
            value=edition.name,
            key=f"{session.TERRITORY_NAME}_{edition.id}",
            max_chars=MOST_LETTERS,
        )
        st.text_area(_("Note"), value=edition.note, key=f"{session.TERRITORY_NOTE}_{edition.id}")
        if st.button(_("Keep name and note"), key="territories_rename", width="stretch"):
            _rename(here, edition)
        if st.button(
            _("Make a copy"), key="territories_copy", width="stretch", icon=":material/content_copy:"
        ):
            copy(here, edition)
        if st.button(
            _("Give this draft up"), key="territories_drop", width="stretch", icon=":material/delete:"
        ):
            _drop(here, edition)


def copy(here: Workspace, edition: Edition) -> None:
    """Make a draft of an edition's cells and show it."""
    actor = session.actor(here)
    name = _("Draft of {name}", name=edition.name)[:MOST_LETTERS]

    def keep() -> None:
        there = {team.id for team in here.store.teams(actor=actor)}
        frame = here.store.territories(edition.id, actor=actor)
        kept = frame.filter(frame["team_id"].is_in(sorted(there)))
        made = here.store.draft_territories(name, kept, actor=actor)
        left = frame.height - kept.height
        words = _("Kept as a draft: {name}", name=made.name)
        if left:
            words += " " + ngettext(
                "{n} cell of a team that has gone is nobody's.",
                "{n} cells of teams that have gone are nobody's.",
                left,
            )
        _done(words, show=made.id)

    _try(keep)


def _rename(here: Workspace, edition: Edition) -> None:
    def keep() -> None:
        seen = here.store.editions(actor=session.actor(here))
        now = next((one for one in seen if one.id == edition.id), edition)
        here.store.change_territories(
            edition.id,
            actor=session.actor(here),
            version=now.version,
            name=st.session_state[f"{session.TERRITORY_NAME}_{edition.id}"],
            note=st.session_state[f"{session.TERRITORY_NOTE}_{edition.id}"],
        )
        _done(_("Name and note are kept."), show=edition.id)

    _try(keep)


def _drop(here: Workspace, edition: Edition) -> None:
    def drop() -> None:
        here.store.drop_territories(
            edition.id, actor=session.actor(here), version=_newest(here, edition.id).version
        )
        _done(_("The draft was given up."), show=None)

    _try(drop)


def _publish(here: Workspace, number: int) -> None:
    """Show what publishing means, and let it be done."""
    if session.TERRITORY_SAID in st.session_state:  # it was: the page behind follows
        st.rerun()
    actor = session.actor(here)
    edition = _newest(here, number)
    in_force = here.store.edition_in_force(actor=actor)
    teams = here.store.teams(actor=actor)
    frame = here.store.territories(number, actor=actor)
    cells = city_cells(here.store, here.cube, actor=actor)
    load = expected_work(here.store, here.cube, cells, actor=actor)
    wanted = wishes(here.store, actor=actor)
    walls = barriers(here.store, cells, kinds=wanted.kinds, drawn=wanted.drawn, actor=actor)
    st.markdown(f"**{plain(edition.name)}**")
    figures = st.container(horizontal=True, gap="large")
    figures.metric(_("Heaviest team"), f"{heaviest(load, frame, len(teams)):.2f} ×", width="content")
    if in_force is not None:
        before = here.store.territories(in_force.id, actor=actor)
        figures.metric(_("Now"), f"{heaviest(load, before, len(teams)):.2f} ×", width="content")
        figures.metric(_("Cells that change hands"), f"{difference(frame, before):,}", width="content")
    for words in doubts(load, frame, teams, walls=walls, locale=current_locale()):
        st.warning(plain(words), icon=":material/warning:")
    st.markdown(
        _(
            "From this moment on teams see the cases of these cells. What is in force now is kept and can be "
            "restored."
        )
    )
    if fault := st.session_state.pop(session.TERRITORY_FAULT, None):
        st.error(plain(fault), icon=":material/error:")
    st.button(
        _("Publish now"),
        key="territories_publish_now",
        type="primary",
        width="stretch",
        on_click=_publish_now,
        args=(here, edition, in_force.id if in_force else None),
    )


def _publish_now(here: Workspace, edition: Edition, replaces: int | None) -> None:
    """Publish the draft as it was looked at, and no later version; a callback, which nothing disturbs."""
    try:
        here.store.publish_territories(
            edition.id, actor=session.actor(here), version=edition.version, replaces=replaces
        )
    except GezhiError as error:
        st.session_state[session.TERRITORY_FAULT] = str(error)
    else:
        _done(_("In force now: {name}", name=edition.name), show=edition.id)


def _newest(here: Workspace, number: int) -> Edition:
    found = [one for one in here.store.editions(actor=session.actor(here)) if one.id == number]
    return found[0]


def _try(work: Callable[[], None]) -> None:
    """Do it to its end and draw the page anew; what stands against it is said where the button is."""
    try:
        undisturbed(work)
    except GezhiError as error:
        st.error(plain(error), icon=":material/error:")
        return
    st.rerun()


def _done(words: str, *, show: int | None) -> None:
    st.session_state[session.TERRITORY_SAID] = words
    st.session_state.pop(session.TERRITORY_EDITION, None)
    if show is None:
        st.query_params.pop("edition", None)
    else:
        st.query_params["edition"] = str(show)
