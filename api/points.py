"""`/api/points`: the single reports of a view, for the large scales."""

import json
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.answers import answer_errors, etag_of, fresh, is_fresh, problem, unchanged
from api.params import read_bbox, read_limit
from data.actors import VIEWER
from data.filters import Filter
from data.workspace import Workspace
from i18n import gettext as _

_LIMIT = 5_000


def points_route(workspace: Callable[[], Workspace]) -> Route:
    """Make the route: `bbox` and the filter's parameters; `limit` is at most 5,000 rows.

    The answer is `{"rows": [[id, lon, lat, category, status], …], "total": n}`; `total` counts what lies in the box,
    so that a cut list can say so.
    """

    @answer_errors
    def points(request: Request) -> Response:
        where = Filter.from_params(request.query_params)
        box = read_bbox(request)
        if box is None:
            return problem(_("Say which part of the map: bbox=west,south,east,north."), status=400)
        limit = read_limit(request, default=_LIMIT, most=_LIMIT)
        cube = workspace().cube
        cube.refresh()
        etag = etag_of(cube.version, where, box, limit)
        if is_fresh(request, etag):
            return unchanged(etag)
        found = cube.points(where, box, limit=limit)
        total = found.height if found.height < limit else cube.ids(where, bbox=box).size
        body = json.dumps({"rows": found.rows(), "total": int(total)}, separators=(",", ":"), ensure_ascii=False)
        return fresh(request, body.encode(), etag=etag, media_type="application/json")

    return Route("/api/points", points)


def report_route(workspace: Callable[[], Workspace]) -> Route:
    """Make the route `/api/reports/{id}`: one report, for the pop-up of a point."""

    @answer_errors
    def report(request: Request) -> Response:
        found = workspace().store.reports([request.path_params["id"]], actor=VIEWER)
        if found.is_empty():
            return problem(_("There is no report with this number."), status=404)
        row = found.row(0, named=True)
        shown = {name: row[name] for name in ("id", "category", "kind", "description", "status", "address", "unit")}
        times = {
            name: row[name].isoformat() if row[name] else None for name in ("reported_at", "closed_at", "updated_at")
        }
        body = json.dumps(shown | times, ensure_ascii=False).encode()
        return fresh(request, body, etag=etag_of(body), media_type="application/json")

    return Route("/api/reports/{id:int}", report)
