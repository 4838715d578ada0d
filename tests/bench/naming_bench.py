"""Which place a report belongs to: at import with and without places, and again for a million cases.

`GEZHI_BENCH_CASES` chooses the number of cases.
"""

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event, Thread
from typing import Any

import geopandas as gpd
import numpy as np
import polars as pl
import shapely
from sqlalchemy import select

from data.actors import OPERATOR
from data.database import write_transaction
from data.known_places import known_places
from data.records import FACT
from data.store import Store
from tests.bench.large_city import drawn
from tests.bench.locate_bench import HALF, LAT, LINES, LON, POLYGONS
from tests.bench.rows import Row

CASES = int(os.environ.get("GEZHI_BENCH_CASES", "1_000_000"))
_IMPORTED = 200_000
_PART = 50_000


def rows() -> Iterator[Row]:
    """Measure, seeded: an import into a city with places beside one without; then its places change."""
    frame, parts = town(), drawn_parts(_IMPORTED)
    with tempfile.TemporaryDirectory(prefix="gezhi-bench-") as folder:
        took = {True: [], False: []}  # type: dict[bool, list[float]]
        for turn in range(3):
            for with_places in (turn % 2 == 0, turn % 2 == 1):
                url = f"sqlite:///{Path(folder) / f'{turn}-{with_places}.sqlite'}"
                with Store.open(url) as store:
                    if with_places:
                        store.write_places(frame, actor=OPERATOR)
                        store.locate(actor=OPERATOR)  # the index is made once
                    took[with_places].append(_seconds(lambda: _import(store, parts)))
        named, bare = min(took[True]), min(took[False])
        size = f"{POLYGONS:,} grounds and {LINES:,} streets"
        yield Row(
            f"{_IMPORTED:,} new reports into SQLite, each located among {size}",
            named,
            "s",
            "the same without places",
            bare,
            "≥ 50,000 a second",
            _IMPORTED / named >= 50_000,
            f"{_IMPORTED / named:,.0f} a second, without places {_IMPORTED / bare:,.0f}; best of 3",
        )
        yield from _again(f"sqlite:///{Path(folder) / 'large.sqlite'}", frame)


def _again(url: str, frame: gpd.GeoDataFrame) -> Iterator[Row]:
    size = f"{CASES / 1e6:g}M cases"
    with Store.open(url) as store:
        store.write_places(frame, actor=OPERATOR)
        _import(store, drawn_parts(CASES))
        nothing = _seconds(lambda: store.locate(actor=OPERATOR))
        yield Row(f"{size} located again, where nothing has changed", nothing, "s", "", None, "", None)
        with write_transaction(store._engine) as connection:
            connection.execute(select(FACT.c.name).limit(1))
            made = _seconds(lambda: known_places(connection).locate(drawn(10_000)))
        moved = frame.copy()
        some = moved.index % 10 == 0
        moved.loc[some, "geometry"] = moved.loc[some].geometry.translate(0.001, 0.001)
        store.write_places(moved, actor=OPERATOR)
        stop, waits = Event(), []  # type: tuple[Event, list[float]]
        writer = Thread(target=_note, args=(url, stop, waits))
        writer.start()
        found: list[int] = []
        again = _seconds(lambda: found.append(store.locate(actor=OPERATOR)))
        stop.set()
        writer.join()
        yield Row(
            f"{size} located again, every tenth place moved",
            again,
            "s",
            "",
            None,
            "",
            None,
            f"{found[0]:,} cases got an event; another writer waited {max(waits, default=0):.1f} s at most, "
            f"{len(waits)} times; {made * 1000:.0f} ms for 10,000 reports alone",
        )


def _note(url: str, stop: Event, waits: list[float]) -> None:
    """Write something every now and then, as people do."""
    with Store.open(url) as store:
        while not stop.wait(0.2):
            waits.append(_seconds(lambda: store.set_fact("bench", "1", actor=OPERATOR)))


def town() -> gpd.GeoDataFrame:
    """Make grounds, streets, and a chain of areas around the reports."""
    rng = np.random.default_rng(20_240_901)
    west, south = LON - HALF[0], LAT - HALF[1]
    at = rng.uniform(-1, 1, (POLYGONS, 2)) * HALF + (LON, LAT)
    wide = rng.uniform(0.0008, 0.004, POLYGONS)
    grounds = shapely.box(at[:, 0], at[:, 1], at[:, 0] + wide, at[:, 1] + wide)
    begin = (rng.uniform(-1, 1, (LINES, 2)) * HALF + (LON, LAT))[:, np.newaxis]
    steps = rng.normal(0, 0.0006, (LINES, 4, 2)).cumsum(axis=1)
    streets = shapely.linestrings(np.concatenate([begin, begin + steps], axis=1))
    kinds, shapes = ["compound"] * POLYGONS + ["street"] * LINES, [*grounds, *streets]
    for kind, n in (("district", 1), ("street_office", 3), ("community", 8), ("grid", 24)):
        width, height = 2 * HALF[0] / n, 2 * HALF[1] / n
        x, y = (
            part.ravel() for part in np.meshgrid(west + width * np.arange(n), south + height * np.arange(n))
        )
        shapes += [*shapely.box(x, y, x + width, y + height)]
        kinds += [kind] * n * n
    columns: dict[str, Any] = {"kind": kinds, "source": "bench"}
    names = [f"{kind} {n}" for n, kind in enumerate(kinds)]
    return gpd.GeoDataFrame(columns | {"name": names, "external_id": names}, geometry=shapes, crs="EPSG:4326")


def drawn_parts(n: int) -> list[pl.DataFrame]:
    """Draw reports, each part a little beside the one before."""
    small = drawn(_PART)
    return [
        small.with_columns(
            pl.col("lon") + part % 20 * 1e-4, external_id=pl.lit(f"{part}-") + pl.col("external_id")
        )
        for part in range(n // _PART)
    ]


def _import(store: Store, parts: list[pl.DataFrame]) -> None:
    for part in parts:
        store.write_reports(part, actor=OPERATOR)


def _seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun
