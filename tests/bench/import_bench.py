"""A million rows of a city's CSV into a store, beside pandas into a bare table.

`GEZHI_BENCH_IMPORT_ROWS` chooses the number of rows; without it there is a million.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl

from tests.bench.rows import Row

ROWS = int(os.environ.get("GEZHI_BENCH_IMPORT_ROWS", "1_000_000"))
ROOT = Path(__file__).parents[2]
_PART = 50_000
_SEED = 20_240_901
_FORMAT = "%m/%d/%Y %I:%M:%S %p"
_KINDS = [
    ("NYPD", "New York City Police Department", "Illegal Parking", "Blocked Hydrant"),
    ("NYPD", "New York City Police Department", "Noise - Residential", "Loud Music/Party"),
    ("NYPD", "New York City Police Department", "Blocked Driveway", "No Access"),
    ("DSNY", "Department of Sanitation", "Illegal Dumping", "Removal Request"),
    ("DSNY", "Department of Sanitation", "Graffiti", "Graffiti"),
    ("HPD", "Department of Housing Preservation and Development", "HEAT/HOT WATER", "ENTIRE BUILDING"),
    ("HPD", "Department of Housing Preservation and Development", "PLUMBING", "WATER SUPPLY"),
    ("DOT", "Department of Transportation", "Street Condition", "Pothole"),
]
_ANSWER = (
    "The Police Department responded to the complaint and with the information available observed no "
    "evidence of the violation at that time. Please check againâ\x80\x99s status for this request later."
)
_EMPTY = [
    "Landmark",
    "Facility Type",
    "Due Date",
    "Park Facility Name",
    "Vehicle Type",
    "Taxi Company Borough",
    "Taxi Pick Up Location",
    "Bridge Highway Name",
    "Bridge Highway Direction",
    "Road Ramp",
    "Bridge Highway Segment",
]
_STREETS = ["Street Name", *(f"{kind} Street {n}" for kind in ("Cross", "Intersection") for n in (1, 2))]

#: Runs in a process of its own: reads the file, says how long it took and how much memory at most.
_OURS = """
import json, resource, sys
from data.actors import OPERATOR
from data.ingest import import_file
from data.store import Store
with Store.open(sys.argv[2]) as store:
    summary = import_file(sys.argv[1], store, actor=OPERATOR, rejects=sys.argv[3])
told = {"peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, "read": summary.read}
print(json.dumps(told))
"""
_PANDAS = """
import json, resource, sys
import pandas as pd
from sqlalchemy import create_engine
columns = ["Unique Key", "Created Date", "Closed Date", "Complaint Type", "Descriptor", "Status",
           "Resolution Action Updated Date", "Latitude", "Longitude", "Incident Address", "Agency Name"]
frame = pd.read_csv(sys.argv[1], usecols=columns, dtype={"Unique Key": "str"})
for name in columns:
    if name.endswith("Date"):
        frame[name] = pd.to_datetime(frame[name], format="%m/%d/%Y %I:%M:%S %p")
frame.to_sql("report", create_engine(sys.argv[2]), index=False, chunksize=50_000)
told = {"peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, "read": len(frame)}
print(json.dumps(told))
"""


def rows() -> Iterator[Row]:
    """Measure, seeded: seconds from the start of the process to its end, and its peak of memory."""
    with tempfile.TemporaryDirectory() as folder:
        export = Path(folder) / "requests.csv"
        make(export, ROWS)
        peer_s, peer = _run(_PANDAS, export, Path(folder) / "pandas.sqlite")
        ours_s, ours = _run(_OURS, export, Path(folder) / "gezhi.sqlite")
        megabytes = export.stat().st_size / 1e6
    assert ours["read"] == ROWS
    what = f"import of {ROWS / 1e6:g}M CSV rows ({megabytes:,.0f} MB) into SQLite"
    peer_name = "pandas read_csv + to_sql, no check, no event"
    yield Row(what, ours_s, "s", peer_name, peer_s, "30 s for 1M rows", ours_s <= 30 * ROWS / 1e6)
    yield Row(
        f"{what}: peak of memory",
        ours["peak"] / 1e6,
        "GB",
        peer_name,
        peer["peak"] / 1e6,
        "1.5 GB",
        ours["peak"] <= 1.5e6,
    )


def make(path: Path, n: int) -> None:
    """Write an export as New York's: 41 columns, 1.7 % without coordinates, some ids and dates wrong."""
    rng = np.random.default_rng(_SEED)
    for start in range(0, n, _PART):
        frame = _part(rng, start, min(_PART, n - start))
        with path.open("ab") as file:
            frame.write_csv(file, include_header=start == 0)


def _part(rng: np.random.Generator, start: int, n: int) -> pl.DataFrame:
    centres = np.random.default_rng(_SEED).normal([-73.94, 40.73], [0.06, 0.05], (200, 2))
    points = centres[rng.integers(0, 200, n)] + rng.normal(0, 0.004, (n, 2))
    kinds = pl.DataFrame(
        _KINDS, schema=["Agency", "Agency Name", "Complaint Type", "Descriptor"], orient="row"
    )
    created = pl.Series(1_700_000_000 + start * 30 + np.sort(rng.integers(0, n * 30, n)))
    hours = rng.exponential(20, n) - (rng.random(n) < 0.0004) * 500
    closed = created + pl.Series((hours * 3600).astype(np.int64))
    is_open = pl.Series(rng.random(n) < 0.1)
    streets = pl.Series([f"{number} AVENUE" for number in range(1, 200)])
    near = [streets.gather(rng.integers(0, len(streets), n)) for _ in range(3)]
    ids = 60_000_000 + start + np.arange(n) - (rng.random(n) < 0.001) * 7  # a few ids come twice
    placed = pl.Series(rng.random(n) >= 0.017)
    lat, lon = (pl.Series(points[:, axis]).cast(pl.String).set(~placed, None) for axis in (1, 0))
    frame = kinds[rng.integers(0, len(_KINDS), n)].with_columns(
        pl.Series("Unique Key", ids),
        _clock("Created Date", created),
        _clock("Closed Date", closed).set(is_open, None),
        _clock("Resolution Action Updated Date", closed),
        pl.Series("Status", ["Closed"]).new_from_index(0, n).set(is_open, "In Progress"),
        pl.Series("Resolution Description", [_ANSWER]).new_from_index(0, n),
        (pl.Series("Incident Address", rng.integers(1, 999, n)).cast(pl.String) + " " + near[0]),
        *(near[number % 3].alias(name) for number, name in enumerate(_STREETS)),
        *(pl.lit(None, pl.String).alias(name) for name in _EMPTY),
        *(
            pl.lit(value).alias(name)
            for name, value in {
                "Location Type": "Street/Sidewalk",
                "Incident Zip": "10011",
                "Address Type": "ADDRESS",
                "City": "NEW YORK",
                "Community Board": "04 MANHATTAN",
                "BBL": "1007170029",
                "Borough": "MANHATTAN",
                "X Coordinate (State Plane)": "982176",
                "Y Coordinate (State Plane)": "211870",
                "Open Data Channel Type": "MOBILE",
                "Park Borough": "MANHATTAN",
            }.items()
        ),
        lat.alias("Latitude"),
        lon.alias("Longitude"),
        ("(" + lat + ", " + lon + ")").alias("Location"),
    )
    return frame.select(sorted(frame.columns))


def _clock(name: str, seconds: pl.Series) -> pl.Series:
    return pl.from_epoch(seconds, time_unit="s").dt.strftime(_FORMAT).alias(name)


def _run(code: str, export: Path, store: Path) -> tuple[float, dict[str, int]]:
    arguments = [str(export), f"sqlite:///{store}", str(store.with_suffix(".rejects.csv"))]
    begun = time.perf_counter()
    ended = subprocess.run(
        [sys.executable, "-c", code, *arguments], cwd=ROOT, check=True, capture_output=True, text=True
    )
    return time.perf_counter() - begun, json.loads(ended.stdout)
