"""The order of all tests, and the one browser that they share: Playwright allows a process no second one."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.server import FLAGS, NO_BROWSER, find_browser

#: Rooms whose files take long, each: two workers that begin with them finish together.
_FIRST = ("tests/browser/", "tests/data/", "tests/layers/", "tests/torture/")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put what takes long first: with `--no-loadscope-reorder` workers take files in this order."""
    ranks = {start: rank for rank, start in enumerate(_FIRST)}
    items.sort(key=lambda item: next((ranks[s] for s in _FIRST if item.nodeid.startswith(s)), len(ranks)))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start the machine's own Chromium, Chrome or Edge."""
    found = find_browser()
    if found is None:
        pytest.skip(NO_BROWSER)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield started
        started.close()
