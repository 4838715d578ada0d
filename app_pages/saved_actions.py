"""What can be done with something kept under a name, and the word on it with the way back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from app_pages import session
from app_pages.markdown import plain
from data.saved import Kind, Saved
from data.workspace import Workspace
from geo.errors import GezhiError
from i18n import gettext as _


@dataclass(frozen=True, slots=True)
class Undo:
    """The way back: the version that was written, and the old content; none where it was deleted."""

    saved_id: int
    version: int
    content: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Said:
    kind: Kind
    words: str
    fault: bool
    undo: Undo | None


def keep(here: Workspace, kind: Kind, name: str, content: Mapping[str, Any]) -> int:
    """Keep something new; return its number, 0 where it is not kept."""
    number = 0

    def act() -> None:
        nonlocal number
        store = here.store
        ways: dict[Kind, Callable[..., Saved]] = {
            "view": store.keep_view,
            "cells": store.keep_cells,
            "drive": store.keep_drive,
        }
        kept = ways[kind](name, **content, actor=session.actor(here))
        _say(kind, _("Kept as '{name}'", name=kept.name))
        number = kept.id

    _attempt(kind, act)
    return number


def rename(here: Workspace, one: Saved, name: str) -> bool:
    """Give it another name; return whether it has it."""
    return _change(here, one, lambda kept: _("It is called '{name}' now", name=kept.name), name=name)


def overwrite(here: Workspace, one: Saved, content: Mapping[str, Any]) -> bool:
    """Put what is shown now in place of what was kept."""
    before = {"params": dict(one.params)} if one.kind == "view" else {"cells": one.cells}

    def act() -> None:
        kept = here.store.change_saved(one.id, actor=session.actor(here), version=one.version, **content)
        back = Undo(kept.id, kept.version, before)
        _say(one.kind, _("'{name}' is what is shown now", name=kept.name), undo=back)

    return _attempt(one.kind, act)


def correct(here: Workspace, one: Saved, before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Give something the name and content of `after`; the word on it has the way back to `before`."""

    def act() -> None:
        kept = here.store.change_saved(one.id, actor=session.actor(here), version=one.version, **after)
        _say(one.kind, _("'{name}' was changed", name=kept.name), undo=Undo(kept.id, kept.version, before))

    return _attempt(one.kind, act)


def share(here: Workspace, one: Saved) -> bool:
    """Share it with everybody, or take it back."""
    words = _("'{name}' is yours alone now", name=one.name)
    if not one.shared:
        words = _("'{name}' is shared with all", name=one.name)
    return _change(here, one, lambda _kept: words, shared=not one.shared)


def remove(here: Workspace, one: Saved) -> bool:
    """Delete it; the word on it has the way back."""

    def act() -> None:
        gone = here.store.delete_saved(one.id, actor=session.actor(here), version=one.version)
        _say(one.kind, _("'{name}' was deleted", name=one.name), undo=Undo(gone.id, gone.version))

    return _attempt(one.kind, act)


def said(here: Workspace, kind: Kind) -> None:
    """Draw the word on what was just done to something of a kind."""
    word: _Said | None = st.session_state.get(session.SAVED_SAID)
    if word is None or word.kind != kind:
        return
    if word.fault:
        st.warning(plain(word.words), icon=":material/error:")
        return
    with st.container(key=f"said_{kind}", horizontal=True, vertical_alignment="center"):
        st.markdown(f":material/check_circle: {plain(word.words)}", width="content")
        if word.undo:
            st.button(
                _("Undo"),
                key=f"undo_{kind}",
                type="tertiary",
                icon=":material/undo:",
                on_click=_take_back,
                args=(here, kind, word.undo),
            )


def refuse(kind: Kind, words: str) -> None:
    """Say why something could not be done."""
    _say(kind, words, fault=True)


def forget_said() -> None:
    """What was just done is old news."""
    st.session_state.pop(session.SAVED_SAID, None)


def _take_back(here: Workspace, kind: Kind, undo: Undo) -> None:
    actor = session.actor(here)

    def act() -> None:
        if undo.content:
            back = here.store.change_saved(undo.saved_id, actor=actor, version=undo.version, **undo.content)
        else:
            back = here.store.restore_saved(undo.saved_id, actor=actor, version=undo.version)
            if kind == "drive":
                st.session_state[session.DRIVE] = back.id
        _say(kind, _("'{name}' is as it was", name=back.name))

    _attempt(kind, act)


def _change(here: Workspace, one: Saved, words: Callable[[Saved], str], **changes: Any) -> bool:
    def act() -> None:
        kept = here.store.change_saved(one.id, actor=session.actor(here), version=one.version, **changes)
        _say(one.kind, words(kept))

    return _attempt(one.kind, act)


def _attempt(kind: Kind, action: Callable[[], None]) -> bool:
    try:
        action()
    except GezhiError as error:
        _say(kind, str(error), fault=True)
        return False
    return True


def _say(kind: Kind, words: str, *, fault: bool = False, undo: Undo | None = None) -> None:
    st.session_state[session.SAVED_SAID] = _Said(kind, words, fault, undo)
