"""`uvicorn tests.bench.peer_app:app`: the page of `peer_page.py`, with Leaflet from our own server."""

from pathlib import Path

import streamlit as st

from api.assets import assets_route

app = st.App(Path(__file__).with_name("peer_page.py"), routes=[assets_route()])
