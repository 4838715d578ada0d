"""`uvicorn tests.bench.points_peer:app`: the page of `points_peer_page.py`."""

from pathlib import Path

import streamlit as st

app = st.App(Path(__file__).with_name("points_peer_page.py"))
