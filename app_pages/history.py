"""The views of a session, one after the other: undo and redo.

Moving the map is no step, since a view does not know where the map lies. The browser's own history goes on
beside this one.
"""

from dataclasses import dataclass, field
from typing import Final, Self

import streamlit as st

from app_pages import session
from app_pages.view import View

#: Steps that can be taken back.
MOST: Final = 100


@dataclass
class History:
    """What was shown before the present view, the newest last, and what was taken back, the next one last."""

    present: View | None = None
    past: list[View] = field(default_factory=list)
    future: list[View] = field(default_factory=list)
    #: The present view came by a step; the page may still round it off, which is no step of its own.
    stepped: bool = False

    @classmethod
    def of_session(cls) -> Self:
        """Return the history of this session."""
        history: Self = st.session_state.setdefault(session.HISTORY, cls())
        return history

    def note(self, view: View) -> None:
        """Take note of what the page shows now; the same view again is no step."""
        if self.present is not None and not self.stepped:
            self.push(view)
        self.present = view
        self.stepped = False

    def push(self, view: View) -> None:
        """Go on to another view: what was taken back before cannot be taken again."""
        if self.present is not None and view != self.present:
            self.past = [*self.past, self.present][-MOST:]
            self.future = []
        self.present = view
        self.stepped = True

    def undo(self) -> View | None:
        """Step back; None where there is nothing before."""
        return self._step(self.past, self.future)

    def redo(self) -> View | None:
        """Take the step again that was taken back last; None where there is none."""
        return self._step(self.future, self.past)

    def _step(self, taken: list[View], left: list[View]) -> View | None:
        if not taken or self.present is None:
            return None
        left.append(self.present)
        self.present = taken.pop()
        self.stepped = True
        return self.present
