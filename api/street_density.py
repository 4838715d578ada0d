"""`/api/street-lines` and `/api/street-density`: streets, and how densely reports lie along them."""

from collections.abc import Callable
from functools import lru_cache

import numpy as np
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.answers import answer_errors, etag_of, fresh, is_fresh, unchanged
from api.params import read_bandwidth, read_top
from data.filters import Filter
from data.heat import WEIGHTS, checked_weight, usual_bandwidth
from data.measured import this_minute
from data.measures import measure
from data.place_tables import places_version
from data.street_density import StreetLines, street_density, street_lines
from data.workspace import Workspace
from i18n import current_locale
from layers import heat_wire, street_wire

_BINARY = "application/octet-stream"


def lines_route(workspace: Callable[[], Workspace]) -> Route:
    """Make the route of the streets (format: `layers.street_wire`)."""

    @answer_errors
    def lines(request: Request) -> Response:
        here, locale = workspace(), current_locale()
        etag = etag_of(here.store.url, places_version(here.store, actor=here.viewer), locale)
        if is_fresh(request, etag):
            return unchanged(etag)
        body = _packed(street_lines(here.store, actor=here.viewer), locale)
        return fresh(request, body, etag=etag, media_type=_BINARY)

    return Route("/api/street-lines", lines)


def density_route(workspace: Callable[[], Workspace]) -> Route:
    """Make the route of the densities: `bandwidth`, `weight`, `top` and the filter, as for heat."""

    @answer_errors
    def density(request: Request) -> Response:
        where = Filter.from_params(request.query_params)
        here = workspace()
        here.cube.refresh(wait=False)
        bandwidth = read_bandwidth(request) or usual_bandwidth(here.cube)
        weight = checked_weight(request.query_params.get("weight") or WEIGHTS[0])
        minute = this_minute() if measure(weight).ages else None
        top = read_top(request)
        version, places = here.cube.version, places_version(here.store, actor=here.viewer)
        etag = etag_of(version, places, where, bandwidth, weight, minute, top)
        if is_fresh(request, etag):
            return unchanged(etag)
        lines = street_lines(here.store, actor=here.viewer)
        found = street_density(here.cube, lines, where, weight=weight, bandwidth_m=bandwidth, minute=minute)
        meta = street_wire.Meta(
            bandwidth=bandwidth,
            weight=weight,
            top=top if top and found.peak else heat_wire.top_of(found.peak),
            total=found.total,
            far=found.far,
            within=found.within_m,
            version=version,
            lines=lines.version,
        )
        return fresh(request, street_wire.pack_density(found.per_km, meta), etag=etag, media_type=_BINARY)

    return Route("/api/street-density", density)


@lru_cache(maxsize=8)
def _packed(lines: StreetLines, locale: str) -> bytes:
    """Pack the streets once for each state of the places and each language."""
    streets = lines.streets
    names = lines.names_en if locale == "en" else lines.names
    return street_wire.pack_lines(
        streets.at,
        np.diff(streets.first),
        np.diff(lines.lixels.first),
        [names[line] for line in streets.line],
        version=lines.version,
    )
