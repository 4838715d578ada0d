"""An online map for the tests: it stands on a port of its own and draws discs where it is told."""

import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
from PIL import Image, ImageDraw

TILE = 256
GROUND = (92, 140, 76)
DISC = (255, 0, 0)
DISC_PX = 7
_FINER = 8


@dataclass
class TileServer:
    """Draws the discs at places given in its own datum."""

    url: str = ""
    places: list[tuple[float, float]] = field(default_factory=list)
    broken: bool = False
    asked: list[str] = field(default_factory=list)

    def tile(self, z: int, x: int, y: int) -> bytes:
        """Draw a tile, eight times as large and then made small."""
        picture = Image.new("RGB", (TILE, TILE), GROUND)
        corners = np.array([world_px(lon, lat, z) for lon, lat in self.places]).reshape(-1, 2) - (
            x * TILE,
            y * TILE,
        )
        near = corners[(np.abs(corners - TILE / 2) < TILE / 2 + DISC_PX).all(axis=1)]
        if len(near):
            large = Image.new("RGB", (TILE * _FINER, TILE * _FINER), GROUND)
            pen = ImageDraw.Draw(large)
            for right, down in near * _FINER:
                reach = DISC_PX * _FINER
                # A circle's box includes its last pixel: its middle lies half a pixel further.
                pen.ellipse([right - reach, down - reach, right + reach - 1, down + reach - 1], fill=DISC)
            picture = large.resize((TILE, TILE), Image.Resampling.BOX)
        held = io.BytesIO()
        picture.save(held, "PNG")
        return held.getvalue()


def world_px(lon: float, lat: float, zoom: int) -> tuple[float, float]:
    """Return the pixel of a place in Web Mercator at a zoom, from the north-western corner of the world."""
    size = TILE * 2**zoom
    sine = np.sin(np.radians(lat))
    return (lon / 360 + 0.5) * size, (0.5 - np.log((1 + sine) / (1 - sine)) / (4 * np.pi)) * size


class _Handler(BaseHTTPRequestHandler):
    def __init__(self, state: TileServer, *arguments: object) -> None:
        self.state = state
        super().__init__(*arguments)  # type: ignore[arg-type]  # what the server hands on

    def do_GET(self) -> None:
        """Answer with a tile, or with an error where the server is broken."""
        self.state.asked.append(self.path)
        if self.state.broken:
            self.send_error(503)
            return
        z, x, y = (int(part) for part in self.path.split("?")[0].strip("/").split("/"))
        body = self.state.tile(z, x, y)
        self.send_response(200)
        self.send_header("Content-Type", "image/png")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def serving() -> Iterator[TileServer]:
    """Serve until the block ends."""
    state = TileServer()
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, state))
    state.url = f"http://127.0.0.1:{server.server_address[1]}/{{z}}/{{x}}/{{y}}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=5)
