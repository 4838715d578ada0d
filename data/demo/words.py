"""What people write in the demo zone's reports."""

from functools import cache
from typing import Final

import numpy as np
import polars as pl

from data.demo.streets import TABLES

_OPENINGS: Final = {"patrol": "巡查发现：", "hotline": "市民来电反映：", "QR": "扫码上报："}


def describe(random: np.random.Generator, frame: pl.DataFrame) -> pl.DataFrame:
    """Add `description` and `kind` to reports that have source, category and address."""
    which = frame.select("category").join(_choices(), on="category", how="left", maintain_order="left")
    chosen = which["first"].to_numpy() + (random.random(frame.height) * which["choices"].to_numpy()).astype(
        np.int64
    )
    number = pl.Series(random.integers(2, 10, frame.height)).cast(pl.String)
    text = pl.lit(_texts()["text"].gather(chosen))
    said = text.str.replace("{place}", pl.col("address"), literal=True).str.replace(
        "{n}", pl.lit(number), literal=True
    )
    return frame.with_columns(
        description=pl.col("source").replace_strict(_OPENINGS) + said,
        kind=pl.col("category").replace_strict(_names()),
    )


@cache
def _texts() -> pl.DataFrame:
    return pl.read_csv(TABLES / "demo_words.csv").sort("category", maintain_order=True)


@cache
def _choices() -> pl.DataFrame:
    """Return where each category's texts begin and how many there are."""
    return _texts().with_row_index("first").group_by("category").agg(pl.col("first").min(), choices=pl.len())


@cache
def _names() -> dict[str, str]:
    table = pl.read_csv(TABLES / "categories.csv", columns=["slug", "zh"])
    return dict(table.iter_rows())
