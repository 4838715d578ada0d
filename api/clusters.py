"""`/api/clusters`: the reports of a view, gathered where they lie close, for the points of a map."""

from collections.abc import Callable
from functools import lru_cache

import numpy as np
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.answers import answer_errors, etag_of, fresh, is_fresh, problem, unchanged
from api.params import Bbox, read_bbox, read_zoom
from data.categories import labels
from data.cube import Cube
from data.filters import Filter
from data.point_clusters import Clusters, clusters
from data.statuses import label
from data.workspace import Workspace
from i18n import current_locale
from i18n import gettext as _
from layers import point_wire

_MOST_ZOOM = 19
#: Single reports are marked for their photos from so close on; from far off nobody would see it.
_NOTES_FROM_ZOOM = 15


def clusters_route(workspace: Callable[[], Workspace]) -> Route:
    """Make the route; `bbox`, `zoom` and the filter choose what is gathered (format: `layers.point_wire`)."""

    @answer_errors
    def answer(request: Request) -> Response:
        where = Filter.from_params(request.query_params)
        box = read_bbox(request)
        if box is None:
            return problem(_("Say which part of the map: bbox=west,south,east,north."), status=400)
        zoom = min(read_zoom(request, default=_MOST_ZOOM), _MOST_ZOOM)
        here = workspace()
        here.cube.refresh(wait=False)
        version = here.cube.version
        etag = etag_of("clusters", version, where, box, zoom, current_locale())
        if is_fresh(request, etag):
            return unchanged(etag)
        body = _packed(here, _gathered(here.cube, version, where, box, zoom), where, zoom)
        return fresh(request, body, etag=etag, media_type="application/octet-stream")

    return Route("/api/clusters", answer)


@lru_cache(maxsize=32)
def _gathered(cube: Cube, version: str, where: Filter, box: Bbox, zoom: int) -> Clusters:
    """Gather a view; many browsers look at the same one. `version` only tells states of the data apart."""
    del version
    return clusters(cube, where, box, zoom=zoom)


def _packed(here: Workspace, found: Clusters, where: Filter, zoom: int) -> bytes:
    single = found.singles
    flags = np.zeros(single.height, np.int64)
    if zoom >= _NOTES_FROM_ZOOM and single.height:
        notes = here.store.map_notes(single["id"].to_list(), actor=here.viewer)
        flags += notes["photos"].to_numpy() * point_wire.PHOTOS
        flags += notes["doubted"].to_numpy() * point_wire.DOUBTED
    columns = {name: single[name].to_list() for name in ("id", "category", "status")} | {"flags": flags}
    in_view = int(found.gathered.n.sum())
    meta = {
        "kinds": list(found.kinds),
        "names": _names(here, found),
        "total": in_view or here.cube.total(where),
        "side": found.side,
        "version": here.cube.version,
    }
    return point_wire.pack(found.gathered, columns, meta)


def _names(here: Workspace, found: Clusters) -> dict[str, dict[str, str]]:
    words = labels(here.store.categories(actor=here.viewer), current_locale())
    seen = {*found.kinds, *found.singles["category"].unique()}
    return {
        "category": {slug: words.get(slug, slug) for slug in sorted(seen)},
        "status": {status: label(status) for status in sorted(found.singles["status"].unique())},
    }
