"""`/api/hotspots`: the cells of a view that stand out, each with its class; and why one of them does."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from math import isfinite
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.answers import answer_errors, etag_of, fresh, is_fresh, unchanged
from api.params import Bbox, read_bbox
from data import clock
from data.cube import Cube
from data.cube_choice import near
from data.hot_cells import HotAsked, HotCells
from data.hot_kept import without_answer
from data.hot_kinds import hot_cells, why
from data.workspace import Workspace
from geo import cells as h3_cells
from geo.errors import CellError, FilterError, NotEnoughDataError
from i18n import current_locale
from i18n import gettext as _
from layers import hot_wire, hot_words

#: The note of an answer that is still being computed.
_PENDING: Final = "pending"
#: Kinds whose answer gets better while the data stay as they are: only the answer itself can name it.
_GROWING: Final = frozenset({"forecast"})


class Answer(NamedTuple):
    """The cells with their classes, or in words why there are none."""

    found: HotCells
    note: str

    @property
    def is_pending(self) -> bool:
        """Whether there will be more to say soon."""
        return self.found.note == _PENDING

    def lasts(self, asked: HotAsked) -> bool:
        """Tell whether it stays as it is while the data do."""
        return asked.kind not in _GROWING and not self.is_pending


def hotspots_route(workspace: Callable[[], Workspace]) -> Route:
    """Make the route; `layers.hot_wire` says what an address may ask and how the answer is written."""

    @answer_errors
    def hotspots(request: Request) -> Response:
        asked, box = HotAsked.from_params(request.query_params), read_bbox(request)
        cube = workspace().cube
        cube.refresh(wait=False)
        version = cube.version
        about = (version, asked, box, _today(cube), current_locale())
        if _is_known(request, asked, about):
            return unchanged(etag_of(*about))
        answer = _answer(cube, asked)
        body = _packed(answer, asked, box, version=version)
        return _sent(request, body, about, lasts=answer.lasts(asked), media_type="application/octet-stream")

    return Route("/api/hotspots", hotspots)


def reason_route(workspace: Callable[[], Workspace]) -> Route:
    """Make the route of the tooltip: the class of one cell, and the reason in words."""

    @answer_errors
    def reason(request: Request) -> Response:
        asked = HotAsked.from_params(request.query_params)
        text = request.query_params.get("cell", "")
        cell = _read_cell(text, asked.resolution)
        cube = workspace().cube
        cube.refresh(wait=False)
        about = (cube.version, asked, cell, _today(cube), current_locale())
        if _is_known(request, asked, about):
            return unchanged(etag_of(*about))
        answer = _answer(cube, asked)
        said = _described(answer, asked, cell) | {"cell": text}
        said["reason"] = "" if answer.note else _reason(cube, asked, cell, said)
        body = json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()
        return _sent(request, body, about, lasts=answer.lasts(asked), media_type="application/json")

    return Route("/api/hotspots/reason", reason)


def _is_known(request: Request, asked: HotAsked, about: tuple[object, ...]) -> bool:
    """Tell without computing anything whether the browser holds the answer."""
    return asked.kind not in _GROWING and is_fresh(request, etag_of(*about))


def _sent(
    request: Request, body: bytes, about: tuple[object, ...], *, lasts: bool, media_type: str
) -> Response:
    """Send an answer; one that is not the last word is named by itself, so that it is looked at again."""
    etag = etag_of(*about) if lasts else etag_of(*about, body)
    return (
        unchanged(etag) if is_fresh(request, etag) else fresh(request, body, etag=etag, media_type=media_type)
    )


def _answer(cube: Cube, asked: HotAsked) -> Answer:
    try:
        found = hot_cells(cube, asked)
    except NotEnoughDataError as error:
        nowhere = np.empty(0, np.uint64)
        found = without_answer(nowhere, nowhere.astype(np.uint32), (hot_wire.NONE,), "few")
        return Answer(found, str(error))
    # For a filter that lets nothing through the map has clearer words.
    return Answer(found, hot_words.note(found.note) if found.n.any() or cube.total(asked.where) else "")


def _packed(answer: Answer, asked: HotAsked, box: Bbox | None, *, version: str) -> bytes:
    """Pack what has a class; of the rest there is nothing to say."""
    found = answer.found
    rows = np.flatnonzero(found.codes)
    if box is not None:
        rows = rows[near(found.cells[rows], box)]
    return hot_wire.pack(
        found.cells[rows],
        found.codes[rows],
        found.n[rows],
        kind=asked.kind,
        classes=found.classes,
        counts=np.bincount(found.codes, minlength=len(found.classes)).tolist(),
        meta={"resolution": asked.resolution, "total": int(found.n.sum()), "version": version},
        note=answer.note,
        pending=answer.is_pending,
    )


def _described(answer: Answer, asked: HotAsked, cell: np.uint64) -> dict[str, Any]:
    """Say of a cell what is known without its history; a cell outside of the study area has no class."""
    found = answer.found
    row = int(np.searchsorted(found.cells, cell))
    if row == len(found.cells) or found.cells[row] != cell:
        words = hot_words.ClassWords(_("Outside of the study area"), _("Nothing was ever reported here."))
        return {"class": hot_wire.NONE, **words._asdict(), "n": 0, "figure": None}
    slug, figure = found.classes[found.codes[row]], float(found.figures[row])
    words = hot_words.one_class(asked.kind, slug)
    about = {"class": slug, "label": words.label, "help": words.help, "n": int(found.n[row])}
    return about | {"figure": figure if isfinite(figure) else None}


def _reason(cube: Cube, asked: HotAsked, cell: np.uint64, said: dict[str, Any]) -> str:
    """Say why a cell has its class: in a sentence of the kind's own, else what the class means."""
    if said["n"] == 0 and said["class"] == hot_wire.NONE:
        return str(said["help"])
    own = why(cube, asked, np.array([cell]))[0]
    return own[:1].upper() + own[1:] or hot_words.meaning(asked.kind, said["class"], said["figure"])


def _read_cell(text: str, resolution: int) -> np.uint64:
    try:
        (cell,) = h3_cells.parse([text])
        right = h3_cells.resolution_of([cell]) == resolution
    except CellError:
        right = False
    if not right:
        words = _("'{value}' is not a cell of resolution {resolution}.", value=text, resolution=resolution)
        raise FilterError(words)
    return np.uint64(cell)


def _today(cube: Cube) -> date:
    """Return the day it is in the city: on the next one another step may be complete."""
    return datetime.fromtimestamp(clock.now() / 1e6, UTC).astimezone(ZoneInfo(cube.state.tz)).date()
