"""Card: the drives, and what the one that is chosen came to."""

import streamlit as st

from app_pages import drive_form, effect_result, saved_actions, session
from app_pages.case_words import actor_words
from app_pages.markdown import plain
from app_pages.view import known_id
from data.drives import Drive
from data.effect import measured
from data.saved import Saved
from data.workspace import Workspace
from geo.errors import GezhiError
from i18n import gettext as _

#: The parameter of the address that names a drive.
_ADDRESS = "drive"


def render(here: Workspace) -> None:
    """Draw the choice of a drive and what can be done with it, its form while it is open, and the result."""
    kept = here.store.saved("drive", actor=session.actor(here))
    chosen = _choose(kept)
    _actions(here, chosen)
    saved_actions.said(here, "drive")
    drive_form.render(here, kept)
    if chosen is None:
        _empty()
        return
    _result(here, chosen)


def _choose(kept: list[Saved]) -> Saved | None:
    """Draw the list of drives; at its start the one in the address is chosen, or the first."""
    known = {one.id: one for one in kept}
    if not known:
        st.session_state.pop(session.DRIVE, None)
        return None
    if st.session_state.get(session.DRIVE) not in known:
        asked = known_id(str(st.query_params.get(_ADDRESS, "")))
        st.session_state[session.DRIVE] = asked if asked in known else next(iter(known))
    chosen = st.selectbox(
        _("Drive"),
        list(known),
        key=session.DRIVE,
        format_func=lambda number: _named(known[number]) if number in known else "",
        on_change=saved_actions.forget_said,
        width=560,
    )
    if st.query_params.get(_ADDRESS) != str(chosen):
        st.query_params[_ADDRESS] = str(chosen)
    return known[chosen]


def _named(one: Saved) -> str:
    return (
        one.name if one.mine else _("{name} (shared by {owner})", name=one.name, owner=actor_words(one.owner))
    )


def _actions(here: Workspace, chosen: Saved | None) -> None:
    row = st.container(horizontal=True, key="drive_actions")
    row.button(
        _("New drive"),
        key="new_drive",
        icon=":material/add:",
        type="secondary" if chosen else "primary",
        on_click=drive_form.open_new,
    )
    if chosen is None or not chosen.changeable:
        return
    row.button(
        _("Edit"),
        key="edit_drive",
        icon=":material/edit:",
        type="tertiary",
        on_click=drive_form.open_for,
        args=(chosen,),
    )
    row.button(
        _("Keep it to myself") if chosen.shared else _("Share with all"),
        key="share_drive",
        icon=":material/lock:" if chosen.shared else ":material/group:",
        type="tertiary",
        on_click=_share,
        args=(here, chosen),
    )
    row.button(
        _("Delete"),
        key="delete_drive",
        icon=":material/delete:",
        type="tertiary",
        on_click=_delete,
        args=(here, chosen),
    )


def _share(here: Workspace, chosen: Saved) -> None:
    saved_actions.share(here, chosen)


def _delete(here: Workspace, chosen: Saved) -> None:
    saved_actions.remove(here, chosen)
    drive_form.close()


def _empty() -> None:
    st.info(
        _(
            "No drive is known yet. A drive is some days on which something was done about some problems in "
            "some cells. Say when and where it was: then it is shown whether reports fell more than "
            "elsewhere, whether they moved next door, and whether they came back."
        ),
        icon=":material/campaign:",
    )


def _result(here: Workspace, chosen: Saved) -> None:
    if not chosen.params:
        st.warning(_("This drive cannot be read any more. Delete it, or edit it anew."))
        return
    drive = Drive.from_params(chosen.params)
    effect_result.facts(here, drive)
    try:
        result = measured(here.cube, drive)
    except GezhiError as error:
        st.info(plain(error), icon=":material/hourglass_empty:")
        return
    effect_result.render(here, result)
