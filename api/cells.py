"""`/api/cells`: the cells of a view with their counts, as few bytes as they need."""

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.answers import answer_errors, etag_of, fresh, is_fresh, unchanged
from api.counting import MOST_CELLS, classes_of
from api.params import Bbox, read_bbox, read_resolution
from data.cube import CellCounts, Cube
from data.filters import Filter
from data.workspace import Workspace
from geo.cells import RESOLUTIONS
from layers import wire


def cells_route(workspace: Callable[[], Workspace]) -> Route:
    """Make the route; `res`, `bbox` and the filter choose what is counted (format: `layers.wire`)."""

    @answer_errors
    def cells(request: Request) -> Response:
        where = Filter.from_params(request.query_params)
        wanted = read_resolution(request)
        box = read_bbox(request)
        cube = workspace().cube
        cube.refresh(wait=False)
        version = cube.version
        etag = etag_of(version, where, wanted, box)
        if is_fresh(request, etag):
            return unchanged(etag)
        resolution, counted = _counted(cube, where, wanted, box)
        edges, total = classes_of(cube, version, where, resolution)
        meta = {"resolution": resolution, "edges": edges, "total": total, "version": version}
        body = wire.pack(counted.cells, counted.counts, meta)
        return fresh(request, body, etag=etag, media_type="application/octet-stream")

    return Route("/api/cells", cells)


def _counted(cube: Cube, where: Filter, wanted: int, box: Bbox | None) -> tuple[int, CellCounts]:
    """Count at the wanted resolution, or at the finest coarser one that a browser can still draw fluidly."""
    for resolution in range(wanted, RESOLUTIONS[0], -1):
        counted = cube.counts(where, resolution, bbox=box)
        if counted.cells.size <= MOST_CELLS:
            return resolution, counted
    return RESOLUTIONS[0], cube.counts(where, RESOLUTIONS[0], bbox=box)
