"""The map page as a test drives it."""

import json
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Frame, FrameLocator, Page

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

    @property
    def frame(self) -> Frame:
        return next(frame for frame in self.page.frames if "streamlit_folium" in frame.url)

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
        """Return a figure beside the map."""
        metric = self.page.locator('[data-testid="stMetric"]').filter(has_text=words).first
        return int(metric.locator('[data-testid="stMetricValue"]').inner_text().replace(",", ""))
