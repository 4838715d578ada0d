"""Rotas in plain words: days, balances, what a change would do. Knows no Streamlit."""

from collections.abc import Mapping
from datetime import date
from typing import Final

import polars as pl

from data.rota_plan import gap
from data.rotas import Rota, RotaState
from i18n import N_, gettext, ngettext
from i18n import gettext as _

_STATES: Final[Mapping[RotaState, str]] = {
    "draft": N_("draft"),
    "holds": N_("published"),
    "replaced": N_("replaced"),
    "dropped": N_("given up"),
}
#: A balance below this reads as even, in cases.
_EVEN: Final = 0.05


def day_words(day: date, rotas: list[Rota], *, today: date) -> str:
    """Say of a day in the list what there is of it."""
    states = {rota.state for rota in rotas if rota.day == day}
    known: tuple[RotaState, ...] = ("draft", "holds")
    said = [gettext(_STATES[state]) for state in known if state in states]
    if day == today:
        said.insert(0, _("today"))
    return " · ".join([day.isoformat(), *said])


def amount_words(amount: float) -> str:
    """Say how much work, in cases."""
    return ngettext("{n} case", "{n} cases", round(amount))


def balance_words(balance: float) -> str:
    """Write a balance with its sign: what a team has carried more or less than its part, in cases."""
    if abs(balance) < _EVEN:
        return "±0"
    return f"+{balance:.1f}" if balance > 0 else f"−{-balance:.1f}"


def ago_words(ago: int | None) -> str:
    """Say when a team was last where it goes now."""
    if ago is None:
        return _("never")
    return _("last time") if ago == 1 else _("{n} turns ago", n=ago)


def effect_words(before: pl.DataFrame, after: pl.DataFrame, team_id: int) -> list[str]:
    """Say what sending a team elsewhere does: to its work, and to the balance of all.

    Parameters
    ----------
    before, after
        The columns `data.rota_plan.STANDING`, of the rota as it is and as it would be.
    """
    was, now = (frame.filter(team_id=team_id).row(0, named=True) for frame in (before, after))
    words = []
    if now["share"] is None:
        words.append(_("It is excused: it carries nothing and owes nothing."))
    else:
        share = f"{was['share']:.1f}" if was["share"] is not None else "0"
        words.append(_("Its work: {before} → {after} cases.", before=share, after=f"{now['share']:.1f}"))
        if now["ago"] == 1:
            words.append(_("It was there last time."))
        elif now["ago"] is not None:
            words.append(_("It was there {n} turns ago.", n=now["ago"]))
    now_gap, new_gap = gap(before["after"]), gap(after["after"])
    words.append(
        _("Gap between the teams: {before} → {after} cases.", before=f"{now_gap:.1f}", after=f"{new_gap:.1f}")
    )
    if heaviest_words := _heaviest(before, after):
        words.append(heaviest_words)
    return words


def again(standing: pl.DataFrame) -> int:
    """Return how many teams go where they were last time."""
    return standing.filter(pl.col("ago") == 1).height


def _heaviest(before: pl.DataFrame, after: pl.DataFrame) -> str:
    most = [max(frame["share"].drop_nulls().to_list(), default=0.0) for frame in (before, after)]
    if abs(most[0] - most[1]) < _EVEN:
        return ""
    return _(
        "Heaviest place: {before} → {after} cases a team.", before=f"{most[0]:.1f}", after=f"{most[1]:.1f}"
    )
