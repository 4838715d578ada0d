"""The analysis of patrols: without visits, with a file of them, with what is told of both."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from app_pages import patrols_card, session
from data.actors import OPERATOR, VIEWER
from data.cube import Cube
from data.hot_cells import HotAsked, HotCells
from data.patrol_sources import PATROL_SOURCES
from data.patrol_warning import MOVES
from data.store import Store
from data.study_area import study_area
from data.visits import VISITS
from tests.app_pages.conftest import REPORTS
from tests.data.samples import reports

Draw = Callable[..., AppTest]

#: Somebody is every day of 30 weeks where the city's first report lies, and nowhere else.
LON, LAT = reports(REPORTS).select("lon", "lat").row(0)
ROUNDS = "time,lon,lat\n" + "".join(
    f"{date(2024, 2, 5) + timedelta(days=n)} 09:00,{LON},{LAT}\n" for n in range(210)
)


def patrols(page: AppTest) -> AppTest:
    page = page.switch_page("analysis.py").run()
    assert not page.exception
    page.button_group(key=session.ANALYSIS).set_value("patrols").run()
    assert not page.exception
    return page


def upload(page: AppTest, text: str, name: str = "rounds.csv") -> AppTest:
    page.file_uploader(key=f"{session.VISITS_UPLOAD}_0").set_value((name, text.encode(), "text/csv")).run()
    assert not page.exception
    return page


def metrics(page: AppTest) -> dict[str, str]:
    return {one.label: one.value for one in page.metric}


def written(page: AppTest) -> str:
    return " ".join(str(one.proto.body) for one in page.get("html"))


def test_without_visits_the_card_says_what_to_do(city: Path, drawn: Draw) -> None:
    page = patrols(drawn())
    assert "No visits are known yet" in page.info[0].value
    assert any("time,lon,lat" in one.value for one in page.code)
    assert not page.metric


def test_a_file_is_looked_at_taken_up_and_taken_back(city: Path, drawn: Draw) -> None:
    page = upload(patrols(drawn()), ROUNDS + "nonsense,1,2\n")
    assert metrics(page) == {"Rows": "211", "Visits": "210", "Would be rejected": "1"}
    page.button(key="take_visits").click().run()
    assert not page.exception
    assert "211 rows read = 210 new" in page.success[0].value
    assert "Visits from 2024-02-05 to 2024-09-01." in " ".join(one.value for one in page.caption)
    assert "somebody should go and look" in written(page)
    assert "hot=blind" in written(page)
    assert int(metrics(page)["Blind cells"]) > 100
    with Store.open(f"sqlite:///{city / 'gezhi.sqlite'}") as store:
        assert store.visits(actor=VIEWER)["n"].sum() == 210
    page.button(key="withdraw_visits").click().run()
    assert not page.exception
    assert "No visits are known yet" in page.info[0].value


def test_columns_that_nobody_recognises_are_asked_for(city: Path, drawn: Draw) -> None:
    page = upload(patrols(drawn()), "a,b,c\n2024-05-06,116.9,38.3\n")
    assert "a day or a time" in page.warning[0].value
    for field, column in (("at", "a"), ("lon", "b"), ("lat", "c")):
        page.selectbox(key=f"{session.VISITS_COLUMN}_{field}_rounds.csv").set_value(column)
    page.run()
    assert not page.exception
    assert not page.warning
    assert metrics(page)["Visits"] == "1"


def test_a_file_that_is_none_says_so_and_nothing_is_lost(city: Path, drawn: Draw) -> None:
    page = upload(patrols(drawn()), "%PDF-1.7 nothing", name="a.csv")
    assert "document or a picture" in page.error[0].value


def test_somebody_says_which_sources_are_the_patrols(city: Path, drawn: Draw) -> None:
    with Store.open(f"sqlite:///{city / 'gezhi.sqlite'}") as store:
        store.write_reports(reports(20, seed=9, source="patrol"), actor=OPERATOR)
        rows = [{"external_id": str(n), "day": date(2024, 5, 6) + timedelta(days=n)} for n in range(9)]
        blank = dict.fromkeys(VISITS) | {"source": "log", "lon": 116.9, "lat": 38.3, "n": 1}
        store.write_visits(pl.DataFrame([blank | row for row in rows], schema=VISITS), actor=OPERATOR)
    page = patrols(drawn())
    choice = page.multiselect(key=session.PATROL_SOURCES)
    assert choice.value == ["patrol"]
    choice.set_value(["patrol", "city"]).run()
    assert not page.exception
    with Store.open(f"sqlite:///{city / 'gezhi.sqlite'}") as store:
        assert store.fact(PATROL_SOURCES, actor=VIEWER) == '["city", "patrol"]'


def test_spots_that_move_with_the_patrols_are_told_with_their_warning(
    city: Path, drawn: Draw, monkeypatch: pytest.MonkeyPatch
) -> None:
    def moved(cube: Cube, asked: HotAsked) -> HotCells:
        cells = study_area(cube, asked.where, asked.resolution)
        codes = (np.arange(len(cells)) < 5).astype(np.uint8)
        return HotCells(cells, codes, MOVES, codes * 1.0, codes.astype(np.uint32))

    monkeypatch.setattr(patrols_card, "moved_cells", moved)
    monkeypatch.setattr(patrols_card, "group_warning", lambda *_asked: "They <b>come</b> more often.")
    page = upload(patrols(drawn()), ROUNDS)
    page.button(key="take_visits").click().run()
    assert not page.exception
    assert "They &lt;b&gt;come&lt;/b&gt; more often." in written(page)
