"""The route of the shift on a phone, against the real routes: seen, followed, planned anew, taken along."""

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, expect
from starlette.applications import Starlette

from api.routes import routes
from app_pages.field import field_routes
from data.cube import Cube
from data.store import Store
from data.workspace import Workspace
from reports.exports import Exports
from reports.field_documents import FieldDocuments
from reports.field_routes import FieldRouteFiles
from tests.data import stores
from tests.data.field_town import ONE, fill, found_town, place

SPOTS = [(-420, 130), (-180, 90), (60, 330), (300, 110), (420, -210), (130, -330), (-330, -260)]
#: Two in a yard, nearer to each other than to a street.
YARD = [(150.0, 150.0), (156.0, 152.0)]


@dataclass(frozen=True)
class Town:
    store: Store
    url: str
    cases: list[int]


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    with Store.open(stores.new_file(tmp_path / "town.sqlite")) as store:
        found_town(store)
        cases = fill(store, [(float(x), float(y)) for x, y in SPOTS + YARD])
        here = Workspace(store, Cube.open(store), viewer=ONE)
        made = routes(lambda: here, Exports(), FieldDocuments(), FieldRouteFiles())
        server = uvicorn.Server(
            uvicorn.Config(Starlette(routes=[*made, *field_routes()]), port=0, log_level="error")
        )
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        yield Town(store, f"http://localhost:{server.servers[0].sockets[0].getsockname()[1]}", cases)
        server.should_exit = True
        thread.join(timeout=5)


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    lon, lat = place(250, 250)
    context = browser.new_context(
        viewport={"width": 390, "height": 844},
        is_mobile=True,
        has_touch=True,
        locale="en-GB",
        timezone_id="America/New_York",  # not the city's, whose clock counts
        permissions=["geolocation"],
        geolocation={"longitude": lon, "latitude": lat, "accuracy": 9},
    )
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    context.close()
    assert not errors


def shown(page: Page) -> list[int]:
    """Return the stops of the list in its order."""
    found: list[int] = page.locator(".gf-stop-row").evaluate_all(
        "rows => rows.map(row => Number(row.dataset.case))"
    )
    return found


def numbers(page: Page) -> list[str]:
    """Return the numbers on the map."""
    return page.locator(".gf-stop:not(.gf-stop-end)").all_text_contents()


def test_a_team_follows_its_route_and_plans_it_anew(phone: Page, town: Town) -> None:
    phone.goto(f"{town.url}/field")
    phone.get_by_role("button", name="Route of the shift").tap()
    expect(phone.locator(".gf-stop-row")).to_have_count(len(town.cases))
    order = shown(phone)
    assert sorted(order) == sorted(town.cases)
    expect(phone.locator(".gf-stop:not(.gf-stop-end)")).to_have_count(len(order))
    assert sorted(numbers(phone), key=int) == [str(n) for n in range(1, len(order) + 1)]
    expect(phone.locator(".gf-stop-next")).to_have_text("1")
    expect(phone.locator(".gf-leg-straight").first).to_contain_text("straight line")
    route = phone.request.get(f"{town.url}/api/field/route").json()
    over = datetime.fromisoformat(route["over_at"]).astimezone(ZoneInfo("Asia/Shanghai"))
    expect(phone.locator(".gf-leg-home .gf-far")).to_contain_text(f"{over:%H:%M}")

    phone.locator(".gf-stop-row").first.tap()  # the case, with the route still on the map
    expect(phone.locator("body")).to_have_attribute("data-view", "case")
    expect(phone.locator(".gf-stop:not(.gf-stop-end)").first).to_be_visible()
    town.store.transition(order[0], "fix", actor=ONE)
    added = fill(town.store, [(10.0, 210.0)], source="later")[0]
    phone.goto(f"{town.url}/field#route")
    phone.reload()
    expect(phone.locator(f".gf-stop-row[data-case='{added}']")).to_be_visible()
    assert sorted(shown(phone)) == sorted({*order, added} - {order[0]})

    phone.get_by_role("button", name="From here").tap()
    expect(phone.get_by_text("From where you are, for you alone.")).to_be_visible()
    phone.get_by_role("button", name="The team's").tap()
    expect(phone.get_by_text("From where you are, for you alone.")).to_be_hidden()

    phone.get_by_role("button", name="The shift").tap()
    phone.reload()  # its address alone: the form waits for the route
    expect(phone.get_by_label("Begins")).to_have_value(route["shift"]["begins"])
    phone.get_by_label("At most so many cases").fill("3")
    phone.get_by_role("button", name="middle of the map").tap()
    phone.get_by_role("button", name="Plan for the team").tap()
    expect(phone.locator(".gf-stop-row")).to_have_count(2)  # and one is done
    expect(phone.get_by_text("the route has as many stops as it may have").first).to_be_visible()
    with phone.expect_download() as taken:
        phone.get_by_text("Route as GPX").tap()
    assert "<trkseg>" in taken.value.path().read_text("utf-8")


def test_the_route_goes_along_in_the_pack(browser: Browser, town: Town, tmp_path: Path) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = context.new_page()
    (tmp_path / "pack.html").write_bytes(page.request.get(f"{town.url}/api/field/pack?lang=en").body())
    context.set_offline(True)
    page.goto((tmp_path / "pack.html").as_uri())
    page.get_by_role("button", name="Route of the shift").tap()
    expect(page.locator(".gf-stop-row")).to_have_count(len(town.cases))
    expect(page.get_by_role("button", name="From here")).to_have_count(0)
    context.close()
