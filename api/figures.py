"""`/api/figures`: what a filter means in numbers, broken down for the charts beside the map."""

import json
from collections.abc import Callable, Iterable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.answers import answer_errors, etag_of, fresh, is_fresh, unchanged
from api.asked_cells import AskedCells
from data import categories as category_table
from data import measured
from data.breakdowns import Breakdowns, breakdowns
from data.filters import NO_UNIT, Filter
from data.measured import this_minute
from data.measures import measure
from data.statuses import label
from data.workspace import Workspace
from i18n import current_locale
from i18n import gettext as _


def figures_route(workspace: Callable[[], Workspace]) -> Route:
    """Make the route; the filter chooses the reports, each breakdown ignores its own side of it.

    `measures` names those of `data.measures` that are wanted (a comma list), `vs` the days that a change is
    against. The answer has `total` and `open`; `figures` (of each measure `value`, null where there is none,
    and `n`); `category`, `status` and `unit` (lists of name, words and number); `hours` (168 numbers from
    Monday 00:00 on); and `series` (`first` day, `step` in days, `n`).
    """

    @answer_errors
    def figures(request: Request) -> Response:
        where = Filter.from_params(request.query_params)
        against = AskedCells.from_params({**request.query_params, "measure": "change"}).against
        names = [name for name in request.query_params.get("measures", "").split(",") if name]
        minute = this_minute() if any(measure(name).ages for name in names) else None
        here = workspace()
        here.cube.refresh(wait=False)
        words = category_table.labels(here.store.categories(actor=here.viewer), current_locale())
        asked = (where, against, names, minute, current_locale())
        etag = etag_of(here.cube.version, asked, tuple(words.items()))
        if is_fresh(request, etag):
            return unchanged(etag)
        computed = measured.figures(here.cube, where, names, against=against, minute=minute)
        found = {name: figure._asdict() for name, figure in computed.items()}
        answer = _answer(breakdowns(here.cube, where), words)
        answer |= {"figures": found, "version": here.cube.version}
        body = json.dumps(answer, ensure_ascii=False, separators=(",", ":")).encode()
        return fresh(request, body, etag=etag, media_type="application/json")

    return Route("/api/figures", figures)


def _answer(found: Breakdowns, words: dict[str, str]) -> dict[str, Any]:
    first = found.series.first
    return {
        "total": found.total,
        "open": found.open,
        "category": _worded(found.categories, lambda name: words.get(name, name)),
        "status": _worded(found.statuses, label),
        "unit": _worded(found.units, lambda name: _("no unit") if name == NO_UNIT else name),
        "hours": found.hours.tolist(),
        "series": {
            "first": first.isoformat() if first else None,
            "step": found.series.step,
            "n": found.series.n.tolist(),
        },
    }


def _worded(counted: Iterable[tuple[str, int]], words: Callable[[str], str]) -> list[tuple[str, str, int]]:
    return [(name, words(name), n) for name, n in counted]
