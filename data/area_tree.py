"""Which area lies in which: the chain as it is now, for choosing and adding up."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import polars as pl


@dataclass(frozen=True)
class AreaTree:
    """The areas of the chain with the one that each lies in.

    Attributes
    ----------
    edition
        A word that changes when the chain does.
    parents
        Of each area the one it belongs to, None for the largest; by id.
    """

    edition: str = ""
    parents: Mapping[int, int | None] = field(default_factory=dict)

    @classmethod
    def of(cls, areas: pl.DataFrame, *, edition: str) -> "AreaTree":
        """Make the tree of a frame of areas (`id`, `parent_id`)."""
        return cls(edition, dict(zip(areas["id"].to_list(), areas["parent_id"].to_list(), strict=True)))

    def above(self, area_id: int) -> tuple[int, ...]:
        """Return an area and those it lies in, the smallest first; one that is gone stands alone."""
        found = [area_id]
        while (parent := self.parents.get(found[-1])) is not None and parent not in found:
            found.append(parent)
        return tuple(found)

    def below(self, areas: Iterable[int]) -> frozenset[int]:
        """Return areas with everything that lies in them."""
        chosen = frozenset(areas)
        return chosen | {own for own in self.parents if not chosen.isdisjoint(self.above(own))}

    def sums(self, counts: pl.DataFrame) -> pl.DataFrame:
        """Add up counts from the smallest areas to the largest.

        Parameters
        ----------
        counts
            `area_id` (null for no area), `n` and `open` of the cases that have no smaller area.

        Returns
        -------
        `area_id`, `own` (without the areas below), `n` and `open` with them. The areas of the chain come
        all, then those that are gone or of no area, by id; the sum of `own` is that of all cases.
        """
        own = {row["area_id"]: row for row in counts.iter_rows(named=True)}
        whole = {area: [0, 0] for area in (*self.parents, *own)}
        for area, row in own.items():
            for above in self.above(area) if area is not None else (None,):
                total = whole.setdefault(above, [0, 0])
                total[0] += row["n"]
                total[1] += row["open"]
        rows = [(area, own[area]["n"] if area in own else 0, *both) for area, both in whole.items()]
        schema = dict.fromkeys(("area_id", "own", "n", "open"), pl.Int64)
        return pl.DataFrame(rows, schema=schema, orient="row").sort("area_id", nulls_last=True)
