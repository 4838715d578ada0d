"""A town with streets, two teams and cases at known places, for the tests of routes."""

from datetime import UTC, datetime
from typing import Any, Final

import geopandas as gpd
import polars as pl
from shapely import affinity

from data.actors import OPERATOR, Actor
from data.store import Store
from geo.distances import from_local_m
from tests.data.samples import reports
from tests.data.town_cells import disk, middle
from tests.geo.drawn_streets import LAT as STREETS_LAT
from tests.geo.drawn_streets import LON as STREETS_LON
from tests.geo.drawn_streets import lattice

#: A working Monday in China, 8 o'clock there.
MORNING: Final = datetime(2026, 6, 15, 0, 0, tzinfo=UTC)
ONE, TWO = (Actor(f"{team}队队员", "team_member", team=team) for team in (1, 2))
_SPACING_M: Final = 100
_STREETS: Final = 12


def place(x_m: float, y_m: float, *, team: int = 1) -> tuple[float, float]:
    """Return longitude and latitude of a point east and north of the middle of a team's cells."""
    lon, lat = from_local_m(x_m, y_m, around=middle(team))
    return float(lon), float(lat)


def fill(store: Store, spots: list[tuple[float, float]], **columns: Any) -> list[int]:
    """Report cases at points of the first team's cells, all dispatched; return their ids."""
    before = store.visible_ids(actor=OPERATOR).len()
    lon, lat = zip(*(place(*spot) for spot in spots), strict=True)
    given = {
        "status": "dispatched",
        "closed_at": None,
        "lon": pl.Series(lon, dtype=pl.Float64),
        "lat": pl.Series(lat, dtype=pl.Float64),
        "unit": "城管",
        "category": "flyposting",
        "reported_at": pl.lit(MORNING),
        **columns,
    }
    words = {name: pl.lit(value) if isinstance(value, str) else value for name, value in given.items()}
    store.write_reports(reports(len(spots), seed=before + 1, **words), actor=OPERATOR)
    return store.visible_ids(actor=OPERATOR).to_list()[before:]


def found_town(store: Store, *, streets: bool = True) -> None:
    """Give a store its zone, a grid of streets around the middle of each team's cells, teams, territories."""
    store.set_fact("tz", "Asia/Shanghai", actor=OPERATOR)
    if streets:
        store.write_places(_streets(), actor=OPERATOR)
    for name in ("东村", "西村"):
        store.add_team(name, actor=OPERATOR)
    made = store.draft_territories("一版", disk({1: 6, 2: 6}), actor=OPERATOR)
    store.publish_territories(made.id, actor=OPERATOR, version=1, replaces=None)


def _streets() -> gpd.GeoDataFrame:
    """Lay the grid so that a crossing lies in the middle of the first team's cells."""
    half = _STREETS / 2 * _SPACING_M
    (west, south), (lon, lat) = place(-half, -half), (STREETS_LON, STREETS_LAT)
    lines = [affinity.translate(one, west - lon, south - lat) for one in lattice(_STREETS)]
    n = len(lines)
    columns = {"kind": ["street"] * n, "name": [f"{k}路" for k in range(n)], "attributes": [{}] * n}
    return gpd.GeoDataFrame(columns, geometry=lines, crs="EPSG:4326")
