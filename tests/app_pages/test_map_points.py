"""The map's mode of points, without a browser."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from streamlit.testing.v1 import AppTest

from app_pages import session
from app_pages.view import POINTS, View
from data.actors import OPERATOR
from data.store import Store
from geo import cells
from tests.data.pictures import encoded, scene

Draw = Callable[..., AppTest]


def layers_of(page: AppTest) -> dict[str, dict[str, Any]]:
    """Return the options of each layer that was sent to the map, by its part."""
    sent = json.loads(page.get("component_instance")[0].proto.json_args)["feature_group"]
    found: dict[str, dict[str, Any]] = {}
    for call in sent.split("gezhi.layer(")[1:]:
        part, at = json.JSONDecoder().raw_decode(call)
        found[part] = json.JSONDecoder().raw_decode(call[at + 1 :].lstrip())[0]
    return found


def test_cells_have_points_above_them_from_close_up(city: Path, drawn: Draw) -> None:
    shown = layers_of(drawn(status="closed"))
    assert {"cells", "points"} <= shown.keys()
    assert shown["points"]["fromZoom"] == 16
    assert "status=closed" in shown["points"]["query"]


def test_points_alone_are_shown_at_every_zoom_and_stand_in_the_address(city: Path, drawn: Draw) -> None:
    page = drawn()
    page.segmented_control(key=session.SHOW).set_value(POINTS).run()
    shown = layers_of(page)
    assert page.query_params["show"] == "points"
    assert "cells" not in shown
    assert shown["points"]["fromZoom"] == 3

    page.segmented_control(key=session.SHOW).set_value("cells").run()
    assert "show" not in page.query_params
    assert "cells" in layers_of(page)


def test_points_can_be_left_out_by_the_address(city: Path, drawn: Draw) -> None:
    shown = layers_of(drawn(points="off"))
    assert "points" not in shown
    assert "cells" in shown


def test_a_popup_leads_to_the_case_in_the_readers_language(city: Path, drawn: Draw) -> None:
    assert layers_of(drawn())["points"]["caseLink"] == "case?id={id}"
    assert layers_of(drawn(lang="zh"))["points"]["caseLink"] == "case?id={id}&lang=zh"


def test_a_view_of_points_survives_its_address() -> None:
    view = View.from_params({"show": "points", "status": "open"})
    assert view.show == POINTS
    assert View.from_params(view.to_params()) == view


def test_the_reports_of_a_cell_show_their_photos_small(city: Path, drawn: Draw) -> None:
    with Store.open(f"sqlite:///{city / 'gezhi.sqlite'}", photos=str(city / "photos")) as store:
        row = store.reports([1], actor=OPERATOR).row(0, named=True)
        photo = store.add_photo(1, encoded(scene(1, width=80, height=80)), actor=OPERATOR).photo
    cell = str(cells.to_text(cells.from_points([row["lon"]], [row["lat"]], 12))[0])
    bodies = [str(element.proto.body) for element in drawn(cell=cell).get("html")]
    shown = next(body for body in bodies if 'data-report="1"' in body)
    assert shown.count("<img") == 1
    assert f"api/photos/{photo.photo.full}?size=thumb" in shown
