"""What the choices of the sidebar stand for: told to the browser, it shows a choice before Python has run."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import streamlit as st

from app_pages import session
from app_pages.view import PERIODS, View, period_days


class Offered:
    """The widgets that were drawn, each with the sides of a filter that its choices are.

    `layers/assets/js/sidebar.js` reads these widgets in the page; one that is not told here, or that does not
    look there as told, is left to Python alone.
    """

    def __init__(self) -> None:
        self.widgets: list[dict[str, Any]] = []

    def buttons(self, key: str, side: str, values: Sequence[str | tuple[str, str] | None]) -> None:
        """Tell of a row of buttons, and what each of them is; None where only Python knows that."""
        self.widgets.append({"key": key, "side": side, "buttons": list(values)})

    def tags(self, key: str, side: str, words: Mapping[Any, str]) -> None:
        """Tell of a list whose chosen entries stand as tags, by what is written on them.

        Of entries that look alike nobody knows which is meant: they are left out.
        """
        alike = Counter(words.values())
        named = {label: str(value) for value, label in words.items() if alike[label] == 1}
        self.widgets.append({"key": key, "side": side, "tags": named})

    def groups(self, key: str, names: Sequence[str], categories: Mapping[str, Sequence[str]]) -> None:
        """Tell of the row of groups, with the categories of each."""
        self.buttons(key, "group", names)
        self.widgets[-1]["categories"] = {name: list(categories[name]) for name in names}

    def periods(self, key: str, choices: Sequence[str], newest: date | None) -> None:
        """Tell of the row of periods: first and last day of the quick ones, which end on the `newest`."""
        days = [period_days(name, newest, View().where) if name in PERIODS else None for name in choices]
        self.buttons(key, "period", [_span(*ends) if ends else None for ends in days])

    def clear(self, key: str) -> None:
        """Tell of the button that takes every filter off."""
        self.widgets.append({"key": key, "side": "", "clear": True})

    def keep(self) -> None:
        """Keep what was told for runs of a part of the page, which draw no sidebar."""
        st.session_state[session.OFFERED] = self.widgets


def kept() -> list[dict[str, Any]]:
    """Return what the sidebar offered when it was drawn last."""
    widgets: list[dict[str, Any]] = st.session_state.get(session.OFFERED, [])
    return widgets


def _span(first: date | None, last: date | None) -> tuple[str, str]:
    return (first.isoformat() if first else "", last.isoformat() if last else "")
