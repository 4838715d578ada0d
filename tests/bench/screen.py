"""A map in the real browser, and how long it takes from a click to the picture that the click asked for.

All maps are measured alike. `paint.js` runs in every frame of the page; it takes the time stamp that the
browser gave the click (or the end of a drag), and reads the map's canvas back after every frame, at 96 x 96
places. The picture counts as painted at the last change that it finds, once it has stayed the same for sixty
frames. Reading pixels back waits for the drawing itself: for WebGL too, whose pictures are kept for that.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, BrowserContext, Frame, Page, sync_playwright

from tests.bench.rows import MissingError
from tests.browser.server import DESKTOP, FLAGS, NO_BROWSER, TOUR_SEEN, find_browser

_PAINT: Final = Path(__file__).with_name("paint.js").read_text()
_FRAMES_STILL: Final = 60
_WAIT_S: Final = 400
#: No way out of this machine.
_FLAGS: Final = [*FLAGS, "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost"]
#: WebGL without a GPU; plain canvases would be slower with it.
_WEBGL_FLAGS: Final = [
    *(flag for flag in _FLAGS if flag != "--disable-gpu"),
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
]


@contextmanager
def browsing(*, webgl: bool = False) -> Iterator[Browser]:
    """Run the browser of this machine, headless and without its GPU; `webgl` for maps that need it."""
    found = find_browser()
    if found is None:
        raise MissingError(NO_BROWSER)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=_WEBGL_FLAGS if webgl else _FLAGS)
        try:
            yield browser
        finally:
            browser.close()


class Screen:
    """A page with one map."""

    def __init__(self, browser: Browser, url: str, *, canvas: str, in_frame: bool) -> None:
        """Open `url` and wait until `canvas` (a CSS selector) shows something.

        The map is in streamlit-folium's frame or in the page itself. Nothing is taken from the browser's
        cache.
        """
        self.context: BrowserContext = browser.new_context(viewport=DESKTOP, locale="en-US")
        self.context.add_init_script(TOUR_SEEN)
        self.context.add_init_script(_PAINT)
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(_WAIT_S * 1000)
        network = self.context.new_cdp_session(self.page)
        network.send("Network.enable")
        network.send("Network.setCacheDisabled", {"cacheDisabled": True})
        self.page.goto(url)
        self.canvas = canvas
        self.map = self._frame() if in_frame else self.page.main_frame
        self.map.wait_for_selector(canvas, state="attached")

    def close(self) -> None:
        """Close the page."""
        self.context.close()

    def wait_still(self) -> None:
        """Wait until the canvas shows something that stays."""
        self.map.evaluate("selector => __watch.start(selector)", self.canvas)
        self.map.wait_for_function("frames => __watch.shows() && __watch.frames >= frames", arg=_FRAMES_STILL)
        self.map.evaluate("__watch.stop()")

    def choose(self, words: str) -> float:
        """Click a choice in the sidebar and return the milliseconds until its picture was painted."""
        button = (
            self.page.get_by_test_id("stSidebar")
            .get_by_test_id("stButtonGroup")
            .get_by_text(words, exact=True)
        )
        self.map.evaluate("selector => __watch.start(selector)", self.canvas)
        button.click()
        painted = self.settled()
        return painted - float(self.page.evaluate("__watch.released"))

    def settled(self) -> float:
        """Wait until the picture changed and stays; return when it did, in milliseconds since 1970."""
        handle = self.map.wait_for_function("frames => __watch.settled(frames)", arg=_FRAMES_STILL)
        painted = float(handle.json_value())
        self.map.evaluate("__watch.stop()")
        return painted

    def drag(self, x: int, y: int) -> float:
        """Drag the map by some pixels; return when it was let go, in milliseconds since 1970."""
        box = self.page.locator("iframe[title*=folium]").bounding_box()
        assert box is not None
        begin = box["x"] + box["width"] / 2, box["y"] + min(box["height"], 600) / 2
        mouse = self.page.mouse
        mouse.move(begin[0] - x / 2, begin[1] - y / 2)
        mouse.down()
        mouse.move(begin[0] + x / 2, begin[1] + y / 2, steps=8)
        time.sleep(0.3)  # a hand that comes to rest: Leaflet lets a map slide on after a throw
        mouse.up()
        return float(self.map.evaluate("__watch.released"))

    def _frame(self) -> Frame:
        handle = self.page.wait_for_selector("iframe[title*=folium]")
        frame = handle.content_frame() if handle else None
        assert frame is not None
        return frame
