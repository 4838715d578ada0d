"""`/api/cells`: the cells of a view with their counts, as few bytes as they need."""

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.answers import answer_errors, etag_of, fresh, is_fresh, unchanged
from api.counting import counted_cells
from api.params import read_bbox, read_resolution
from data.filters import Filter
from data.workspace import Workspace
from layers import wire


def cells_route(workspace: Callable[[], Workspace]) -> Route:
    """Make the route; `res`, `bbox` and the filter's parameters choose what is counted (format: `layers.wire`)."""

    @answer_errors
    def cells(request: Request) -> Response:
        where = Filter.from_params(request.query_params)
        resolution = read_resolution(request)
        box = read_bbox(request)
        cube = workspace().cube
        cube.refresh()
        etag = etag_of(cube.version, where, resolution, box)
        if is_fresh(request, etag):
            return unchanged(etag)
        counted = counted_cells(cube, cube.version, where, resolution)
        shown = counted.within(box)
        meta = {
            "resolution": resolution,
            "total": counted.total,
            "shown": int(counted.counts[shown].sum()),
            "edges": counted.edges,
            "version": cube.version,
        }
        body = wire.pack(counted.cells[shown], counted.counts[shown], meta)
        return fresh(request, body, etag=etag, media_type="application/octet-stream")

    return Route("/api/cells", cells)
