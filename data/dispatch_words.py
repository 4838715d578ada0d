"""What a dispatch of many cases will do and has done, in words: for the screen and the command line."""

from typing import Final
from zoneinfo import ZoneInfo

import polars as pl

from data import clock
from data.dispatching import Dispatched, TakenBack, Why
from data.waiting_cases import Waiting
from i18n import N_, gettext, ngettext
from i18n import gettext as _

#: Why cases were not dispatched, for many of them together.
REASONS: Final[dict[Why, str]] = {
    "no_rule": N_("No rule names a unit for them"),
    "changed": N_("Somebody else has changed them since they were looked at"),
    "state": N_("They do not wait to be dispatched"),
    "second_person": N_("They need a second person"),
    "elsewhere": N_("They belong to another part of the city"),
    "unknown": N_("There are no such cases"),
}


def heading(found: Waiting) -> str:
    """Say how many cases are ready to go."""
    n = found.ready.height
    if not n:
        return _("No case is ready to be dispatched")
    return ngettext("{n:,} case is ready to be dispatched", "{n:,} cases are ready to be dispatched", n)


def lines(found: Waiting, tz: str) -> list[str]:
    """Say what to know before cases are dispatched, a line each."""
    ready, told = found.ready, []
    if ready.height:
        newest, oldest = (
            at.astimezone(ZoneInfo(tz)).date().isoformat()
            for at in (ready["reported_at"][0], ready["reported_at"][-1])
        )
        told.append(
            _("The oldest was reported on {oldest}, the newest on {newest}", oldest=oldest, newest=newest)
        )
    if late := ready.filter(pl.col("due_at") < clock.moment()).height:
        told.append(ngettext("{n:,} of them is overdue already", "{n:,} of them are overdue already", late))
    if n := found.without_rule:
        told.append(
            ngettext("{n:,} waits: no rule names its unit", "{n:,} wait: no rule names their unit", n)
        )
    if n := found.older:
        told.append(ngettext("{n:,} older case is left out", "{n:,} older cases are left out", n))
    if n := found.sent:
        told.append(ngettext("{n:,} is with somebody already", "{n:,} are with somebody already", n))
    if n := found.resting:
        told.append(
            ngettext(
                "{n:,} is suspended, or waits to be verified or closed",
                "{n:,} are suspended, or wait to be verified or closed",
                n,
            )
        )
    return told


def done_lines(done: Dispatched) -> list[str]:
    """Say what became of cases that were to be dispatched: how many went, and why others did not."""
    n = done.done.height
    told = [ngettext("{n:,} case was dispatched", "{n:,} cases were dispatched", n)]
    if done.sent:
        told.append(
            ngettext(
                "{n:,} had been dispatched before and stays as it is",
                "{n:,} had been dispatched before and stay as they are",
                done.sent,
            )
        )
    return told + [f"{words}: {n:,}" for words, n in refusals(done)]


def refusals(done: Dispatched) -> list[tuple[str, int]]:
    """Return why cases were not dispatched, and how many each, most first."""
    counted = done.refused["why"].value_counts(sort=True).iter_rows()
    return [(gettext(REASONS[why]), n) for why, n in counted]


def back_lines(back: TakenBack) -> list[str]:
    """Say what became of a dispatch that was taken back."""
    told = [ngettext("{n:,} case waits again", "{n:,} cases wait again", back.done)]
    if n := len(back.touched):
        told.append(
            ngettext(
                "{n:,} stays: somebody has touched it since",
                "{n:,} stay: somebody has touched them since",
                n,
            )
        )
    return told
