"""A running app and a real browser that notes every request and every console error."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlparse

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.server import DESKTOP, TOUR_SEEN, Server, start_server

PHONE = {"width": 390, "height": 844}


@dataclass
class Watched:
    """A page and what went wrong or went out while it was open."""

    page: Page
    outside: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The app as a new user starts it: an empty home, so the demo zone."""
    home = tmp_path_factory.mktemp("home")
    started = start_server(home, log=home / "server.log")
    yield started
    started.stop()


def watch(context: BrowserContext, server: Server, *, newcomer: bool = False) -> Watched:
    """Open a page in the context; requests to other hosts and console errors are noted.

    The tour of the map comes up for a `newcomer` alone, and only there do things move on their own:
    painting them takes as long as a sixth of all else that a page does.
    """
    if not newcomer:
        context.add_init_script(TOUR_SEEN)
    home = urlparse(server.url).netloc
    watched = Watched(context.new_page())
    if not newcomer:
        watched.page.emulate_media(reduced_motion="reduce")

    def note_request(address: str) -> None:
        parts = urlparse(address)
        if parts.scheme in {"http", "https", "ws", "wss"} and parts.netloc != home:
            watched.outside.append(address)

    watched.page.on("request", lambda request: note_request(request.url))
    watched.page.on("websocket", lambda socket: note_request(socket.url))
    watched.page.on(
        "console", lambda message: watched.errors.append(message.text) if message.type == "error" else None
    )
    watched.page.on("pageerror", lambda error: watched.errors.append(str(error)))
    return watched


@pytest.fixture
def desktop(browser: Browser, server: Server) -> Iterator[Watched]:
    context = browser.new_context(viewport=DESKTOP, locale="en-US")
    yield watch(context, server)
    context.close()


@pytest.fixture
def phone(browser: Browser, server: Server) -> Iterator[Watched]:
    context = browser.new_context(
        viewport=PHONE, device_scale_factor=2, has_touch=True, is_mobile=True, locale="zh-CN"
    )
    yield watch(context, server)
    context.close()
