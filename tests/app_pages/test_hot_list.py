"""Hot spots beside the map: classes, the list, why a cell is hot, and what is said where there are none."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from app_pages import hot_chart, hot_list, session
from app_pages.hot_choices import figure_words
from app_pages.hot_panel import small, title
from app_pages.markdown import plain
from data.actors import OPERATOR
from data.hot_classes import CellSeries
from data.hot_groups import HotGroup
from data.store import Store
from geo import cells
from tests.data.samples import LAT, LON, START, reports

Draw = Callable[..., AppTest]

DAYS, HOT_DAYS = 98, 28
QUIET, HOT = 700, 160
#: A few cells across, so that there is somewhere else to compare with.
_HALF_DEGREES = 0.006
HOT_AT = (LON + 0.002, LAT + 0.001)
HOT_CELL = str(cells.to_text(cells.from_points([HOT_AT[0]], [HOT_AT[1]], 10))[0])


@pytest.fixture
def hot_city(home: Path) -> Path:
    """A town with reports everywhere for fourteen weeks, and with very many at one spot in the last four."""
    rng = np.random.default_rng(7)
    days = np.concatenate([rng.uniform(0, DAYS, QUIET), rng.uniform(DAYS - HOT_DAYS, DAYS, HOT)])
    lon = LON + rng.uniform(-_HALF_DEGREES, _HALF_DEGREES, QUIET + HOT)
    lat = LAT + rng.uniform(-_HALF_DEGREES, _HALF_DEGREES, QUIET + HOT)
    lon[QUIET:], lat[QUIET:] = HOT_AT
    at = [START + timedelta(days=day) for day in days.tolist()]
    frame = reports(QUIET + HOT).with_columns(
        reported_at=pl.Series(at, dtype=pl.Datetime("us", "UTC")),
        lon=pl.Series(lon), lat=pl.Series(lat), address=pl.lit("<b>Market</b> lane"),
    )  # fmt: skip
    with Store.open(f"sqlite:///{home / 'gezhi.sqlite'}") as store:
        store.set_fact("tz", "Asia/Shanghai", actor=OPERATOR)
        store.write_reports(frame, actor=OPERATOR)
    return home


def html(page: AppTest) -> str:
    return "\n".join(element.proto.body for element in page.get("html"))


def sent_to_map(page: AppTest) -> str:
    sent: dict[str, Any] = json.loads(page.get("component_instance")[0].proto.json_args)
    return str(sent["feature_group"])


def spots(page: AppTest) -> list[str]:
    return [button.key for button in page.button if str(button.key).startswith("hot_go_")]


def test_a_planted_hot_spot_leads_the_list_and_its_cell_says_why(hot_city: Path, drawn: Draw) -> None:
    page = drawn(show="hot")
    assert not page.exception
    assert spots(page)[0] == f"hot_go_{HOT_CELL}"
    assert page.button(key=f"hot_go_{HOT_CELL}").label == f"**{plain('<b>Market</b> lane')}**"
    assert "onsecutive hot spot" in html(page) and "hot in each of the last" in html(page).lower()
    page.button(key=f"hot_go_{HOT_CELL}").click().run()
    assert not page.exception
    assert page.query_params["cell"] in (HOT_CELL, [HOT_CELL])
    assert session.GO in page.session_state
    assert any("Why is this hot?" in text.value for text in page.markdown)
    panel = html(page)
    assert "onsecutive hot spot" in panel and "gz-facts" in panel
    assert "figure=hot_now" in panel and "figure=hot_trend" in panel and "p &lt; 0.001" in panel
    page.button(key="close_cell").click().run()
    assert spots(page)


def test_one_class_alone_is_listed(hot_city: Path, drawn: Draw) -> None:
    page = drawn(show="hot")
    choice = page.button_group(key=session.HOT_CLASS)
    only = choice.options[0]
    assert "onsecutive hot spot · " in only
    choice.set_value("consecutive_hot").run()
    assert not page.exception
    assert spots(page) and f"hot_go_{HOT_CELL}" in spots(page)
    assert '"only": "consecutive_hot"' in sent_to_map(page)
    page.button(key=f"hot_go_{HOT_CELL}").click().run()
    page.button(key="close_cell").click().run()
    assert page.button_group(key=session.HOT_CLASS).value == "consecutive_hot", "it stays meanwhile"
    page.selectbox(key=session.HOT_KIND).set_value("now").run()
    assert not page.exception
    assert page.button_group(key=session.HOT_CLASS).value in ([], None)


def test_the_map_shows_hot_spots_as_they_are_asked_for_in_greys_too(hot_city: Path, drawn: Draw) -> None:
    page = drawn(show="hot", hot="now", ring="2", res="11")
    sent = sent_to_map(page)
    assert 'gezhi.layer("hot"' in sent and 'gezhi.layer("cells"' not in sent
    assert '"resolution": 11' in sent and '"kind": "now"' in sent and '"ring": "2"' in sent
    page.toggle(key=session.LOOK_GREYS).set_value(True).run()
    assert page.query_params["palette"] in ("ink", ["ink"])
    assert sent_to_map(page) != sent


def test_too_few_weeks_say_so_and_lead_to_more(hot_city: Path, drawn: Draw) -> None:
    page = drawn(show="hot", period="7d")
    assert not page.exception
    assert any("longer period" in info.value for info in page.info)
    page.button(key="hot_all_time").click().run()
    assert spots(page)
    assert "period" not in page.query_params
    months = drawn(show="hot", step="month")
    months.button(key="hot_weeks").click().run()
    assert spots(months)
    short = drawn(show="hot", period="7d")
    short.button(key="hot_whole").click().run()
    assert not short.exception
    assert short.selectbox(key=session.HOT_KIND).value == "now"


def test_where_nothing_stands_out_more_can_be_taken_together(hot_city: Path, drawn: Draw) -> None:
    quiet = (START + timedelta(days=DAYS - HOT_DAYS - 1)).date().isoformat()
    page = drawn(show="hot", **{"period": "custom", "from": START.date().isoformat(), "to": quiet})
    assert not page.exception and not spots(page)
    assert any("Nothing stands out" in info.value for info in page.info)
    page.button(key="hot_larger").click().run()
    assert page.query_params["res"] == "9"
    page = drawn(show="hot", **{"period": "custom", "from": START.date().isoformat(), "to": quiet})
    page.button(key="hot_months").click().run()
    assert page.query_params["step"] == "month"


def test_filters_that_let_nothing_through_are_taken_off_from_here(hot_city: Path, drawn: Draw) -> None:
    page = drawn(show="hot", status="verified")
    page.button(key="clear_from_hot").click().run()
    assert spots(page)


def test_a_cell_of_another_size_and_one_outside_say_so(hot_city: Path, drawn: Draw) -> None:
    finer = str(cells.to_text(cells.from_points([HOT_AT[0]], [HOT_AT[1]], 11))[0])
    page = drawn(show="hot", cell=finer)
    assert not page.exception
    assert any("resolution 10" in caption.value for caption in page.caption)
    far = str(cells.to_text(cells.from_points([LON + 1], [LAT], 10))[0])
    outside = drawn(show="hot", cell=far)
    assert not outside.exception
    said = [caption.value for caption in outside.caption]
    assert any("Outside of the study area" in words for words in said)
    assert any("Nothing was ever reported" in words for words in said), "there are no filters to take off"


@pytest.mark.parametrize("kind", ["classes", "now"])
def test_the_wall_shows_hot_spots_and_says_which(hot_city: Path, drawn: Draw, kind: str) -> None:
    page = drawn(show="hot", hot=kind, wall="map", lang="en")
    assert not page.exception
    assert {"classes": "Hot spots over time", "now": "Hot spots of the period"}[kind] in html(page)


def test_the_list_names_what_it_counts() -> None:
    def group(family: str) -> HotGroup:
        return HotGroup(family, np.zeros(1, np.uint64), 0, "", 1, 1.0)

    both = [group("hot"), group("hot"), group("cold")]
    assert hot_list.summary("classes", both) == "2 hot spots and 1 cold spot"
    assert hot_list.summary("classes", both[2:]) == "1 cold spot"
    assert hot_list.summary("blind", [group("blind")]) == "1 blind spot"
    assert hot_list.summary("forecast", [group("next")] * 2) == "2 places to plan for"
    assert hot_list.summary("outliers", both) == "3 groups of cells"


def test_figures_are_written_for_what_they_are() -> None:
    assert [figure_words("classes", -2.25), figure_words("now", 9.66)] == ["z −2.2", "z 9.7"]
    assert figure_words("stability", 0.75) == "hot on 75% of the grids"
    assert figure_words("forecast", 3.14) == "3.1 expected"
    assert [figure_words("blind", 1.0), figure_words("blind", 0.0)] == ["1 visit", "0 visits"]
    assert figure_words("now", float("nan")) == ""
    assert [small(0.0004), small(0.0421)] == ["< 0.001", "0.042"]
    assert title(None) == "Does this stand out?"


def test_significant_steps_are_marked_in_the_chart() -> None:
    weeks = tuple(date(2024, 1, 1) + timedelta(weeks=week) for week in range(4))
    z = np.array([0.5, -4.0, 1.0, 6.0])
    known = CellSeries(
        starts=weeks,
        counts=np.array([1, 0, 2, 9], np.int32),
        z=z,
        p=np.array([0.6, 1e-4, 0.3, 1e-9]),
        significant=np.array([0, -1, 0, 1], np.int8),
        least_z=3.5,
        cold_z=-2.5,
        step="week",
    )
    drawn = hot_chart.chart(known).to_dict()
    rows = next(rows for rows in drawn["datasets"].values() if "sign" in rows[0])
    assert [row["sign"] for row in rows] == ["neither", "cold", "neither", "hot"]
    assert [row["n"] for row in rows] == [1, 0, 2, 9]
    rules = next(rows for rows in drawn["datasets"].values() if "y" in rows[0])
    assert sorted(row["y"] for row in rules) == [-2.5, 3.5]
    assert hot_chart.lines(replace(known, cold_z=-9.0)) == [3.5], "far from every bar it is left out"
    assert hot_chart.lines(replace(known, least_z=np.inf, cold_z=-np.inf)) == []
