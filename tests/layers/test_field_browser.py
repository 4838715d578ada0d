"""The phone page in a real browser: 390 by 844, touch, a made-up position, a network that comes and goes."""

import io
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlparse

import h3
import numpy as np
import pytest
import shapely
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, expect

from geo.datums import to_bd09, to_gcj02
from tests.layers import field_day
from tests.layers.field_server import TOKEN, FieldServer, serving

HERE = {"longitude": field_day.LON + 0.0006, "latitude": field_day.LAT - 0.0007, "accuracy": 12}
#: What cannot be taken back by mistake is sent soon, so that a test need not wait.
SHORT_HOLD = "window.addEventListener('DOMContentLoaded', () => { gezhi.field.HOLD_MS = 700; })"


@pytest.fixture(scope="module")
def _serving() -> Iterator[FieldServer]:
    with serving() as server:
        yield server


@pytest.fixture
def server(_serving: FieldServer) -> FieldServer:
    _serving.reset()
    return _serving


def on_phone(browser: Browser, **options: object) -> BrowserContext:
    settings: dict[str, object] = {
        "viewport": {"width": 390, "height": 844},
        "is_mobile": True,
        "has_touch": True,
        "locale": "en-GB",
        "permissions": ["geolocation"],
        "geolocation": HERE,
    }
    return browser.new_context(**{**settings, **options})  # type: ignore[arg-type]


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    """Open an empty page of a phone; an error in its scripts fails the test."""
    context = on_phone(browser)
    page = context.new_page()
    page.add_init_script(SHORT_HOLD)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    context.close()
    assert not errors


def enter(page: Page, server: FieldServer, more: str = "") -> None:
    """Come in by the team's link and wait for the list."""
    page.goto(f"{server.url}/field#k={TOKEN}{more}")
    expect(page.locator(".gf-sheet")).to_be_visible()


def rows(page: Page) -> list[int]:
    """Return the cases in the list, in its order."""
    found: list[int] = page.locator("button.gf-row").evaluate_all(
        "rows => rows.map(r => Number(r.dataset.case))"
    )
    return found


def told(page: Page, server: FieldServer, n: int) -> list[dict[str, Any]]:
    """Wait until the server was told so many answers and nothing waits on the phone; return them."""
    until = time.monotonic() + 90
    while len(server.answers) < n and time.monotonic() < until:
        page.wait_for_timeout(20)  # an answer is not in the queue yet at the moment of the tap
    page.wait_for_function("window.__gezhiField.app.queue.waiting.length === 0")
    return server.answers


def work(server: FieldServer) -> list[dict[str, Any]]:
    return [one for one in server.day["cases"] if any(act["act"] == "fix" for act in one["acts"])]


def away(one: dict[str, Any]) -> float:
    return float(
        h3.great_circle_distance((HERE["latitude"], HERE["longitude"]), (one["lat"], one["lon"]), unit="m")
    )


def words_of(page: Page, name: str) -> str:
    page.wait_for_function("window.__gezhiField")
    found: str = page.evaluate("name => window.__gezhiField.app.text.t(name)", name)
    return found


def large_picture() -> bytes:
    """A photo of 4000 x 3000 dots that lies on its side, as a camera writes it."""
    noise = np.random.default_rng(1).integers(0, 255, size=(30, 40, 3), dtype=np.uint8)
    picture = Image.fromarray(noise).resize((4000, 3000))
    notes = Image.Exif()
    notes[0x0112] = 6  # to be turned by 90 degrees
    body = io.BytesIO()
    picture.save(body, "JPEG", quality=80, exif=notes)
    return body.getvalue()


def test_a_shift_from_the_link_to_the_last_case(phone: Page, server: FieldServer) -> None:
    """Enter, look by urgency and by nearness, open, fix, take back, start and fix, find nothing."""
    server.day["cases"][0]["description"] = "<img src=x onerror=window.hacked=1> 5 < 6"
    enter(phone, server)
    assert TOKEN not in phone.url
    expect(phone.locator("h1").first).to_have_text(f"{len(work(server))} to do")
    urgent = sorted(work(server), key=lambda one: -one["urgency"])
    shown = [
        next(one for one in work(server) if one["id"] == number) for number in rows(phone)[: len(urgent)]
    ]
    assert [one["urgency"] for one in shown] == [one["urgency"] for one in urgent]
    phone.locator(".gf-switch .gf-button").nth(1).tap()
    expect(phone.locator(".gf-far").first).to_be_visible()
    nearest = sorted(work(server), key=away)
    assert rows(phone)[: len(nearest)] == [one["id"] for one in nearest]

    city_time = phone.evaluate("__gezhiField.app.text.at('2026-01-01T00:30:00Z')")
    assert city_time.endswith("08:30"), "the clock of the city, whatever the phone's is"

    first = server.day["cases"][0]
    phone.locator(f"button.gf-row[data-case='{first['id']}']").tap()
    expect(phone.locator(".gf-said")).to_have_text(first["description"])
    assert phone.evaluate("window.hacked") is None
    assert phone.url.endswith(f"#case={first['id']}")
    links = [phone.locator(".gf-way").nth(i).get_attribute("href") or "" for i in range(3)]
    amap = parse_qs(urlparse(links[0]).query)["to"][0].split(",")
    baidu = parse_qs(urlparse(links[1]).query)["location"][0].split(",")
    lon, lat = to_gcj02(first["lon"], first["lat"])
    assert [float(amap[0]), float(amap[1])] == pytest.approx([float(lon), float(lat)], abs=2e-6)
    lon, lat = to_bd09(first["lon"], first["lat"])
    assert [float(baidu[1]), float(baidu[0])] == pytest.approx([float(lon), float(lat)], abs=2e-6)
    assert links[2].startswith(f"geo:{first['lat']:.6f},{first['lon']:.6f}")

    phone.locator("[data-act=fix]").tap()
    expect(phone.locator("[data-status=fixed]")).to_be_visible()
    phone.get_by_role("button", name="Undo").tap()
    expect(phone.locator(f"[data-status={first['status']}]")).to_be_visible()
    assert server.answers == []
    phone.locator("[data-act=start]").tap()
    expect(phone.locator("[data-status=in_progress]")).to_be_visible()
    phone.locator("[data-act=fix]").tap()
    expect(phone.locator("[data-status=fixed]")).to_be_visible()
    answers = told(phone, server, 2)
    assert [(one["act"], one["case"]) for one in answers] == [("start", first["id"]), ("fix", first["id"])]
    assert all(one["lon"] is None for one in answers), "a position went out that nobody allowed"

    phone.locator("[data-act=next]").tap()
    second = int(phone.url.rpartition("=")[2])
    assert second != first["id"]
    phone.locator(".gf-more").tap()
    phone.locator("[data-act=not_found]").tap()
    send = phone.locator(".gf-foot .gf-primary")
    expect(send).to_be_disabled()
    phone.locator(".gf-reason").first.tap()
    phone.locator("textarea").fill("asked the guard")
    send.tap()
    expect(phone.locator(".gf-toast")).to_contain_text(words_of(phone, "did_not_found"))
    last = told(phone, server, 3)[-1]
    assert (last["act"], last["case"], last["reason"], last["note"]) == (
        "not_found",
        second,
        "Nothing there any more",
        "asked the guard",
    )
    expect(phone.locator("h1").first).to_have_text(f"{len(work(server))} to do")
    assert second not in rows(phone)


def test_a_new_problem_takes_three_taps_and_what_is_known_near_comes_first(
    phone: Page, server: FieldServer
) -> None:
    known = min(work(server), key=away)
    known.update(lon=HERE["longitude"] + 0.0001, lat=HERE["latitude"])
    elsewhere = {
        "id": None,
        "case": None,
        "distance_m": 22,
        "why": "20 m away",
        "reported_at": known["reported_at"],
    }
    server.similar = [elsewhere]
    enter(phone, server)
    expect(phone.locator(".gf-here")).to_be_visible()
    phone.locator(".gf-report").tap()
    phone.locator(f".gf-tile[data-category={known['category']}]").tap()
    expect(phone.locator(f".gf-near[data-case='{known['id']}']")).to_be_visible()
    expect(phone.locator(".gf-near").filter(has_text="20 m away")).to_be_visible()
    phone.locator("[data-act=report]").tap()
    (report,) = told(phone, server, 1)
    assert (report["act"], report["category"], report["case"]) == ("report", known["category"], None)
    assert [report["lon"], report["lat"]] == pytest.approx([HERE["longitude"], HERE["latitude"]], abs=1e-6)

    phone.locator(".gf-report").tap()
    phone.locator(f".gf-tile[data-category={known['category']}]").tap()
    phone.locator(f".gf-near[data-case='{known['id']}'] button").tap()
    expect(phone.locator(".gf-card-title h1")).to_have_text(known["category_name"])
    phone.go_back()
    expect(phone.locator(".gf-sheet")).to_have_attribute("data-view", "list")
    assert len(server.answers) == 1


def test_what_is_done_without_a_network_survives_a_reload_and_is_sent_once(
    browser: Browser, server: FieldServer
) -> None:
    context = on_phone(browser)
    page = context.new_page()
    page.add_init_script(SHORT_HOLD)
    enter(page, server)
    page.wait_for_function("navigator.serviceWorker.controller !== null")
    page.wait_for_function(
        "caches.open('gezhi-field-1').then(kept => kept.keys()).then(kept => kept.length >= 5)"
    )
    first, second = (one["id"] for one in work(server)[:2])
    server.stop()
    for number in (first, second):
        page.locator(f"button.gf-row[data-case='{number}']").tap()
        page.locator("[data-act=fix]").tap()
        expect(page.locator("[data-status=fixed]")).to_be_visible()
        page.go_back()
    with page.expect_file_chooser() as chooser:
        page.locator(f"button.gf-row[data-case='{second}']").tap()
        page.locator("[data-when=after]").tap()
    chooser.value.set_files({"name": "a.jpg", "mimeType": "image/jpeg", "buffer": large_picture()})
    expect(page.locator(".gf-photo")).to_be_visible()
    page.reload()
    expect(page.locator(".gf-photo img")).to_be_visible()
    expect(page.locator(".gf-sync")).to_contain_text("3")
    page.goto(f"{server.url}/field")
    expect(page.locator(".gf-note")).to_contain_text("No network")
    page.locator(".gf-sync").tap()
    expect(page.locator(".gf-waiting-row")).to_have_count(3)
    assert server.answers == []
    assert server.photos == []
    server.start()
    page.evaluate("window.dispatchEvent(new Event('online'))")
    told(page, server, 3)
    expect(page.locator(".gf-waiting-row")).to_have_count(0)
    expect(page.locator(".gf-row-done")).to_have_count(3)
    expect(page.locator(".gf-body")).not_to_contain_text("[object")
    assert [(one["act"], one["case"]) for one in server.answers] == [
        ("fix", first),
        ("fix", second),
        ("photo", second),
    ]
    (asked, body), *others = server.photos
    assert not others
    assert (asked["case"], asked["when"]) == (str(second), "after")
    picture = Image.open(io.BytesIO(body))
    assert (picture.format, picture.size, dict(picture.getexif())) == ("JPEG", (1200, 1600), {})
    context.close()


def test_an_answer_that_meets_a_change_or_a_refusal_is_told_and_stops_nothing(
    phone: Page, server: FieldServer
) -> None:
    enter(phone, server)
    server.verdicts = {"start": ("conflict", "Li closed it at 10:05.")}
    server.refused = {"note"}
    phone.evaluate(
        """async ([a, b]) => {
            const { queue, acts, cases } = __gezhiField.app;
            await queue.add(acts.answer(cases.find(a), "start"), { hold: 300 });
            await queue.add(acts.answer(cases.find(a), "note", { note: "x" }));
            await queue.add(acts.answer(cases.find(b), "fix"));
        }""",
        [one["id"] for one in work(server)[:2]],
    )
    told(phone, server, 2)
    assert [one["act"] for one in server.answers] == ["start", "fix"]
    expect(phone.locator(".gf-sync")).to_contain_text("2 to look at")
    phone.locator(".gf-sync").tap()
    expect(phone.locator(".gf-trouble")).to_have_count(2)
    expect(phone.locator(".gf-trouble").first).to_contain_text("Li closed it at 10:05.")
    expect(phone.locator(".gf-trouble").last).to_contain_text("These words are too long.")
    for left in (1, 0):
        phone.locator(".gf-trouble button").first.tap()
        expect(phone.locator(".gf-trouble")).to_have_count(left)


def test_an_own_answer_is_no_change_by_somebody_else(phone: Page, server: FieldServer) -> None:
    """What follows it names the version that it made; a clock that was set back changes no order."""
    enter(phone, server)
    number = next(one["id"] for one in work(server) if one["status"] == "dispatched")
    phone.evaluate(
        """async (number) => {
            const { queue, acts, cases } = __gezhiField.app;
            const seen = cases.find(number);
            await queue.add(acts.answer(seen, "start"), { hold: 200 });
            const now = Date.now;
            Date.now = () => now() - 3600e3;
            await queue.add(acts.answer(seen, "fix"));
            Date.now = now;
            await queue.add(acts.answer(seen, "note", { note: "done" }), { hold: 1200 });
            await queue.flush();
        }""",
        number,
    )
    answers = told(phone, server, 3)
    assert [(one["act"], one["version"]) for one in answers][::2] == [("start", 3), ("note", 5)]
    assert answers[1]["act"] == "fix"


def test_what_stands_between_refuses_nothing_for_good(phone: Page, server: FieldServer) -> None:
    enter(phone, server)
    page = {"status": 429, "content_type": "text/html", "body": "<h1>Too many requests</h1>"}
    phone.route("**/api/field/answers*", lambda route: route.fulfill(**page))
    number = work(server)[0]["id"]
    give = """async id => {
        const { queue, acts, cases } = __gezhiField.app;
        await queue.add(acts.answer(cases.find(id), "note", { note: "x" }));
        await queue.flush();
        return [queue.waiting.length, queue.troubled.length];
    }"""
    assert phone.evaluate(give, number) == [1, 0], "it is sent again"
    phone.unroute("**/api/field/answers*")
    phone.evaluate("__gezhiField.app.queue.flush()")
    assert [one["act"] for one in told(phone, server, 1)] == ["note"]
    server.refused = {"note"}
    assert phone.evaluate(give, number) == [0, 1], "the server's own word is the last"
    assert number in rows(phone), "and the case is as it was"


def test_a_team_is_left_where_the_server_can_be_told_and_nothing_is_lost_elsewhere(
    phone: Page, server: FieldServer
) -> None:
    enter(phone, server)
    phone.context.set_offline(True)
    phone.evaluate(
        """async id => {
            const { queue, acts, cases, leave } = __gezhiField.app;
            await queue.add(acts.answer(cases.find(id), "note", { note: "x" }));
            await leave();
        }""",
        work(server)[0]["id"],
    )
    expect(phone.locator(".gf-toast")).to_contain_text("No network")
    assert phone.evaluate("__gezhiField.app.queue.waiting.length") == 1
    phone.context.set_offline(False)
    assert [one["act"] for one in told(phone, server, 1)] == ["note"]
    phone.evaluate("__gezhiField.app.leave()")
    expect(phone.locator("[data-state=link]")).to_be_visible()


def test_times_are_those_of_the_citys_clocks_wherever_the_phone_thinks_it_is(
    browser: Browser, server: FieldServer
) -> None:
    context = on_phone(browser, timezone_id="America/New_York")
    page = context.new_page()
    enter(page, server)
    assert server.day["tz"] == "Asia/Shanghai"
    told_at = "([iso, now]) => __gezhiField.app.text.at(iso, Date.parse(now))"
    morning = ["2026-06-15T01:30:00Z", "2026-06-14T17:00:00Z"]
    assert page.evaluate(told_at, morning) == "09:30", "it is the same day there, and another in New York"
    assert page.evaluate(told_at, [morning[1], "2026-06-14T15:00:00Z"]) == "15 Jun 01:00"
    context.close()


def test_a_team_that_cannot_be_shown_is_said_in_the_words_of_the_server(
    browser: Browser, server: FieldServer
) -> None:
    context = on_phone(browser)
    page = context.new_page()
    page.goto(f"{server.url}/field?team=77")
    expect(page.locator("[data-state=refused] h1")).to_have_text(words_of(page, "refused_title"))
    expect(page.locator("[data-state=refused] p")).to_have_text(["Say which team."])
    context.close()


def test_every_state_says_what_is_the_matter_and_the_way_on(browser: Browser, server: FieldServer) -> None:
    context = on_phone(browser, permissions=[], locale="zh-CN", color_scheme="dark")
    page = context.new_page()
    page.goto(f"{server.url}/field")
    expect(page.locator("[data-state=link]")).to_be_visible()
    for nonsense in ("nonsense?", "https://city.example/field#k=%"):
        page.locator(".gf-input").fill(nonsense)
        page.locator(".gf-primary").tap()
        expect(page.locator(".gf-fault")).not_to_be_empty()
        page.locator(".gf-fault").evaluate("fault => { fault.textContent = ''; }")
    page.locator(".gf-input").fill(f"https://city.example/field#k={TOKEN}")
    page.locator(".gf-primary").tap()
    expect(page.locator("button.gf-row").first).to_be_visible()
    page.locator(".gf-switch .gf-button").nth(1).tap()
    expect(page.locator(".gf-note")).to_have_text(words_of(page, "position_denied"))
    server.day = {**server.day, "cases": []}
    page.reload()
    expect(page.locator(".gf-empty")).to_contain_text(words_of(page, "empty_title"))
    server.day = {**server.day, "cells": [], "edition": None}
    page.reload()
    expect(page.locator(".gf-empty")).to_contain_text(words_of(page, "no_cells_title"))
    page.goto(f"{server.url}/field#case=999999")
    expect(page.locator("h1").first).to_have_text(words_of(page, "gone_title"))
    server.revoked = True
    page.evaluate("__gezhiField.app.queue.add(__gezhiField.app.acts.answer({}, 'report', { category: 'a' }))")
    expect(page.locator("[data-state=revoked]")).to_be_visible()
    expect(page.locator(".gf-state .gf-note")).to_be_visible()
    assert page.evaluate("__gezhiField.app.storage.kept('day')") is None
    page.locator(".gf-plain").tap()
    expect(page.locator("[data-state=link]")).to_be_visible()
    server.revoked = False
    page.goto(f"{server.url}/field#k={TOKEN}")
    told(page, server, 1)
    assert [one["act"] for one in server.answers] == ["report"]
    context.close()


@pytest.mark.parametrize("locale", ["en", "zh"])
def test_a_thumb_hits_everything_and_nothing_runs_out_of_the_screen(
    browser: Browser, server: FieldServer, locale: str
) -> None:
    server.day = field_day.made_up(locale=locale)
    context = on_phone(browser, locale={"en": "en-GB", "zh": "zh-CN"}[locale])
    page = context.new_page()
    enter(page, server)
    number = work(server)[0]["id"]
    for view in (
        "",
        f"case={number}",
        f"case={number}&do=more",
        f"case={number}&do=not_mine",
        "report",
        "waiting",
        "menu",
    ):
        page.evaluate("hash => __gezhiField.app.go(hash)", view)
        small = page.evaluate(
            """() => [...document.querySelectorAll("button, a, input, textarea, .gf-mark-box")]
                .filter((one) => one.checkVisibility() && !one.closest(".gf-grip, [role=switch]"))
                .map((one) => [one.className, one.getBoundingClientRect()])
                .filter(([, box]) => box.width < 43.9 || box.height < 43.9)
                .map(([name, box]) => `${name} ${box.width} x ${box.height}`)"""
        )
        assert [one for one in small if "gf-grip" not in one and "switch" not in one] == [], view
        assert page.evaluate("document.documentElement.scrollWidth") == 390
        assert page.evaluate("document.querySelector('.gf-body').scrollWidth") <= 390
    context.close()


def test_the_outline_of_cells_has_their_area_with_holes_and_islands(phone: Page, server: FieldServer) -> None:
    rng = np.random.default_rng(5)
    middle = h3.latlng_to_cell(field_day.LAT, field_day.LON, 10)
    disk = sorted(h3.grid_disk(middle, 5))
    sets = [[cell for cell in disk if rng.random() < share] for share in (0.3, 0.6, 0.9)]
    sets.append([cell for cell in disk if cell != middle])
    told_cells = [
        [
            [cell, [round(x, 6) for lat, lon in h3.cell_to_boundary(cell) for x in (lon, lat)]]
            for cell in cells
        ]
        for cells in sets
    ]
    phone.goto(f"{server.url}/field")
    outlines = phone.evaluate("sets => sets.map((cells) => gezhi.field.outline(cells))", told_cells)
    for cells, rings in zip(told_cells, outlines, strict=True):
        inside: Any = shapely.Polygon()
        for ring in rings:
            inside = inside.symmetric_difference(shapely.Polygon(ring).buffer(0))
        area = sum(shapely.Polygon(np.reshape(flat, (-1, 2))).area for _, flat in cells)
        assert inside.area == pytest.approx(area, rel=1e-3)


def test_a_long_list_goes_on_as_it_is_scrolled(phone: Page, server: FieldServer) -> None:
    server.day = field_day.made_up(n=120)
    far = h3.latlng_to_cell(field_day.LAT + 0.3, field_day.LON, 10)
    flat = [round(x, 6) for lat, lon in h3.cell_to_boundary(far) for x in (lon, lat)]
    server.day["cells"] = [*server.day["cells"], [far, flat]]
    enter(phone, server)
    zoom = phone.evaluate("__gezhiField.app.map.leaflet.getZoom()")
    assert zoom > 13, "a cell 30 km away hides the streets of the others"
    assert len(rows(phone)) == 40
    phone.wait_for_function(
        """n => {
            const body = document.querySelector(".gf-body");
            body.scrollTop = body.scrollHeight;
            return document.querySelectorAll("button.gf-row").length === n;
        }""",
        arg=len(server.day["cases"]),
    )
