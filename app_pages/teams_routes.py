"""Part of the teams page: the routes of all teams' shifts, side by side, each to be opened or taken away."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from html import escape
from typing import Any, Final

import streamlit as st

from app_pages.figure_table import NONE, count, figure_table
from data.field_routes import FieldRoutes, TeamRoute, routes_in
from data.route_words import why_left
from data.teams import Team
from data.workspace import Workspace
from geo.errors import TeamError
from i18n import current_locale, listed
from i18n import gettext as _

_M_PER_KM: Final = 1_000


def render(here: Workspace) -> None:
    """Draw the table of the teams' routes; each opens as the team sees it."""
    teams = here.store.teams(actor=here.viewer)
    if not teams:
        st.info(
            _("There are no field teams yet: add them in the part Teams and links."), icon=":material/groups:"
        )
        return
    with st.spinner(_("Looking at the routes")):
        rows, without = overview(routes_in(here), teams)
    for words in without:
        st.warning(words, icon=":material/wrong_location:")
    if not rows:
        return
    st.html(routes_table(rows))
    st.caption(
        _(
            "A route is planned when somebody looks at it, and kept for all of the team. "
            "Open one to choose its shift: when, from where, how much."
        )
    )


def routes_table(rows: Sequence[Mapping[str, Any]]) -> str:
    """Write a line for each route; `rows` are those of `overview`."""
    late_words = _("Reached after their deadline")
    heads = (
        *(_("Team"), _("The shift"), _("To go to"), _("Done"), _("Late"), _("Left out"), _("km on foot")),
        *(_("Over at"), _("Why left out"), _("Route")),
    )
    lines = []
    for row in rows:
        told = (
            f'<span class="gz-up" title="{escape(late_words)}">{row["late"]:,}</span>'
            if row["late"]
            else NONE
        )
        lines.append(
            [
                f"<b>{row['number']}</b> {escape(row['team'])}",
                escape(row["shift"]),
                *(count(row["cases"]), count(row["done"]), told, count(row["left"])),
                *(f"{row['km']:.1f}", escape(row["over"]), escape(row["why"]), _ways(row)),
            ]
        )
    return figure_table(heads, lines, numbers=range(2, 8), css="gz-watch gz-routes")


def _ways(row: Mapping[str, Any]) -> str:
    ways = (("open", _("open")), ("gpx", "GPX"), ("kml", "KML"))
    return " ".join(
        f'<a href="{escape(row[name])}" target="_blank">{escape(words)}</a>' for name, words in ways
    )


def overview(planner: FieldRoutes, teams: list[Team]) -> tuple[list[dict[str, Any]], list[str]]:
    """Return a row for each team that a route can be planned for, and why not for the others."""
    rows, without = [], []
    for team in teams:
        try:
            rows.append(_row(planner.of(team.id)))
        except TeamError as why:
            without.append(str(why))
    return rows, without


def _row(found: TeamRoute) -> dict[str, Any]:
    kept, route = found.kept, found.kept.route
    begins, ends = (moment.astimezone(found.tz) for moment in kept.shift.moments(found.tz))
    reasons = dict.fromkeys([*(one.reason for one in route.left), *kept.aside.values()])
    number = found.team.id
    return {
        "number": number,
        "team": found.team.label(current_locale()),
        "shift": f"{begins:%m-%d %H:%M}–{ends:%H:%M}",
        "cases": len(route.visits),
        "done": len(kept.done),
        "late": sum(visit.late for visit in route.visits),
        "left": len(route.left) + len(kept.aside),
        "km": route.metres / _M_PER_KM,
        "over": f"{_moment(found, route.over_s):%H:%M}",
        "why": listed([why_left(reason) for reason in reasons]) if reasons else "",
        "open": f"/field?team={number}#route",
        "gpx": f"/api/field/route.gpx?team={number}&lang={current_locale()}",
        "kml": f"/api/field/route.kml?team={number}&lang={current_locale()}",
    }


def _moment(found: TeamRoute, seconds: float) -> datetime:
    return (found.midnight + timedelta(seconds=seconds)).astimezone(found.tz)
