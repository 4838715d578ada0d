"""`/api/export`: cells with their figures, or single reports, as files for other programs."""

import tempfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from api.answers import answer_errors, problem
from api.export_cells import write_cells
from api.export_reports import write_reports
from data.filters import Filter
from data.workspace import Workspace
from i18n import current_locale
from i18n import gettext as _
from reports import files, kepler
from reports.provenance import Provenance

KEPLER: Final = "kepler.json"
#: The endings of the files that can be asked for.
ENDINGS: Final = (*files.MEDIA_TYPES, KEPLER)
_WRITERS: Final = {"cells": write_cells, "reports": write_reports}


def export_route(workspace: Callable[[], Workspace]) -> Route:
    """Make `/api/export/{what}.{ending}`: `what` is cells or reports, `ending` one of `ENDINGS`.

    The filter chooses the reports, `bbox` a part of the map; for cells `res` is their size, and what
    `/api/cells` takes for measure and classes gives the colours of those formats that carry any. The file is
    sent as a download and not kept.
    """

    @answer_errors
    def export(request: Request) -> Response:
        what, _dot, ending = request.path_params["name"].partition(".")
        if what not in _WRITERS or ending not in ENDINGS:
            words = _(
                "There is no export of this kind. Expected cells or reports, as {endings}.",
                endings=", ".join(ENDINGS),
            )
            return problem(words, status=404)
        here = workspace()
        here.cube.refresh(wait=False)
        about = provenance(here, Filter.from_params(request.query_params))
        folder = tempfile.TemporaryDirectory(prefix="gezhi-export-")
        try:
            path = Path(folder.name) / f"export.{ending}"
            _WRITERS[what](here, request, path, about)
        except BaseException:
            folder.cleanup()
            raise
        return FileResponse(
            path,
            media_type=files.MEDIA_TYPES[ending] if ending != KEPLER else kepler.MEDIA_TYPE,
            filename=about.file_name(what, ending),
            headers={"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"},
            background=BackgroundTask(folder.cleanup),
        )

    return Route("/api/export/{name}", export)


def provenance(here: Workspace, where: Filter) -> Provenance:
    """Say where the figures of a document come from that is made now."""
    return Provenance(
        title=here.title(current_locale()),
        filter=where.to_params(),
        words="",
        version=here.cube.version,
        made_at=datetime.now(ZoneInfo(here.tz)),
        sources=tuple(here.cube.sources()),
        synthetic=here.synthetic,
    )
