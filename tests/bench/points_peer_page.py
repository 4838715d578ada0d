"""The page on which pydeck shows the points of `points_bench`: its `ScatterplotLayer`, and nothing else."""

import os

import polars as pl
import pydeck
import streamlit as st

HEIGHT_PX = 660

st.set_page_config(layout="wide")
frame = pl.read_parquet(os.environ["GEZHI_BENCH_POINTS"])
layer = pydeck.Layer(
    "ScatterplotLayer",
    frame.to_pandas(),
    get_position=["lon", "lat"],
    get_fill_color=["red", "green", "blue", 220],
    radius_min_pixels=3,
    radius_max_pixels=3,
    pickable=False,
)
lon, lat, zoom = (float(st.query_params[name]) for name in ("lon", "lat", "zoom"))
view = pydeck.ViewState(latitude=lat, longitude=lon, zoom=zoom - 1)  # it counts tiles of 512 pixels
left, _right = st.columns([13, 6], gap="medium")
with left:
    st.pydeck_chart(
        pydeck.Deck([layer], initial_view_state=view, map_provider=None), height=HEIGHT_PX, key="map"
    )
