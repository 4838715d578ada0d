"""The page that the benchmark of maps clicks on: the same cells by our layer, by folium and by pydeck."""

import folium
import geopandas as gpd
import pandas as pd
import pydeck
import streamlit as st
from streamlit_folium import st_folium

from layers.canvas_map import canvas_map
from layers.hexes import HexLayer
from tests.bench.layers_city import CENTER, MIDDLE, RESOLUTION, STRONG, ZOOM, cells_as_text, polygons

st.set_page_config(layout="wide")
engine, n = st.query_params.get("engine", "ours"), int(st.query_params.get("n", "50000"))
strong = st.toggle("strong")
height, colour = 600, STRONG if strong else MIDDLE


def _ours() -> None:
    group = folium.FeatureGroup(name="cells")
    HexLayer(f"n={n}&strong={strong:d}", resolution=RESOLUTION, opacity=1).add_to(group)
    _folium(canvas_map(CENTER, ZOOM, keep_view=False), group)


def _geojson() -> None:
    group = folium.FeatureGroup(name="cells")
    frame: gpd.GeoDataFrame = polygons(n)
    style = {"fillColor": colour, "fillOpacity": 1, "weight": 0}
    folium.GeoJson(frame.assign(strong=strong), style_function=lambda _: style).add_to(group)
    base = canvas_map(CENTER, ZOOM, keep_view=False)  # folium's own page never appears without the internet
    base.options["prefer_canvas"] = True
    _folium(base, group)


def _pydeck() -> None:
    channels = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
    frame = pd.DataFrame({"cell": cells_as_text(n), "strong": strong})
    layer = pydeck.Layer(
        "H3HexagonLayer", frame, get_hexagon="cell", get_fill_color=channels, extruded=False, stroked=False
    )
    view = pydeck.ViewState(latitude=CENTER[0], longitude=CENTER[1], zoom=ZOOM - 1)
    st.pydeck_chart(pydeck.Deck([layer], initial_view_state=view, map_style=None), height=height)


def _folium(base: folium.Map, group: folium.FeatureGroup) -> None:
    st_folium(
        base,
        key="map",
        height=height,
        use_container_width=True,
        returned_objects=[],
        feature_group_to_add=group,
    )


{"ours": _ours, "folium": _geojson, "pydeck": _pydeck}[engine]()
