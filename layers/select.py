"""The tools of the map that select several cells."""

from typing import Final, Literal

from geo.cell_sets import MOST_CELLS
from i18n import current_locale
from i18n import gettext as _
from layers import words
from layers.element import ScriptLayer
from layers.hexes import RESOLUTION_BY_ZOOM
from layers.palettes import Theme

#: So many rings hold as many cells as may be selected at once: 1 + 3 · 40 · 41 = 4,921.
MOST_RINGS: Final = 40


class SelectLayer(ScriptLayer):
    """Tools to select cells by box, lasso, ring, one by one or by keys, and the outline of what is selected.

    Box and lasso take the cells whose middle lies inside: those that are drawn, so those with reports, and
    where no cells are drawn (places, heat) all. A ring takes every cell within it, empty ones too. All are of
    one resolution, which is kept when the map draws another one.

    Parameters
    ----------
    chosen
        The selected cells as `geo.cell_sets` writes them; empty selects nothing.
    resolution
        `auto` (by zoom) or 7 to 12: that of a new selection where no cells are drawn.
    tools
        Whether there is anything to select with; a selection is outlined all the same.
    theme, locale
        As those of a `HexLayer`.

    In Streamlit a selection becomes the component's value: `{"cells": text, "view": …, "stamp"}`, the rest as
    of a `HexLayer`.
    """

    part = "select"

    def __init__(
        self,
        chosen: str = "",
        *,
        resolution: int | Literal["auto"] = "auto",
        tools: bool = True,
        theme: Theme = "light",
        locale: str | None = None,
    ) -> None:
        super().__init__(
            {
                "chosen": chosen,
                "resolution": resolution,
                "resolutionByZoom": sorted(RESOLUTION_BY_ZOOM.items()),
                "most": MOST_CELLS,
                "rings": MOST_RINGS,
                "tools": tools,
                "theme": theme,
                "labels": words.labels() | _words(),
                "keys": _keys(),
                "locale": locale or current_locale(),
            }
        )


def _words() -> dict[str, str]:
    return {
        "select": _("Select cells"),
        "select_choose": _("Select cells"),
        "select_pan": _("Move the map, click a cell"),
        "select_box": _("Select by a box"),
        "select_lasso": _("Select by a lasso"),
        "select_ring": _("Select rings around a cell"),
        "select_box_hint": _("Drag a box over cells"),
        "select_lasso_hint": _("Draw around cells"),
        "select_ring_hint": _("Drag outwards from a cell"),
        "select_modes": _("What a new shape does"),
        "select_new": _("New"),
        "select_add": _("Add"),
        "select_remove": _("Take off"),
        "select_fit": _("Show the whole selection"),
        "select_clear": _("Clear the selection"),
        "select_help": _("Keys and gestures of the map"),
        "select_none": _("No cell selected"),
        "select_one": _("1 cell selected"),
        "select_many": _("{n} cells selected"),
        "select_too_many": _("More than {most} cells: select a smaller part, or larger cells."),
        "select_ring_label": _("Rings: {k} · cells: {n} · radius about {metres} m"),
        "select_corner": _("The shape begins here. Move the map and press Enter."),
    }


def _keys() -> list[tuple[str, str]]:
    """Return what one presses or does on the map, and what it means."""
    return [
        (_("Click, tap, Enter"), _("Open a cell: its figures and reports")),
        (_("Ctrl or Shift + click, long press, Shift + Enter"), _("Select a cell beside others, or drop it")),
        (_("Shift + drag"), _("Add a box to the selection")),
        (_("Alt + drag or click"), _("Take cells off the selection")),
        ("B, L, R", _("Draw a box, a lasso, rings around a cell")),
        (_("Enter, Enter"), _("With a tool: begin and end the shape in the middle of the map")),
        (_("Shift + Enter"), _("Close a lasso that is drawn by keys")),
        ("P", _("Back to moving the map")),
        ("A", _("Select all cells in sight")),
        ("Z", _("Show the whole selection")),
        (_("Escape"), _("Leave the tool, close the cell, clear the selection")),
        (_("Arrows, + and -"), _("Move and zoom the map")),
        ("/", _("Find a place")),
        ("?", _("This list")),
    ]
