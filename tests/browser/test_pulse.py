"""The pulse that tells a page is still being built."""

import pytest

from tests.browser.conftest import Server, Watched
from tests.browser.map_page import MapPage

pytestmark = pytest.mark.browser

_PULSES = "performance.getEntriesByType('resource').filter((one) => one.name.endsWith('/api/pulse'))"


def test_the_pulse_ends_when_the_map_is_there(desktop: Watched, server: Server) -> None:
    shown = MapPage(desktop.page).open(server.url)
    desktop.page.wait_for_function(
        f"{_PULSES}.length > 0 && performance.now() - {_PULSES}.at(-1).responseEnd > 1000"
    )
    assert shown.frame.evaluate(f"{_PULSES}.length") == 0
