"""Forecasts in words: what the methods are called, how good they were, whether the simple ones do as well."""

from datetime import date
from typing import Final

from data.step_counts import Step
from geo.backtest import FAMILIES, RIVALS, BackTest, Judged
from geo.forecast_quality import Interval, Quality
from geo.nearness import USUAL_WIDTHS
from i18n import N_, gettext, ngettext
from i18n import gettext as _

_LABELS: Final = {
    "last": N_("Last period"),
    "mean": N_("Mean of the last periods"),
    "density": N_("Kernel density"),
    "smoothing": N_("Space-time smoothing"),
    "exciting": N_("Self-exciting counts"),
    "trees": N_("Gradient-boosted trees"),
}
_ABOUT: Final = {
    "last": N_("what was last will be next"),
    "smoothing": N_("each cell's own past, drawn to its surroundings where it says little"),
    "exciting": N_("reports draw further ones near them for a while"),
    "trees": N_("learnt from the past of all cells and their surroundings"),
}


def method_label(name: str) -> str:
    """Return what a family of methods is called."""
    return gettext(_LABELS[name])


def method_about(family: Judged, step: Step, apart_m: float) -> str:
    """Say how a family works, or what it was set to.

    Parameters
    ----------
    apart_m
        Metres between neighbouring cells: kernels are as wide as so many of them.
    """
    if family.name in _ABOUT:
        return gettext(_ABOUT[family.name])
    length, _colon, width = family.variant.partition(":")
    steps = steps_words(int(length), step)
    if not width:
        return _("of the last {steps}", steps=steps)
    metres = f"{USUAL_WIDTHS[int(width)] * apart_m:.0f}"
    return _("of the last {steps}, {metres} m wide", steps=steps, metres=metres)


def steps_words(n: int, step: Step) -> str:
    """Return a number of weeks or months."""
    return ngettext("{n} week", "{n} weeks", n) if step == "week" else ngettext("{n} month", "{n} months", n)


def days_words(first: date, last: date) -> str:
    """Return the days of a step, the year and month of the second only where they differ."""
    if first.year != last.year:
        return f"{first.isoformat()} – {last.isoformat()}"
    return f"{first.isoformat()} – {last:%m-%d}"


def interval_words(figure: Interval, *, form: str = ".2f") -> tuple[str, str]:
    """Return a figure and its interval."""
    return f"{figure.value:{form}}", f"{figure.low:{form}} – {figure.high:{form}}"


def held_words(found: Quality, test: BackTest, step: Step) -> str:
    """Say in a sentence how good such plans were."""
    return _(
        "In the {steps} that judge, plans like this one held **{rate} of the reports** on {share} of the "
        "area: {pai} times what chance would hold (PAI), {pei} of the most that was possible (PEI).",
        steps=steps_words(len(test.steps) - test.choosing, step),
        rate=f"{found.hit_rate.value:.0%}",
        share=f"{test.share:.1%}",
        pai=f"{found.pai.value:.1f}",
        pei=f"{found.pei.value:.0%}",
    )


def verdict_words(test: BackTest) -> str:
    """Say plainly whether the chosen method beats the simple ones."""
    method, rival = method_label(test.chosen), method_label(test.best_rival)
    simple = test.verdict == "rival"
    ahead = test.ahead(*((test.best_other, test.chosen) if simple else (test.chosen, test.best_rival)))
    told = {
        "method": method,
        "rival": rival,
        "value": f"{ahead.value:+.3f}",
        "low": f"{ahead.low:+.3f}",
        "high": f"{ahead.high:+.3f}",
    }
    if simple:
        return _(
            "**No method did better than a simple one** when the choice was made, so the plan is made with "
            "“{method}”. Since then the PEI of the best other one, “{other}”, differs by {value} from it "
            "(95 % interval {low} to {high}).",
            other=method_label(test.best_other),
            **told,
        )
    if test.verdict == "better":
        return _(
            "“{method}” **beats the simple methods**, beyond chance: its PEI is {value} above that of the "
            "best of them, “{rival}” (95 % interval {low} to {high}).",
            **told,
        )
    if test.verdict == "worse":
        return _(
            "“{method}” was best when the choice was made but **does worse than a simple method** since: its "
            "PEI differs by {value} from that of “{rival}” (95 % interval {low} to {high}).",
            **told,
        )
    return _(
        "“{method}” **does not beat the simple methods** beyond chance: its PEI differs by {value} from that "
        "of the best of them, “{rival}” (95 % interval {low} to {high}).",
        **told,
    )


def by_quality(test: BackTest) -> list[tuple[Judged, Quality]]:
    """Return the families with their quality on the forecasts that judge, the highest PEI first."""
    judged = [(test.of(name), test.quality(name)) for name in FAMILIES]
    return sorted(judged, key=lambda pair: -pair[1].pei.value)


def is_simple(name: str) -> bool:
    """Return whether a family is one of those that every other must beat."""
    return name in RIVALS
