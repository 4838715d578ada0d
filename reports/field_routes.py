"""The route of a field team as a file for other programs: GPX and KML, with the cases' names and notes."""

from pathlib import Path
from typing import Any, Final

from data.field_routes import TeamRoute
from data.field_team import as_member
from data.filters import Filter
from data.route_words import why_left
from data.workspace import Workspace
from i18n import current_locale
from i18n import gettext as _
from reports.exports import provenance
from reports.route_files import GPX_TYPE, KML_TYPE, RouteSheet, write_gpx, write_kml

_WRITERS: Final = {"gpx": (write_gpx, GPX_TYPE), "kml": (write_kml, KML_TYPE)}


class FieldRouteFiles:
    """Writes the routes of field teams; `api.field_route` is handed one."""

    @property
    def endings(self) -> tuple[str, ...]:
        """What can be asked for."""
        return tuple(_WRITERS)

    def write(self, here: Workspace, route: TeamRoute, ending: str, folder: Path) -> tuple[Path, str, str]:
        """Write a file into a folder.

        Returns
        -------
        The file, the name of the reader's copy, the media type.
        """
        write, media_type = _WRITERS[ending]
        path = folder / f"route.{ending}"
        found = sheet(here, route)
        write(found, path)
        return path, found.about.file_name(_("route-team-{n}", n=route.team.id), ending), media_type


def sheet(here: Workspace, route: TeamRoute) -> RouteSheet:
    """Return a route with the words of its cases around it."""
    kept = route.kept
    stops = [*kept.stops()]
    cases = {case["id"]: case for case in _cases(here, route)}
    about = provenance(here, Filter(), words=_words(route))
    names = {stop.id: _name(cases[case]) for stop in stops if (case := int(str(stop.id))) in cases}
    notes = {stop.id: _note(cases[case]) for stop in stops if (case := int(str(stop.id))) in cases}
    return RouteSheet(kept.route, route.midnight, about, names, notes)


def _cases(here: Workspace, route: TeamRoute) -> list[dict[str, Any]]:
    ids = [int(str(stop.id)) for stop in route.kept.stops()] + [*route.kept.aside]
    found, _more = here.store.field_cases(actor=as_member(route.team.id), issues=ids)
    return found


def _words(route: TeamRoute) -> str:
    """Return whose route it is, and which cases are not on it because they were not planned with."""
    lines = [_("Route of {team}", team=route.team.label(current_locale()))]
    lines += [f"{case} ({why_left(reason)})" for case, reason in route.kept.aside.items()]
    return "; ".join(lines)


def _name(case: dict[str, Any]) -> str:
    where = case["place"] or case["address"]
    return f"{case['id']} {case['category_name']}" + (f" · {where}" if where else "")


def _note(case: dict[str, Any]) -> str:
    parts = [case["address"] if case["place"] else "", case["description"], case["hot_words"] or ""]
    return "\n".join(part for part in parts if part)
