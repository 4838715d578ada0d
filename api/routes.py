"""All routes of the server beside Streamlit's own."""

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from api.answers import problem
from api.assets import assets_route
from api.cells import cells_route
from api.clusters import clusters_route
from api.export import Exporter, export_route
from api.field import field_routes
from api.field_entry import entry_routes
from api.field_files import Documents, field_file_routes
from api.field_route import RouteFiles, route_routes
from api.figures import figures_route
from api.first_page import pulse_route
from api.health import health_route
from api.heat import heat_route
from api.hotspots import hotspots_route, reason_route
from api.photos import photos_route
from api.place_rates import rates_route, shapes_route
from api.places import places_route
from api.points import points_route, report_route
from api.search import search_route
from api.street_density import density_route, lines_route
from api.territories import territories_routes
from api.tiles import tiles_route
from data.workspace import Workspace
from i18n import gettext as _


def _unknown(_request: Request) -> Response:
    return problem(_("There is nothing at this address."), status=404)


def routes(
    workspace: Callable[[], Workspace],
    exporter: Exporter | None = None,
    documents: Documents | None = None,
    route_files: RouteFiles | None = None,
) -> list[BaseRoute]:
    """Return the routes; the workspace is opened when the first of them is asked.

    Without an `exporter` nothing can be taken away as a file, without `documents` nothing for a field team,
    without `route_files` no team's route.
    """
    return [
        cells_route(workspace),
        figures_route(workspace),
        clusters_route(workspace),
        points_route(workspace),
        report_route(workspace),
        places_route(workspace),
        shapes_route(workspace),
        rates_route(workspace),
        heat_route(workspace),
        hotspots_route(workspace),
        reason_route(workspace),
        lines_route(workspace),
        density_route(workspace),
        search_route(workspace),
        tiles_route(workspace),
        photos_route(workspace),
        *field_routes(workspace),
        *(field_file_routes(workspace, documents) if documents else []),
        *route_routes(workspace, route_files),
        *territories_routes(workspace),
        *([export_route(workspace, exporter)] if exporter else []),
        *entry_routes(workspace),
        health_route(workspace),
        pulse_route(),
        assets_route(),
        Route("/api/{rest:path}", _unknown),
    ]
