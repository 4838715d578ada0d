"""What there is to say about one place: its facts, its counts, its rate, its part of the city."""

from dataclasses import dataclass
from typing import Any

import polars as pl
from shapely.geometry.base import BaseGeometry

from data import place_kinds
from data.actors import Actor
from data.cube import Cube
from data.filters import Filter
from data.place_counts import counts, late, rated
from data.place_rates import Measure, measure_of, with_rates
from data.place_records import Place
from data.place_tables import place_table
from geo.errors import StoreError
from i18n import gettext as _


@dataclass(frozen=True, slots=True)
class Profile:
    """A place and its figures for a filter.

    Attributes
    ----------
    row
        The columns of `place_counts.rated`, as the table of places has them.
    n, open, late
        Reports, those that somebody still has to do something about, those of them that are overdue.
    before
        Reports of the period before; None where there is none.
    total
        All reports of the filter that the actor may see.
    rank, of
        Its place among those of its kind that have a figure, the worst first; None without a figure.
    """

    place: Place
    row: dict[str, Any]
    n: int
    open: int
    late: int
    before: int | None
    total: int
    rank: int | None
    of: int

    @property
    def id(self) -> int:
        """Its id."""
        return self.place.id

    @property
    def kind(self) -> str:
        """Its kind."""
        return self.place.kind

    @property
    def geometry(self) -> BaseGeometry:
        """Its shape, in WGS-84 degrees."""
        return self.place.geometry

    @property
    def measure(self) -> Measure:
        """What its rate is by."""
        return measure_of(self.kind)

    @property
    def share(self) -> float | None:
        """Its part of all reports of the filter, 0 to 1; None where there are none."""
        return self.n / self.total if self.total else None


def profile(cube: Cube, place_id: int, where: Filter, before: Filter | None, *, actor: Actor) -> Profile:
    """Put together what there is to say about a place.

    A segment of a street is told as its street. One that is gone has the figures that it still has.

    Raises
    ------
    StoreError
        There is no such place, or no report of its kind of place is counted.
    NotAllowedError
        The actor may see nothing.
    """
    place = cube.store.place(place_id, actor=actor)
    if place.kind == place_kinds.SEGMENT and place.parent_id is not None:
        place = cube.store.place(place.parent_id, actor=actor)
    every = rated(cube, where, place.kind, actor=actor)
    own = every.filter(pl.col("id") == place.id)
    row = (own if own.height else _alone(cube, where, place, actor)).row(0, named=True)
    overdue = cube.store.urgency(actor=actor).filter("overdue")["issue_id"]
    behind = late(cube, where, place.kind, overdue).filter(pl.col("id") == place.id)["late"].sum()
    earlier = None
    if before is not None:
        earlier = int(counts(cube, before, place.kind).filter(pl.col("id") == place.id)["n"].sum())
    figures = every["low"].drop_nulls()
    return Profile(
        place=place,
        row=row,
        n=int(row["n"]),
        open=int(row["open"]),
        late=int(behind),
        before=earlier,
        total=cube.total(where),
        rank=None if row["low"] is None or not own.height else int((figures > row["low"]).sum()) + 1,
        of=figures.len(),
    )


def _alone(cube: Cube, where: Filter, place: Place, actor: Actor) -> pl.DataFrame:
    """Make the row of a place that the table lacks: it is retired, or has no report in the actor's part."""
    known = place_table(cube.store, place.kind, actor=actor).filter(pl.col("id") == place.id)
    if known.is_empty():
        if not place.retired:
            raise StoreError(_("There is no place {id} in this store.", id=place.id))
        west, south, east, north = place.geometry.bounds
        facts = {
            "id": place.id, "kind": place.kind, "name": place.name, "name_en": None,
            "households": place.attributes.get("households"), "length_m": place.length_m,
            "area_m2": place.area_m2, "area": None, "area_en": None,
            "west": west, "south": south, "east": east, "north": north,
        }  # fmt: skip
        known = pl.DataFrame([facts], schema_overrides={"households": pl.Int64, "length_m": pl.Float64})
    counted = counts(cube, where, place.kind).filter(pl.col("id") == place.id)
    joined = known.join(counted, on="id", how="left").with_columns(pl.col("n", "open").fill_null(0))
    return with_rates(joined, measure_of(place.kind))
