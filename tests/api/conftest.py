"""A small city behind the routes."""

from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import pytest
from shapely.geometry import LineString, box
from starlette.applications import Starlette
from starlette.testclient import TestClient

from api.routes import routes
from data.actors import OPERATOR
from data.cube import Cube
from data.store import Store
from data.workspace import Workspace
from reports.exports import Exports
from tests.data import stores
from tests.data.samples import reports

REPORTS = 3_000


@pytest.fixture
def city(tmp_path: Path) -> Iterator[Workspace]:
    """A store with reports, two streets and a boundary."""
    with Store.open(stores.new_file(tmp_path / "city.sqlite")) as store:
        store.set_fact("tz", "Asia/Shanghai", actor=OPERATOR)
        store.write_reports(reports(REPORTS), actor=OPERATOR)
        store.write_places(places(), actor=OPERATOR)
        yield Workspace(store, Cube.open(store))


@pytest.fixture
def client(city: Workspace) -> TestClient:
    return TestClient(
        Starlette(
            routes=routes(lambda: city, Exports(lambda _here, where: f"<words> {len(where.to_params())}"))
        )
    )


def places() -> gpd.GeoDataFrame:
    west, south, east, north = 116.8, 38.2, 117.0, 38.4
    return gpd.GeoDataFrame(
        {
            "kind": ["street", "street", "boundary", "shop"],
            "name": ["建设路", "后街", "示范区", "小店"],
            "attributes": [{"level": "main"}, {"level": "lane"}, {}, {}],
        },
        geometry=[
            LineString([(west, 38.3), (east, 38.3)]),
            LineString([(116.9, 38.29), (116.9, 38.31)]),
            box(west, south, east, north),
            box(116.9, 38.3, 116.9001, 38.3001),
        ],
        crs="EPSG:4326",
    )
