"""A server with ten million reports and ten browsers: what it holds in memory; and a browser's first look.

`GEZHI_BENCH_LARGE` sets the number of reports. The peer holds the columns that a filter reads as pandas does.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import psutil
from playwright.sync_api import Browser, Page, sync_playwright

from tests.bench import city
from tests.bench.rows import Row
from tests.browser.server import DESKTOP, FLAGS, TOUR_SEEN, Server, find_browser, start_server

REPORTS: Final = int(os.environ.get("GEZHI_BENCH_LARGE", "10_000_000"))
BROWSERS: Final = 10
_FRAME: Final = 'iframe[title^="streamlit_folium"]'
_GB: Final = 1e9
#: Of the categories of the city, which are eight.
_BARS: Final = 6


def rows() -> Iterator[Row]:
    """Measure what the server holds while ten browsers use it, and a new browser's way to the first paint."""
    with tempfile.TemporaryDirectory(prefix="gezhi-bench-") as folder:
        home = Path(folder)
        city.build(home / "gezhi.sqlite", reports=REPORTS)
        start_server(home, log=home / "first.log").stop()  # leaves the cube's snapshot behind
        server = start_server(home, log=home / "server.log")
        try:
            looks = [_first_paint(server) for _look in range(3)]
            yield _first(looks, f"{REPORTS:,} reports")
            used = _used(server)
        finally:
            server.stop()
        peer = _frame_gb(home / "gezhi.sqlite")
    figure = f"memory of the server, {REPORTS:,} reports and {BROWSERS} browsers"
    note = "most of it that was resident at one time; the peer is no server and counts nothing"
    yield Row(
        figure, used, "GB", "pandas, the columns of the filters alone", peer, "≤ 1.2 GB", used <= 1.2, note
    )
    with tempfile.TemporaryDirectory(prefix="gezhi-bench-") as folder:
        server = start_server(Path(folder), log=Path(folder) / "server.log")
        try:
            yield _first([_first_paint(server) for _look in range(3)], "the demo zone")
        finally:
            server.stop()


def _first(looks: list[float], of: str) -> Row:
    taken = sorted(looks)[1]
    note = (
        f"middle of {len(looks)} browsers, each started anew with nothing kept; the page is asked for at zero"
    )
    return Row(f"first paint of a cold browser, {of}", taken, "s", "", None, "≤ 3 s", taken <= 3, note)


def _first_paint(server: Server) -> float:
    """Return the seconds from asking for the page to the painted map, in a browser that knows nothing."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=FLAGS)
        page = _new_page(browser)
        begun = time.perf_counter()
        page.goto(server.url, wait_until="commit")
        page.frame_locator(_FRAME).locator('[data-gezhi-state="ready"]').wait_for()
        taken = time.perf_counter() - begun
        browser.close()
    return taken


def _used(server: Server) -> float:
    """Let ten browsers click through the charts; return the most that the server held, in GB."""
    process = psutil.Process(server.process.pid)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=FLAGS)
        pages = [_opened(browser, server) for _browser in range(BROWSERS)]
        most = _resident(process)
        for turn in range(4):
            for number, page in enumerate(pages):
                page.locator(".gz-chart-category .gz-bar").nth((turn + number) % _BARS).click()
                most = max(most, _resident(process))
        for _look in range(20):
            time.sleep(0.2)
            most = max(most, _resident(process))
        browser.close()
    return most / _GB


def _new_page(browser: Browser) -> Page:
    context = browser.new_context(viewport={"width": DESKTOP["width"], "height": DESKTOP["height"]})
    context.add_init_script(TOUR_SEEN)
    return context.new_page()


def _opened(browser: Browser, server: Server) -> Page:
    page = _new_page(browser)
    page.goto(server.url)
    page.frame_locator(_FRAME).locator('[data-gezhi-state="ready"]').wait_for()
    page.locator(".gz-chart-category .gz-bar").first.wait_for()
    return page


def _resident(process: psutil.Process) -> int:
    """Return the bytes of the server and of the processes that it has started."""
    family = [process, *process.children(recursive=True)]
    return sum(one.memory_info().rss for one in family if one.is_running())


def _frame_gb(path: Path) -> float:
    """Return what pandas holds of the columns that filters read, in a process of its own."""
    program = (
        "import sqlite3, sys, pandas as pd\n"
        "frame = pd.read_sql('SELECT id, category, status, source, unit, reported_at, lon, lat FROM issue',"
        " sqlite3.connect(sys.argv[1]))\n"
        "print(int(frame.memory_usage(deep=True).sum()))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=True
    )
    return int(done.stdout) / _GB
