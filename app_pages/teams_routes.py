"""Part of the teams page: the routes of all teams' shifts, side by side, each to be opened or taken away."""

from datetime import datetime, timedelta
from typing import Any, Final

import pandas as pd
import streamlit as st

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
    st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        column_order=[
            *("number", "team", "shift", "cases", "done", "late", "left", "km", "over", "why"),
            *("open", "gpx", "kml"),
        ],
        column_config={
            "number": st.column_config.NumberColumn(_("No."), width="small"),
            "team": _("Team"),
            "shift": _("The shift"),
            "cases": st.column_config.NumberColumn(_("To go to"), help=_("Cases that are still to come")),
            "done": st.column_config.NumberColumn(_("Done")),
            "late": st.column_config.NumberColumn(_("Late"), help=_("Reached after their deadline")),
            "left": st.column_config.NumberColumn(_("Left out")),
            "km": st.column_config.NumberColumn(_("km on foot"), format="%.1f"),
            "over": _("Over at"),
            "why": st.column_config.TextColumn(_("Why left out"), width="medium"),
            "open": st.column_config.LinkColumn(_("Route"), display_text=_("open")),
            "gpx": st.column_config.LinkColumn("GPX", display_text="GPX"),
            "kml": st.column_config.LinkColumn("KML", display_text="KML"),
        },
    )
    st.caption(
        _(
            "A route is planned when somebody looks at it, and kept for all of the team. "
            "Open one to choose its shift: when, from where, how much."
        )
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
