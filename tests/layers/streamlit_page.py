"""The page that the browser tests show through streamlit-folium: a filter, the map, what the map reported."""

import folium
import streamlit as st
from streamlit_folium import st_folium

from layers.canvas_map import canvas_map
from layers.hexes import HexLayer
from tests.layers.harness import LAT, LON

category = st.selectbox("Category", ["all", "parking", "posters", "nothing"], key="category")
theme = st.selectbox("Theme", ["light", "dark"], key="theme")
st.query_params["category"] = category

group = folium.FeatureGroup(name="cells")
HexLayer(
    "" if category == "all" else f"category={category}",
    theme=theme,
    selected=(st.session_state.get("map") or {}).get("cell"),
).add_to(group)
value = st_folium(
    canvas_map((LAT, LON), 14, attribution="Made-up reports"),
    key="map",
    height=500,
    use_container_width=True,
    returned_objects=[],
    feature_group_to_add=group,
)
st.session_state["runs"] = st.session_state.get("runs", 0) + 1
st.text(f"runs {st.session_state['runs']}")
st.text(f"selected {(value or {}).get('cell')}")
