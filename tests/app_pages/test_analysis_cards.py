"""The cards of drives and of returns, without a browser: made, changed, taken back, empty, hostile."""

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from app_pages import return_card, session
from app_pages.effect_result import map_link
from data import demo
from data.actors import SYSTEM, VIEWER, Actor
from data.drives import Drive
from data.place_tables import place_table
from data.recurrence import Returns
from data.saved import Saved
from data.store import Store
from geo import cells
from i18n import use_locale
from tests.app_pages.conftest import HOSTILE_WORDS, forget

Draw = Callable[..., AppTest]
END = date(2026, 6, 17)


@pytest.fixture(scope="module")
def zone_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose city is a small demo zone, its words hostile."""
    home = tmp_path_factory.mktemp("analysis")
    with Store.open(f"sqlite:///{home / 'gezhi.sqlite'}") as store:
        demo.build(store, reports=6_000, seed=2, end=END)
    return home


@pytest.fixture
def zone(zone_home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("GEZHI_HOME", str(zone_home))
    monkeypatch.delenv("GEZHI_STORE", raising=False)
    forget()
    yield zone_home
    with Store.open(f"sqlite:///{zone_home / 'gezhi.sqlite'}") as store:
        for one in store.saved("drive", actor=VIEWER):
            if one.owner != SYSTEM.name:
                store.delete_saved(one.id, actor=VIEWER, version=one.version)
    forget()


def opened(drawn: Draw, part: str, **params: str) -> AppTest:
    page = drawn(**{"lang": "en", **params}).switch_page("analysis.py")
    for name, value in {"lang": "en", "tab": part, **params}.items():
        page.query_params[name] = value
    page.run()
    assert not page.exception
    return page


def drives(home: Path) -> dict[str, Saved]:
    with Store.open(f"sqlite:///{home / 'gezhi.sqlite'}") as store:
        return {one.name: one for one in store.saved("drive", actor=VIEWER)}


def said(page: AppTest) -> str:
    shown = (*page.success, *page.warning, *page.info, *page.caption, *page.markdown)
    return "\n".join(element.value for element in shown).replace("\\", "")


def html(page: AppTest) -> str:
    return "".join(str(element.proto.body) for element in page.get("html"))


def test_the_demos_drive_has_its_verdict_its_chart_its_cells_and_its_way_to_the_map(
    zone: Path, drawn: Draw
) -> None:
    page = opened(drawn, "effect")
    worked = next(one for one in drives(zone).values() if one.params["category"] == "shop_spill_out")
    page.selectbox(key=session.DRIVE).set_value(worked.id).run()
    assert not page.exception
    assert "Reports fell by" in page.success[0].value
    assert page.query_params["drive"] in (str(worked.id), [str(worked.id)])
    assert html(page).count("data-cell=") == len(worked.cells)
    assert f"cell={cells.to_text([worked.cells[0]])[0]}" in html(page)
    assert "in=10~" in said(page), "the cells of the drive on the map"
    assert page.get("vega_lite_chart") or page.get("arrow_vega_lite_chart")


def test_a_drive_is_made_of_the_maps_selection_changed_and_taken_back(zone: Path, drawn: Draw) -> None:
    there = next(iter(drives(zone).values()))
    page = opened(drawn, "effect", category="street_vendor", **{"in": there.params["in"]})
    page.button(key="new_drive").click().run()
    page.text_input(key=session.DRIVE_NAME).set_value("Spring").run()
    days = (END - timedelta(days=100), END - timedelta(days=95))
    page.date_input(key=session.DRIVE_DAYS).set_value(days).run()
    page.button(key="save_drive").click().run()
    assert not page.exception
    made = drives(zone)["Spring"]
    assert Drive.from_params(made.params) == Drive.of(there.cells, *days, ["street_vendor"])
    assert page.session_state[session.DRIVE] == made.id, "it is shown at once"

    page.button(key="edit_drive").click().run()
    assert page.text_input(key=session.DRIVE_NAME).value == "Spring"
    page.text_input(key=session.DRIVE_NAME).set_value("Early spring").run()
    page.multiselect(key=session.DRIVE_ABOUT).set_value([]).run()
    page.button(key="save_drive").click().run()
    changed = drives(zone)["Early spring"]
    assert (changed.cells, changed.params.get("category")) == (there.cells, None)
    page.button(key="undo_drive").click().run()
    assert drives(zone)["Spring"].params == made.params

    page.button(key="delete_drive").click().run()
    assert "Spring" not in drives(zone)
    page.button(key="undo_drive").click().run()
    assert drives(zone)["Spring"].params == made.params
    assert not page.exception


def test_what_a_click_does_is_said_in_the_readers_language(zone: Path, drawn: Draw) -> None:
    there = next(iter(drives(zone).values()))
    use_locale("zh")  # of the test, which reads the choices as they are shown
    page = opened(drawn, "effect", **{"in": there.params["in"], "lang": "zh"})
    page.button(key="new_drive").click().run()
    page.button(key="save_drive").click().run()
    assert re.search("[一-鿿]", page.warning[0].value)
    page.text_input(key=session.DRIVE_NAME).set_value("春季").run()
    page.button(key="save_drive").click().run()
    page.button(key="delete_drive").click().run()
    assert "“春季”已删除" in said(page)
    page.button(key="undo_drive").click().run()
    assert page.session_state[session.DRIVE] == drives(zone)["春季"].id, "it is shown again"
    assert not page.exception
    use_locale("en")


def test_a_drive_is_made_of_a_place(zone: Path, drawn: Draw) -> None:
    page = opened(drawn, "effect")
    page.button(key="new_drive").click().run()
    page.text_input(key=session.DRIVE_NAME).set_value("A street").run()
    with Store.open(f"sqlite:///{zone / 'gezhi.sqlite'}") as store:
        street = place_table(store, "street", actor=VIEWER).filter(name="银杏街")["id"][0]
    page.selectbox(key=session.DRIVE_PLACE).set_value(("street", street)).run()
    page.button(key="save_drive").click().run()
    assert not page.exception
    assert len(drives(zone)["A street"].cells) > 3


def test_a_drive_of_nothing_and_one_without_a_name_are_refused_in_words(zone: Path, drawn: Draw) -> None:
    before = set(drives(zone))
    page = opened(drawn, "effect")
    page.button(key="new_drive").click().run()
    page.button(key="save_drive").click().run()
    assert "choose its cells first" in said(page)
    page = opened(drawn, "effect", **{"in": next(iter(drives(zone).values())).params["in"]})
    page.button(key="new_drive").click().run()
    page.button(key="save_drive").click().run()
    assert "Give it a name first" in said(page)
    assert set(drives(zone)) == before
    page.button(key="cancel_drive").click().run()
    assert not page.text_input and not page.exception


def test_a_fresh_drive_says_when_a_verdict_is_possible(zone: Path, drawn: Draw) -> None:
    cells_of = next(iter(drives(zone).values())).cells
    with Store.open(f"sqlite:///{zone / 'gezhi.sqlite'}") as store:
        drive = Drive.of(cells_of, END - timedelta(days=2), END)
        number = store.keep_drive("Fresh", drive, actor=VIEWER).id
    page = opened(drawn, "effect", drive=str(number))
    assert "after 4 a first verdict is possible" in said(page)


def test_a_city_without_drives_says_what_one_is(city: Path, drawn: Draw) -> None:
    page = opened(drawn, "effect")
    assert "No drive is known yet" in said(page)
    assert "Nothing" not in said(page) and page.button(key="new_drive")


def test_somebody_elses_drive_can_be_looked_at_and_its_hostile_name_stays_words(
    city: Path, drawn: Draw
) -> None:
    with Store.open(f"sqlite:///{city / 'gezhi.sqlite'}") as store:
        ann = Actor("李娜", "dispatcher")
        at = [int(cell) for cell in cells.from_points([116.85], [38.3], 10)]
        private = store.keep_drive("private", Drive.of(at, END, END), actor=ann)
        one = store.keep_drive(HOSTILE_WORDS, Drive.of(at, END, END), actor=ann)
        store.change_saved(one.id, actor=ann, version=1, shared=True)
    page = opened(drawn, "effect")
    options = page.selectbox(key=session.DRIVE).options
    assert options == [f"{HOSTILE_WORDS} (shared by 李娜)"] and private.name not in str(options)
    assert "<img" not in html(page)


def test_the_league_of_returns_is_by_what_the_reader_chooses(zone: Path, drawn: Draw) -> None:
    page = opened(drawn, "return")
    assert "closed cases came back" in said(page) and "within 30 days" in said(page)
    first = html(page)
    assert "category=" in first and first.count("<tr>") > 10
    page.button_group(key=session.RETURN_BY).set_value("cell").run()
    page.selectbox(key=session.RETURN_DAYS).set_value(7).run()
    page.selectbox(key=session.RETURN_NEAR).set_value(50).run()
    assert not page.exception
    assert "within 50 m within 7 days" in said(page)
    assert "cell=8a" in html(page)
    asked = {name: page.query_params[name] for name in ("by", "days", "near")}
    assert [one[0] if isinstance(one, list) else one for one in asked.values()] == ["cell", "7", "50"]
    listed = html(page).count('class="gz-rank"')
    page.button(key="more_returns").click().run()
    assert html(page).count('class="gz-rank"') > listed


def test_the_league_follows_its_address(zone: Path, drawn: Draw) -> None:
    page = opened(drawn, "return", by="unit", days="60", near="bad")
    assert page.button_group(key=session.RETURN_BY).value == "unit"
    assert "in the same cell within 60 days" in said(page)
    assert "unit=" in html(page)


def test_a_filter_that_lets_nothing_through_and_a_city_with_nothing_closed_say_so(
    city: Path, drawn: Draw
) -> None:
    assert "No report passes" in said(opened(drawn, "return", **{"from": "2001-01-01", "to": "2001-01-02"}))
    assert "None of the cases" in said(opened(drawn, "return", status="open"))


def test_the_league_escapes_names_and_pales_few_cases() -> None:
    rows = pl.DataFrame(
        {
            "key": ["a", "b"],
            "judged": [3, 0],
            "returned": [1, 0],
            "waiting": [0, 2],
            "share": [1 / 3, None],
            "low": [0.06, None],
            "high": [0.79, None],
        }
    )
    use_locale("en")
    drawn = return_card.league(rows, "unit", lambda _key: (HOSTILE_WORDS, './?unit="x'))
    assert "<img" not in drawn and '"x' not in drawn
    assert "gz-unsure" in drawn and "not judged yet" in drawn
    words = return_card.sum_words(Returns(rows, 0, 0, 1_745, float("nan"), 0, 1), 30, 0)
    assert words == "1,745 cases were closed too recently to be judged."


def test_the_way_to_the_map_selects_the_cells_or_opens_the_one(home: Path) -> None:
    chosen = tuple(sorted(int(c) for c in cells.disk([0x8A2A1072B59FFFF], 1)[1]))
    text = str(cells.to_text([chosen[0]])[0])
    assert re.search(r"in=10~\w+&lat=40\.6\d+&lon=-74\.0\d+&zoom=16", map_link(chosen, {}))
    alone = map_link(chosen[:1], {"cell": text})
    assert f"cell={text}" in alone and "in=" not in alone
