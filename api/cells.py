"""`/api/cells`: the cells of a view with their figures, as few bytes as they need."""

from collections.abc import Callable
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.answers import answer_errors, etag_of, fresh, is_fresh, unchanged
from api.asked_cells import AskedCells
from api.counting import MOST_CELLS, classes_of
from api.params import read_bbox, read_resolution
from data.cube import Cube
from data.measured import CellFigures, cell_figures, compared, this_minute
from data.measures import FEW
from data.workspace import Workspace
from geo.cells import RESOLUTIONS
from i18n import current_locale
from layers import wire


def cells_route(workspace: Callable[[], Workspace]) -> Route:
    """Make the route; `layers.wire` says what an address may ask and how the answer is written."""

    @answer_errors
    def cells(request: Request) -> Response:
        asked = AskedCells.from_params(request.query_params)
        wanted, box = read_resolution(request), read_bbox(request)
        cube = workspace().cube
        cube.refresh(wait=False)
        version = cube.version
        # What time alone changes is true of one minute, and says so.
        minute = this_minute() if asked.measure.ages else None
        etag = etag_of(version, asked, wanted, box, minute, current_locale() if asked.measure.unit else "")
        if is_fresh(request, etag):
            return unchanged(etag)
        compute = partial(
            cell_figures, cube, asked.where, name=asked.name, against=asked.against, bbox=box, minute=minute
        )
        resolution, found = _coarse_enough(compute, wanted)
        meta = _meta(cube, version, asked, resolution, minute)
        if asked.measure.counts:
            body = wire.pack(found.cells, found.n, meta)
        else:
            body = wire.pack_figures(found.cells, found.values, found.n, meta)
        return fresh(request, body, etag=etag, media_type="application/octet-stream")

    return Route("/api/cells", cells)


def _coarse_enough(compute: Callable[[int], CellFigures], wanted: int) -> tuple[int, CellFigures]:
    """Compute at the wanted resolution, or at the finest coarser one that a browser still draws fluidly."""
    for resolution in range(wanted, RESOLUTIONS[0], -1):
        found = compute(resolution)
        if found.cells.size <= MOST_CELLS:
            return resolution, found
    return RESOLUTIONS[0], compute(RESOLUTIONS[0])


def _meta(cube: Cube, version: str, asked: AskedCells, resolution: int, minute: int | None) -> dict[str, Any]:
    edges, total, whole = classes_of(cube, version, asked, resolution, minute=minute)
    meta = {
        "resolution": resolution,
        "edges": edges,
        "total": total,
        "version": version,
        "measure": asked.name,
        "unit": asked.measure.unit,
        "decimals": asked.measure.decimals,
        "signed": asked.measure.signed,
        "few": FEW if asked.measure.kind in {"share", "median", "change"} else 0,
        "figure": whole.value,
    }
    if asked.measure.kind == "change":
        before = compared(asked.where, asked.against)
        meta["vs"] = f"{before.start}~{before.end}"
    return meta
