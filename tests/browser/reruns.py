"""Reruns of a page's script, and how tests wait for them.

Streamlit runs the whole script again after whatever somebody does, and replaces the page while it runs. What
is looked at or typed in that time may be of the page before: it passes on a quiet machine and fails on a busy
one. Therefore a test

- says what it waits for: `expect(...)`, `wait_for`, `wait_for_url`, `MapPage.wait_for`. None of `count()`,
  `inner_text()`, `evaluate()`, `is_visible()` and `bounding_box()` waits: they may only follow something that
  was waited for, and that cannot be there before what they look at;
- waits for what is new. What was there before the click too (a figure, a heading, a page without a running
  script) says nothing: the script may not have begun;
- waits for the end of one step before it takes the next: the map, the address, the figures beside it and the
  charts follow in any order, and one of them being there says nothing of the others;
- follows a link of a page that has just been opened by `follow`;
- chooses in a box by `choose`, never by keys: letters that are typed while a rerun draws the box are lost;
- sleeps only where the time itself is what is tried (how quick somebody clicks), and says so.
"""

from playwright.sync_api import Error, Locator, Page, expect

_TRIES = 4
_TRY_MS = 5_000
#: So long no script has run in an idle page: after an action one begins when the server has heard of it.
_IDLE_MS = 300


def wait_until_idle(page: Page) -> None:
    """Wait until no script of the page has run for a moment."""
    page.evaluate("() => { window.busyAt = performance.now(); }")
    page.wait_for_function(
        """(ms) => {
            const { testScriptState } = document.querySelector('[data-testid="stApp"]')?.dataset ?? {};
            if (testScriptState !== "notRunning") window.busyAt = performance.now();
            return performance.now() - window.busyAt > ms;
        }""",
        arg=_IDLE_MS,
    )


def follow(link: Locator) -> None:
    """Click what leads elsewhere once no script runs: a rerun between press and release loses the click."""
    wait_until_idle(link.page)
    link.click()


def choose(page: Page, label: str, value: str) -> None:
    """Choose what the list calls `value` in the box of that label; again where a rerun came between."""
    box = page.get_by_role("combobox", name=label)
    for _try in range(_TRIES):
        wait_until_idle(page)
        try:
            box.click(timeout=_TRY_MS)
            box.fill(value, timeout=_TRY_MS)  # a long list is drawn in part alone
            page.get_by_role("option", name=value, exact=True).click(timeout=_TRY_MS)
        except Error:
            page.keyboard.press("Escape")
        wait_until_idle(page)
        if box.input_value() == value:
            return
    expect(box).to_have_value(value)
