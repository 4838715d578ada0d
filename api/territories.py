"""`/api/territories`: an edition of the territories for the map, strokes that paint it, pins, barriers."""

import json
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any, Final

import numpy as np
import polars as pl
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.answers import answer_errors, etag_of, fresh, is_fresh, problem, unchanged
from api.posted import read_object, taking_body
from data import territory_ground, territory_wishes
from data.place_tables import places_version
from data.rights import has, require
from data.territories import Edition
from data.territory_load import expected_work
from data.workspace import Workspace
from geo.cells import Cells, neighbours, parse, to_text
from geo.errors import ConflictError, GezhiError, TeamError
from i18n import current_locale
from i18n import gettext as _
from layers.territory_hues import hues

_MOST_BYTES: Final = 2_000_000
#: Colours are handed on over so many editions.
_MOST_EDITIONS: Final = 30
_MEDIA_TYPE: Final = "application/json"


def territories_routes(workspace: Callable[[], Workspace]) -> Sequence[Route]:
    """Make the routes.

    - GET `/api/territories?edition=7[&against=6]`: the edition, its cells with their work and whose they are,
      and whose they are by the edition `against` (the one in force by default).
    - POST `/api/territories/paint` `{"edition", "version", "cells": [text], "teams": [number or null]}`:
      `{"version"}`.
    - POST `/api/territories/wishes` `{"version", "pins"?, "homes"?, "drawn"?}`: `{"version"}`, and what the
      barriers are then.

    409 where somebody else has changed it meanwhile.
    """

    @answer_errors
    def one(request: Request) -> Response:
        here = workspace()
        require(here.viewer, "whole")
        edition, against = (_number(request.query_params.get(name)) for name in ("edition", "against"))
        return _answer(here, request, edition, against)

    def paint(here: Workspace, said: dict[str, Any]) -> dict[str, Any]:
        cells, teams = said["cells"], said["teams"]
        if said["edition"] not in {edition.id for edition in here.store.editions(actor=here.viewer)}:
            raise TeamError(_("There are no territories {id}.", id=str(said["edition"])[:20]))
        done = here.store.paint_territories(
            said["edition"], parse(cells), teams, actor=here.viewer, version=said["version"]
        )
        return {"version": done.version}

    def wish(here: Workspace, said: dict[str, Any]) -> dict[str, Any]:
        changes = {name: said[name] for name in ("pins", "homes", "drawn") if name in said}
        done = territory_wishes.change(here.store, actor=here.viewer, version=said["version"], **changes)
        cells = _known(here, said.get("cells"))
        return {"version": done.version, "walls": _walls(here, cells, done)}

    return [
        Route("/api/territories", one),
        Route("/api/territories/paint", _posted(workspace, paint), methods=["POST"]),
        Route("/api/territories/wishes", _posted(workspace, wish), methods=["POST"]),
    ]


def _posted(
    workspace: Callable[[], Workspace], act: Callable[[Workspace, dict[str, Any]], dict[str, Any]]
) -> Callable[[Request], Any]:
    """Make an endpoint of what is done with what was sent: JSON alone, so no form of another site can."""

    def endpoint(request: Request, body: bytes) -> Response:
        here = workspace()
        is_json = request.headers.get("content-type", "").split(";")[0].strip() == _MEDIA_TYPE
        try:
            return _json(act(here, _read(body if is_json else b"")))
        except ConflictError as error:
            return problem(str(error), status=409)
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            if isinstance(error, GezhiError):
                raise
            return problem(_("What was sent cannot be read: {why}.", why=repr(error)), status=400)

    return taking_body(endpoint, most=_MOST_BYTES)


def _read(body: bytes) -> dict[str, Any]:
    said = read_object(body)
    if not isinstance(said.get("version"), int):
        raise TeamError(_("Expected JSON with the version that was seen."))
    return said


def _number(text: str | None) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise TeamError(_("'{text}' is no number of territories.", text=text[:20]))
    return int(text)


def _json(content: dict[str, Any]) -> Response:
    return Response(json.dumps(content, ensure_ascii=False, separators=(",", ":")), media_type=_MEDIA_TYPE)


def _answer(here: Workspace, request: Request, number: int | None, against: int | None) -> Response:
    store, actor = here.store, here.viewer
    listed = {edition.id: edition for edition in store.editions(actor=actor)}
    in_force = next((edition for edition in listed.values() if edition.state == "in_force"), None)
    edition = listed.get(number) if number is not None else in_force
    other = listed.get(against) if against is not None else in_force
    if edition is None or (against is not None and other is None):
        return problem(_("There are no territories {id}.", id=number or against or 0), status=404)
    wanted = territory_wishes.wishes(store, actor=actor)
    teams = store.teams(actor=actor, retired=True)
    tag = etag_of(
        *(store.url, edition.id, edition.version, other and other.id, other and other.version),
        *(here.cube.version, places_version(store, actor=actor), wanted.version, actor, current_locale()),
        *(team.version for team in teams),
    )
    if is_fresh(request, tag):
        return unchanged(tag)
    now = store.territories(edition.id, actor=actor)
    before = store.territories(other.id, actor=actor) if other else now.clear()
    own = territory_ground.city_cells(store, here.cube, actor=actor)
    cells = np.unique(np.concatenate([own, now["cell"].to_numpy(), before["cell"].to_numpy()]))
    homes = territory_ground.compounds(store, cells, actor=actor)
    team = _teams_of(now, cells)
    with_cells = {*team.tolist(), *_teams_of(before, cells).tolist()}
    shown = [one for one in teams if one.retired_at is None or one.id in with_cells]
    content = {
        "edition": {"id": edition.id, "version": edition.version, "name": edition.name},
        "against": other and {"id": other.id, "name": other.name, "in_force": other.state == "in_force"},
        "draft": edition.state == "draft",
        "paints": edition.state == "draft" and has(actor, "rules"),
        "teams": [{"id": one.id, "name": one.label(current_locale())} for one in shown],
        "hues": hues(
            team,
            neighbours(cells),
            [one.id for one in shown],
            kept=_first_hues(here, _published(listed.values())),
        ),
        "cells": to_text(cells).to_list(),
        "load": np.round(expected_work(store, here.cube, cells, actor=actor).to_numpy(), 2).tolist(),
        "team": team.tolist(),
        "before": _teams_of(before, cells).tolist(),
        "homes": [
            {"id": place, "cells": np.searchsorted(cells, inside).tolist()} for place, inside in homes.items()
        ],
        "names": _names(here, list(homes)),
        "walls": _walls(here, cells, wanted),
        "wishes": {
            "version": wanted.version,
            "pins": dict(wanted.pins),
            "homes": dict(wanted.homes),
            "drawn": wanted.drawn,
        },
    }
    body = json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
    return fresh(request, body, etag=tag, media_type=_MEDIA_TYPE)


def _published(editions: Iterable[Edition]) -> tuple[int, ...]:
    """Return the editions that were published last, the newest at the end."""
    found = sorted((one.published_at, one.id) for one in editions if one.published_at)
    return tuple(number for _at, number in found[-_MOST_EDITIONS:])


@lru_cache(maxsize=32)
def _first_hues(here: Workspace, published: tuple[int, ...]) -> dict[int, int]:
    """Return the hues of the newest of these editions: from one to the next as few as can be change."""
    if not published:
        return {}
    kept = _first_hues(here, published[:-1])
    frame = here.store.territories(published[-1], actor=here.viewer)
    team = frame["team_id"].to_numpy()
    return hues(team, neighbours(frame["cell"].to_numpy()), sorted(set(team.tolist())), kept=kept)


def _teams_of(frame: pl.DataFrame, cells: Cells) -> Any:
    """Return the team of each cell, 0 where it is nobody's."""
    team = np.zeros(len(cells), np.int64)
    team[np.searchsorted(cells, frame["cell"].to_numpy())] = frame["team_id"].to_numpy()
    return team


def _walls(here: Workspace, cells: Cells, wanted: territory_wishes.Wishes) -> list[list[int]]:
    """Return the barriers as pairs of rows of the cells."""
    pairs = territory_ground.barriers(
        here.store, cells, kinds=wanted.kinds, drawn=wanted.drawn, actor=here.viewer
    )
    rows: list[list[int]] = np.searchsorted(cells, pairs).tolist()
    return rows


def _known(here: Workspace, texts: Any) -> Cells:
    if isinstance(texts, list) and texts:
        cells: Cells = np.unique(parse(texts))
        return cells
    return territory_ground.city_cells(here.store, here.cube, actor=here.viewer)


def _names(here: Workspace, places: list[int]) -> dict[int, str]:
    english = current_locale() == "en"
    found = {}
    for place in places:
        one = here.store.place(place, actor=here.viewer)
        found[place] = (english and one.attributes.get("name_en")) or one.name or str(place)
    return found
