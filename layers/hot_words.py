"""The words on a map of hot spots: what each class is called and means, and why there may be none."""

from typing import NamedTuple

from i18n import clauses, ngettext
from i18n import gettext as _


class ClassWords(NamedTuple):
    """A class in the locale in use: its name, and what it means in a sentence."""

    label: str
    help: str


def titles() -> dict[str, str]:
    """Return what each kind of hot spots is called."""
    return {
        "classes": _("Hot spots over time"),
        "now": _("Hot spots of the period"),
        "outliers": _("Cells unlike their neighbours"),
        "stability": _("How firm hot spots are"),
        "blind": _("Where nobody looked"),
        "forecast": _("Next hot cells"),
    }


def class_words(kind: str) -> dict[str, ClassWords]:
    """Return the words of the classes of a kind, by slug."""
    return {
        "classes": _over_time,
        "now": _now,
        "outliers": _outliers,
        "stability": _stability,
        "blind": _blind,
        "forecast": _forecast,
    }[kind]()


def one_class(kind: str, slug: str) -> ClassWords:
    """Return the words of one class; those of a cell that has none where the slug is `none`."""
    nothing = ClassWords(_("Nothing stands out"), _("It does not differ from other cells."))
    return class_words(kind).get(slug, nothing)


def meaning(kind: str, slug: str, figure: float | None) -> str:
    """Say what the class of a cell means, with the figure that it was chosen by where there is one."""
    help_words = one_class(kind, slug).help
    if figure is None:
        return help_words
    figures = {
        "stability": _("hot on {share} of the grids", share=f"{figure:.0%}"),
        "blind": ngettext("{n} visit", "{n} visits", round(figure)),
        "forecast": _("{n} expected", n=f"{figure:,.1f}"),
    }
    said = figures.get(kind) or f"z {figure:.1f}".replace("-", "−")
    return _("{meaning} ({figure})", meaning=help_words, figure=said)


def labels(kind: str) -> dict[str, str]:
    """Return the labels of the map's scripts that are other words where hot spots are shown."""
    return {
        "title": titles()[kind],
        "nothing_here": _("None in this part of the map. In the whole city: {n} cells."),
        "nothing_stands_out": _("Nothing stands out: no cell has any of these classes."),
        "failed": _("The hot spots could not be loaded."),
        "no_figure": _("nothing to say"),
        "reason_pending": _("Why? One moment …"),
        "in_city": _("{n} in the whole city"),
    }


def note(slug: str) -> str:
    """Return why there is no answer; empty where there is one."""
    if not slug:
        return ""
    known = {
        "steps": _(
            "Not enough time for a statement: choose a longer period, or shorter steps. "
            "Only whole weeks or months count."
        ),
        "cells": _("Not enough cells for a statement: choose a larger area or a finer resolution."),
        "same": _("Every cell has as many reports as the others: nothing can stand out."),
        "visits": _(
            "Too few visits are known of these days: import visits of patrols, or choose other days."
        ),
        "pending": _("This is still being computed. It will appear here by itself."),
    }
    return known.get(slug) or _("There is not enough data for a statement.")


def how(step: str, ring: int, per: str, *, kind: str) -> str:
    """Say how hot spots are looked for: with which neighbours, by which steps, per what."""
    with_neighbours = kind not in {"blind", "forecast"}
    said = [_neighbours(ring)] if with_neighbours else []
    if kind in {"classes", "forecast"}:
        said.append(_("by month") if step == "month" else _("by week"))
    rate = {
        "street": _("per km of street"),
        "household": _("per household"),
        "visit": _("per visit"),
    }.get(per, "")
    return clauses([*said, rate if with_neighbours else ""])


def _neighbours(ring: int) -> str:
    if ring == 1:
        return _("With direct neighbours")
    return _("With neighbours up to {ring} cells away", ring=ring)


def _over_time() -> dict[str, ClassWords]:
    return {
        "new_hot": ClassWords(_("New hot spot"), _("Hot in the last step, for the first time.")),
        "consecutive_hot": ClassWords(
            _("Consecutive hot spot"), _("Hot in one unbroken run of steps up to the last, never before.")
        ),
        "intensifying_hot": ClassWords(
            _("Intensifying hot spot"), _("Hot in nearly all steps and in the last, and getting hotter.")
        ),
        "persistent_hot": ClassWords(
            _("Persistent hot spot"), _("Hot in nearly all steps, neither hotter nor cooler over time.")
        ),
        "diminishing_hot": ClassWords(
            _("Diminishing hot spot"), _("Hot in nearly all steps and in the last, but cooling down.")
        ),
        "sporadic_hot": ClassWords(
            _("Sporadic hot spot"), _("Hot in the last step, on and off before, never cold.")
        ),
        "oscillating_hot": ClassWords(
            _("Oscillating hot spot"), _("Hot in the last step, but cold in some step before.")
        ),
        "historical_hot": ClassWords(
            _("Historical hot spot"), _("Hot in nearly all steps, but not in the last one.")
        ),
        "new_cold": ClassWords(_("New cold spot"), _("Cold in the last step, for the first time.")),
        "consecutive_cold": ClassWords(
            _("Consecutive cold spot"), _("Cold in one unbroken run of steps up to the last, never before.")
        ),
        "intensifying_cold": ClassWords(
            _("Intensifying cold spot"),
            _("Cold in nearly all steps and in the last, and getting colder."),
        ),
        "persistent_cold": ClassWords(
            _("Persistent cold spot"), _("Cold in nearly all steps, neither colder nor warmer over time.")
        ),
        "diminishing_cold": ClassWords(
            _("Diminishing cold spot"), _("Cold in nearly all steps and in the last, but warming up.")
        ),
        "sporadic_cold": ClassWords(
            _("Sporadic cold spot"), _("Cold in the last step, on and off before, never hot.")
        ),
        "oscillating_cold": ClassWords(
            _("Oscillating cold spot"), _("Cold in the last step, but hot in some step before.")
        ),
        "historical_cold": ClassWords(
            _("Historical cold spot"), _("Cold in nearly all steps, but not in the last one.")
        ),
    }


def _now() -> dict[str, ClassWords]:
    hot = _("It and its neighbours have more reports than chance would give.")
    cold = _("It and its neighbours have fewer reports than chance would give.")
    return {
        "hot99": ClassWords(_("Hot, 99 % confidence"), hot),
        "hot95": ClassWords(_("Hot, 95 % confidence"), hot),
        "hot90": ClassWords(_("Hot, 90 % confidence"), hot),
        "cold99": ClassWords(_("Cold, 99 % confidence"), cold),
        "cold95": ClassWords(_("Cold, 95 % confidence"), cold),
        "cold90": ClassWords(_("Cold, 90 % confidence"), cold),
    }


def _outliers() -> dict[str, ClassWords]:
    return {
        "high_high": ClassWords(_("High among high"), _("Many reports, and so have its neighbours.")),
        "high_low": ClassWords(_("High among low"), _("Many reports, while its neighbours have few.")),
        "low_high": ClassWords(_("Low among high"), _("Few reports, while its neighbours have many.")),
        "low_low": ClassWords(_("Low among low"), _("Few reports, and so have its neighbours.")),
    }


def _stability() -> dict[str, ClassWords]:
    return {
        "holds": ClassWords(
            _("Holds"), _("Hot on almost every other grid too: shifted, finer, coarser, other rings.")
        ),
        "mostly": ClassWords(_("Mostly holds"), _("Hot on most other grids, not on all.")),
        "shaky": ClassWords(
            _("Shaky"), _("Hot on few other grids: it may come from where the cells happen to lie.")
        ),
    }


def _blind() -> dict[str, ClassWords]:
    return {
        "blind": ClassWords(
            _("Nobody looked"), _("No visit, or next to none, in the period: no report is no proof of order.")
        ),
        "seldom": ClassWords(_("Seldom looked at"), _("Few visits in the period.")),
        "seen": ClassWords(_("Looked at"), _("Visited as often as other cells.")),
    }


def _forecast() -> dict[str, ClassWords]:
    return {
        "next_held": ClassWords(
            _("Expected again"), _("Among the cells to plan for, and hot in the last step too.")
        ),
        "next": ClassWords(_("Expected next"), _("Among the cells to plan for, not hot in the last step.")),
    }
