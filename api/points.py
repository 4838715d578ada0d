"""`/api/points`: the reports of a small part of the map one by one; `/api/reports/{id}`: one in words."""

import json
from collections.abc import Callable

import polars as pl
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.answers import answer_errors, etag_of, fresh, is_fresh, problem, unchanged
from api.params import read_bbox, read_limit
from data.categories import labels
from data.filters import Filter
from data.ingest.reasons import suspicion_words
from data.statuses import label
from data.workspace import Workspace
from geo.errors import StoreError
from i18n import current_locale
from i18n import gettext as _
from layers.words import report_fields

_LIMIT = 5_000
#: A number with more digits may not fit into the 64 bits of a store.
_MOST_DIGITS = 18
_TIMES = ("reported_at", "closed_at")


def points_route(workspace: Callable[[], Workspace]) -> Route:
    """Make the route: `bbox` and the filter; `limit` is at most 5,000 rows (format: `layers.wire`)."""

    @answer_errors
    def points(request: Request) -> Response:
        where = Filter.from_params(request.query_params)
        box = read_bbox(request)
        if box is None:
            return problem(_("Say which part of the map: bbox=west,south,east,north."), status=400)
        limit = read_limit(request, default=_LIMIT, most=_LIMIT)
        here = workspace()
        here.cube.refresh(wait=False)
        etag = etag_of(here.cube.version, where, box, limit, current_locale())
        if is_fresh(request, etag):
            return unchanged(etag)
        found = here.cube.points(where, box, limit=limit + 1)
        body = json.dumps(_answer(here, found, limit), separators=(",", ":"), ensure_ascii=False, default=str)
        return fresh(request, body.encode(), etag=etag, media_type="application/json")

    return Route("/api/points", points)


def report_route(workspace: Callable[[], Workspace]) -> Route:
    """Make `/api/reports/{id}`: one report in words, for the popup of a point (format: `layers.wire`)."""

    @answer_errors
    def report(request: Request) -> Response:
        here = workspace()
        asked = request.path_params["id"]
        known = asked.isascii() and asked.isdigit() and len(asked) <= _MOST_DIGITS
        found = here.store.reports([int(asked)] if known else [], actor=here.viewer)
        if found.is_empty():
            return problem(_("There is no report with this number."), status=404)
        row = found.row(0, named=True)
        words = labels(here.store.categories(actor=here.viewer), current_locale())
        row |= {"category": words.get(row["category"], row["category"]), "status": label(row["status"])}
        row = {name: row[name] for name in ("id", "external_id", "category", "status", *report_fields())}
        row |= {name: row[name].isoformat() for name in _TIMES if row[name]}
        row["suspect"] = row["suspect"] and suspicion_words(row["suspect"])
        row["photos"] = _photos(here, row["id"])
        body = json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode()
        return fresh(request, body, etag=etag_of(body), media_type="application/json")

    return Route("/api/reports/{id}", report)


def _photos(here: Workspace, issue_id: int) -> list[str]:
    """Return the addresses' names of the photos of a case that the viewer may see, those of after first."""
    try:
        found = here.store.photos(issue_id, actor=here.viewer)
    except StoreError:
        return []
    order = sorted(found, key=lambda one: (one.role != "after", one.role != "before", one.seq))
    return [one.photo.full for one in order if one.present]


def _answer(here: Workspace, found: pl.DataFrame, limit: int) -> dict[str, object]:
    words = labels(here.store.categories(actor=here.viewer), current_locale())
    shown = found.head(limit)
    notes = here.store.map_notes(shown["id"].to_list(), actor=here.viewer)
    shown = shown.with_columns(notes["photos"], notes["doubted"])
    return {
        "columns": shown.columns,
        "rows": shown.rows(),
        "names": {
            "category": {slug: words.get(slug, slug) for slug in shown["category"].unique().sort()},
            "status": {status: label(status) for status in shown["status"].unique().sort()},
        },
        "truncated": found.height > limit,
    }
