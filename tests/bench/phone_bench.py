"""A field team's phone on a poor network: the phone page beside the case page of Streamlit, both of one app.

Chromium at 390 x 844, its processor slowed four times, 2 Mbit/s each way with 100 ms to and fro. Nothing
comes from a cache: the page's worker is off. What is done is timed inside the page, from the tap to what it
shows.
"""

import io
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any, Final

import numpy as np
from PIL import Image
from playwright.sync_api import Browser, Page

from data import demo
from data.actors import OPERATOR
from data.store import Store
from tests.bench.rows import Row
from tests.bench.screen import browsing
from tests.browser.server import Server, start_server

REPORTS: Final = 40_000
TEAM: Final = 3
SLOWER: Final = 4
LATENCY_MS: Final = 100
BYTES_PER_S: Final = 2_000_000 / 8
PHOTO_BYTES: Final = 7_000_000
_TURNS: Final = 5
_PEER: Final = "the case page of Streamlit"
_PATIENCE_MS: Final = 180_000
#: Notes when a file was picked, in every frame of time that the page has.
_PICKED: Final = "window.addEventListener('change', () => { window.__picked = performance.now(); }, true)"
#: Click, then look at every frame whether what it was for is there; milliseconds in between.
_TIMED: Final = """async ([press, shown]) => {
    const begun = performance.now();
    (new Function(`return ${press}`))().click();
    const is = new Function(`return ${shown}`);
    while (!is()) await new Promise(requestAnimationFrame);
    return performance.now() - begun;
}"""
_PAINTED: Final = "requestAnimationFrame(() => setTimeout(() => done(performance.now())))"
_DAY: Final = "__gezhiField.app.day.cases"
_START: Final = "document.querySelector('[data-act=start]')"
_STARTED: Final = "document.querySelector('[data-status=in_progress]')"
_SETTLED: Final = "window.__gezhiField.settled?.act === 'start'"
_BUTTONS: Final = "[...document.querySelectorAll('[role=dialog] button')]"
_PEER_SEND: Final = f"{_BUTTONS}.find(b => b.innerText.includes('Start work'))"
_PEER_DONE: Final = "document.body.innerText.includes('The work has started')"
_PEER_ADD: Final = f"{_BUTTONS}.findLast(b => /Add$/.test(b.innerText.trim()))"
_PEER_ADDED: Final = "document.body.innerText.includes('1 photo is added')"


def rows() -> Iterator[Row]:
    """Measure: usable, status change acknowledged on the phone and by the server, a large photo."""
    with tempfile.TemporaryDirectory(prefix="gezhi-bench-") as folder, browsing() as browser:
        home = Path(folder)
        with Store.open(f"sqlite:///{home / 'gezhi.sqlite'}") as store:
            demo.build(store, reports=REPORTS)
            _link, token = store.make_link(TEAM, actor=OPERATOR, label="bench")
        picture = home / "large.jpg"
        picture.write_bytes(large_picture(PHOTO_BYTES))
        server = start_server(home, log=home / "server.log")
        try:
            yield from _measured(browser, server, token, picture)
        finally:
            server.stop()


def large_picture(size: int) -> bytes:
    """Make a JPEG of twelve million dots and about so many bytes: grain on soft shapes, as a camera's."""
    rng = np.random.default_rng(1)
    soft = np.asarray(
        Image.fromarray(rng.integers(0, 255, (30, 40, 3), dtype=np.uint8)).resize((4000, 3000)), float
    )
    grain = rng.normal(0, 14, soft.shape[:2])[..., None]
    picture = Image.fromarray(np.clip(soft + grain, 0, 255).astype(np.uint8))
    best = b""
    for quality in range(80, 100):
        body = io.BytesIO()
        picture.save(body, "JPEG", quality=quality)
        best = body.getvalue()
        if len(best) >= size:
            break
    return best


@contextmanager
def poor_phone(browser: Browser) -> Iterator[Page]:
    """Open a page as a slow phone on a poor network has it."""
    context = browser.new_context(
        viewport={"width": 390, "height": 844},
        is_mobile=True,
        has_touch=True,
        locale="en-GB",
        service_workers="block",
    )
    context.add_init_script(_PICKED)
    page = context.new_page()
    page.set_default_timeout(_PATIENCE_MS)
    tools = context.new_cdp_session(page)
    tools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    tools.send("Network.enable")
    limits = {"offline": False, "latency": LATENCY_MS, "downloadThroughput": BYTES_PER_S}
    tools.send("Network.emulateNetworkConditions", {**limits, "uploadThroughput": BYTES_PER_S})
    try:
        yield page
    finally:
        context.close()


def _measured(browser: Browser, server: Server, token: str, picture: Path) -> Iterator[Row]:
    by_link = f"{server.url}/field#k={token}"
    with poor_phone(browser) as page:
        page.goto(by_link)
        page.wait_for_selector("button.gf-row")
        cases = page.evaluate(f"{_DAY}.filter(c => c.acts.some(a => a.act === 'start')).map(c => c.id)")
        n = page.evaluate(f"{_DAY}.length")
    where = f"4x slower, 2 Mbit/s, {LATENCY_MS} ms; {n} cases"
    case = lambda number: f"{server.url}/case?id={number}"  # noqa: E731 - the peer's address

    loaded = _times(lambda: _usable(browser, by_link, "document.querySelector('button.gf-row')"), 3)
    peer = _times(lambda: _usable(browser, case(cases[-1]), "document.querySelector('.gz-case')"), 3)
    yield _row(f"page usable, first opening by the link; {where}", loaded, peer, 5)

    shown, settled = _ours(browser, by_link, cases[:_TURNS])
    started = _peer_start(browser, case, cases[_TURNS : 2 * _TURNS])
    note = "kept in the phone's database and shown; it can be taken back for 5 s before it is sent"
    yield _row(f"status change on the screen; {where}", shown, started, 1, note)
    yield _row(f"status change acknowledged by the server, nothing held back; {where}", settled, started, 1)

    photo = _times(lambda: _photo(browser, f"{by_link}&case={cases[0]}", picture), 3)
    slow = _times(lambda: _peer_photo(browser, case(cases[-1]), picture), 1)
    yield _row(
        f"photo of {picture.stat().st_size / 1e6:.1f} MB taken by the server; {where}",
        photo,
        slow,
        6,
        "made smaller on the phone; reading and writing pictures is not slowed by the browser's tools",
    )


def _row(figure: str, ours: list[float], peer: list[float], most_s: float, note: str = "") -> Row:
    value = median(ours) / 1000
    spread = f"median of {len(ours)}, {min(ours) / 1000:.2f} to {max(ours) / 1000:.2f} s"
    words = "; ".join(part for part in (spread, note) if part)
    return Row(figure, value, "s", _PEER, median(peer) / 1000, f"≤ {most_s:g} s", value <= most_s, words)


def _times(measure: Callable[[], float], turns: int) -> list[float]:
    return [measure() for _turn in range(turns)]


def _usable(browser: Browser, url: str, shown: str) -> float:
    """Open a page; milliseconds until what people use is painted."""
    with poor_phone(browser) as page:
        page.goto(url, wait_until="commit")
        handle = page.wait_for_function(f"() => {shown} && new Promise((done) => {_PAINTED})")
        return float(handle.json_value())


def _ours(browser: Browser, url: str, cases: list[int]) -> tuple[list[float], list[float]]:
    """Start work on cases: the time until the phone shows it, and until the server has taken it."""
    shown: list[float] = []
    settled: list[float] = []
    with poor_phone(browser) as page:
        page.goto(url)
        page.wait_for_selector("button.gf-row")
        page.evaluate("gezhi.field.HOLD_MS = 0")
        for i, number in enumerate(cases):
            page.evaluate("number => __gezhiField.app.home(`case=${number}`)", number)
            page.wait_for_function(f"location.hash === '#case={number}' && {_START}")
            page.evaluate("__gezhiField.settled = null")
            until = _STARTED if i % 2 else _SETTLED
            (shown if i % 2 else settled).append(page.evaluate(_TIMED, [_START, until]))
            page.wait_for_function("__gezhiField.app.queue.waiting.length === 0")
    return shown, settled


def _peer_start(browser: Browser, case: Callable[[int], str], cases: list[int]) -> list[float]:
    """Start work on cases with the page's own form, from its last button to the word about it."""
    taken = []
    for number in cases[:3]:
        with poor_phone(browser) as page:
            page.goto(case(number))
            page.locator(".gz-case").wait_for()
            page.get_by_role("button", name="Start work").first.click()
            page.wait_for_function(_PEER_SEND)
            taken.append(page.evaluate(_TIMED, [_PEER_SEND, _PEER_DONE]))
    return taken


def _photo(browser: Browser, url: str, picture: Path) -> float:
    """Take a photo; milliseconds from the file to the server's word."""
    with poor_phone(browser) as page:
        page.goto(url)
        with page.expect_file_chooser() as chooser:
            page.locator("[data-when=after]").click()
        chooser.value.set_files(picture)
        return _since_picked(page, "window.__gezhiField.settled?.act === 'photo'")


def _peer_photo(browser: Browser, url: str, picture: Path) -> float:
    """Hand a photo to the page's own form; it is sent by a second button."""
    with poor_phone(browser) as page:
        page.goto(url)
        page.locator(".gz-case").wait_for()
        page.get_by_role("button", name="Add photos").click()
        page.locator("[role=dialog] input[type=file]").set_input_files(picture)
        page.wait_for_function(f"{_PEER_ADD} && !{_PEER_ADD}.disabled")
        page.evaluate(f"{_PEER_ADD}.click()")
        return _since_picked(page, _PEER_ADDED)


def _since_picked(page: Page, done: str) -> float:
    handle: Any = page.wait_for_function(f"() => ({done}) && performance.now() - window.__picked")
    return float(handle.json_value())
