"""The Streamlit entry: `streamlit run app.py`, `uvicorn app:app` or `gezhi serve`; wiring only."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import streamlit as st
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware

from api.admission import Admission
from api.first_page import FirstPage
from api.promptness import send_at_once
from api.routes import routes
from app_pages.active import in_words
from app_pages.field import field_routes
from app_pages.warm import settle, warm
from data.basemap_upkeep import BasemapUpkeep
from data.heaps import HeapUpkeep, share_heaps
from data.settings import settings
from data.upkeep import Upkeep
from data.workspace import city_store, close, workspace
from reports.exports import Exports
from reports.field_documents import FieldDocuments
from reports.field_routes import FieldRouteFiles


@asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[None]:
    """Be ready before the first visitor comes: the store is open, an empty one has its demo zone."""
    send_at_once(asyncio.get_running_loop())
    share_heaps()
    await run_in_threadpool(lambda: warm(workspace()))
    settle()
    upkeep = Upkeep(city_store)
    tiles = BasemapUpkeep(workspace)
    heaps = HeapUpkeep()
    upkeep.start()
    tiles.start()
    heaps.start()
    try:
        yield
    finally:
        await run_in_threadpool(heaps.stop)
        await run_in_threadpool(tiles.stop)
        await run_in_threadpool(upkeep.stop)
        await run_in_threadpool(close)


app = st.App(
    "app_pages/shell.py",
    routes=[
        *routes(workspace, Exports(in_words), FieldDocuments(settings().address), FieldRouteFiles()),
        *field_routes(),
    ],
    lifespan=lifespan,
    middleware=[
        Middleware(Admission, workspace=workspace, key=settings().key.get_secret_value()),
        Middleware(FirstPage),
    ],
)
