"""The printed sheet of a team: what is on it, what cannot get onto it, and how it falls onto pages."""

import re
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import segno
from playwright.sync_api import Browser, Page

from i18n import use_locale
from reports.sheet_map import sheet_map
from reports.team_sheet import sheet_name, team_sheet
from tests.reports.days import a_day, with_route

ADDRESS = "https://city.example:8501"
HOSTILE = '</style><script>alert("1")</script>"\\}<!--'
#: What is wider than its room, or stands out of the page.
CUT = """() => {
  const page = document.querySelector("main").getBoundingClientRect();
  const isCut = (one) => {
    const box = one.getBoundingClientRect();
    return box.right > page.right + 1 || box.left < page.left - 1 || one.scrollWidth > one.clientWidth + 1;
  };
  return [...document.querySelectorAll("td, th, h1, p, svg")].filter(isCut).map((one) => one.textContent);
}"""
HIGHEST = "Math.max(...[...document.querySelectorAll('tr')].map((row) => row.offsetHeight))"
STYLES = """() => {
  const of = (name) => getComputedStyle(document.querySelector(name));
  return [of("thead").display, of("tbody tr").breakInside];
}"""


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    use_locale("en")
    yield
    use_locale("en")


def badges(svg: str) -> list[tuple[float, float, float]]:
    found = re.findall(r'class="badge" cx="([\d.-]+)" cy="([\d.-]+)" r="([\d.]+)"', svg)
    return [(float(x), float(y), float(r)) for x, y, r in found]


def numbered(day: dict[str, Any]) -> list[tuple[int, float, float]]:
    return [(n, case["lon"], case["lat"]) for n, case in enumerate(day["cases"], 1)]


def test_each_case_of_the_own_work_has_its_number_on_the_map_and_in_the_list() -> None:
    sheet = team_sheet(a_day(12))
    assert len(badges(sheet)) == 12
    assert re.findall(r'<td class="no">(\d+)</td>', sheet) == [str(n) for n in range(1, 13)]
    assert re.findall(r"<small>(\d+)</small>", sheet) == [str(4_000 + n) for n in range(1, 13)]
    assert "1 more that somebody else deals with" in sheet


def test_the_cases_of_the_route_come_first_in_its_order_and_the_way_is_on_the_map() -> None:
    sheet = team_sheet(with_route(a_day(4), 4_003, 4_001))
    assert re.findall(r"<small>(\d+)</small>", sheet) == ["4003", "4001", "4002", "4004"]
    assert re.findall(r"there at (\d\d:\d\d)", sheet) == ["09:40", "09:50"]
    assert sheet.count('class="leg"') == 2 and sheet.count('class="leg straight"') == 1
    assert "Route from 03-04 09:30: 2 stops (dashed where no street leads)" in sheet
    assert "Route from" not in team_sheet(a_day(4))


def test_a_code_leads_to_its_case_at_the_address_of_the_server() -> None:
    sheet = team_sheet(a_day(2), address=f"{ADDRESS}/")
    drawn = re.findall(r'<svg[^>]*class="qr">.*?</svg>', sheet)
    for number, code in zip((4_001, 4_002), drawn, strict=True):
        made = segno.make(f"{ADDRESS}/field#case={number}", error="m", micro=False)
        assert code == made.svg_inline(border=2, omitsize=True, svgclass="qr", lineclass=None)


def test_without_an_address_there_is_no_code_and_the_sheet_says_why() -> None:
    sheet = team_sheet(a_day(2))
    assert 'class="qr"' not in sheet
    assert "GEZHI_ADDRESS" in sheet


def test_what_people_wrote_stays_text() -> None:
    day = a_day(1)
    day["team"]["name"] = day["city"] = HOSTILE
    day["edition"]["name"] = HOSTILE
    day["ground"]["streets"][0]["name"] = HOSTILE
    for name in ("description", "address", "place", "category_name", "status_name", "hot_words"):
        day["cases"][0][name] = HOSTILE
    sheet = team_sheet(day, address=ADDRESS)
    assert "<script" not in sheet
    assert sheet.count("</style>") == 1
    style = sheet[sheet.index("<style>") : sheet.index("</style>")]
    assert HOSTILE not in style
    assert style.count("{") == style.count("}")


def test_numbers_lie_apart_and_on_the_map_though_their_cases_lie_at_one_place() -> None:
    day = a_day(50)
    for case in day["cases"][:25]:
        case |= {"lon": day["cases"][0]["lon"], "lat": day["cases"][0]["lat"]}
    found = badges(sheet_map(day, numbered(day), wide=186, high=120))
    assert len(found) == 51
    for (x, y, r), (a, b, s) in combinations(found, 2):
        assert np.hypot(x - a, y - b) > 0.9 * (r + s)
    assert all(r <= x <= 186 - r and r <= y <= 120 - r for x, y, r in found)


def test_the_border_is_drawn_where_the_cells_end_alone() -> None:
    day = a_day(0)
    drawn = sheet_map(day, [], wide=186, high=120)
    assert drawn.count('class="cell"') == 37
    # A disk of radius 3 has 6 sides of 4 cells; a corner cell has 3 edges outside and each other 2.
    assert drawn.count('class="border"') == 6 * (3 + 2 * 2)


def test_a_team_without_cells_or_cases_has_a_sheet_too() -> None:
    day = a_day(0) | {"cells": [], "cases": [], "edition": None, "ground": {}}
    sheet = team_sheet(day)
    assert "Nothing to do in these cells." in sheet
    assert "<svg" not in sheet


def test_a_single_case_without_cells_is_drawn() -> None:
    day = a_day(1) | {"cells": []}
    assert len(badges(team_sheet(day))) == 1


def test_the_name_of_the_file_says_team_and_day() -> None:
    assert sheet_name(a_day(1)) == "gezhi-team-3-2026-03-04.html"


@pytest.fixture
def printed(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 900, "height": 900})
    page = context.new_page()
    page.emulate_media(media="print")
    yield page
    context.close()


@pytest.mark.browser
@pytest.mark.parametrize(("locale", "n", "pages"), [("en", 3, (1, 1)), ("zh", 60, (5, 9))])
def test_the_sheet_falls_onto_pages_and_nothing_is_cut(
    printed: Page, tmp_path: Path, locale: str, n: int, pages: tuple[int, int]
) -> None:
    use_locale(locale)
    file = tmp_path / "sheet.html"
    file.write_text(team_sheet(a_day(n, locale=locale), address=ADDRESS), "utf-8")
    asked: list[str] = []
    printed.on("request", lambda request: asked.append(request.url))
    printed.goto(file.as_uri())
    assert printed.evaluate(CUT) == []
    assert printed.evaluate(HIGHEST) < 96 * 45 / 25.4  # a row is far lower than a page, and is not parted
    assert printed.evaluate(STYLES) == ["table-header-group", "avoid"]
    made = printed.pdf(prefer_css_page_size=True)
    least, most = pages
    assert least <= len(re.findall(rb"/Type\s*/Page\b(?!s)", made)) <= most
    assert re.search(rb"/MediaBox \[0 0 59[45][\d.]* 84[12][\d.]*\]", made), "A4 in points"
    assert asked == [file.as_uri()]
