"""A made-up city of a million reports for the benches of the screen: seeded, dense enough to fill a view."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np
import polars as pl
import shapely

from data.actors import SYSTEM
from data.categories import delivered
from data.schema import REPORT
from data.store import Store

LON: Final = 116.9
LAT: Final = 38.3
#: Width and height of the built-up middle and of the whole city.
MIDDLE_DEG: Final = (0.134, 0.096)
CITY_DEG: Final = (0.44, 0.30)

#: Categories of four groups; every group has a quarter of the reports.
CATEGORIES: Final = {
    "parking": ("illegal_parking", "shared_bikes"),
    "posters": ("flyposting", "shop_sign"),
    "trading": ("shop_spill_out", "street_vendor"),
    "cleanliness": ("dirty_street", "full_bin"),
}
STATUSES: Final = ("reported", "dispatched", "fixed", "closed")
SOURCES: Final = ("patrol", "hotline")

_BATCH: Final = 50_000
_SEED: Final = 20_240_901
_HOT_SPOTS: Final = 400
_BEGIN: Final = datetime(2023, 1, 1, tzinfo=UTC)
_DAYS: Final = 730


def build(path: Path, *, reports: int) -> Path:
    """Write the city to a new SQLite store: main streets, then the reports in one transaction."""
    with Store.open(f"sqlite:///{path}") as store:
        for name, value in {"tz": "Asia/Shanghai", "title": "Bench city", "synthetic": "1"}.items():
            store.set_fact(name, value, actor=SYSTEM)
        store.write_categories(delivered(), actor=SYSTEM)
        store.write_places(_streets(), actor=SYSTEM)
        with store.import_transaction(actor=SYSTEM) as batch:
            for frame in _frames(reports):
                batch.write_reports(frame)
    return path


def _streets() -> gpd.GeoDataFrame:
    """Lay main streets about 500 m apart."""
    (west, south, east, north) = _box(CITY_DEG)
    lines = [shapely.LineString([(x, south), (x, north)]) for x in np.linspace(west, east, 78)]
    lines += [shapely.LineString([(west, y), (east, y)]) for y in np.linspace(south, north, 67)]
    return gpd.GeoDataFrame(
        {
            "kind": "street",
            "name": [f"Street {number}" for number in range(1, len(lines) + 1)],
            "external_id": [f"street-{number}" for number in range(1, len(lines) + 1)],
            "source": "bench",
            "attributes": [{"level": "main"}] * len(lines),
        },
        geometry=lines,
        crs="EPSG:4326",
    )


def _frames(reports: int) -> Iterator[pl.DataFrame]:
    """Draw the reports: half around hot spots, a third all over the middle, the rest anywhere."""
    rng = np.random.default_rng(_SEED)
    spots = rng.uniform(-0.5, 0.5, (_HOT_SPOTS, 2)) * MIDDLE_DEG
    words = [slug for group in CATEGORIES.values() for slug in group]
    for first in range(0, reports, _BATCH):
        n = min(_BATCH, reports - first)
        at = rng.uniform(-0.5, 0.5, (n, 2)) * MIDDLE_DEG
        drawn = rng.random(n)
        hot, far = drawn < 0.5, drawn > 0.85
        at[hot] = spots[rng.zipf(1.5, hot.sum()) % _HOT_SPOTS] + rng.normal(0, 0.0015, (hot.sum(), 2))
        at[far] = rng.uniform(-0.5, 0.5, (far.sum(), 2)) * CITY_DEG
        seconds = rng.integers(0, _DAYS * 86_400, n)
        reported = pl.Series(seconds * 1_000_000 + int(_BEGIN.timestamp() * 1_000_000)).cast(
            REPORT["reported_at"]
        )
        status = pl.Series(STATUSES).gather(rng.integers(0, len(STATUSES), n))
        yield (
            pl.DataFrame(
                {
                    "source": pl.Series(SOURCES).gather(rng.integers(0, len(SOURCES), n)),
                    "external_id": pl.int_range(first, first + n, eager=True).cast(pl.String),
                    "category": pl.Series(words).gather(rng.integers(0, len(words), n)),
                    "status": status,
                    "reported_at": reported,
                    "lon": LON + at[:, 0],
                    "lat": LAT + at[:, 1],
                    "address": "Street " + pl.Series(rng.integers(1, 146, n)).cast(pl.String),
                    "unit": pl.Series(["north", "south"]).gather(rng.integers(0, 2, n)),
                }
            )
            .with_columns(
                closed_at=pl.when(pl.col("status") == "closed").then(
                    pl.col("reported_at") + pl.duration(days=3)
                ),
                kind="category",
                **{name: pl.lit(None, dtype) for name, dtype in REPORT.items() if name in _EMPTY},
            )
            .select(pl.col(name).cast(dtype) for name, dtype in REPORT.items())
        )


_EMPTY: Final = ("description", "updated_at", "suspect")


def _box(size: tuple[float, float]) -> tuple[float, float, float, float]:
    return LON - size[0] / 2, LAT - size[1] / 2, LON + size[0] / 2, LAT + size[1] / 2
