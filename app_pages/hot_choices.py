"""Hot spots in words: what can be asked of them. Knows no Streamlit."""

from math import isfinite
from typing import Final

from app_pages.view import View
from data.hot_cells import PER, RINGS
from data.step_counts import STEPS
from i18n import N_, gettext, ngettext
from i18n import gettext as _
from layers import hot_words

#: What each kind of map says.
_ABOUT: Final = {
    "classes": N_("Which cells are hot or cold, since when, and whether it grows or fades, step by step."),
    "now": N_("Which cells have more or fewer reports around them than chance explains, over the period."),
    "outliers": N_("Cells with many reports among neighbours with few, and the other way round."),
    "stability": N_("Which hot spots stay hot on other grids: who is sent there is not sent to an artefact."),
    "blind": N_("Cells that inspections and patrols did not visit: no report there means nothing."),
    "forecast": N_("The cells in which most reports of the next step are expected."),
}
_PER: Final = {
    "": N_("Reports"),
    "street": N_("Per km of street"),
    "household": N_("Per household"),
    "visit": N_("Per patrol visit"),
}
_STEPS: Final = {"week": N_("By week"), "month": N_("By month")}
_RINGS: Final = {
    1: N_("with direct neighbours"),
    2: N_("with two rings of neighbours"),
    3: N_("with three rings of neighbours"),
}

#: Kinds of map that look at one step after the other, at neighbours, at rates; the others do not ask for it.
WITH_STEPS: Final = ("classes", "forecast")
WITH_RING: Final = ("classes", "now", "outliers", "stability")
WITH_PER: Final = WITH_RING


def kind_about(kind: str) -> str:
    """Return what a kind of map says, as a sentence."""
    return gettext(_ABOUT[kind])


def per_words(per: str) -> str:
    """Return what is looked at: the reports themselves, or a rate of them."""
    return gettext(_PER[per])


def step_words(step: str) -> str:
    """Return by which steps of time."""
    return gettext(_STEPS[step])


def ring_words(ring: int) -> str:
    """Return how far the neighbours reach that count with a cell."""
    return gettext(_RINGS[ring])


def unusual(view: View) -> list[str]:
    """Say which of the view's choices for its kind of map are not the usual ones."""
    said = []
    if view.per != PER[0] and view.hot in WITH_PER:
        said.append(per_words(view.per))
    if view.step != STEPS[0] and view.hot in WITH_STEPS:
        said.append(step_words(view.step))
    if view.ring != RINGS[0] and view.hot in WITH_RING:
        said.append(ring_words(view.ring))
    return said


def view_of_hot(view: View) -> list[str]:
    """Say what hot spots a view shows and how they are looked for."""
    kind = hot_words.titles()[view.hot]
    return [kind, *(words[:1].lower() + words[1:] for words in unusual(view))]


def figure_words(kind: str, figure: float) -> str:
    """Write the figure that a class was chosen by; empty where there is none."""
    if not isfinite(figure):
        return ""
    if kind == "blind":
        return ngettext("{n} visit", "{n} visits", round(figure))
    if kind == "stability":
        return _("hot on {share} of the grids", share=f"{figure:.0%}")
    if kind == "forecast":
        return _("{n} expected", n=f"{figure:,.1f}")
    return f"z {signed(figure)}"


def signed(number: float) -> str:
    """Write a z-score."""
    return f"{number:.1f}".replace("-", "−")
