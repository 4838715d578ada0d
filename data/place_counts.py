"""Counts and rates of the places of one kind, for a filter: what maps, lists and a place's page share."""

from typing import Final, NamedTuple

import polars as pl

from data import place_kinds
from data.actors import Actor
from data.counts import chosen
from data.cube import Cube
from data.filters import Filter
from data.place_rates import measure_of, with_rates
from data.place_tables import place_table
from data.rights import is_scoped

#: What is counted of a place.
COUNTS: Final = ("n", "open")


class Sum(NamedTuple):
    """How the reports of a filter add up: those in places of the kind, and all others.

    Attributes
    ----------
    here
        In places of the kind.
    elsewhere
        In a place of another kind; for areas: in an area of the chain, but in none of this kind.
    nowhere
        On open ground; for areas: in no area at all.
    """

    here: int
    elsewhere: int
    nowhere: int

    @property
    def total(self) -> int:
        """All reports of the filter."""
        return self.here + self.elsewhere + self.nowhere


def is_area(kind: str) -> bool:
    """Tell whether a kind belongs to the chain of areas, whose reports are summed from below."""
    return kind in place_kinds.chain()


def filter_for(where: Filter, place_id: int, kind: str) -> Filter:
    """Return the reports of a filter that lie in one place."""
    return where.but(areas=(place_id,)) if is_area(kind) else where.but(places=(place_id,))


def counts(cube: Cube, where: Filter, kind: str) -> pl.DataFrame:
    """Count by place: `id` (null for no place), `n`, `open`; of areas with what lies below them."""
    counted = cube.by_area(where) if is_area(kind) else cube.by_place(where)
    key = "area_id" if is_area(kind) else "place_id"
    return counted.select(pl.col(key).alias("id"), *COUNTS)


def rated(cube: Cube, where: Filter, kind: str, *, actor: Actor) -> pl.DataFrame:
    """Return the places of a kind with their figures.

    Returns
    -------
    The columns of `place_tables.COLUMNS`, `n`, `open`, `rate`, `low`, `high`, `uncertain`, by id. Who sees a
    part of the city gets the places with reports in that part alone: a zero elsewhere would say too much.
    """
    table = place_table(cube.store, kind, actor=actor)
    joined = table.join(counts(cube, where, kind), on="id", how="left", maintain_order="left")
    joined = joined.with_columns(pl.col(COUNTS).fill_null(0))
    if is_scoped(actor):
        joined = joined.filter(pl.col("n") > 0)
    return with_rates(joined, measure_of(kind))


def summed(cube: Cube, where: Filter, kind: str, *, actor: Actor) -> Sum:
    """Say how the reports of a filter add up over the places of a kind."""
    known = place_table(cube.store, kind, actor=actor)["id"]
    total = cube.total(where)
    if is_area(kind):
        counted = cube.by_area(where)
        here = int(counted.filter(pl.col("area_id").is_in(known.implode()))["n"].sum())
        nowhere = int(counted.filter(pl.col("area_id").is_null())["own"].sum())
    else:
        counted = cube.by_place(where)
        here = int(counted.filter(pl.col("place_id").is_in(known.implode()))["n"].sum())
        nowhere = int(counted.filter(pl.col("place_id").is_null())["n"].sum())
    return Sum(here, total - here - nowhere, nowhere)


def late(cube: Cube, where: Filter, kind: str, overdue: pl.Series) -> pl.DataFrame:
    """Count by place which of some cases pass a filter: `id`, `late`; of areas with what lies below them.

    Parameters
    ----------
    overdue
        Ids of cases.
    """
    column = "area" if is_area(kind) else "place"
    rows: pl.DataFrame = chosen(cube.frame, cube.choice(where), "id", column).collect().to_native()
    found = rows.filter(pl.col("id").is_in(overdue.cast(pl.UInt32).implode()))
    counted = found.group_by(pl.col(column).cast(pl.Int64).replace(0, None).alias("id")).agg(
        pl.len().cast(pl.Int64).alias("late")
    )
    if not is_area(kind):
        return counted
    summed_up = cube.state.tree.sums(counted.select(area_id="id", n="late", open=pl.lit(0, dtype=pl.Int64)))
    return summed_up.select(id="area_id", late="n")


def mostly(
    cube: Cube, where: Filter, cell: int | None = None, *, most: int = 2, least: float = 0.1
) -> list[tuple[int, float]]:
    """Return the places that reports mostly lie in, those of one cell or of all, with their share of them.

    Parameters
    ----------
    most
        How many at most.
    least
        The smallest share that is worth a word.
    """
    counted = cube.by_place(where, cell=cell)
    total = int(counted["n"].sum())
    found = counted.drop_nulls("place_id").head(most).select("place_id", "n").rows()
    return [(number, n / total) for number, n in found if n >= least * total]
