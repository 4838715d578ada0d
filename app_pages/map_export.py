"""Card: what can be taken away from the map: pictures, cells and reports as files."""

from collections.abc import Callable
from functools import cache
from typing import Any, Final
from urllib.parse import urlencode

import streamlit as st

from app_pages import active, map_measure
from app_pages.view import HOT, View
from data.filters import Filter
from data.workspace import Workspace
from i18n import current_locale
from i18n import gettext as _
from layers import assets
from reports.exports import HOTSPOTS, KEPLER, provenance

#: What programs call the formats; the same in every language.
_FORMS: Final = {
    "csv": "CSV",
    "geojson": "GeoJSON",
    "gpkg": "GeoPackage",
    "parquet": "GeoParquet",
    KEPLER: "kepler.gl",
}


def render(here: Workspace, view: View, where: Filter) -> None:
    """Draw the button that opens the card.

    Parameters
    ----------
    where
        The reports that are meant, the selection included.
    view
        How the map colours them.
    """
    with st.popover(_("Export"), icon=":material/download:"):
        about = provenance(here, where, words=active.in_words(here, where))
        _component()(
            key="map_export",
            data={
                "query": urlencode(where.to_params() | _colouring(view, where) | {"lang": current_locale()}),
                "groups": _groups(view),
                "words": {
                    "seen": _("Only what is in view"),
                    "busy": _("Preparing …"),
                    "done": _("{name}, {size}", name="{name}", size="{size}"),
                    "failed": _("That did not work. Try again."),
                },
                "about": {
                    "title": about.title,
                    "words": about.words or _("All reports"),
                    "lines": about.lines()[2:],
                    "north": _("N"),
                    "name": about.file_name("map", "").rstrip("."),
                    "record": about.to_dict(),
                },
            },
        )


def _colouring(view: View, where: Filter) -> dict[str, str]:
    """Return what colours the cells, for the route; the script adds the classes that it shows."""
    if view.show == HOT:
        return view.hot_asked(where).to_params() | {
            "palette": view.look.palette,
            "opacity": str(view.look.opacity),
        }
    what, look = map_measure.shown(view, where), view.look
    days = f"{what.other[0]}~{what.other[1]}" if what.other and not what.swipe else ""
    shown = {"measure": what.measure, "vs": days, "palette": look.palette, "opacity": str(look.opacity)}
    return {name: value for name, value in shown.items() if value}


def _groups(view: View) -> list[dict[str, Any]]:
    hints = {
        "csv": _("For spreadsheets such as Excel or WPS"),
        "geojson": _("For web maps"),
        "gpkg": _("For QGIS, with the colours of this map"),
        "parquet": _("For GeoPandas, DuckDB and other analysis"),
        KEPLER: _("A map that kepler.gl opens"),
    }
    forms = [{"form": form, "label": label, "hint": hints[form]} for form, label in _FORMS.items()]
    pictures = [
        {"form": "png", "label": "PNG", "hint": _("For a slide or a message")},
        {"form": "svg", "label": "SVG", "hint": _("For print: stays sharp at every size")},
    ]
    hot = {"title": _("Hot spots with their reasons"), "items": _of(HOTSPOTS, forms[:-1])}
    return [
        {"title": _("Picture of what is seen"), "items": _of("picture", pictures)},
        *([hot] if view.show == HOT else []),
        {"title": _("Cells with their figures"), "items": _of("cells", forms)},
        {"title": _("Single reports"), "items": _of("reports", forms)},
    ]


def _of(what: str, items: list[dict[str, str]]) -> list[dict[str, str]]:
    return [{"what": what, **item} for item in items]


@cache
def _component() -> Callable[..., Any]:
    return st.components.v2.component(
        "gezhi_export",
        html='<div class="gz-export"></div>',
        css=assets.part("export.css"),
        js=assets.part("export.js"),
    )
