"""`uvicorn tests.layers.streamlit_app:app`: the page of `streamlit_page.py` with the harness's routes."""

from pathlib import Path

import streamlit as st

from tests.layers.harness import City, Server, routes_of

app = st.App(Path(__file__).with_name("streamlit_page.py"), routes=routes_of(Server(url="", city=City())))
