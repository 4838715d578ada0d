"""`/api/place-shapes` and `/api/place-rates`: places of one kind, and their rates for a filter."""

from collections.abc import Callable
from functools import lru_cache

import numpy as np
import polars as pl
import shapely
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.answers import answer_errors, etag_of, fresh, is_fresh, unchanged
from data import place_kinds
from data.filters import Filter
from data.place_counts import rated
from data.place_rates import UNCERTAIN_BELOW, measure_of
from data.place_tables import places_version
from data.workspace import Workspace
from geo.errors import FilterError
from i18n import current_locale
from i18n import gettext as _
from layers import classes, shape_wire

#: Half a metre: nobody sees less at the largest scale.
_FINEST_DEGREES = 5e-6
#: So many places must have rates that are certain for the classes to come from those alone.
_ENOUGH = 5
_BINARY = "application/octet-stream"


def shapes_route(workspace: Callable[[], Workspace]) -> Route:
    """Make the route of the shapes; `kind` says which (format: `layers.shape_wire`)."""

    @answer_errors
    def shapes(request: Request) -> Response:
        here, kind = workspace(), _kind(request)
        version = places_version(here.store, actor=here.viewer)
        etag = etag_of(here.store.url, version, kind, current_locale())
        if is_fresh(request, etag):
            return unchanged(etag)
        return fresh(request, _shapes(here, version, kind, current_locale()), etag=etag, media_type=_BINARY)

    return Route("/api/place-shapes", shapes)


def rates_route(workspace: Callable[[], Workspace]) -> Route:
    """Make the route of the rates; `kind` and the filter choose (format: `layers.shape_wire`)."""

    @answer_errors
    def rates(request: Request) -> Response:
        where, kind = Filter.from_params(request.query_params), _kind(request)
        here = workspace()
        here.cube.refresh(wait=False)
        version = f"{here.cube.version} {places_version(here.store, actor=here.viewer)}"
        etag = etag_of(version, where, kind, current_locale())
        if is_fresh(request, etag):
            return unchanged(etag)
        return fresh(request, _rates(here, version, where, kind), etag=etag, media_type=_BINARY)

    return Route("/api/place-rates", rates)


def _kind(request: Request) -> str:
    kind = request.query_params.get("kind", place_kinds.STREET)
    if kind not in place_kinds.kinds():
        known = ", ".join(place_kinds.kinds())
        raise FilterError(_("'{kind}' is no kind of place. Expected one of {known}.", kind=kind, known=known))
    return kind


@lru_cache(maxsize=16)
def _shapes(here: Workspace, version: str, kind: str, locale: str) -> bytes:
    """Pack the shapes once for each state of the places."""
    frame = here.store.places(actor=here.viewer, kinds=[kind])
    shapes = shapely.simplify(frame.geometry.to_numpy(), _FINEST_DEGREES, preserve_topology=True)
    names = [
        attributes.get(f"name_{locale}") or (name if isinstance(name, str) else None)
        for name, attributes in zip(frame["name"], frame["attributes"], strict=True)
    ]
    return shape_wire.pack_shapes(frame["id"].tolist(), shapes, names, {"kind": kind, "version": version})


@lru_cache(maxsize=64)
def _rates(here: Workspace, version: str, where: Filter, kind: str) -> bytes:
    """Pack the rates once for each state of the data and each filter: everybody begins with the same."""
    frame = rated(here.cube, where, kind, actor=here.viewer)
    reported = frame.filter(pl.col("n") > 0)
    certain = reported.filter(~pl.col("uncertain"))
    typical = certain if certain["rate"].count() >= _ENOUGH else reported
    meta = {
        "kind": kind,
        "edges": classes.rate_edges(typical["rate"].fill_null(np.nan).to_numpy()),
        "unit": measure_of(kind).words,
        "uncertain_below": UNCERTAIN_BELOW,
        "total": here.cube.total(where),
        "here": int(frame["n"].sum()),
        "version": version,
    }
    figures = {name: frame[name].fill_null(np.nan).to_numpy() for name in ("rate", "low", "high")}
    whole = {name: frame[name].to_numpy() for name in ("id", "n", "open")}
    return shape_wire.pack_rates(whole | figures, meta)
