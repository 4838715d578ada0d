"""The import page in a real browser, from an empty store to the city on the map."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import Watched, watch
from tests.browser.map_page import MapPage
from tests.browser.reruns import choose
from tests.browser.server import DESKTOP, Server, start_server
from tests.data.stores import demo_file

pytestmark = pytest.mark.browser

HEADER = "编号,上报时间,经度,纬度,问题类型,状态,描述\n"
EXPORT = HEADER + "".join(
    f"{n},2026-03-{n % 28 + 1:02} 08:00,{116.9 + n / 5e3:.5f},{38.3 + n / 7e3:.5f},违停,已结案,<b>{n}</b>\n"
    for n in range(60)
)


@pytest.fixture(scope="module")
def own_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """An app of these tests alone: what they import must not be seen by others."""
    home = tmp_path_factory.mktemp("import-home")
    demo_file(home / "demo.sqlite")  # what is shown before the first import: others try how it is made
    started = start_server(home, log=home / "server.log")
    yield started
    started.stop()


@pytest.fixture
def visitor(browser: Browser, own_server: Server) -> Iterator[Watched]:
    context = browser.new_context(viewport=DESKTOP, locale="en-US")
    yield watch(context, own_server)
    context.close()


def test_a_file_goes_from_the_browser_to_the_map(
    visitor: Watched, own_server: Server, tmp_path: Path
) -> None:
    path = tmp_path / "export.csv"
    path.write_bytes((EXPORT + "999,2026-03-01 08:00:00,,,牛皮癣,已结案,\n").encode("gb18030"))
    page = visitor.page
    MapPage(page).open(own_server.url)
    page.get_by_role("link", name="Import").first.click()
    page.get_by_text("Nothing has been imported yet").wait_for()
    page.locator('[data-testid="stFileUploader"] input[type=file]').set_input_files(path)
    page.get_by_text("Would be rejected").first.wait_for()
    page.get_by_role("button", name="Import 60 reports").click()
    page.get_by_text("61 rows read = 60 new + 0 updated + 0 unchanged + 1 rejected").wait_for()
    page.get_by_text("the coordinates are missing").or_(page.locator("canvas")).first.wait_for()
    with page.expect_download() as download:
        page.get_by_role("button", name="Rejected rows with their reasons").click()
    assert "no_coordinates" in Path(download.value.path()).read_text("utf-8-sig")
    page.get_by_role("link", name="See them on the map").click()
    shown = MapPage(page)
    shown.wait_until_painted()
    shown.wait_for("gezhi.total === 60")
    shown.wait_for_figure("Reports", 60)
    expect(page.get_by_text("synthetic")).to_have_count(0)
    assert visitor.errors == []


def test_a_file_that_cannot_be_read_says_why(visitor: Watched, own_server: Server, tmp_path: Path) -> None:
    path = tmp_path / "secret.xlsx"
    path.write_bytes(bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 2000)
    page = visitor.page
    page.goto(f"{own_server.url}/import")
    page.locator('[data-testid="stFileUploader"] input[type=file]').set_input_files(path)
    page.locator('[data-testid="stAlert"]').filter(has_text="secret.xlsx").wait_for()


def test_columns_that_are_not_recognised_can_be_chosen(
    visitor: Watched, own_server: Server, tmp_path: Path
) -> None:
    path = tmp_path / "odd.csv"
    path.write_text("n,when,p,q,what\n" + "".join(f"{n},2026-03-01,3{n}.5,11{n}.5,hole\n" for n in range(5)))
    page = visitor.page
    page.goto(f"{own_server.url}/import")
    page.locator('[data-testid="stFileUploader"] input[type=file]').set_input_files(path)
    page.get_by_text("Say above which columns hold").wait_for()
    for label, column in (("Latitude", "p"), ("Longitude", "q")):
        choose(page, label, column)
    page.get_by_text("Can be taken").wait_for()
