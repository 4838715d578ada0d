"""A hundred thousand places into a store and back, beside geopandas and a GeoPackage."""

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely

from data.actors import OPERATOR
from data.store import Store
from tests.bench.rows import Row

_STREETS, _COMPOUNDS, _SEED = 60_000, 40_000, 20_240_901


def rows() -> Iterator[Row]:
    """Write, write the same again, read a part and read all."""
    frame = places()
    with tempfile.TemporaryDirectory() as folder:
        package = Path(folder) / "places.gpkg"
        plain = frame.drop(columns="attributes")
        written, read = (
            _seconds(lambda: plain.to_file(package, driver="GPKG")),
            _seconds(lambda: gpd.read_file(package)),
        )
        with Store.open(f"sqlite:///{Path(folder) / 'city.sqlite'}") as store:
            first = _seconds(lambda: store.write_places(frame, actor=OPERATOR))
            again = _seconds(lambda: store.write_places(frame, actor=OPERATOR))
            box = _seconds(lambda: store.places(actor=OPERATOR, bbox=(116.5, 38.5, 116.52, 38.52)))
            everything = _seconds(lambda: store.places(actor=OPERATOR))
    size = f"{len(frame):,} places"
    peer = "geopandas, GeoPackage"
    yield Row(f"{size} into a new store", first, "s", peer, written, "seconds", first < 10)
    yield Row(f"the same {size} again", again, "s", peer, written, "", None, note="nothing changes")
    yield Row(f"{size} out of a store", everything, "s", peer, read, "", None)
    yield Row(f"those in 2 km × 2 km of {size}", box, "s", "", None, "", None)


def places() -> gpd.GeoDataFrame:
    """Make streets and compounds of one city."""
    random = np.random.default_rng(_SEED)
    n = _STREETS + _COMPOUNDS
    lon, lat = random.uniform(116, 117.5, n), random.uniform(38, 39, n)
    steps = np.cumsum(random.normal(0, 2e-4, (_STREETS, 8, 2)), axis=1)
    lines = shapely.linestrings(steps + np.column_stack([lon, lat])[:_STREETS, None])
    west, south = lon[_STREETS:], lat[_STREETS:]
    boxes = shapely.box(west, south, west + 0.0015, south + 0.001)
    return gpd.GeoDataFrame(
        {
            "kind": ["street"] * _STREETS + ["compound"] * _COMPOUNDS,
            "name": [f"路{number % 5000}" for number in range(n)],
            "source": "bench",
            "external_id": [f"w{number}" for number in range(n)],
            "attributes": [
                {"level": "side"} if number < _STREETS else {"households": number} for number in range(n)
            ],
        },
        geometry=np.concatenate([lines, boxes]),
        crs="EPSG:4326",
    )


def _seconds(work: object) -> float:
    assert callable(work)
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun
