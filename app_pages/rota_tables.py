"""The tables of rotas as HTML: who goes where, how fair it is, what came of it. Every text is escaped."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import polars as pl

from app_pages import rota_words as words
from i18n import gettext as _


def places_table(
    standing: pl.DataFrame, amounts: Mapping[int, float], places: Mapping[int, str], teams: Mapping[int, str]
) -> str:
    """Write who goes to each compound, the one with the most work first.

    Parameters
    ----------
    standing
        The columns `data.rota_plan.STANDING`.
    amounts
        Work expected at each place, in cases.
    places, teams
        Names by number.
    """
    rows = []
    for place in sorted(amounts, key=lambda one: (-amounts[one], one)):
        own = standing.filter(place_id=place)
        chips = "".join(_chip(row, teams) for row in own.iter_rows(named=True))
        word = escape(_("Nobody"))
        nobody = f'<em class="gz-nobody">{word}</em>'
        share = f"{amounts[place] / own.height:.1f}" if own.height else "–"
        rows.append(
            f'<tr><th scope="row">{escape(places.get(place, str(place)))}</th>'
            f'<td class="gz-n">{amounts[place]:.1f}</td>'
            f'<td class="gz-n">{share}</td><td class="gz-teams">{chips or nobody}</td></tr>'
        )
    excused = standing.filter(pl.col("place_id").is_null() & pl.col("by_hand").is_not_null())
    if excused.height:
        chips = "".join(_chip(row, teams) for row in excused.iter_rows(named=True))
        word = escape(_("Excused"))
        rows.append(
            f'<tr><th scope="row">{word}</th><td></td><td></td><td class="gz-teams">{chips}</td></tr>'
        )
    heads = (_("Compound"), _("Cases"), _("per team"), _("Teams"))
    return _table(heads, rows, numbers=(1, 2), css="gz-rota")


def fairness_table(standing: pl.DataFrame, teams: Mapping[int, str]) -> str:
    """Write for each team its work, its balance before and after, and when it was there."""
    rows = []
    most = max((abs(value) for name in ("before", "after") for value in standing[name]), default=0.0) or 1.0
    for row in standing.sort("after", "team_id", descending=[True, False]).iter_rows(named=True):
        share = f"{row['share']:.1f}" if row["share"] is not None else "–"
        ago = words.ago_words(row["ago"]) if row["place_id"] is not None else ""
        late = ' class="gz-up"' if row["ago"] == 1 else ""
        rows.append(
            f'<tr><th scope="row">{_team(row["team_id"], teams)}</th><td class="gz-n">{share}</td>'
            f'<td class="gz-n">{words.balance_words(row["before"])}</td>'
            f'<td class="gz-n"><b>{words.balance_words(row["after"])}</b></td>'
            f'<td class="gz-tilt">{_bar(row["after"], most)}</td><td{late}>{escape(ago)}</td></tr>'
        )
    heads = (_("Team"), _("Work"), _("Balance so far"), _("Afterwards"), "", _("Was there"))
    return _table(heads, rows, numbers=(1, 2, 3), css="gz-fair")


def results_table(results: pl.DataFrame, places: Mapping[int, str]) -> str:
    """Write what came of a rota at each place; `results` has the columns `data.rota_plan.RESULTS`."""
    rows = []
    for row in results.iter_rows(named=True):
        came = "–" if row["came"] is None else str(row["came"])
        after = "–" if row["after"] is None else f"{row['after']:.1f}"
        rows.append(
            f'<tr><th scope="row">{escape(places.get(row["place_id"], str(row["place_id"])))}</th>'
            f'<td class="gz-n">{row["sent"]}</td><td class="gz-n">{came}</td>'
            f'<td class="gz-n">{row["amount"]:.0f}</td><td class="gz-n"><b>{row["done"]}</b></td>'
            f'<td class="gz-n">{row["before"]:.1f}</td><td class="gz-n">{after}</td></tr>'
        )
    heads = (
        *(_("Compound"), _("Teams sent"), _("Came"), _("Expected"), _("Done that day")),
        *(_("Reports a week before"), _("and after")),
    )
    return _table(heads, rows, numbers=range(1, 7), css="gz-results")


def history_table(turns: pl.DataFrame, balances: Mapping[int, float], teams: Mapping[int, str]) -> str:
    """Write how often each team had a turn, came and was excused, and its balance.

    `turns` has the columns `data.rotas.TURNS`.
    """
    counted = {
        row["team_id"]: row
        for row in turns.group_by("team_id")
        .agg(
            sent=pl.col("place_id").is_not_null().sum(),
            away=(~pl.col("came")).sum(),
            excused=pl.col("place_id").is_null().sum(),
        )
        .iter_rows(named=True)
    }
    rows = []
    for team in sorted(teams, key=lambda one: (-balances.get(one, 0.0), one)):
        own = counted.get(team, {"sent": 0, "away": 0, "excused": 0})
        rows.append(
            f'<tr><th scope="row">{_team(team, teams)}</th><td class="gz-n">{own["sent"]}</td>'
            f'<td class="gz-n">{own["away"]}</td><td class="gz-n">{own["excused"]}</td>'
            f'<td class="gz-n"><b>{words.balance_words(balances.get(team, 0.0))}</b></td></tr>'
        )
    heads = (_("Team"), _("Turns"), _("Stayed away"), _("Excused"), _("Balance"))
    return _table(heads, rows, numbers=range(1, 5), css="gz-turns")


def _chip(row: Mapping[str, Any], teams: Mapping[int, str]) -> str:
    marks = []
    if row["by_hand"] and row["place_id"] is not None:
        marks.append(_("by hand"))
    if row["ago"] == 1:
        marks.append(_("there last time"))
    if row["came"] is False:
        marks.append(_("did not come"))
    if row["excuse"]:
        marks.append(row["excuse"])
    css = ' class="gz-away"' if row["came"] is False else ""
    said = f" <small>{escape(' · '.join(marks))}</small>" if marks else ""
    return f"<span{css}>{_team(row['team_id'], teams)}{said}</span>"


def _team(team_id: int, teams: Mapping[int, str]) -> str:
    return f"<b>{team_id}</b> {escape(teams.get(team_id, ''))}"


def _bar(balance: float, most: float) -> str:
    """Draw a balance to the right or left of the middle."""
    width = min(abs(balance) / most, 1.0) * 50
    side = "left: 50%" if balance >= 0 else f"left: {50 - width:.1f}%"
    return f'<i style="{side}; width: {width:.1f}%" class="{"gz-more" if balance >= 0 else "gz-less"}"></i>'


def _table(heads: Sequence[str], rows: Sequence[str], *, numbers: Sequence[int], css: str) -> str:
    head = "".join(
        f'<th class="{"gz-n" if n in numbers else ""}" scope="col">{escape(name)}</th>'
        for n, name in enumerate(heads)
    )
    return (
        f'<div class="gz-scroll"><table class="gz-beside {css}"><thead><tr>{head}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )
