"""A running app in a folder of its own, and the browser of this machine: for tests and benches alike."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome", "chrome", "msedge")
#: Chromium without what draws windows: the same pages for two thirds of the work.
SHELL: Final = "chromium-headless-shell"
FLAGS: Final = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
DESKTOP: Final = {"width": 1440, "height": 900}
#: Lets a browser think that its user has seen the tour of the map, which would lie over everything else.
TOUR_SEEN: Final = "try { localStorage.setItem('gezhi tour', 'seen'); } catch { /* an empty page */ }"
#: A busy machine takes minutes for what a quiet one does in ten seconds.
_PATIENCE_S: Final = 180
NO_BROWSER: Final = "no Chromium, Chrome or Edge here; on Debian: apt-get install chromium fonts-noto-cjk"


@dataclass
class Server:
    """An app that runs in a folder of its own."""

    url: str
    home: Path
    process: subprocess.Popen[bytes]

    def stop(self) -> None:
        """End the app and wait until it is gone."""
        self.process.terminate()
        self.process.wait(20)


def find_browser(*, light: bool = False) -> str | None:
    """Return the path of a Chromium, Chrome or Edge, the headless shell first if `light`; or None."""
    names = (SHELL, *BROWSERS) if light else (*BROWSERS, SHELL)
    return next((path for name in names if (path := shutil.which(name))), None)


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


def start_server(home: Path, *, log: Path, **settings: str) -> Server:
    """Start the app as `gezhi serve` does and wait until it answers."""
    port = free_port()
    command = [sys.executable, "-m", "cli", "serve", "--port", str(port)]
    return start(command, port, home, log=log, ready="healthz", GEZHI_HOME=str(home), **settings)


def start(command: list[str], port: int, home: Path, *, log: Path, ready: str, **settings: str) -> Server:
    """Start a program that serves on a port, with these settings and no other; wait until `ready` answers."""
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("GEZHI_", "STREAMLIT_"))
    }
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment | settings, stdout=output, stderr=subprocess.STDOUT
        )
    url = f"http://localhost:{port}"
    deadline = time.monotonic() + _PATIENCE_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"{url}/{ready}", timeout=5) as answer:
                if answer.status == 200:
                    return Server(url, home, process)
        except OSError:
            time.sleep(0.2)
    process.kill()
    raise RuntimeError(f"the app did not answer on {url}; its log ends:\n{log.read_text()[-3000:]}")
