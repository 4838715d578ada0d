"""Kept views, links and the wall in a real browser."""

import re
import urllib.parse
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import PHONE, Server, Watched, watch
from tests.browser.map_page import FRAME, MapPage
from tests.browser.reruns import wait_until_idle
from tests.browser.server import DESKTOP

pytestmark = pytest.mark.browser


def open_list(page: Page) -> None:
    page.locator(".st-key-saved button").locator("visible=true").first.click()
    page.get_by_role("button", name="Copy link").first.wait_for()


def copied(page: Page) -> str:
    """Return what the button for the shown view copied."""
    button = page.locator("[data-copied]").first
    button.wait_for()
    return button.get_attribute("data-copied") or ""


def look(shown: MapPage) -> list[float]:
    found: list[float] = shown.frame.evaluate("[map.getCenter().lat, map.getCenter().lng, map.getZoom()]")
    return found


def test_a_kept_view_brings_filters_and_map_back_without_a_new_map(desktop: Watched, server: Server) -> None:
    page = desktop.page
    shown = MapPage(page).open(server.url)
    shown.filter("Parking")
    shown.wait_for("gezhi.query.includes('illegal_parking')")
    shown.frame.evaluate("map.setView([38.302, 116.904], 16, {animate: false}); window.same = 1;")
    page.wait_for_url("**zoom=16**")
    open_list(page)
    name = page.get_by_label("Keep this view as")
    name.fill("Parking <b>here</b>")
    name.press("Enter")
    page.get_by_text("Kept as").wait_for()
    page.keyboard.press("Escape")
    shown.filter("Parking")
    shown.filter("Cables")
    shown.wait_for("gezhi.query.includes('cable')")
    shown.frame.evaluate("map.setView([38.31, 116.92], 13, {animate: false})")
    page.wait_for_url("**zoom=13**")
    open_list(page)
    page.get_by_role("button", name="Parking <b>here</b>").first.click()
    shown.wait_for("gezhi.query.includes('illegal_parking')")
    page.wait_for_url("**zoom=16**")
    assert look(shown) == pytest.approx([38.302, 116.904, 16], abs=1e-5)
    shown.wait_for_address(group="parking")
    assert shown.frame.evaluate("window.same") == 1, "the map stayed"
    pill = page.locator('[data-testid="stSidebar"]').get_by_role("button", name="Cables", exact=True)
    expect(pill).to_have_attribute("aria-pressed", "false")
    shown.frame.evaluate("map.setZoom(14, {animate: false})")
    page.wait_for_url("**zoom=14**")
    shown.filter("Trading")  # later runs send the same wish again: the map does not go there twice
    shown.wait_for("gezhi.query.includes('vend')")
    assert look(shown)[2] == 14
    assert desktop.errors == [] and desktop.outside == []


def test_a_view_is_deleted_and_taken_back(phone: Watched, server: Server) -> None:
    page = phone.page
    MapPage(page).open(server.url + "/?lang=en&period=30d")
    open_list(page)
    page.get_by_label("Keep this view as").fill("Thumb")
    page.get_by_role("button", name="Keep", exact=True).tap()
    row = page.locator('[class*="st-key-saved_view_"]').filter(has_text="Thumb")
    row.get_by_role("button", name="Edit").locator("visible=true").last.tap()
    row.get_by_role("button", name="Delete").locator("visible=true").last.tap()
    row.wait_for(state="detached")
    page.get_by_role("button", name="Undo").locator("visible=true").last.tap()
    row.wait_for()
    wait_until_idle(page)
    box = page.locator(".st-key-saved_panel").bounding_box()
    assert box and box["x"] >= 0 and box["x"] + box["width"] <= PHONE["width"]


def test_the_copied_link_opens_the_same_view_elsewhere(
    desktop: Watched, browser: Browser, server: Server
) -> None:
    page = desktop.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    shown = MapPage(page).open(server.url + "/?group=parking&lat=38.302&lon=116.904&zoom=15")
    open_list(page)
    page.get_by_role("button", name="Copy link").first.click()
    page.get_by_text("Copied").first.wait_for()
    link = page.evaluate("navigator.clipboard.readText()")
    assert link == copied(page)
    context = browser.new_context(viewport=DESKTOP, locale="en-US")
    other = MapPage(watch(context, server).page).open(link)
    assert look(other) == pytest.approx([38.302, 116.904, 15], abs=1e-5)
    assert other.painted["total"] == shown.painted["total"]
    context.close()


def test_without_a_clipboard_the_old_way_copies_and_else_the_link_is_shown(
    desktop: Watched, server: Server
) -> None:
    page = desktop.page
    page.add_init_script("Object.defineProperty(window, 'isSecureContext', { value: false });")
    MapPage(page).open(server.url + "/?group=parking")
    open_list(page)
    button = page.get_by_role("button", name="Copy link").first
    page.evaluate("document.addEventListener('copy', () => { window.old = true; }, true)")
    button.click()
    page.get_by_text("Copied").first.wait_for()
    assert page.evaluate("window.old") is True
    page.evaluate("document.execCommand = () => false")
    page.get_by_role("button", name="Copy link").first.click()
    page.get_by_text("Copy it from here").first.wait_for()
    field = page.get_by_role("textbox", name="Copy link").first
    expect(field).to_have_value(re.compile("group=parking"))


@pytest.fixture(scope="module")
def frame_page() -> Iterator[str]:
    """Serve a page of another origin that shows whatever its address says in a frame."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            inside = urllib.parse.unquote(self.path.partition("?")[2])
            body = f'<iframe src="{inside}" width="1000" height="700"></iframe>'.encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Page)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


def test_a_page_of_the_intranet_may_show_the_wall_in_a_frame(
    browser: Browser, server: Server, frame_page: str
) -> None:
    context = browser.new_context(viewport=DESKTOP)
    page = context.new_page()
    inside = f"{server.url}/?embed=true&wall=figures"
    page.goto(f"{frame_page}?{urllib.parse.quote(inside)}")
    outer = page.frame_locator("iframe")
    outer.frame_locator(FRAME).locator('[data-gezhi-state="ready"]').wait_for()
    expect(outer.locator(".gz-wall-figures")).to_contain_text("40,000")
    context.close()


@pytest.mark.parametrize("size", [DESKTOP, {"width": 1920, "height": 1080}, PHONE])
def test_the_wall_fills_the_screen_with_title_map_and_legend(
    browser: Browser, server: Server, size: dict[str, int]
) -> None:
    context = browser.new_context(viewport=size, locale="en-US")
    watched = watch(context, server)
    page = watched.page
    shown = MapPage(page).open(server.url + "/?embed=true&wall=figures&group=parking")
    assert shown.box["x"] == 0 and shown.box["width"] == size["width"]
    assert shown.box["y"] + shown.box["height"] == pytest.approx(size["height"], abs=1)
    assert shown.box["height"] > size["height"] * 0.6
    overflow = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert overflow <= 0
    for hidden in ("stHeader", "stSidebar", "stToolbar"):
        expect(page.locator(f'[data-testid="{hidden}"]').locator("visible=true")).to_have_count(0)
    expect(page.locator(".st-key-phone_bar, .st-key-heading")).to_have_count(0)
    title = page.locator("header.gz-wall h1")
    expect(title).to_contain_text("Hechuan")
    expect(shown.inside.get_by_text("Reports per cell")).to_be_visible()
    expect(shown.inside.get_by_text("Synthetic demo data")).to_be_visible()
    assert page.locator("dialog[open]").count() == 0
    assert watched.errors == [] and watched.outside == []
    context.close()
