"""The Streamlit entry: `streamlit run app.py`, `uvicorn app:app` or `gezhi serve`; wiring only."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import streamlit as st
from starlette.concurrency import run_in_threadpool

from api.routes import routes
from data.workspace import workspace


@asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[None]:
    """Open the store before the first visitor comes; an empty one gets the demo zone."""
    await run_in_threadpool(workspace)
    yield


app = st.App("app_pages/shell.py", routes=routes(workspace), lifespan=lifespan)
