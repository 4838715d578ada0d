"""`/api/heat`: the density of reports as a smooth surface of what is seen."""

from collections.abc import Callable
from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.answers import answer_errors, etag_of, fresh, is_fresh, problem, unchanged
from api.params import Bbox, read_bandwidth, read_bbox, read_top, read_zoom
from data.cube import Cube
from data.filters import Filter
from data.heat import WEIGHTS, Positions, checked_weight, positions, usual_bandwidth
from data.heat_border import heat_border
from data.measured import this_minute
from data.measures import measure
from data.place_tables import places_version
from data.workspace import Workspace
from geo.density import MOST_LATITUDE, Grid, density, power_for, steps_m
from geo.density_edges import Outline
from geo.distances import metres_per_degree
from i18n import gettext as _
from layers import heat_wire

#: Nodes lie this share of the bandwidth apart where the zoom is close enough to see it.
_SHARE: Final = 1 / 8
#: A node for two pixels of the screen (2 ** 8 pixels are a tile): the browser smooths between them.
_POWER_OF_PIXELS: Final = 8 - 1
#: Half a bandwidth apart, peaks of many reports are true to 5 %: enough for the scale's end, and to be shown
#: without a word.
_FINE_ENOUGH: Final = 1 / 2
_MOST_NODES: Final = 1_000_000
_MOST_SCALE_NODES: Final = 6_000_000
#: A point, where the box of a city has no width.
_LEAST_DEGREES: Final = 0.01


class Asked(NamedTuple):
    """What an answer depends on; `version` is the cube's."""

    version: str
    where: Filter
    box: Bbox
    zoom: int
    bandwidth: int
    weight: str
    minute: int | None  # of the moment by which cases are overdue
    top: float | None  # the end of the scale that is held, while weeks are played
    border: Outline | None  # where reports end; another one is another object


class Scale(NamedTuple):
    """The end of the scale of colours, reports per km², and how many reports are weighed everywhere."""

    top: float
    total: int


def heat_route(workspace: Callable[[], Workspace]) -> Route:
    """Make the route: `bbox`, `zoom`, `bandwidth`, `weight` and the filter (format: `layers.heat_wire`).

    `top` holds the end of the scale, reports per km²; else it is that of the filter in the whole city.
    """

    @answer_errors
    def heat(request: Request) -> Response:
        where = Filter.from_params(request.query_params)
        box = read_bbox(request)
        if box is None:
            return problem(_("Say which part of the map: bbox=west,south,east,north."), status=400)
        box = _on_map(box)
        zoom = read_zoom(request, default=13)
        here = workspace()
        cube = here.cube
        cube.refresh(wait=False)
        bandwidth = read_bandwidth(request) or usual_bandwidth(cube)
        weight = checked_weight(request.query_params.get("weight") or WEIGHTS[0])
        minute = this_minute() if measure(weight).ages else None
        border = heat_border(here.store, cube, bandwidth, actor=here.viewer, where=where)
        asked = Asked(cube.version, where, box, zoom, bandwidth, weight, minute, read_top(request), border)
        etag = etag_of(*asked[:-1], places_version(here.store, actor=here.viewer))
        if is_fresh(request, etag):
            return unchanged(etag)
        body = _packed(cube, asked)
        return fresh(request, body, etag=etag, media_type="application/octet-stream")

    return Route("/api/heat", heat)


@lru_cache(maxsize=48)
def _packed(cube: Cube, asked: Asked) -> bytes:
    """Smooth what is seen: the box, and around it as far as a report counts."""
    version, where, box, zoom, bandwidth, weight, minute, top, border = asked
    scale = scale_of(cube, version, where, bandwidth, weight, minute=minute, border=border)
    middle = (box[1] + box[3]) / 2
    power = min(zoom + _POWER_OF_PIXELS, power_for(bandwidth, middle, share=_SHARE))
    grid = _grid(box, power, most=_MOST_NODES)
    near = positions(cube, where, weight, bbox=_around(box, bandwidth), minute=minute)
    spacing = float(steps_m(middle, grid.step)[0])
    meta = heat_wire.Meta(
        bandwidth=bandwidth,
        weight=weight,
        averaged=spacing > _FINE_ENOUGH * bandwidth,
        top=top if top and scale.top else scale.top,
        total=scale.total,
        in_view=_count_in(near, box),
        version=version,
    )
    surface = density(*near, grid=grid, bandwidth_m=bandwidth, border=border)
    return heat_wire.pack(surface, grid, meta)


@lru_cache(maxsize=512)
def scale_of(
    cube: Cube,
    version: str,
    where: Filter,
    bandwidth: int,
    weight: str,
    *,
    minute: int | None = None,
    border: Outline | None = None,
) -> Scale:
    """Find the scale's end in the whole city, on a grid that no zoom changes.

    The whole city is the box where 99 % of all its reports lie: a heap of badly geocoded ones far away, with
    a peak of its own, must not pale everything else. `version` is the cube's: it only tells states of the
    data apart.
    """
    del version
    everywhere = positions(cube, where, weight, minute=minute)
    extent = cube.extent()
    if extent is None or not everywhere.lon.size:
        return Scale(0.0, 0)
    west, south, east, north = extent
    more = _LEAST_DEGREES
    city = (west - more, south - more, east + more, north + more)
    power = power_for(bandwidth, (south + north) / 2, share=_FINE_ENOUGH)
    grid = _grid(city, power, most=_MOST_SCALE_NODES)
    surface = density(*everywhere, grid=grid, bandwidth_m=bandwidth, border=border)
    return Scale(heat_wire.top_of(float(surface.max())), everywhere.lon.size)


def _grid(box: Bbox, power: int, *, most: int) -> Grid:
    """Return the grid over a box, as coarse as it must be."""
    grid = Grid.over(box, power=power)
    while grid.rows * grid.columns > most and power > 0:
        power -= 1
        grid = Grid.over(box, power=power)
    return grid


def _on_map(box: Bbox) -> Bbox:
    """Cut off what lies off the map; a box that is wholly off it becomes a line at its edge."""
    west, south, east, north = box
    (west, east), (south, north) = (
        tuple(min(most, max(-most, degrees)) for degrees in pair)
        for pair, most in (((west, east), 180.0), ((south, north), MOST_LATITUDE))
    )
    return west, south, east, north


def _around(box: Bbox, metres: float) -> Bbox:
    """Return the box and as many metres around it, and a little more: grids begin outside of their box."""
    west, south, east, north = box
    poleward = min(85.0, max(abs(south), abs(north)))
    east_m, north_m = (float(length) for length in metres_per_degree(poleward))
    sideways, up = 1.1 * metres / east_m + (east - west) / 100, 1.1 * metres / north_m + (north - south) / 100
    return west - sideways, south - up, east + sideways, north + up


def _count_in(near: Positions, box: Bbox) -> int:
    west, south, east, north = box
    inside = (near.lon >= west) & (near.lon <= east) & (near.lat >= south) & (near.lat <= north)
    return int(np.count_nonzero(inside))
