"""The order of all tests, and the one browser that they share: Playwright allows a process no second one."""

import os
from collections.abc import Iterator

import pytest
from hypothesis import settings
from playwright.sync_api import Browser, expect, sync_playwright

from tests.browser.server import FLAGS, NO_BROWSER, find_browser

#: First what compiles the kernels, which are then kept: no server has to wait for them. Then the rooms whose
#: files take long: workers that begin with those finish together. What needs the tiles that a server builds
#: beside its first pages comes last in its room.
_FIRST = (
    "tests/geo/",
    "tests/browser/",
    "tests/browser/test_basemap.py",
    "tests/test_notebooks.py",
    "tests/data/",
    "tests/layers/",
    "tests/torture/",
)
#: How long something may take to appear: two browsers and their servers share two cores with everything else,
#: and a machine that others borrow stands still for half a minute.
_PATIENCE_MS = 90_000

# The same examples in every run, so that a failure is of the change at hand. `make examples` tries new ones.
settings.register_profile("same", derandomize=True, deadline=None)
settings.register_profile("new", deadline=None)
settings.load_profile("new" if os.environ.get("NEW_EXAMPLES") else "same")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Choose the order: with `--no-loadscope-reorder` workers take files in this order."""
    items.sort(key=lambda item: _rank(item.nodeid))


def _rank(name: str) -> int:
    """Return the place of a test: the longest beginning counts; last comes what has none."""
    found = [start for start in _FIRST if name.startswith(start)]
    return _FIRST.index(max(found, key=len)) if found else len(_FIRST)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start the machine's own Chromium, Chrome or Edge; the headless shell where there is one."""
    found = find_browser(light=True)
    if found is None:
        pytest.skip(NO_BROWSER)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=found, args=FLAGS)
        expect.set_options(timeout=_PATIENCE_MS)
        started.on("context", lambda context: context.set_default_timeout(_PATIENCE_MS))
        yield started
        started.close()
