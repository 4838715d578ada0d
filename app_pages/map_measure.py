"""Card: which figure colours the cells; and what the map is asked for by a view, comparisons included."""

from dataclasses import dataclass
from datetime import date
from typing import Final

import streamlit as st

from app_pages import session
from app_pages.view import AGAINST, BESIDE, View, compared_with
from data.filters import Filter
from data.measures import MEASURES, measure
from i18n import gettext as _

CHANGE: Final = "change"
SWIPE: Final = "swipe"
#: What a comparison begins with; it is also what the server compares with when it is told no days.
BEFORE: Final = AGAINST[1]

Days = tuple[date, date]


@dataclass(frozen=True, slots=True)
class Shown:
    """What the cells of the map show.

    Attributes
    ----------
    measure
        One of `data.measures.MEASURES`.
    other
        First and last day of the period that the filter's own is compared with; None without one.
    swipe
        Whether both periods are shown, one beside the other.
    """

    measure: str
    other: Days | None = None
    swipe: bool = False


def settled(view: View) -> View:
    """Return the view with a change as what it is: a comparison, usually with the period before."""
    if view.measure != CHANGE:
        return view
    return view.but(measure=MEASURES[0], against=view.against or BEFORE, beside=BESIDE[0])


def shown(view: View, where: Filter) -> Shown:
    """Return what a view means for cells; without two periods to compare, its measure alone."""
    view = settled(view)
    other = compared_with(view, where) if where.start and where.end else None
    if other is None or other.start is None or other.end is None:
        return Shown(view.measure)
    days = (other.start, other.end)
    return Shown(view.measure, days, swipe=True) if view.beside == SWIPE else Shown(CHANGE, days)


def wants_period(view: View, where: Filter) -> bool:
    """Say whether a view compares, but there are no two periods to compare."""
    return bool(settled(view).against) and shown(view, where).other is None


def with_measure(view: View, name: str) -> View:
    """Return the view with another measure; a change is a comparison, another measure ends the map of it."""
    view = settled(view)
    look = view.look.without_edges()
    if name == CHANGE:
        return view.but(against=view.against or BEFORE, beside=BESIDE[0], look=look)
    if view.against and view.beside == BESIDE[0]:
        return view.but(measure=name, against="", look=look)
    return view.but(measure=name, look=look)


def chosen(view: View) -> str:
    """Return the measure that the choice shows: a comparison as a map of changes is a measure too."""
    return CHANGE if view.against and view.beside == BESIDE[0] else view.measure


def render(view: View) -> None:
    """Draw the choice of the measure."""
    words = {name: measure(name).short for name in MEASURES}
    st.session_state[session.MEASURE] = chosen(view)
    st.selectbox(
        _("Colours of the cells"),
        MEASURES,
        key=session.MEASURE,
        format_func=words.__getitem__,
        on_change=_choose,
        label_visibility="collapsed",
        width=150,
    )


def _choose() -> None:
    session.show(with_measure(session.current_view(), st.session_state[session.MEASURE]))
