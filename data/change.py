"""Two periods beside each other: what grew and what shrank, by cell, category, unit and place."""

from typing import Final, NamedTuple

import polars as pl

from data.change_marks import compare
from data.cube import Cube
from data.filters import Filter
from data.measure_counts import scale
from data.measured import compared, figures_by
from data.periods import Period
from geo.cells import RESOLUTIONS
from geo.errors import FilterError
from i18n import gettext as _

#: What changes are told by, beside the resolutions of cells.
WORDS: Final = ("category", "status", "source", "unit")
PLACES: Final = ("place", "area")


class Changes(NamedTuple):
    """What grew and what shrank, the surest and largest first."""

    grew: pl.DataFrame
    shrank: pl.DataFrame


def changes(cube: Cube, where: Filter, by: str | int, *, against: Period | None = None) -> pl.DataFrame:
    """Compare the reports of a period with those of another.

    Parameters
    ----------
    where
        With a first and a last day.
    by
        One of `WORDS`, `place` (ground or street), `area` (with what lies below it), or a resolution.
    against
        The other period; as many days right before where None.

    Returns
    -------
    `cell`, `place_id`, `area_id` or the word's own column, and the columns of `change_marks.COMPARED`; a row
    for each that has a report in either period.

    Raises
    ------
    FilterError
        A period with an open side; or nothing that changes are told by.
    """
    before = compared(where, against)
    key, now = _counted(cube, where, by)
    _key, then = _counted(cube, before, by)
    both = now.join(then, on=key, how="full", coalesce=True, nulls_equal=True, suffix="_before")
    both = both.with_columns(pl.col("n", "n_before").fill_null(0))
    rows = compare(both["n"].to_numpy(), both["n_before"].to_numpy(), times=scale(where, before))
    return both.select(key).hstack(rows).sort(key, nulls_last=True)


def grown_and_shrunk(table: pl.DataFrame, *, most: int = 10) -> Changes:
    """Return what changed most, of a table of `changes`: the sure ones first, those of most reports ahead.

    Parameters
    ----------
    most
        How many of either at most.
    """
    order = table.with_columns(size=pl.col("difference").abs()).sort(
        "uncertain", "size", descending=[False, True], maintain_order=True
    )
    grew, shrank = (
        order.filter(side).drop("size").head(most)
        for side in (pl.col("difference") > 0, pl.col("difference") < 0)
    )
    return Changes(grew, shrank)


def _counted(cube: Cube, where: Filter, by: str | int) -> tuple[str, pl.DataFrame]:
    """Return the name of the key and a table of it with `n`."""
    if by in RESOLUTIONS:
        found = cube.counts(where, int(by))
        return "cell", pl.DataFrame({"cell": found.cells, "n": found.counts}).cast({"n": pl.Int64})
    if by in PLACES:
        counted = cube.by_place(where) if by == "place" else cube.by_area(where)
        return f"{by}_id", counted.select(f"{by}_id", pl.col("n").cast(pl.Int64))
    if by in WORDS:
        return str(by), figures_by(cube, where, str(by)).select(str(by), pl.col("n").cast(pl.Int64))
    known = ", ".join((*WORDS, *PLACES, *map(str, RESOLUTIONS)))
    raise FilterError(_("Changes cannot be told by '{by}'. Expected one of {known}.", by=by, known=known))
