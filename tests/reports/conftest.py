"""A small table of cells and one of reports, with words that mean harm."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import geopandas as gpd
import numpy as np
import polars as pl
import pytest

from geo import cells
from reports.provenance import Provenance
from reports.tables import cell_table, report_table

FORMULA = '=HYPERLINK("x";"y")'


@pytest.fixture
def about() -> Provenance:
    return Provenance(
        title='示范区 <b>/ "one"',
        filter={"category": "flyposting", "from": "2026-01-01"},
        words="小广告",
        version="abc-12",
        made_at=datetime(2026, 3, 4, 5, 6, 7, tzinfo=ZoneInfo("Asia/Shanghai")),
        sources=("patrol", "hotline"),
    )


@pytest.fixture
def hexagons() -> gpd.GeoDataFrame:
    _row, ids = cells.disk(cells.from_points([116.9], [38.3], 10), 1)
    shares = np.array([0.5, np.nan, 0.25, 1.0, 0.0, 0.75, 0.125])
    return cell_table(ids, {"count": np.arange(1, 8, dtype=np.uint32), "on_time": shares})


@pytest.fixture
def reports() -> gpd.GeoDataFrame:
    moment = datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC)
    frame = pl.DataFrame(
        {
            "id": [1, 2],
            "external_id": ["A-1", "A-2"],
            "source": ["patrol", "patrol"],
            "category": ["flyposting", "manhole"],
            "status": ["closed", "reported"],
            "kind": ["ad", None],
            "description": [FORMULA, '井盖, "坏"\n了'],
            "address": ["<img src=x>", None],
            "unit": ["环卫", None],
            "reported_at": [moment, moment],
            "closed_at": [moment, None],
            "lon": [116.9, 116.901],
            "lat": [38.3, 38.301],
        },
        schema_overrides={"closed_at": pl.Datetime("us", "UTC"), "reported_at": pl.Datetime("us", "UTC")},
    )
    return report_table(frame, {"flyposting": "小广告"}, {"closed": "已结案"})
