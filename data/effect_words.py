"""The effect of a drive in words: what it came to, whether it moved next door, what to beware of."""

import math

from geo.effect import Effect
from geo.effect_verdict import FEW_BEFORE, Verdict, is_unlike, next_door, verdict, was_on_another_course
from geo.rate_ratios import Ratio
from i18n import gettext as _
from i18n import ngettext

#: Of so much more scatter than chance the reader is told.
_SCATTERED = 1.5


def short_words(said: Verdict) -> str:
    """Return a verdict in one or two words, for a table."""
    return {
        "few": _("too few reports"),
        "unsure": _("cannot be told"),
        "unchanged": _("no change"),
        "fell": _("fell"),
        "rose": _("rose"),
        "came_back": _("came back"),
        "partly_back": _("partly came back"),
    }[said]


def verdict_words(found: Effect) -> str:
    """Say what a drive came to in its own cells."""
    said = verdict(found)
    if said == "few":
        return _few(found)
    if said in ("came_back", "partly_back"):
        return _back(found, said)
    if said == "fell":
        return _("Reports fell by {by} beyond what matched cells did.", by=_fall(found.ratio))
    if said == "rose":
        return _("Reports rose by {by} beyond what matched cells did.", by=_rise(found.ratio))
    ends = {"low": change_words(found.ratio.low), "high": change_words(found.ratio.high)}
    if said == "unchanged":
        return _("No change beyond what matched cells did: at most {low} or {high}.", **ends)
    return _(
        "Whether it worked cannot be told: beside matched cells anything from {low} to {high} fits what was "
        "reported.",
        **ends,
    )


def next_door_words(found: Effect) -> str:
    """Say whether the problem moved to the cells beside; empty where nothing fell that could have moved."""
    said = next_door(found)
    if said == "moved":
        return _("It moved next door: the cells beside rose by {by}.", by=_rise(found.next_door))
    if said == "fell_too":
        return _("It did not move next door: the cells beside fell too, by {by}.", by=_fall(found.next_door))
    if said == "calm":
        return _(
            "No sign that it moved next door: the cells beside changed by {low} to {high}.",
            low=change_words(found.next_door.low),
            high=change_words(found.next_door.high),
        )
    if said in ("few", "unsure"):
        n = round(found.neighbours.before + found.neighbours.after)
        return ngettext(
            "Whether it moved next door cannot be told: {n} report there before and after.",
            "Whether it moved next door cannot be told: {n} reports there before and after.",
            n,
        )
    return ""


def spared_words(found: Effect) -> str:
    """Say how many reports did not come; empty where there is no verdict of a fall."""
    if verdict(found) != "fell":
        return ""
    n, low, high = found.spared
    return _(
        "That is about {n} reports fewer ({low} to {high}) in {weeks} weeks.",
        n=f"{n:,.0f}",
        low=f"{low:,.0f}",
        high=f"{high:,.0f}",
        weeks=len(found.after),
    )


def quotient_words(found: Effect) -> str:
    """Say how much of the fall the cells beside took up, by the displacement quotient; empty without one."""
    if found.quotient is None or next_door(found) not in ("calm", "moved", "fell_too"):
        return ""
    return _(
        "Displacement quotient {estimate} ({low} to {high}): 0 nothing moved, -1 all of it did, above 0 the "
        "cells beside gained too.",
        estimate=f"{found.quotient.estimate:+.2f}",
        low=f"{found.quotient.low:+.2f}",
        high=f"{found.quotient.high:+.2f}",
    )


def cautions(found: Effect) -> list[str]:
    """Return what a reader must know before relying on the verdict."""
    said: list[str] = []
    if verdict(found) == "few":
        return said
    weeks = len(found.before)
    if is_unlike(found):
        said.append(
            _(
                "No cells are like these: the matched ones had {other} reports a week before, these {own}. "
                "Very high counts tend to fall back by themselves.",
                own=f"{found.treated.before / weeks:,.1f}",
                other=f"{found.matched.before / weeks:,.1f}",
            )
        )
    if was_on_another_course(found):
        said.append(_("Before the drive these cells were on another course than the matched ones already."))
    if found.scatter > _SCATTERED:
        said.append(
            _(
                "Weeks differ {times} times as much as chance makes them; the interval is wider for that.",
                times=f"{found.scatter:.1f}",
            )
        )
    return said


def change_words(ratio: float) -> str:
    """Write a ratio as a change in percent with its sign; what has no end says so."""
    if math.isnan(ratio):
        return "–"
    if math.isinf(ratio) or ratio >= 100:
        return _("any rise")
    percent = round(100 * (ratio - 1))
    return f"{percent:+d}\u00a0%" if percent else "±0\u00a0%"


def _few(found: Effect) -> str:
    n = round(found.treated.before)
    if n < FEW_BEFORE:
        return ngettext(
            "Whether it worked cannot be told: {n} report before the drive.",
            "Whether it worked cannot be told: {n} reports before the drive.",
            n,
        )
    return _(
        "Whether it worked cannot be told yet: without the drive about {n} reports would have come since.",
        n=f"{float(found.singles.expected.sum()):.1f}",
    )


def _back(found: Effect, said: Verdict) -> str:
    late = found.in_late or found.ratio
    words = {"by": _fall(found.in_early), "first": len(found.early), "last": len(found.late)}
    if said == "came_back":
        return _(
            "Reports fell by {by} in the first {first} weeks beyond what matched cells did, then came back: "
            "in the last {last} weeks {change} beside matched cells ({low} to {high}).",
            **words,
            change=change_words(late.estimate),
            low=change_words(late.low),
            high=change_words(late.high),
        )
    return _(
        "Reports fell by {by} in the first {first} weeks beyond what matched cells did, then partly came "
        "back: in the last {last} weeks still {left} less.",
        **words,
        left=_fall(late),
    )


def _fall(ratio: Ratio) -> str:
    return _range(1 - ratio.estimate, 1 - ratio.high, 1 - ratio.low)


def _rise(ratio: Ratio) -> str:
    estimate = ratio.estimate if math.isfinite(ratio.estimate) else ratio.low
    if not math.isfinite(ratio.high):
        return _("{low} % or more", low=round(100 * (ratio.low - 1)))
    return _range(estimate - 1, ratio.low - 1, ratio.high - 1)


def _range(middle: float, low: float, high: float) -> str:
    return _("{n} % ({low} to {high} %)", n=round(100 * middle), low=round(100 * low), high=round(100 * high))
