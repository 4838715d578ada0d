"""Reports made from a seed, for the tests of this room."""

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import polars as pl

from data.schema import REPORT

LON, LAT = 116.9, 38.3
CATEGORIES = ("illegal_parking", "flyposting", "overhead_cables", "manhole")
START = datetime(2024, 1, 1, tzinfo=UTC)


def reports(n: int, *, seed: int = 1, source: str = "city", **columns: Any) -> pl.DataFrame:
    """Make `n` reports around Cangzhou within a year; `columns` replace what was drawn."""
    rng = np.random.default_rng(seed)
    days = rng.uniform(0, 365, n)
    reported = [START + timedelta(days=day) for day in days.tolist()]
    status = rng.choice(["reported", "dispatched", "closed"], n)
    frame = pl.DataFrame(
        {
            "source": pl.repeat(source, n, eager=True, dtype=pl.String),
            "external_id": [f"{seed}-{row}" for row in range(n)],
            "category": rng.choice(CATEGORIES, n),
            "kind": rng.choice(["Illegal Parking", 'Poster "big"', "架空线缆"], n),
            "description": rng.choice(["车停在\n消防通道", "a\\b", None], n).tolist(),
            "status": status,
            "reported_at": reported,
            "closed_at": [
                at + timedelta(days=3) if state == "closed" else None
                for at, state in zip(reported, status, strict=True)
            ],
            "updated_at": [None] * n,
            "lon": rng.normal(LON, 0.03, n),
            "lat": rng.normal(LAT, 0.03, n),
            "address": ["解放路 12 号"] * n,
            "unit": rng.choice(["城管", "物业", None], n).tolist(),
            "suspect": [None] * n,
        },
        schema_overrides=REPORT,
    )
    return frame.with_columns(**columns).cast(REPORT).select(*REPORT)
