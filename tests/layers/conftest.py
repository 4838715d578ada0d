"""A Chromium and the harness, started once for all tests that need them."""

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.layers.harness import Server, running

_ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-quic")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Start the machine's own Chromium."""
    path = shutil.which("chromium") or shutil.which("google-chrome")
    if path is None:
        pytest.skip("no Chromium here: on Debian, `sudo apt-get install chromium`")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=_ARGUMENTS)
        yield browser
        browser.close()


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
def page(chromium: Browser) -> Iterator[Page]:
    """Open an empty desktop page; an error in its scripts fails the test."""
    context = chromium.new_context(viewport={"width": 1000, "height": 700}, locale="en-GB")
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    context.close()
    assert not errors
