"""Cases in a real browser: from the map to a case, two people at once, a repeated report, a telephone."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest
from playwright.sync_api import Browser, Page, expect

from data import demo
from data.actors import OPERATOR
from data.clock import moment
from data.schema import REPORT
from data.store import Store
from geo.cell_shapes import centres
from tests.browser.conftest import PHONE, Watched, watch
from tests.browser.map_page import FRAME, MapPage
from tests.browser.reruns import choose, follow, wait_until_idle
from tests.browser.server import DESKTOP, Server, start_server
from tests.data.samples import reports

pytestmark = pytest.mark.browser

REPORTS = 1_500
HOSTILE = "<img src=x onerror=\"document.title='broken'\"> **bold** $x$"
MANHOLE = {"category": "manhole", "lon": 116.88502, "lat": 38.30377}


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A city of its own: these tests change what they find."""
    home = tmp_path_factory.mktemp("cases")
    with Store.open(f"sqlite:///{home / 'gezhi.sqlite'}") as store:
        demo.build(store, reports=REPORTS)
    started = start_server(home, log=home / "server.log")
    yield started
    started.stop()


@pytest.fixture
def store(city: Server) -> Iterator[Store]:
    with Store.open(f"sqlite:///{city.home / 'gezhi.sqlite'}") as opened:
        yield opened


@pytest.fixture
def sit_down(browser: Browser, city: Server) -> Iterator[Callable[..., Watched]]:
    """Let another person sit down at a browser of their own."""
    contexts = []

    def at(*, phone: bool = False) -> Watched:
        size = {"viewport": PHONE, "is_mobile": True, "has_touch": True} if phone else {"viewport": DESKTOP}
        contexts.append(browser.new_context(locale="en-US", **size))
        return watch(contexts[-1], city)

    yield at
    for context in contexts:
        context.close()


def a_case(store: Store, **report: object) -> int:
    return store.report({**MANHOLE, **report}, actor=OPERATOR).id


def open_case(watched: Watched, city: Server, issue_id: int) -> Page:
    watched.page.goto(f"{city.url}/case?id={issue_id}")
    watched.page.locator(".gz-case").wait_for()
    return watched.page


def do(page: Page, words: str, **fields: str) -> None:
    """Press a button of the case, fill in its form and send it."""
    page.get_by_role("button", name=words, exact=True).click()
    form = page.get_by_role("dialog")
    for label, value in fields.items():
        form.get_by_label(label).fill(value)
    form.get_by_role("button", name=words, exact=True).click()


def test_a_case_is_opened_from_the_map_and_moved_on(
    city: Server, store: Store, sit_down: Callable[..., Watched]
) -> None:
    issue_id = a_case(store, description="a cover is missing")
    watched = sit_down()
    lon, lat = MANHOLE["lon"], MANHOLE["lat"]
    shown = MapPage(watched.page).open(f"{city.url}/?lat={lat}&lon={lon}&zoom=15&res=10&category=manhole")
    watched.page.mouse.click(*shown.point_of(float(lon), float(lat)))
    watched.page.locator(f'.gz-reports li[data-report="{issue_id}"] a').click()
    watched.page.locator(".gz-case").wait_for()
    watched.page.wait_for_url(f"**/case?id={issue_id}")
    do(watched.page, "Accept")
    watched.page.get_by_text("The case is accepted").wait_for()
    expect(watched.page.locator(".gz-steps .gz-now")).to_have_text("Accepted")
    do(watched.page, "Dispatch")
    watched.page.get_by_text("The case is dispatched").wait_for()
    assert store.case(issue_id, actor=OPERATOR).state.unit == "禾川市政养护所"
    assert watched.outside == []


def test_of_two_people_the_second_reads_what_the_first_did(
    city: Server, store: Store, sit_down: Callable[..., Watched]
) -> None:
    issue_id = a_case(store)
    first, second = (open_case(sit_down(), city, issue_id) for _person in range(2))
    second.get_by_role("button", name="Close the case").click()
    form = second.get_by_role("dialog")
    form.get_by_label("Reason").fill("repaired meanwhile")
    do(first, "Reject", Reason="the cover is there")
    first.get_by_text("The case is rejected").wait_for()
    form.get_by_role("button", name="Close the case").click()
    second.get_by_text("The case has changed since you opened it").wait_for()
    expect(second.locator('[data-testid="stAlert"]')).to_contain_text("reject (the cover is there)")
    expect(second.locator(".gz-case .gz-state")).to_have_text("Rejected")
    assert store.case(issue_id, actor=OPERATOR).version == 2


def test_a_refused_form_says_why_and_stays_open(
    city: Server, store: Store, sit_down: Callable[..., Watched]
) -> None:
    page = open_case(sit_down(), city, a_case(store))
    do(page, "Reject")
    page.get_by_text("'reject' needs a reason.").wait_for()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("dialog").wait_for(state="detached")


def test_a_merge_is_undone_from_the_word_about_it(
    city: Server, store: Store, sit_down: Callable[..., Watched]
) -> None:
    stays, joins = a_case(store), a_case(store)
    page = open_case(sit_down(), city, joins)
    page.get_by_role("button", name="Merge as a duplicate").click()
    number = page.get_by_role("dialog").get_by_label("Number of the case that stays")
    number.fill(str(stays))
    number.press("Enter")
    page.get_by_role("dialog").get_by_role("button", name="Merge as a duplicate").click()
    page.get_by_text("The case is merged").wait_for()
    assert store.repeats(stays, actor=OPERATOR) == [joins]
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(page.locator(".gz-case .gz-state")).to_have_text("Reported")
    assert store.repeats(stays, actor=OPERATOR) == []


def test_a_report_asks_whether_it_is_one_of_those_that_are_open(
    city: Server, store: Store, sit_down: Callable[..., Watched]
) -> None:
    known = store.report(
        {"category": "fallen_cable", "lon": 116.9, "lat": 38.3, "description": "cable on the ground"},
        actor=OPERATOR,
    ).id
    watched = sit_down()
    page = watched.page
    page.goto(f"{city.url}/report")
    inside = page.frame_locator(FRAME)
    inside.locator('[data-gezhi-state="ready"]').wait_for()
    page.get_by_label("Or coordinates or a place's name").fill("38.3001, 116.9001")
    page.keyboard.press("Enter")
    inside.locator("[data-gezhi-spot]").wait_for()
    wait_until_idle(page)
    box = page.locator(FRAME).bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    choose(page, "Category", "fallen cable")
    page.get_by_label("In your words").fill(HOSTILE)
    page.keyboard.press("Tab")
    page.get_by_role("button", name="Check and send").click()
    page.get_by_text("Is it one of these?").wait_for()
    page.locator(f".st-key-similar_{known}").get_by_role("button", name="Yes, it is this one").click()
    page.get_by_text(f"The report belongs to case {known} now").wait_for()
    assert len(store.repeats(known, actor=OPERATOR)) == 1
    expect(page.locator(".gz-note").first).to_contain_text("<img src=x")
    page.get_by_role("button", name="Make it a case of its own").click()
    page.locator(".gz-case").wait_for()
    page.get_by_text("1 duplicate").wait_for(state="detached")
    assert store.repeats(known, actor=OPERATOR) == []
    assert watched.outside == []


def test_hostile_words_stay_words_wherever_they_are_shown(
    city: Server, store: Store, sit_down: Callable[..., Watched]
) -> None:
    issue_id = a_case(store, description=HOSTILE, address=HOSTILE)
    store.transition(issue_id, "note", actor=OPERATOR, note=HOSTILE)
    page = open_case(sit_down(), city, issue_id)
    expect(page.locator(".gz-report blockquote")).to_have_text(HOSTILE)
    expect(page.locator(".gz-time blockquote")).to_have_text(HOSTILE)
    page.goto(f"{city.url}/cases?category=manhole")
    expect(page.locator(f'[data-case="{issue_id}"] .gz-what')).to_contain_text("<img src=x onerror=")
    assert page.title() != "broken"


def test_the_work_list_leads_to_its_cases_and_its_address_is_the_list(
    city: Server, store: Store, sit_down: Callable[..., Watched]
) -> None:
    page = sit_down().page
    page.goto(f"{city.url}/cases")
    follow(page.locator(".st-key-list_part").get_by_text("Overdue"))
    page.wait_for_url("**part=overdue**")
    listed = store.open_cases(actor=OPERATOR, part="overdue", limit=50)["issue_id"].to_list()
    page.wait_for_function(f"document.querySelectorAll('[data-case]').length === {len(listed)}")
    shown = page.locator("[data-case]").evaluate_all("lines => lines.map((line) => +line.dataset.case)")
    assert shown == listed
    page.locator("[data-case]").first.press("Enter")
    page.locator(".gz-case").wait_for()
    page.wait_for_url(f"**/case?id={listed[0]}")
    page.go_back()
    page.wait_for_url("**part=overdue**")


def test_the_pages_fit_a_telephone_and_lie_within_reach_of_a_thumb(
    city: Server, store: Store, sit_down: Callable[..., Watched]
) -> None:
    page = open_case(sit_down(phone=True), city, a_case(store, description="x" * 300, address="y" * 200))
    bar = page.locator(".st-key-phone_bar")
    for name, there in (
        ("Cases", ".gz-cases"),
        ("Report", FRAME),
        ("Duplicates", "h5"),
        ("Map", FRAME),
    ):
        wait_until_idle(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        assert (
            page.locator("[data-testid=stMain]").evaluate("main => main.scrollWidth - main.clientWidth") <= 0
        )
        box = bar.bounding_box()
        assert box
        assert box["y"] + box["height"] == pytest.approx(PHONE["height"], abs=1)
        follow(bar.get_by_role("link", name=name, exact=True))
        page.locator(there).first.wait_for()
    page.wait_for_url(lambda address: Path(address.split("?")[0]).name not in ("case", "cases", "report"))


def test_a_wall_takes_up_new_reports_by_itself(
    sit_down: Callable[..., Watched], city: Server, store: Store
) -> None:
    watched = sit_down()
    shown = MapPage(watched.page).open(city.url + "/?embed=true&wall=figures&every=2")
    before = shown.painted["total"]
    shown.frame.evaluate("window.same = 1")
    for _report in range(3):
        a_case(store)
    shown.wait_for(f"gezhi.total === {before + 3}")
    expect(watched.page.locator(".gz-wall-figures")).to_contain_text(f"{before + 3:,}")
    assert shown.frame.evaluate("window.same") == 1, "the map stayed"
    assert watched.errors == []


def test_reports_of_a_file_are_dispatched_at_once_and_come_to_their_teams_telephone(
    sit_down: Callable[..., Watched], city: Server, store: Store
) -> None:
    lon, lat = centres(store.territories(actor=OPERATOR).filter(team_id=3)["cell"].head(1))
    told = {
        "category": pl.lit("first_aid_expired"),
        "status": pl.lit("reported"),
        "reported_at": pl.lit(moment() - timedelta(days=2)),
        "closed_at": pl.lit(None, REPORT["closed_at"]),
        "lon": pl.lit(lon[0]),
        "lat": pl.lit(lat[0]),
    }
    store.write_reports(reports(5, source="file").with_columns(**told), actor=OPERATOR)
    waiting = store.waiting_cases(actor=OPERATOR, categories=["first_aid_expired"]).cases
    desk = sit_down(phone=True)
    page = desk.page
    page.goto(f"{city.url}/cases?category=first_aid_expired")
    wait_until_idle(page)
    page.get_by_role("link", name=f"Accept and dispatch {waiting.height} waiting").press("Enter")
    page.wait_for_url("**/dispatch?category=first_aid_expired")
    send = page.get_by_role("button", name=f"Accept and dispatch all {waiting.height} cases")
    expect(send).to_be_visible()
    wait_until_idle(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    send.press("Enter")
    expect(page.get_by_text(f"{waiting.height} cases were dispatched")).to_be_visible()
    expect(page.get_by_text("No case waits to be dispatched.")).to_be_visible()
    _link, secret = store.make_link(3, label="phone", actor=OPERATOR)
    telephone = sit_down(phone=True).page
    telephone.goto(f"{city.url}/field#k={secret}")
    for number in waiting["issue_id"].tail(5):
        expect(telephone.locator(f"button.gf-row[data-case='{number}']")).to_be_attached()
    assert desk.outside == [] and desk.errors == []
