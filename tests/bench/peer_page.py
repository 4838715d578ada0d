"""The page on which a peer shows the cells: a choice in the sidebar, and the map; nothing else.

`?peer=folium` is stock folium as its manual has it for many shapes: `GeoJson` with a `style_function` in a
feature group of streamlit-folium, `prefer_canvas` on. Leaflet itself comes from our own server, as a frame
whose scripts come from outside stays empty without internet. `?peer=pydeck` is pydeck's `H3HexagonLayer` in
`st.pydeck_chart`, without a base map. Counting, shapes and colours are made once and kept: only what a rerun
cannot avoid is measured.
"""

import os

import folium
import geopandas as gpd
import numpy as np
import polars as pl
import pydeck
import streamlit as st
from streamlit_folium import st_folium

from geo import cells
from layers import assets, classes, palettes
from tests.bench.city import LAT, LON

HEIGHT_PX = 660


class PlainMap(folium.Map):
    """folium's own map, Leaflet from here and no other script."""

    default_js = [("leaflet", assets.url("leaflet.js"))]  # noqa: RUF012 # folium's own way
    default_css = [("leaflet", assets.url("leaflet.css"))]  # noqa: RUF012 # folium's own way


@st.cache_resource
def counted(group: str) -> pl.DataFrame:
    """Return `cell` as text, `n` and the colour as `colour` and `red`, `green`, `blue`."""
    frame = pl.read_parquet(os.environ["GEZHI_BENCH_CELLS"]).filter(pl.col("group") == group)
    edges = classes.edges(frame["n"].to_numpy())
    colours = palettes.colours(palettes.DEFAULT, len(edges), "light")
    rgb = np.array([[int(colour[at : at + 2], 16) for at in (1, 3, 5)] for colour in colours])
    index = classes.classify(frame["n"].to_numpy(), edges)
    return frame.select("cell", "n").with_columns(
        colour=pl.Series(colours).gather(index),
        **{name: rgb[index, place] for place, name in enumerate(("red", "green", "blue"))},
    )


@st.cache_resource
def shapes(group: str) -> gpd.GeoDataFrame:
    """Return the cells' hexagons with their counts and colours."""
    frame = counted(group)
    made = cells.frame(frame["cell"].to_list(), n=frame["n"], colour=frame["colour"])
    return made.drop(columns="cell")


def show_folium(group: str, zoom: int) -> None:
    """Show stock folium."""
    layer = folium.FeatureGroup(name="cells")
    folium.GeoJson(
        shapes(group),
        style_function=lambda feature: {
            "fillColor": feature["properties"]["colour"],
            "fillOpacity": 0.78,
            "stroke": False,
        },
    ).add_to(layer)
    st_folium(
        PlainMap((LAT, LON), zoom_start=zoom, tiles=None, prefer_canvas=True, attribution_control=False),
        key="map",
        height=HEIGHT_PX,
        use_container_width=True,
        returned_objects=[],
        feature_group_to_add=layer,
    )


def show_pydeck(group: str, zoom: int) -> None:
    """Show pydeck; its zoom counts tiles of 512 pixels."""
    layer = pydeck.Layer(
        "H3HexagonLayer",
        counted(group).select("cell", "n", "red", "green", "blue").to_pandas(),
        get_hexagon="cell",
        get_fill_color="[red, green, blue, 200]",
        extruded=False,
        stroked=False,
    )
    view = pydeck.ViewState(latitude=LAT, longitude=LON, zoom=zoom - 1)
    deck = pydeck.Deck([layer], initial_view_state=view, map_provider=None)
    st.pydeck_chart(deck, height=HEIGHT_PX, key="map")


GROUPS = st.query_params["groups"].split(",")
for name in GROUPS:  # before the first map, so that no click waits for them
    shapes(name)

st.set_page_config(layout="wide")
with st.sidebar:
    chosen = st.pills("Kind of problem", GROUPS, key="group", required=True, default=GROUPS[0])
left, _right = st.columns([13, 6], gap="medium")
with left:
    show = {"folium": show_folium, "pydeck": show_pydeck}[st.query_params["peer"]]
    show(chosen, int(st.query_params["zoom"]))
