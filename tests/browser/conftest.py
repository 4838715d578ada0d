"""A running app and a real browser that notes every request and every console error."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlparse

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

ROOT = Path(__file__).parents[2]
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome", "msedge")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}


@dataclass
class Server:
    """An app that runs in a folder of its own."""

    url: str
    home: Path
    process: subprocess.Popen[bytes]


@dataclass
class Watched:
    """A page and what went wrong or went out while it was open."""

    page: Page
    outside: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


def start_server(home: Path, *, log: Path, **settings: str) -> Server:
    """Start the app as `gezhi serve` does and wait until it answers."""
    port = free_port()
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("GEZHI_", "STREAMLIT_"))
    }
    environment |= {"GEZHI_HOME": str(home)} | settings
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "cli", "serve", "--port", str(port)],
            cwd=ROOT,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    url = f"http://localhost:{port}"
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"{url}/healthz", timeout=5) as answer:
                if answer.status == 200:
                    return Server(url, home, process)
        except OSError:
            time.sleep(0.2)
    process.kill()
    raise RuntimeError(f"the app did not answer on {url}; its log ends:\n{log.read_text()[-3000:]}")


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The app as a new user starts it: an empty home, so the demo zone."""
    home = tmp_path_factory.mktemp("home")
    started = start_server(home, log=home / "server.log")
    yield started
    started.process.terminate()
    started.process.wait(20)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip("no Chromium, Chrome or Edge here; on Debian: apt-get install chromium fonts-noto-cjk")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield started
        started.close()


def watch(context: BrowserContext, server: Server) -> Watched:
    """Open a page in the context; requests to other hosts and console errors are noted."""
    home = urlparse(server.url).netloc
    watched = Watched(context.new_page())

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
    watched.page.set_default_timeout(30_000)
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
