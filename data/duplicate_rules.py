"""What counts as the same thing reported twice: limits and weights as tables that a city edits."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Final, Self

import polars as pl

from geo.errors import TableError

TABLES: Final = Path(__file__).parent / "tables"
#: The row of `duplicate_limits.csv` for every category without a row of its own.
ANY: Final = "*"
_LIMITS: Final = ("within_m", "spread_m", "within_h", "pace_h")
_COLUMNS: Final = {
    "limits": ("category", *_LIMITS),
    "kin": ("category", "other", "share"),
    "weights": ("name", "value"),
}


@dataclass(frozen=True, slots=True)
class Weights:
    """The numbers of `duplicate_weights.csv`, which says what each means; evidence is in natural log-odds."""

    repeats: float
    misplaced: float
    misplaced_m: float
    same_photo_bits: float
    like_photo_bits: float
    photo: float
    neutral_text: float
    text: float
    unlike_text: float
    closed: float
    suggest: float
    sure: float


@dataclass(frozen=True, eq=False)
class DuplicateRules:
    """Limits by category, categories that are taken for one another, and weights.

    `limits` has the columns category, within_m (no candidate farther off), spread_m (how far apart two
    reports of one thing lie, standard deviation along each axis), within_h (no candidate longer ago or
    later), pace_h (mean time from a report to a repeat). `kin` has category, other, share: how often a
    repeat of the one comes under the other, compared with its own.
    """

    limits: pl.DataFrame
    kin: pl.DataFrame
    weights: Weights

    @classmethod
    def read(cls, folder: Path = TABLES) -> Self:
        """Read the rules from `duplicate_limits.csv`, `duplicate_kin.csv` and `duplicate_weights.csv`.

        Raises
        ------
        TableError
            Every fault of the three tables at once.
        """
        numbers = dict.fromkeys((*_LIMITS, "share", "value"), pl.Float64)
        limits, kin, weights = (
            pl.read_csv(folder / f"duplicate_{name}.csv", schema_overrides=numbers).select(columns)
            for name, columns in _COLUMNS.items()
        )
        _check(limits, kin, weights)
        values = dict(zip(weights["name"], weights["value"], strict=True))
        return cls(limits, kin, Weights(**{field.name: values[field.name] for field in fields(Weights)}))

    def pairs(self, categories: Iterable[str]) -> pl.DataFrame:
        """Return which categories are compared, and how.

        Parameters
        ----------
        categories
            Those of the reports that candidates are sought for, known to the tables or not.

        Returns
        -------
        Columns category (those given), other (itself and its kin), share (1 with itself), within_m,
        spread_m, within_h and pace_h: the larger of the two categories' limits, so that both directions
        agree.
        """
        present = pl.DataFrame({"category": sorted(set(categories))}, schema={"category": pl.String})
        turned = self.kin.rename({"category": "other", "other": "category"}).select(self.kin.columns)
        same = present.select("category", other="category", share=pl.lit(1.0))
        pairs = pl.concat([same, self.kin.join(present, on="category"), turned.join(present, on="category")])
        pairs = pairs.join(self._limits_of(pairs["category"]), on="category")
        pairs = pairs.join(self._limits_of(pairs["other"]), left_on="other", right_on="category", suffix="_2")
        larger = (pl.max_horizontal(name, f"{name}_2").alias(name) for name in _LIMITS)
        return pairs.select("category", "other", "share", *larger).sort("category", "other")

    def _limits_of(self, categories: pl.Series) -> pl.DataFrame:
        general = self.limits.row(by_predicate=pl.col("category") == ANY, named=True)
        wanted = categories.unique().alias("category").to_frame()
        return wanted.join(self.limits, on="category", how="left").with_columns(
            pl.col(name).fill_null(general[name]) for name in _LIMITS
        )


@cache
def default_rules() -> DuplicateRules:
    """Return the rules of the tables that come with Gezhi, read once."""
    return DuplicateRules.read()


def _check(limits: pl.DataFrame, kin: pl.DataFrame, weights: pl.DataFrame) -> None:
    faults = []
    if (limits["category"] == ANY).sum() != 1:
        faults.append(f"the limits need one row for '{ANY}'")
    twice = limits.filter(pl.col("category").is_duplicated())["category"].unique().sort().to_list()
    faults += [f"'{name}' has several rows of limits" for name in twice]
    faults += [
        f"'{row['category']}' has a limit that is missing, zero or negative"
        for row in limits.iter_rows(named=True)
        if any(row[name] is None or row[name] <= 0 for name in _LIMITS)
    ]
    faults += [
        f"'{row['category']}' and '{row['other']}' need a share above 0 and up to 1, once, and two names"
        for row in _wrong_kin(kin).iter_rows(named=True)
    ]
    absent = {field.name for field in fields(Weights)} - set(weights["name"])
    faults += [f"the weight '{name}' is missing" for name in sorted(absent)]
    if faults:
        raise TableError("The rules for duplicates cannot be used: " + "; ".join(faults) + ".")


def _wrong_kin(kin: pl.DataFrame) -> pl.DataFrame:
    unordered = pl.concat_list("category", "other").list.sort()
    possible = pl.col("share").is_between(0, 1, closed="right").fill_null(value=False)
    return kin.filter(unordered.is_duplicated() | ~possible | (pl.col("category") == pl.col("other")))
