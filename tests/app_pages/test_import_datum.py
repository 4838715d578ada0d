"""The import page and the datum guard: one clear line, or a warning with two ways on."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Button

from app_pages import session
from data.actors import OPERATOR
from data.store import Store
from geo.crs import BD09, GCJ02, WGS84, Crs, from_wgs84, haversine_m
from tests.data.ingest.made import stored
from tests.data.ingest.test_datum_guard import LINES, SPOTS, places

Draw = Callable[..., AppTest]
Open = Callable[[Crs], AppTest]


@pytest.fixture
def opened(home: Path, drawn: Draw) -> Open:
    """Put a file of points in a datum on the import page of a city that knows its streets."""
    with Store.open(f"sqlite:///{home / 'gezhi.sqlite'}") as store:
        store.write_places(places(LINES), actor=OPERATOR)

    def open_file(crs: Crs) -> AppTest:
        x, y = from_wgs84(*SPOTS, crs)
        frame = pl.DataFrame({"id": np.arange(len(x)), "date": ["2026-03-01"] * len(x), "lon": x, "lat": y})
        page = drawn(lang="en")
        page.switch_page("imports.py").run()
        page.file_uploader(key=session.UPLOAD).set_value(
            ("points.csv", frame.write_csv().encode(), "text/csv")
        )
        return page.run()

    return open_file


def off_m(home: Path) -> float:
    with Store.open(f"sqlite:///{home / 'gezhi.sqlite'}") as store:
        found = stored(store)
    order = found["external_id"].cast(pl.Int64).arg_sort()
    lon, lat = (found[name].gather(order).to_numpy() for name in ("lon", "lat"))
    return float(np.median(haversine_m(lon, lat, *SPOTS)))


def import_button(page: AppTest) -> Button:
    return next(button for button in page.button if button.label == "Import 300 reports")


def test_a_file_that_fits_says_so_in_one_line(opened: Open, home: Path) -> None:
    page = opened(WGS84)
    assert not page.exception
    assert sum("That fits" in caption.value for caption in page.caption) == 1
    assert not page.warning
    import_button(page).click().run()
    assert off_m(home) < 1


def test_a_guess_is_shown_with_its_figures_and_used(opened: Open, home: Path) -> None:
    page = opened(GCJ02)
    assert "taken as GCJ" in page.info[0].value
    assert page.dataframe[0].value["System"].tolist() == ["WGS 84 (EPSG:4326)", "GCJ-02", "BD-09"]
    import_button(page).click().run()
    assert off_m(home) < 1


def test_a_guess_can_be_overruled(opened: Open, home: Path) -> None:
    page = opened(GCJ02)
    page.checkbox[0].check().run()
    import_button(page).click().run()
    assert 400 < off_m(home) < 700


def test_in_doubt_the_import_waits_and_one_click_takes_the_better_system(opened: Open, home: Path) -> None:
    page = opened(BD09)
    page.selectbox(key=session.SYSTEM).select("EPSG:4326").run()
    assert "the shift is" in page.warning[0].value
    assert import_button(page).disabled
    next(button for button in page.button if button.label == "Read as BD-09").click().run()
    assert page.selectbox(key=session.SYSTEM).value == "bd09"
    assert not page.warning
    import_button(page).click().run()
    assert off_m(home) < 1


def test_in_doubt_a_file_can_be_imported_all_the_same(opened: Open, home: Path) -> None:
    page = opened(GCJ02)
    page.selectbox(key=session.SYSTEM).select("EPSG:4326").run()
    page.checkbox[0].check().run()
    assert not import_button(page).disabled
    import_button(page).click().run()
    assert 400 < off_m(home) < 700
