"""The harness, started once for all tests that need them."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.layers.harness import Server, running


@pytest.fixture(scope="session")
def _harness() -> Iterator[Server]:
    with running() as server:
        yield server


@pytest.fixture
def server(_harness: Server) -> Server:
    """Return the harness as new."""
    _harness.reset()
    return _harness


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """Open an empty desktop page; an error in its scripts fails the test."""
    context = browser.new_context(viewport={"width": 1000, "height": 700}, locale="en-GB")
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    context.close()
    assert not errors
