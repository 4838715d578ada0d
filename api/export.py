"""`/api/export`: what is shown as files for other programs, made by whoever knows how."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from api.answers import answer_errors, problem
from api.params import Bbox, read_bbox, read_resolution
from data.filters import Filter
from data.workspace import Workspace
from i18n import gettext as _


class Exporter(Protocol):
    """What makes the files; the rooms of routes and of documents do not know each other."""

    @property
    def names(self) -> tuple[str, ...]:
        """What can be asked for, such as `cells.csv`."""

    def write(
        self, here: Workspace, name: str, where: Filter, folder: Path, *, resolution: int, bbox: Bbox | None
    ) -> tuple[Path, str, str]:
        """Write a file into a folder; return it, the name of the reader's copy and its media type."""


def export_route(workspace: Callable[[], Workspace], exporter: Exporter) -> Route:
    """Make `/api/export/{name}`, such as `cells.gpkg` or `reports.csv`.

    The filter chooses the reports, `bbox` a part of the map; for cells `res` is their size. The file is sent
    as a download and not kept.
    """

    @answer_errors
    def export(request: Request) -> Response:
        name = request.path_params["name"]
        if name not in exporter.names:
            words = _("There is no such export. Expected one of {names}.", names=", ".join(exporter.names))
            return problem(words, status=404)
        here = workspace()
        here.cube.refresh(wait=False)
        where = Filter.from_params(request.query_params)
        resolution, box = read_resolution(request), read_bbox(request)
        folder = tempfile.TemporaryDirectory(prefix="gezhi-export-")
        try:
            path, called, media_type = exporter.write(
                here, name, where, Path(folder.name), resolution=resolution, bbox=box
            )
        except BaseException:
            folder.cleanup()
            raise
        return FileResponse(
            path,
            media_type=media_type,
            filename=called,
            headers={"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"},
            background=BackgroundTask(folder.cleanup),
        )

    return Route("/api/export/{name}", export)
