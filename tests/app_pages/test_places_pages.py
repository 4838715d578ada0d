"""The table of places, a place's own page, and the map's switch, without a browser."""

import csv
import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import polars as pl
import pytest
from shapely.geometry import LineString, box
from streamlit.testing.v1 import AppTest

from app_pages import place_league, session
from app_pages.place_compare import verdict
from app_pages.place_table import fitting_zoom
from app_pages.place_words import change_words, is_increase, rate_words, size_words
from app_pages.places import sum_words
from app_pages.view import View
from data.actors import OPERATOR, VIEWER
from data.cube import Cube
from data.filters import Filter
from data.place_counts import Sum, filter_for, rated
from data.place_profile import profile
from data.store import Store
from data.workspace import Workspace
from tests.app_pages.conftest import HOSTILE_WORDS
from tests.data.pictures import encoded, scene
from tests.data.samples import LAT, LON

Draw = Callable[..., AppTest]


@pytest.fixture
def store(city: Path) -> Iterator[Store]:
    with Store.open(f"sqlite:///{city / 'gezhi.sqlite'}") as opened:
        opened.write_places(places(), actor=OPERATOR)
        opened.locate(actor=OPERATOR)
        yield opened


@pytest.fixture
def here(store: Store) -> Workspace:
    return Workspace(store, Cube.open(store))


def places() -> gpd.GeoDataFrame:
    rows = [
        ("district", "区", box(LON - 0.2, LAT - 0.2, LON + 0.2, LAT + 0.2), {}),
        ("community", "西", box(LON - 0.2, LAT - 0.2, LON, LAT + 0.2), {}),
        ("community", HOSTILE_WORDS, box(LON, LAT - 0.2, LON + 0.15, LAT + 0.2), {}),
        (
            "compound",
            HOSTILE_WORDS,
            box(LON - 0.03, LAT - 0.03, LON, LAT),
            {"households": 900, "unit": HOSTILE_WORDS},
        ),
        (
            "compound",
            "欣怡小区",
            box(LON, LAT, LON + 0.03, LAT + 0.03),
            {"households": 1_200, "managed": "否"},
        ),
        ("compound", "无数小区", box(LON, LAT - 0.03, LON + 0.03, LAT), {}),
        ("street", "=HYPERLINK(1)", LineString([(LON - 0.1, LAT + 0.04), (LON + 0.1, LAT + 0.04)]), {}),
    ]
    kinds, names, shapes, attributes = zip(*rows, strict=True)
    return gpd.GeoDataFrame(
        {
            "kind": kinds,
            "name": names,
            "external_id": [str(i) for i in range(len(rows))],
            "attributes": attributes,
        },
        geometry=list(shapes),
        crs="EPSG:4326",
    )


def number_of(store: Store, name: str, kind: str = "compound") -> int:
    frame = store.places(actor=VIEWER, kinds=[kind])
    return int(frame.loc[frame["name"] == name, "id"].iloc[0])


def html(page: AppTest) -> str:
    assert not page.exception
    return "".join(str(element.proto.body) for element in page.get("html"))


def opened(drawn: Draw, file: str, **params: str) -> AppTest:
    page = drawn(**params).switch_page(file)
    for name, value in params.items():
        page.query_params[name] = value
    return page.run()


def listed(page: AppTest) -> list[int]:
    return [int(number) for number in re.findall(r'data-place="(\d+)"', html(page))]


def test_the_table_has_every_compound_the_surely_worst_first(here: Workspace, drawn: Draw) -> None:
    expected = rated(here.cube, Filter(), "compound", actor=VIEWER).sort(
        "low", descending=True, nulls_last=True
    )
    page = opened(drawn, "places.py", kind="compound")

    assert listed(page) == expected["id"].to_list()
    assert "no figure" in html(page)


def test_the_sum_below_the_table_is_the_total_of_the_filter(here: Workspace, drawn: Draw) -> None:
    for kind in ("compound", "community", "district", "street"):
        page = opened(drawn, "places.py", kind=kind, category="flyposting")
        total = here.cube.total(Filter(categories=("flyposting",)))
        said = next(text.value for text in page.caption if "pass the filters" in text.value)
        numbers = [int(text.replace(",", "")) for text in re.findall(r"[\d,]+", said)]
        assert numbers[-1] == total == sum(numbers[:-1])


def test_the_table_can_be_ordered_and_searched_and_is_its_address(here: Workspace, drawn: Draw) -> None:
    page = opened(drawn, "places.py", kind="compound", order="name", q="小区")
    assert listed(page) == [number_of(here.store, name) for name in ("无数小区", "欣怡小区")]

    page.text_input(key=session.PLACE_NAMES).set_value("欣怡").run()
    assert listed(page) == [number_of(here.store, "欣怡小区")]
    assert page.query_params["q"] in ("欣怡", ["欣怡"])

    page.text_input(key=session.PLACE_NAMES).set_value("nowhere").run()
    assert "No place here" in page.info[0].value


def test_names_of_places_are_text_everywhere(here: Workspace, drawn: Draw) -> None:
    number = number_of(here.store, HOSTILE_WORDS)
    other = number_of(here.store, "欣怡小区")
    cell = next(iter(here.cube.counts(Filter(places=(number,)), 10).cells))
    pages = [
        opened(drawn, "places.py", kind="compound"),
        opened(drawn, "place.py", id=str(number), **{"with": str(other)}),
        opened(drawn, "place.py", id=str(number_of(here.store, HOSTILE_WORDS, "community"))),
        drawn(show="compound", at=str(number)),
        drawn(cell=f"{cell:x}"),
    ]

    for page in pages:
        assert "<img src=x" not in html(page)
        assert "&lt;img src=x" in html(page) or any("\\<img" in text.value for text in page.markdown)
        assert not any("<img src=x" in text.value for text in (*page.markdown, *page.caption))


def test_the_table_as_a_file_has_no_formula_and_all_the_figures(here: Workspace) -> None:
    frame = place_league.league(here, Filter(), "street", before=None, overdue=pl.Series([1], dtype=pl.Int64))
    written = place_league.to_csv(frame, "street", lambda unit: unit or "").decode("utf-8-sig")
    head, row = list(csv.reader(io.StringIO(written)))

    assert row[1] == "'=HYPERLINK(1)"
    assert row[head.index("Reports")] == str(frame["n"].item())
    assert float(row[head.index("Reports per 100 m")]) == pytest.approx(frame["rate"].item(), rel=1e-4)


def test_a_city_without_places_says_how_to_get_some_and_offers_none_on_the_map(
    city: Path, drawn: Draw
) -> None:
    page = opened(drawn, "places.py")
    assert "no streets, compounds or areas yet" in page.info[0].value
    assert page.code[0].value == "gezhi places FILE"
    assert "Streets" not in drawn().segmented_control(key=session.SHOW).options


def test_a_place_says_its_figures_and_lists_its_open_cases(here: Workspace, drawn: Draw) -> None:
    number = number_of(here.store, "欣怡小区")
    own = filter_for(Filter(), number, "compound")
    page = opened(drawn, "place.py", id=str(number))
    body = html(page)

    assert f"<strong>{here.cube.total(own):,}</strong>" in body
    assert "1,200 households" in body
    assert "nobody" in body
    cases = {int(text) for text in re.findall(r'data-case="(\d+)"', body)}
    assert cases
    assert cases <= set(here.cube.ids(own.but(statuses=("open",))).tolist())


def test_the_open_cases_go_on_on_demand_and_follow_the_filters(here: Workspace, drawn: Draw) -> None:
    number = number_of(here.store, "区", "district")
    page = opened(drawn, "place.py", id=str(number), category="manhole")
    total = here.cube.total(Filter(areas=(number,), categories=("manhole",), statuses=("open",)))

    assert html(page).count("data-case=") == min(10, total)
    page.button(key="more_place_cases").click().run()
    assert html(page).count("data-case=") == min(20, total)


def test_an_area_is_the_sum_of_its_parts_and_the_rest(here: Workspace, drawn: Draw) -> None:
    district = number_of(here.store, "区", "district")
    page = opened(drawn, "place.py", id=str(district))
    said = next(text.value for text in page.caption if "in its parts" in text.value)
    parts, *rest, whole = [int(text.replace(",", "")) for text in re.findall(r"[\d,]+", said)]

    assert parts + sum(rest) == whole == here.cube.total(Filter(areas=(district,)))
    assert parts == rated(here.cube, Filter(), "community", actor=VIEWER)["n"].sum()


def test_places_are_compared_side_by_side_and_the_address_keeps_it(here: Workspace, drawn: Draw) -> None:
    one, other = number_of(here.store, "欣怡小区"), number_of(here.store, HOSTILE_WORDS)
    page = opened(drawn, "place.py", id=str(one))
    page.selectbox(key=session.BESIDE).set_value(other).run()

    assert "gz-beside" in html(page)
    assert page.query_params["with"] in (str(other), [str(other)])


def test_chance_is_not_called_a_difference(here: Workspace) -> None:
    def found(name: str) -> Any:
        return profile(here.cube, number_of(here.store, name), Filter(), None, actor=VIEWER)

    one = found("欣怡小区")
    assert "may be chance" in verdict(one, one)
    assert "no figure" in verdict(one, found("无数小区"))
    wide = profile(here.cube, number_of(here.store, "西", "community"), Filter(), None, actor=VIEWER)
    assert "beyond chance" in verdict(one, wide)


def test_a_case_leads_to_its_place(here: Workspace, drawn: Draw) -> None:
    number = number_of(here.store, HOSTILE_WORDS)
    case = int(here.cube.ids(Filter(places=(number,)))[0])
    body = html(opened(drawn, "case.py", id=str(case)))

    assert f"place?id={number}" in body
    assert "<img src=x" not in body


def test_a_place_shows_the_photos_of_its_cases_and_no_hidden_one(here: Workspace, drawn: Draw) -> None:
    number = number_of(here.store, "欣怡小区")
    inside = int(here.cube.ids(Filter(places=(number,)))[0])
    outside = int(
        next(n for n in here.cube.ids(Filter()) if n not in set(here.cube.ids(Filter(places=(number,)))))
    )
    seen, other = (
        here.store.add_photo(n, encoded(scene(n)), actor=OPERATOR).photo for n in (inside, outside)
    )

    body = html(opened(drawn, "place.py", id=str(number)))
    assert seen.photo.full in body
    assert other.photo.full not in body
    here.store.remove_photo(inside, seen.seq, actor=OPERATOR, reason="脸")
    assert here.store.photographed(actor=VIEWER) == [outside]
    assert seen.photo.full not in html(opened(drawn, "place.py", id=str(number)))


@pytest.mark.parametrize("asked", ["999999", "abc", "-1", "1" * 40, ""])
def test_a_place_that_is_not_there_leads_to_the_list(here: Workspace, drawn: Draw, asked: str) -> None:
    page = opened(drawn, "place.py", id=asked)
    assert not page.exception
    assert any("Choose a place" in text.value for text in page.markdown)


def test_a_place_without_reports_has_a_page(here: Workspace, drawn: Draw) -> None:
    page = opened(
        drawn,
        "place.py",
        id=str(number_of(here.store, "欣怡小区")),
        **{"from": "1999-01-01", "to": "1999-01-02"},
    )
    assert "No report in this place" in page.info[0].value
    assert "No case is open here" in next(text.value for text in page.caption if "open" in text.value)


def test_a_cell_says_which_places_it_mostly_is(here: Workspace, drawn: Draw) -> None:
    number = number_of(here.store, "欣怡小区")
    counted = here.cube.counts(Filter(places=(number,)), 10)
    cell = counted.cells[counted.counts.argmax()]
    body = html(drawn(cell=f"{cell:x}"))

    assert "Mostly" in body
    assert f"place?id={number}" in body


def test_the_switch_is_in_the_address_and_the_panel_shows_the_place(here: Workspace, drawn: Draw) -> None:
    number = number_of(here.store, "欣怡小区")
    page = drawn(show="compound", at=str(number))
    assert not page.exception
    assert page.session_state[session.SHOW] == "compound"
    assert page.session_state[session.VIEW] == View(show="compound", at=number)
    reports = next(metric for metric in page.metric if metric.label == "Reports")
    assert reports.value == f"{here.cube.total(Filter(places=(number,))):,}"


def test_another_switch_lets_the_place_go(here: Workspace, drawn: Draw) -> None:
    page = drawn(show="compound", at=str(number_of(here.store, "欣怡小区")))
    page.segmented_control(key=session.SHOW).set_value("street").run()
    assert page.session_state[session.VIEW] == View(show="street")


def test_a_place_fits_into_the_map(here: Workspace) -> None:
    def around(size: float) -> dict[str, float]:
        return {"west": LON, "east": LON + size, "south": LAT, "north": LAT + size}

    assert [fitting_zoom(around(size)) for size in (0, 0.001, 0.01, 0.05, 9)] == [18, 18, 15, 13, 12]


def test_figures_are_said_short(here: Workspace) -> None:
    assert [rate_words(rate) for rate in (None, 0.0, 1.234, 12.34, 1234.5)] == [
        "–",
        "0.00",
        "1.23",
        "12.3",
        "1,234",
    ]
    assert [change_words(*pair) for pair in ((3, None), (3, 0), (0, 0), (3, 3), (6, 4))] == [
        "",
        "new",
        "±0",
        "±0 %",
        "+50%",
    ]
    assert [is_increase(*pair) for pair in ((11, 10), (40, 10), (5, None), (4, 0))] == [
        False,
        True,
        False,
        True,
    ]
    assert size_words({"length_m": 1234.0, "households": None, "area_m2": None}) == "1,234 m long"
    said = sum_words("street", Sum(10, 0, 5), whole=False)
    assert (
        said
        == "10 in Streets + 5 on open ground = 15 reports in your part of the city that pass the filters."
    )
