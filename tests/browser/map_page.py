"""The map page as a test drives it."""

import json
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Frame, FrameLocator, Locator, Page, expect

from tests.browser.reruns import wait_until_idle

FRAME = 'iframe[title^="streamlit_folium"]'


@dataclass
class MapPage:
    """A page with the map on it."""

    page: Page

    def open(self, url: str) -> "MapPage":
        self.page.goto(url)
        self.wait_until_painted()
        return self

    def wait_until_painted(self) -> None:
        """Wait for the first paint: the scripts are loaded and the cells of the view are there."""
        self.inside.locator('[data-gezhi-state="ready"]').wait_for()

    def wait_for(self, expression: str) -> None:
        """Wait until an expression over `gezhi`, the figures of the last paint, is true."""
        self.frame.wait_for_function(
            f"(() => {{ const gezhi = window.__gezhi; return gezhi && ({expression}); }})()"
        )

    @property
    def inside(self) -> FrameLocator:
        return self.page.frame_locator(FRAME)

    def wait_for_address(self, **params: str | None) -> None:
        """Wait until the address has these parameters, and none of those that are None."""
        self.page.wait_for_function(
            """(wanted) => {
                const found = new URL(location.href).searchParams;
                return Object.entries(wanted).every(([name, value]) => found.get(name) === value);
            }""",
            arg=params,
        )

    def wait_for_figure(self, words: str, n: int) -> None:
        """Wait until a figure beside the map is `n`."""
        expect(self._figure(words)).to_have_text(f"{n:,}")

    @property
    def frame(self) -> Frame:
        """The frame of the map, once it is there."""
        found = self.page.locator(FRAME).first.element_handle().content_frame()
        assert found
        return found

    @property
    def painted(self) -> dict[str, Any]:
        """What the map says of its last paint."""
        figures: dict[str, Any] = json.loads(self.frame.evaluate("JSON.stringify(window.__gezhi)"))
        return figures

    @property
    def box(self) -> dict[str, float]:
        found = self.page.locator(FRAME).bounding_box()
        assert found
        return dict(found)

    @property
    def params(self) -> dict[str, str]:
        """The parameters in the address."""
        text = self.page.evaluate("JSON.stringify(Object.fromEntries(new URL(location.href).searchParams))")
        found: dict[str, str] = json.loads(text)
        return found

    def point_of(self, lon: float, lat: float) -> tuple[float, float]:
        """Return where a position is drawn, in pixels of the page."""
        x, y = self.frame.evaluate(
            "([lon, lat]) => { const p = map.latLngToContainerPoint([lat, lon]); return [p.x, p.y]; }",
            [lon, lat],
        )
        return self.box["x"] + x, self.box["y"] + y

    def filter(self, words: str) -> None:
        """Switch a choice of the sidebar."""
        self.page.locator('[data-testid="stSidebar"]').get_by_role("button", name=words, exact=True).click()

    def figure(self, words: str) -> int:
        """Return a figure beside the map, of the last rerun."""
        wait_until_idle(self.page)
        return int(self._figure(words).inner_text().replace(",", ""))

    def _figure(self, words: str) -> Locator:
        metric = self.page.locator('[data-testid="stMetric"]').filter(has_text=words).first
        return metric.locator('[data-testid="stMetricValue"]')
