"""Territories on the map, and the board beside it: shown, compared, painted by hand.

Map and board are two parts of a page that talk with each other in the browser; a stroke of the brush waits
for no server. What is painted goes to `/api/territories/paint` step by step; Python learns of it when
it looks.
"""

from typing import Final

import folium

from i18n import current_locale
from i18n import gettext as _
from layers import assets
from layers.components import scripted
from layers.element import ScriptLayer
from layers.palettes import Theme
from layers.territory_hues import HUES, OPACITY

_board: Final = scripted(
    "gezhi_territory_board", script="territory_board.js", style="territory_board.css", mount="mountBoard"
)


class TerritoryLayer(ScriptLayer):
    """An edition of the territories, to be painted where it is a draft; for a map of `with_territories`.

    Parameters
    ----------
    edition, version
        Which one, and its version as Python knows it: a later one makes the map ask again.
    against
        The edition that it is compared with; the one in force where None.
    wishes
        The version of pins and barriers.
    wishing
        Whether pins and barriers can be set.

    The map's container says in `data-gezhi-changed`, `-heaviest`, `-saved` (`saved`, `saving`, `waiting`,
    `conflict`), `-steps` and `-tool` what there is, for tests.
    """

    part = "territories"

    def __init__(
        self,
        edition: int,
        *,
        version: int,
        against: int | None,
        wishes: int,
        wishing: bool,
        theme: Theme = "light",
        locale: str | None = None,
    ) -> None:
        super().__init__(
            {
                "edition": edition,
                "version": version,
                "against": against or 0,
                "wishes": wishes,
                "wishing": wishing,
                "theme": theme,
                "colours": HUES,
                "opacity": OPACITY,
                "labels": _map_words(),
                "locale": locale or current_locale(),
            }
        )


def with_territories(canvas: folium.Map) -> folium.Map:
    """Give a map of `canvas_map` the scripts and styles of territories, which no other page has to load."""
    canvas.default_js = [*canvas.default_js, ("territories.js", assets.url("territories.js"))]
    canvas.options["zoom_snap"] = 0.5  # the city fills more of the map than at whole steps
    canvas.default_css = [*canvas.default_css, ("territories.css", assets.url("territories.css"))]
    return canvas


def territory_board(key: str) -> None:
    """Draw the board: what each team carries, what the brush gives, what is shown."""
    labels = {
        "brush": _("Brush"),
        "brush_1": _("1 cell"),
        "brush_7": _("7 cells"),
        "brush_19": _("19 cells"),
        "show": _("Shown on the map"),
        "look_changes": _("Changes"),
        "look_work": _("Work"),
        "heaviest": _("Heaviest team: {share} × the mean"),
        "changed": _("{n} cells change hands"),
        "changed_one": _("1 cell changes hands"),
        "other": _("{n} cells are otherwise than in '{name}'"),
        "other_one": _("1 cell is otherwise than in '{name}'"),
        "nobodys": _("{n} cells are nobody's"),
        "nobodys_one": _("1 cell is nobody's"),
        "pieces_one": _("1 team is in several pieces"),
        "pieces_many": _("{n} teams are in several pieces"),
        "in_pieces": _("{n} pieces"),
        "cell": _("{n} cell"),
        "cells": _("{n} cells"),
        "hours": _("{n} h/week"),
        "teams": _("Teams"),
        "begin": _("Grow the team where I begin"),
        "nobody": _("Nobody"),
        "saved": _("Every stroke is kept in the draft."),
        "saving": _("Keeping…"),
        "waiting": _("Not kept yet: the server does not answer. It is tried again; leave the page open."),
    }
    _board(key=key, data={"labels": labels, "colours": HUES, "opacity": OPACITY, "locale": current_locale()})


def _map_words() -> dict[str, str]:
    return {
        "tools": _("Tools of the map"),
        "pan": _("Move the map, click a team"),
        "paint": _("Paint cells"),
        "pin": _("Pin a cell or a compound to its team"),
        "wall": _("Draw a barrier"),
        "undo": _("Undo (Ctrl+Z)"),
        "redo": _("Redo (Ctrl+Shift+Z)"),
        "pan_hint": _("Move the map, click a team"),
        "paint_hint": _("Drag from a team into the cells that it is to have"),
        "pin_hint": _("Click a cell: it, or its compound, stays with its team in every proposal"),
        "wall_hint": _("Draw a line that nobody walks across; click one to take it away"),
        "pinned": _("These cells are pinned to their team. Take the pins away first."),
        "pinned_to": _("Pinned to team {team}: {what}"),
        "unpinned": _("No longer pinned: {what}"),
        "one_cell": _("this cell"),
        "failed": _("The territories could not be loaded."),
    }
