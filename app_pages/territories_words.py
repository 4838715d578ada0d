"""How territories are said: an edition in a line, a proposal in words, what stands against publishing."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import polars as pl

from app_pages.case_words import actor_words
from data.teams import Team
from data.territories import Edition
from data.territory_proposal import Proposed
from geo.territory_balance import balance
from i18n import gettext, ngettext, sentences
from i18n import gettext as _


def state_words(edition: Edition) -> str:
    """Say where an edition stands."""
    return {
        "draft": _("draft"),
        "in_force": _("in force"),
        "former": _("former"),
        "dropped": _("given up"),
    }[edition.state]


def moment_words(moment: datetime, tz: str) -> str:
    """Write a moment in the city's time."""
    return f"{moment.astimezone(ZoneInfo(tz)):%Y-%m-%d %H:%M}"


def title(edition: Edition) -> str:
    """Return an edition's name with where it stands, for a choice."""
    return f"{edition.name} · {state_words(edition)}"


def about(edition: Edition, tz: str) -> str:
    """Say who made and published an edition, and when."""
    if edition.published_at is None:
        return _(
            "Made by {made}, last changed by {changed} on {at}.",
            made=actor_words(edition.made_by),
            changed=actor_words(edition.changed_by),
            at=moment_words(edition.changed_at, tz),
        )
    if edition.ended_at is None:
        return _(
            "In force since {at}, published by {name}.",
            at=moment_words(edition.published_at, tz),
            name=actor_words(edition.published_by),
        )
    return _(
        "In force from {start} to {end}, published by {name}.",
        start=moment_words(edition.published_at, tz),
        end=moment_words(edition.ended_at, tz),
        name=actor_words(edition.published_by),
    )


def proposal_words(found: Proposed) -> str:
    """Say what a proposal reached, and what it could not."""
    parts = [_("As proposed: heaviest team {share} × the mean.", share=f"{found.heaviest:.2f}")]
    if found.before is not None:
        parts[0] = _(
            "As proposed: heaviest team {share} × the mean, {before} before.",
            share=f"{found.heaviest:.2f}",
            before=f"{found.before:.2f}",
        )
        parts.append(
            ngettext("{n} cell changes hands.", "{n} cells change hands.", found.changed)
            if found.changed
            else _("No cell changes hands.")
        )
    if found.bridges:
        parts.append(
            ngettext(
                "{n} bridge joins islands: a team there is in several pieces.",
                "{n} bridges join islands: teams there are in several pieces.",
                found.bridges,
            )
        )
    parts += [
        _("{name} is not with one team. {reason}", name=name, reason=gettext(reason))
        for name, reason in found.apart.items()
    ]
    return sentences(parts)


def doubts(
    load: "pd.Series[Any]", frame: pl.DataFrame, teams: list[Team], *, walls: Any, locale: str
) -> list[str]:
    """Say what stands against publishing: work that is nobody's, teams without cells or in several pieces."""
    given = set(frame["cell"].to_list())
    found = []
    left = load[[cell not in given and work > 0 for cell, work in load.items()]]
    if len(left):
        share = f"{left.sum() / load.sum():.1%}"
        found.append(
            ngettext(
                "{n} cell with work is nobody's ({share} of all work): no team sees its cases.",
                "{n} cells with work are nobody's ({share} of all work): no team sees their cases.",
                len(left),
                share=share,
            )
        )
    with_cells = set(frame["team_id"].to_list())
    if without := [team.label(locale) for team in teams if team.id not in with_cells]:
        found.append(_("Without cells: {names}.", names=", ".join(without)))
    if pieces := _in_pieces(frame, walls):
        names = {team.id: team.label(locale) for team in teams}
        found.append(
            _("In several pieces: {names}.", names=", ".join(names.get(one, str(one)) for one in pieces))
        )
    return found


def _in_pieces(frame: pl.DataFrame, walls: Any) -> list[int]:
    if frame.is_empty():
        return []
    cells = frame["cell"].to_numpy()
    table = balance(
        pd.Series(1.0, index=cells), pd.Series(frame["team_id"].to_numpy(), index=cells), barriers=walls
    )
    return np.flatnonzero(table["pieces"].to_numpy() > 1).tolist()


def difference(frame: pl.DataFrame, before: pl.DataFrame) -> int:
    """Count the cells that are another team's, or somebody's only in one of the two."""
    both = frame.join(before, on="cell", how="full", coalesce=True, suffix="_before")
    return both.filter(~pl.col("team_id").eq_missing(pl.col("team_id_before"))).height
