"""A small server with made-up reports: the map's scripts run against real requests, without the store."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import folium
import h3
import numpy as np
import polars as pl
import polars_h3
import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, Response
from starlette.routing import Route

import layers
from geo.point_squares import gather, grid_over
from layers import assets, classes, point_wire, wire
from layers.hexes import HexLayer

LAT, LON = 38.3, 116.9
CATEGORIES = ("parking", "posters", "cables")


@dataclass
class City:
    """Reports scattered around a few hot spots; the same seed makes the same city."""

    n: int = 40_000
    seed: int = 7
    spread_deg: float = 0.02
    frame: pl.DataFrame = field(init=False)

    def __post_init__(self) -> None:
        rng = np.random.default_rng(self.seed)
        spots = rng.normal((LON, LAT), self.spread_deg, size=(40, 2))
        at = spots[rng.integers(0, len(spots), self.n)] + rng.normal(0, self.spread_deg / 5, size=(self.n, 2))
        category = rng.choice(CATEGORIES, self.n, p=(0.6, 0.3, 0.1))
        frame = pl.DataFrame({"lon": at[:, 0], "lat": at[:, 1], "category": category})
        self.frame = frame.with_columns(
            polars_h3.latlng_to_cell("lat", "lon", resolution).alias(f"cell{resolution}")
            for resolution in range(7, 13)
        )

    def counts(self, category: str, resolution: int) -> tuple[np.ndarray, np.ndarray]:
        """Count the category's reports (empty: all) per cell."""
        frame = self.frame.filter(pl.col("category").is_in(category.split(","))) if category else self.frame
        counted = frame.group_by(f"cell{resolution}").len().sort(f"cell{resolution}")
        return counted[f"cell{resolution}"].to_numpy().astype(np.uint64), counted["len"].to_numpy()


@dataclass
class Server:
    """The running harness; tests change what it does, and read `asked`.

    `answers` replace those of a route: bytes, what becomes JSON, or what makes one of them from the request.
    """

    url: str
    city: City
    page: folium.Map | None = None
    delay_s: float = 0.0
    broken: bool = False
    finest: int = 15
    answers: dict[str, Any] = field(default_factory=dict)
    tiles: Path | None = None
    asked: list[str] = field(default_factory=list)

    def reset(self) -> None:
        """Forget what the last test did."""
        self.delay_s, self.broken, self.finest, self.page = 0.0, False, 15, None
        self.answers = {}
        self.tiles = None
        self.asked.clear()

    def show(
        self, *elements: Any, center: tuple[float, float] = (LAT, LON), zoom: int = 14, **options: Any
    ) -> str:
        """Make a page with a map of these elements (all reports if none); return its address."""
        self.page = layers.canvas_map(center, zoom, **options)
        group = folium.FeatureGroup(name="layers").add_to(self.page)
        for element in elements or (HexLayer(theme=options.get("theme", "light")),):
            element.add_to(group)
        return self.url


@contextmanager
def running(city: City | None = None) -> Iterator[Server]:
    """Serve until the block ends."""
    state = Server(url="", city=city or City())

    routes = [
        Route("/", lambda _: HTMLResponse(state.page.get_root().render() if state.page else "")),
        Route("/frame", lambda _: HTMLResponse("<body></body>")),
        *routes_of(state),
    ]
    config = uvicorn.Config(Starlette(routes=routes), port=0, log_level="error")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    state.url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}/"
    try:
        yield state
    finally:
        server.should_exit = True
        thread.join(timeout=5)


def routes_of(state: Server) -> list[Route]:
    """Return the routes that a map asks."""

    async def answer(request: Request) -> Response:
        return await _answer(state, request)

    def tiles(request: Request) -> Response:
        state.asked.append(f"{request.url.path} {request.headers.get('range')}")
        return (
            FileResponse(state.tiles) if state.tiles and state.tiles.exists() else Response(status_code=404)
        )

    return [
        Route("/assets/{name:path}", _asset),
        Route("/api/{kind:path}", answer, methods=["GET", "POST"]),
        Route("/tiles/{name:path}", tiles),
    ]


def _asset(request: Request) -> Response:
    found = assets.asset(request.path_params["name"])
    return Response(found.content, media_type=found.media_type, headers={"cache-control": "max-age=31536000"})


async def _answer(state: Server, request: Request) -> Response:
    state.asked.append(str(request.url.path) + "?" + str(request.url.query))
    if state.delay_s:
        await run_in_threadpool(time.sleep, state.delay_s)
    if state.broken:
        return Response(status_code=500)
    kind = request.path_params["kind"]
    if kind in state.answers:
        given = state.answers[kind]
        given = given(request) if callable(given) else given
        return Response(given) if isinstance(given, bytes) else JSONResponse(given)
    make = {"cells": _cells, "clusters": _clusters, "points": _points}.get(kind, _nothing)
    return await run_in_threadpool(make, state, request)


def _nothing(state: Server, request: Request) -> Response:
    if request.path_params["kind"] == "places":
        return JSONResponse({"type": "FeatureCollection", "features": [], "complete": True})
    return Response(status_code=404)


def _points(state: Server, request: Request) -> Response:
    west, south, east, north = (float(part) for part in request.query_params["bbox"].split(","))
    near = state.city.frame.with_row_index("id", offset=1).filter(
        pl.col("lon").is_between(west, east) & pl.col("lat").is_between(south, north)
    )
    status = pl.when(pl.col("id") % 3 == 0).then(pl.lit("reported")).otherwise(pl.lit("closed"))
    rows = near.select("id", "lon", "lat", "category", status, pl.lit(False), pl.lit(False)).head(2000).rows()
    return JSONResponse(
        {
            "columns": ["id", "lon", "lat", "category", "status", "photos", "doubted"],
            "rows": rows,
            "names": {"category": {"parking": "Parking"}, "status": {"reported": "Reported"}},
            "truncated": near.height > len(rows),
        }
    )


def _clusters(state: Server, request: Request) -> Response:
    frame = state.city.frame.with_row_index("id", offset=1)
    if category := request.query_params.get("category", ""):
        frame = frame.filter(pl.col("category").is_in(category.split(",")))
    west, south, east, north = (float(part) for part in request.query_params["bbox"].split(","))
    grid = grid_over((west, south, east, north), side=4 * 2 ** int(request.query_params["zoom"]), most=10**5)
    kind_of = frame["category"].replace_strict({name: i for i, name in enumerate(CATEGORIES)})
    gathered = gather(
        grid,
        frame["lon"],
        frame["lat"],
        code=kind_of,
        kind_of=range(len(CATEGORIES)),
        state=frame["id"] % 3,
        is_marked=[1, 0, 0],
        kinds=len(CATEGORIES) + 1,
    )
    alone = frame[gathered.row[gathered.n == 1]]
    singles = {
        "id": alone["id"].to_list(),
        "category": alone["category"].to_list(),
        "status": ["closed" if number % 3 else "reported" for number in alone["id"]],
        "flags": [0] * alone.height,
    }
    meta = {
        "kinds": CATEGORIES,
        "names": {"category": {"parking": "Parking"}, "status": {"reported": "Reported"}},
        "total": frame.height,
        "side": grid.side,
        "version": "1",
    }
    return Response(point_wire.pack(gathered, singles, meta), media_type="application/octet-stream")


def _cells(state: Server, request: Request) -> Response:
    asked = request.query_params
    resolution = min(int(asked["res"]), state.finest)
    cells, counts = state.city.counts(asked.get("category", ""), resolution)
    west, south, east, north = (float(part) for part in asked["bbox"].split(","))
    text = pl.Series(cells, dtype=pl.UInt64)
    place = pl.select(lat=polars_h3.cell_to_lat(text), lng=polars_h3.cell_to_lng(text))
    margin = 2 * h3.average_hexagon_edge_length(resolution, unit="km") / 80
    near = (
        place["lat"].is_between(south - margin, north + margin)
        & place["lng"].is_between(west - margin, east + margin)
    ).to_numpy()
    meta = {
        "resolution": resolution,
        "edges": classes.edges(counts),
        "total": int(counts.sum()),
        "version": "1",
    }
    return Response(wire.pack(cells[near], counts[near], meta), media_type="application/octet-stream")
