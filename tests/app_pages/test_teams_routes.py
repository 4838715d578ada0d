"""The routes of all teams side by side."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app_pages.teams_routes import overview, routes_table
from data.actors import OPERATOR
from data.field_routes import FieldRoutes
from data.store import Store
from tests.data import stores
from tests.data.field_town import MORNING, fill, found_town


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Store]:
    with Store.open(stores.new_file(tmp_path / "town.sqlite")) as store:
        found_town(store, streets=False)
        yield store


def test_each_team_has_its_row_and_who_has_no_start_is_named(town: Store) -> None:
    fill(town, [(50.0 * k, 100.0) for k in range(9)])
    town.add_team("新队", actor=OPERATOR)
    planner = FieldRoutes(town, actor=OPERATOR, tz="Asia/Shanghai", now=MORNING)
    planner.choose(1, {"most_stops": 4})
    rows, without = overview(planner, town.teams(actor=OPERATOR))
    assert [(row["number"], row["cases"], row["left"]) for row in rows] == [(1, 4, 5), (2, 0, 0)]
    assert rows[0]["shift"] == "06-15 08:30–18:00" and rows[0]["why"] and not rows[1]["why"]
    assert rows[0]["open"] == "/field?team=1#route"
    assert len(without) == 1 and "新队" in without[0]
    table = routes_table([rows[0] | {"team": "<i>A</i>"}])
    assert "&lt;i&gt;A" in table and 'href="/field?team=1#route"' in table
    assert all(f"/api/field/route.{form}?team=1" in table for form in ("gpx", "kml"))
