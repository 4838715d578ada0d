"""What is usual in a city: how often reports of a kind come in at a place by themselves, in which words."""

from dataclasses import dataclass
from typing import Final, Self

import numpy as np
import numpy.typing as npt
import polars as pl

from data.text_likeness import TextModel

#: Sides in degrees of the grid that reports are counted on: 50 m north-south, 52 m east-west at 38.3 N.
_LON_STEP: Final = 0.0006
_LAT_STEP: Final = 0.00045
#: Cells of the first grid along one side of the coarser one, which tells where the city is.
_COARSE: Final = 5
_METRES_PER_DEGREE: Final = 111_195.0
#: At most so many reports tell what is usual in the whole city, and so many of their descriptions.
_SAMPLE: Final = 50_000
_TEXTS: Final = 5_000


@dataclass(frozen=True, eq=False)
class Usual:
    """What is usual in the whole city.

    `hours` is the period that the reports cover. `rates` has category and rate: reports per square metre
    and hour where there are any at all. `texts` knows their words.
    """

    hours: float
    rates: pl.DataFrame
    texts: TextModel

    @classmethod
    def learn(cls, known: pl.DataFrame, *, share: float = 1.0, least_h: float = 24.0) -> Self:
        """Read what is usual from a sample that does not depend on the order of rows.

        Parameters
        ----------
        known
            Columns id, lon, lat, reported_at, category and, where there are texts, description.
        share
            Which part of all reports these are, where they were drawn from more.
        least_h
            The period counts as no shorter: two reports of the first hour are not what is usual.
        """
        drawn = pl.col("id").hash(seed=1)
        taken = min(1.0, _SAMPLE / max(1, len(known)))
        sample = known.filter(drawn <= int(taken * (2**64 - 1))).sort(drawn)
        seconds = known.select(
            (pl.col("reported_at").max() - pl.col("reported_at").min()).dt.total_seconds()
        ).item()
        hours = max(least_h, (seconds or 0) / 3600)
        texts = sample.head(_TEXTS)["description"].to_list() if "description" in sample.columns else []
        return cls(hours, _city_rates(sample, hours * taken * share), TextModel.learn(texts))

    def local_rates(
        self, places: pl.DataFrame, known: pl.DataFrame, paces: pl.DataFrame
    ) -> npt.NDArray[np.float64]:
        """Return how often reports of a kind come in at each place by themselves.

        Parameters
        ----------
        places
            Columns lon, lat, category.
        known
            Columns lon, lat, reported_at, category.
        paces
            Columns category, pace_h. Reports within two paces in one cell count once, so that repeats of
            one thing do not pass for a place where such things happen every day.

        Returns
        -------
        Shape (len(places),), reports per square metre and hour: the larger of the rate in the 50 m cell
        and the one in the 3 × 3 cells, the latter drawn towards the whole city's.
        """
        cells = places.with_columns(x=_step("lon", _LON_STEP), y=_step("lat", _LAT_STEP))
        steps = pl.DataFrame({"dx": [-1, 0, 1]}).join(pl.DataFrame({"dy": [-1, 0, 1]}), how="cross")
        nine = (
            cells.with_row_index("place")
            .join(steps.cast(pl.Int32), how="cross")
            .with_columns(x=pl.col("x") + pl.col("dx"), y=pl.col("y") + pl.col("dy"))
        )
        around = (
            nine.join(
                _episodes(known, cells, nine.select("x", "y").unique(), paces), on=["category", "x", "y"]
            )
            .group_by("place")
            .agg(
                near=pl.col("episodes").sum(),
                own=pl.col("episodes").filter((pl.col("dx") == 0) & (pl.col("dy") == 0)).sum(),
            )
        )
        found = (
            cells.with_row_index("place")
            .join(around, on="place", how="left", maintain_order="left")
            .join(self.rates, on="category", how="left", maintain_order="left")
        )
        area_m2 = _cell_area_m2(found["lat"].to_numpy())
        city = found["rate"].fill_null(1 / (self.hours * 1e8)).to_numpy()
        # One episode is the very thing whose repeats are sought.
        near, own = (np.maximum(found[name].fill_null(0).to_numpy() - 1.0, 0) for name in ("near", "own"))
        drawn = (near + 1) / (9 * area_m2 * self.hours + 1 / city)
        return np.maximum(drawn, own / (area_m2 * self.hours))


def _city_rates(sample: pl.DataFrame, hours: float) -> pl.DataFrame:
    """Return the rate of each category over the coarse cells that hold any report."""
    cell = (_step("lon", _COARSE * _LON_STEP).alias("x"), _step("lat", _COARSE * _LAT_STEP).alias("y"))
    coarse = sample.group_by(cell).agg(pl.col("lat").min()).sort("x", "y")
    occupied_m2 = max(1.0, float(_cell_area_m2(coarse["lat"].to_numpy()).sum()) * _COARSE**2)
    return sample.group_by("category").agg(rate=pl.len() / (occupied_m2 * hours))


def _episodes(
    known: pl.DataFrame, cells: pl.DataFrame, wanted: pl.DataFrame, paces: pl.DataFrame
) -> pl.DataFrame:
    """Count the reports of each category in the wanted cells, repeats of one thing once."""
    box = {
        name: (float(cells[name].to_numpy().min()) - 2 * edge, float(cells[name].to_numpy().max()) + 2 * edge)
        for name, edge in (("lon", _LON_STEP), ("lat", _LAT_STEP))
    }
    around = (
        known.select("lon", "lat", "reported_at", "category")
        .filter(pl.col(name).is_between(low, high) for name, (low, high) in box.items())
        .select("category", "reported_at", x=_step("lon", _LON_STEP), y=_step("lat", _LAT_STEP))
        .join(wanted, on=["x", "y"], how="semi")
    )
    stretch = (pl.col("reported_at").dt.epoch("s") / 3600 / (2 * pl.col("pace_h"))).floor().cast(pl.Int32)
    return (
        around.join(paces, on="category")
        .select("category", "x", "y", stretch=stretch)
        .unique()
        .group_by("category", "x", "y")
        .agg(episodes=pl.len().cast(pl.Float64))
    )


def _cell_area_m2(lat: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    side_m = _METRES_PER_DEGREE**2 * _LON_STEP * _LAT_STEP
    return np.asarray(side_m * np.cos(np.radians(lat)), dtype=np.float64)


def _step(name: str, width: float) -> pl.Expr:
    return (pl.col(name) / width).floor().cast(pl.Int32)
