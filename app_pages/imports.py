"""Page: put a file's reports on the map."""

import streamlit as st

st.write("…")
