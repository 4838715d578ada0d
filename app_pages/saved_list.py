"""The list of what is kept of a kind: open, rename, overwrite, share, pass on, delete."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import streamlit as st

from app_pages import saved_actions, session
from app_pages.case_words import actor_words
from app_pages.markdown import plain
from data.saved import MOST_LETTERS, Kind, Saved
from data.workspace import Workspace
from i18n import gettext as _
from i18n import ngettext
from layers.copy_link import copy_link

_PAGE: Final = 8


@dataclass(frozen=True, slots=True)
class Sort:
    """What a kind of kept things is to the list.

    Attributes
    ----------
    described
        Says what one means, in plain text.
    open
        Shows one; called as a callback.
    content
        What is shown now, as the store keeps it; None where there is nothing to keep.
    query
        The parameters of an address that shows one.
    overwrite, hint
        What the button says that overwrites one, and the field that asks for a name.
    empty
        Says what to do where nothing is kept.
    """

    kind: Kind
    described: Callable[[Saved], str]
    open: Callable[[Saved], None]
    content: Callable[[], Mapping[str, Any] | None]
    query: Callable[[Saved], str]
    overwrite: str
    ask: str
    hint: str
    empty: str


def render(here: Workspace, sort: Sort) -> None:
    """Draw the word on what was just done, the field for a new name, and the list."""
    saved_actions.said(here, sort.kind)
    _new(here, sort)
    kept = here.store.saved(sort.kind, actor=session.actor(here))
    if not kept:
        st.info(sort.empty, icon=":material/bookmark_add:")
    length = st.session_state.get(f"{session.SAVED_LISTED}_{sort.kind}", _PAGE)
    for one in kept[:length]:
        _entry(here, sort, one)
    if len(kept) > length:
        more = min(_PAGE, len(kept) - length)
        st.button(
            ngettext("Show {n} more", "Show {n} more", more),
            key=f"more_saved_{sort.kind}",
            on_click=_list_more,
            args=(sort.kind, length),
            width="stretch",
        )


def _new(here: Workspace, sort: Sort) -> None:
    if sort.content() is None:
        return
    with st.form(f"keep_{sort.kind}", border=False):
        row = st.container(horizontal=True, vertical_alignment="bottom")
        row.text_input(sort.ask, key=_name_key(sort), max_chars=MOST_LETTERS, placeholder=sort.hint)
        row.form_submit_button(_("Keep"), type="primary", on_click=_keep, args=(here, sort))


def _entry(here: Workspace, sort: Sort, one: Saved) -> None:
    unfolded = st.session_state.get(session.SAVED_OPEN) == one.id
    with st.container(key=f"saved_{sort.kind}_{one.id}", gap=None):
        row = st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center")
        row.button(
            f"**{plain(one.name)}**",
            key=f"open_{one.id}",
            type="tertiary",
            icon=":material/group:" if one.shared else ":material/bookmark:",
            on_click=_open,
            args=(sort, one),
            help=_("Open: {name}", name=plain(one.name)),
        )
        row.button(
            _("Fold up") if unfolded else _("Edit"),
            key=f"unfold_{one.id}",
            type="tertiary",
            icon=":material/expand_less:" if unfolded else ":material/expand_more:",
            on_click=_unfold,
            args=(None if unfolded else one.id,),
            help=_("Rename, overwrite, share, delete"),
        )
        st.caption(plain(sort.described(one) + _whose(one)))
        if unfolded:
            _actions(here, sort, one)


def _whose(one: Saved) -> str:
    if not one.mine:
        return " · " + _("shared by {name}", name=actor_words(one.owner))
    return " · " + _("shared with all") if one.shared else ""


def _actions(here: Workspace, sort: Sort, one: Saved) -> None:
    """Draw what can be done with one; what is somebody else's can be opened and passed on."""
    with st.container(gap="small"):
        _buttons(here, sort, one)


def _buttons(here: Workspace, sort: Sort, one: Saved) -> None:
    if one.changeable:
        row = st.container(horizontal=True, vertical_alignment="bottom")
        row.text_input(_("Name"), value=one.name, key=_rename_key(one), max_chars=MOST_LETTERS)
        row.button(_("Rename"), key=f"rename_{one.id}", on_click=_rename, args=(here, one))
    row = st.container(horizontal=True)
    if one.changeable:
        row.button(
            sort.overwrite,
            key=f"overwrite_{one.id}",
            icon=":material/save:",
            on_click=_overwrite,
            args=(here, sort, one),
            disabled=sort.content() is None,
        )
        row.button(
            _("Keep it to myself") if one.shared else _("Share with all"),
            key=f"share_{one.id}",
            icon=":material/lock:" if one.shared else ":material/group:",
            on_click=_share,
            args=(here, one),
        )
    with row:
        copy_link(_("Copy link"), sort.query(one), key=f"copy_{one.id}")
    if one.changeable:
        row.button(
            _("Delete"), key=f"delete_{one.id}", icon=":material/delete:", on_click=_delete, args=(here, one)
        )


def _name_key(sort: Sort) -> str:
    return f"{session.SAVED_NAME}_{sort.kind}"


def _rename_key(one: Saved) -> str:
    return f"{session.SAVED_RENAME}_{one.id}_{one.version}"


def _open(sort: Sort, one: Saved) -> None:
    saved_actions.forget_said()
    sort.open(one)


def _keep(here: Workspace, sort: Sort) -> None:
    content = sort.content()
    if content and saved_actions.keep(here, sort.kind, st.session_state[_name_key(sort)], content):
        st.session_state[_name_key(sort)] = ""


def _rename(here: Workspace, one: Saved) -> None:
    saved_actions.rename(here, one, st.session_state[_rename_key(one)])


def _overwrite(here: Workspace, sort: Sort, one: Saved) -> None:
    if content := sort.content():
        saved_actions.overwrite(here, one, content)


def _share(here: Workspace, one: Saved) -> None:
    saved_actions.share(here, one)


def _delete(here: Workspace, one: Saved) -> None:
    if saved_actions.remove(here, one):
        st.session_state[session.SAVED_OPEN] = None


def _unfold(saved_id: int | None) -> None:
    saved_actions.forget_said()
    st.session_state[session.SAVED_OPEN] = saved_id


def _list_more(kind: Kind, length: int) -> None:
    st.session_state[f"{session.SAVED_LISTED}_{kind}"] = length + _PAGE
