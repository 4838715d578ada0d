"""Card: the map itself."""

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import folium
import streamlit as st
from streamlit_folium import st_folium

from app_pages import map_base, map_heat, map_hot, map_measure, selection, session
from app_pages.look import METHODS, STEPS, Look, edges_from
from app_pages.place_words import missing_words, title_words
from app_pages.view import AUTO, HEAT, HOT, POINTS, View
from data.filters import Filter
from data.place_rates import measure_of
from data.place_tables import places_version
from data.statuses import STATUS_GROUPS
from data.workspace import Workspace
from geo import cell_sets
from i18n import current_locale, listed
from i18n import gettext as _
from layers.canvas_map import MIN_ZOOM, canvas_map
from layers.go import GoTo
from layers.heat import HeatLayer
from layers.hexes import HexLayer
from layers.hotspots import HotLayer
from layers.palettes import Theme
from layers.place_rates import PlaceRateLayer
from layers.points import FROM_ZOOM, PointLayer
from layers.search import SearchBox
from layers.select import SelectLayer
from layers.street_density import StreetDensityLayer

_HEIGHT_PX = 660
#: Where there is no report at all.
_WORLD, _WORLD_ZOOM = (20.0, 0.0), 3


def render(workspace: Workspace, view: View, where: Filter, *, tools: bool = True) -> None:
    """Draw the map; a click on a cell becomes the view's cell before the rest of the page is drawn.

    Without `tools` there is no box to find a place, and nothing to select cells with.
    """
    theme: Theme = "dark" if st.context.theme.type == "dark" else "light"
    canvas = canvas_map(
        _WORLD, _WORLD_ZOOM, theme=theme, attribution=_credits(workspace), bounds=_extent(workspace)
    )
    group = folium.FeatureGroup(name="cells")
    version = workspace.cube.version
    query = urlencode(where.to_params() | {"lang": current_locale()})
    map_base.layer(workspace, theme).add_to(group)
    if view.show != POINTS:
        _ground(workspace, view, where, query, theme).add_to(group)
    if view.show == POINTS or view.points:
        PointLayer(
            query,
            from_zoom=MIN_ZOOM if view.show == POINTS else FROM_ZOOM,
            tz=workspace.tz,
            done=STATUS_GROUPS["done"],
            case_link=session.case_pattern(),
            theme=theme,
            version=version,
            locale=current_locale(),
        ).add_to(group)
    if tools:
        SearchBox().add_to(group)
    if go := st.session_state.get(session.GO):
        GoTo(**go).add_to(group)
    SelectLayer(
        cell_sets.pack(view.where.cells),
        resolution=view.resolution or AUTO,
        tools=tools,
        theme=theme,
        locale=current_locale(),
    ).add_to(group)
    st_folium(
        canvas,
        key=session.MAP,
        height=_HEIGHT_PX,
        use_container_width=True,
        returned_objects=[],
        feature_group_to_add=group,
        on_change=take_click,
    )


def _ground(
    workspace: Workspace, view: View, where: Filter, query: str, theme: Theme
) -> HexLayer | HeatLayer | HotLayer | StreetDensityLayer | PlaceRateLayer:
    """Make the layer that the view colours the map with: cells, heat, hot spots, or the places of a kind."""
    version, locale = workspace.cube.version, current_locale()
    if not view.show:
        return cells_layer(view, where, query, theme=theme, version=version, locale=locale)
    if view.show == HOT:
        return map_hot.layer(view, where, query, theme=theme, version=version, locale=locale)
    if view.show == HEAT:
        return map_heat.layer(workspace, view, query, theme=theme, version=version, locale=locale)
    measure = measure_of(view.show)
    return PlaceRateLayer(
        view.show,
        query,
        title=title_words(measure),
        unit=measure.words,
        missing=missing_words(measure),
        places=places_version(workspace.store, actor=workspace.viewer),
        selected=view.at,
        palette=view.look.palette,
        theme=theme,
        version=version,
        locale=locale,
    )


def cells_layer(view: View, where: Filter, query: str, **options: Any) -> HexLayer:
    """Make the layer of cells that a view means; `options` are others of `HexLayer`."""
    what, look = map_measure.shown(view, where), view.look
    # The period before is what the server takes by itself, whatever days the map is steered to meanwhile.
    own_days = what.other if view.against != map_measure.BEFORE and not what.swipe else None
    return HexLayer(
        query,
        resolution=view.resolution or AUTO,
        measure=what.measure,
        against=own_days,
        swipe=what.other if what.swipe else None,
        classes_by=None if look.method in {METHODS[0], STEPS} else look.method,
        classes=None if look.classes == Look().classes else look.classes,
        edges=look.edges,
        keep=None if look.method == STEPS else look.keeps,
        palette=look.palette,
        opacity=look.opacity / 100,
        selected=view.cell,
        **options,
    )


def take_click() -> None:
    """Make what was clicked or selected on the map the view's; the same message is taken up once."""
    message: dict[str, Any] = st.session_state.get(session.MAP) or {}
    if "stamp" not in message or message["stamp"] == st.session_state.get(session.CLICK):
        return
    st.session_state[session.CLICK] = message["stamp"]
    if "keep" in message:
        _keep_classes(message["keep"])
        return
    st.session_state.pop(session.LISTED, None)
    if "cells" in message:
        session.show(selection.select(session.current_view(), message["cells"]))
        return
    place = message.get("place")
    session.show(
        session.current_view().but(cell=message.get("cell"), at=None if place is None else int(place))
    )


def _keep_classes(edges: Any) -> None:
    """Keep classes from now on, or let go of them; what the map sent is read like an address."""
    view = session.current_view()
    known = edges_from(",".join(map(str, edges))) if isinstance(edges, list) else ()
    session.show(view.but(look=replace(view.look, edges=known)))


def _extent(workspace: Workspace) -> tuple[float, float, float, float] | None:
    """Return what the first look shows, fixed for the session: another start would be another map."""
    starts = st.session_state.setdefault(session.START, {})
    if workspace.store.url not in starts:
        starts[workspace.store.url] = workspace.cube.extent()
    extent: tuple[float, float, float, float] | None = starts[workspace.store.url]
    return extent


def _credits(workspace: Workspace) -> str:
    if workspace.synthetic:
        return _("Synthetic demo data · cells: H3")
    sources = workspace.cube.sources()
    return _("Reports: {sources} · cells: H3", sources=listed(sources[:3])) if sources else ""
