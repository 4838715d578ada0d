"""`/api/export`: what is shown as files for other programs, made by whoever knows how."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, Protocol

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.answers import answer_errors, problem
from api.asked_cells import AskedCells
from api.params import Bbox, read_bbox, read_resolution
from api.sent_files import made_for_one
from data.filters import Filter
from data.hot_cells import HotAsked
from data.workspace import Workspace
from i18n import gettext as _
from layers import palettes

_PERCENTS: Final = frozenset(map(str, range(1, 101)))


class Exporter(Protocol):
    """What makes the files; the rooms of routes and of documents do not know each other."""

    @property
    def names(self) -> tuple[str, ...]:
        """What can be asked for, such as `cells.csv`."""

    def write(
        self,
        here: Workspace,
        name: str,
        where: Filter,
        folder: Path,
        *,
        resolution: int,
        bbox: Bbox | None,
        how: Mapping[str, Any],
    ) -> tuple[Path, str, str]:
        """Write a file into a folder; return it, the name of the reader's copy and its media type."""


def export_route(workspace: Callable[[], Workspace], exporter: Exporter) -> Route:
    """Make `/api/export/{name}`, such as `cells.gpkg` or `reports.csv`.

    The filter chooses the reports, `bbox` a part of the map. For cells `res` is their size, and `measure`,
    `vs`, `edges` (as of `/api/cells`), `palette` and `opacity` (percent) colour them in those formats that
    can. For hot spots the address asks as that of `/api/hotspots`. The file is sent as a download and not
    kept.
    """

    @answer_errors
    def export(request: Request) -> Response:
        name = request.path_params["name"]
        if name not in exporter.names:
            words = _("There is no such export. Expected one of {names}.", names=", ".join(exporter.names))
            return problem(words, status=404)
        here = workspace()
        here.cube.refresh(wait=False)
        asked = AskedCells.from_params(request.query_params)
        resolution, box = read_resolution(request), read_bbox(request)
        if name.startswith("hotspots."):
            how = {"asked": HotAsked.from_params(request.query_params)} | _look(request)
        else:
            how = {"measure": asked.name, "against": asked.against, "edges": asked.edges} | _look(request)
        return made_for_one(
            lambda folder: exporter.write(
                here, name, asked.where, folder, resolution=resolution, bbox=box, how=how
            )
        )

    return Route("/api/export/{name}", export)


def _look(request: Request) -> dict[str, Any]:
    """Read palette and opacity; what is unknown is left to the exporter."""
    palette, opacity = (request.query_params.get(name, "") for name in ("palette", "opacity"))
    look: dict[str, Any] = {"palette": palette} if palette in palettes.PALETTES else {}
    return look | ({"opacity": int(opacity) / 100} if opacity in _PERCENTS else {})
