"""Part of the selection panel: sets of cells that people keep under names."""

from functools import partial
from urllib.parse import urlencode

from app_pages import saved_list, session
from app_pages.saved_list import Sort
from app_pages.view import View
from data.filters import Filter
from data.saved import Saved
from data.workspace import Workspace
from geo import cells
from i18n import gettext as _
from i18n import ngettext


def render(here: Workspace, view: View) -> None:
    """Draw the list of kept selections, and the field that keeps the one of `view` under a name.

    The figures are of all reports, whatever the filters of the view let through. Opening one makes it the
    view's selection and moves the map to it.
    """
    saved_list.render(
        here,
        Sort(
            kind="cells",
            described=partial(_described, here),
            open=_open,
            content=lambda: {"cells": view.where.cells} if view.where.cells else None,
            query=lambda one: urlencode(
                session.with_language(View(where=Filter(cells=one.cells)).to_params())
            ),
            overwrite=_("Overwrite with this selection"),
            ask=_("Keep this selection as"),
            hint=_("A name, such as: around the market"),
            empty=_("No selection is kept yet. Select cells on the map, then give them a name here."),
        ),
    )


def _described(here: Workspace, one: Saved) -> str:
    """Say how many cells it has and how many reports lie in them now."""
    if not one.cells:
        return _("cannot be read any more")
    n = here.cube.total(Filter(cells=one.cells))
    return " · ".join(
        (
            ngettext("{n} cell", "{n} cells", len(one.cells)),
            _("resolution {resolution}", resolution=cells.resolution_of(one.cells)),
            ngettext("{n} report now", "{n} reports now", n),
        )
    )


def _open(one: Saved) -> None:
    view = session.current_view()
    session.open_view(view.but(where=view.where.but(cells=one.cells), cell=None, at=None))
    session.look(box=box_around(one.cells))


def box_around(chosen: tuple[int, ...]) -> tuple[float, float, float, float]:
    """Return west, south, east, north around the middles of cells and the cells beside them."""
    lon, lat = cells.centres(cells.disk(list(chosen), 1)[1])
    return float(lon.min()), float(lat.min()), float(lon.max()), float(lat.max())
