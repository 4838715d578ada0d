"""What a cell mostly is: the places that most of its reports, or most of its ground, belong to."""

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt
import polars as pl
import shapely

from geo import cell_ids, cell_shapes
from geo.errors import CellError

if TYPE_CHECKING:
    from geo.places import Located, PlaceIndex

Floats = npt.NDArray[np.float64]

_COLUMNS: Final = ("cell", "rank", "kind", "place", "reports", "share", "by")
_KINDS: Final = pl.Enum(["polygon", "line"])
_BY: Final = pl.Enum(["reports", "overlap"])
#: Each triangle between a cell's middle and an edge of it is looked at in this many times as many points.
_STEPS: Final = 6


def places_of_cells(
    cells: Any,
    report_cells: Any,
    located: "Located",
    *,
    index: "PlaceIndex | None" = None,
    top: int = 3,
    within_m: float | None = None,
    line_first: bool = False,
) -> pl.DataFrame:
    """Return the few places that each cell mostly is.

    Parameters
    ----------
    cells
        Shape (n,), each once: the cells that are asked about.
    report_cells, located
        The cell of each report, and what `locate` answered for it; of one length.
    index
        With it, cells without any report are told by their ground: evenly laid points are located as
        reports are, with `within_m` (`WITHIN_M` unless given) and `line_first`. Without it they are left out.
    top
        How many places a cell has at most.

    Returns
    -------
    A row per cell and place, in the order of `cells`: `cell` (uint64), `rank` (from 1), `kind` (polygon or
    line), `place` (its row), `reports`, `share` (0 to 1: of the cell's reports that have coordinates, or of
    its ground, so what is missing from 1 is open ground or further places), `by` (reports or overlap). Of
    equal ones polygons come first, then the lower row. A cell whose reports all lie on open ground has no
    row. The shares of ground are those of some 216 points a cell: good to about 0.02.

    Raises
    ------
    CellError
        Ids that are no cells, cells given twice, as many report cells as not reports, a `top` below 1.
    """
    cells = cell_ids.check(cells)
    if len(np.unique(cells)) != len(cells):
        raise CellError("Some cells are given twice. Expected each cell once.")
    if top < 1:
        raise CellError(f"The top {top} places. Expected 1 or more.")
    reported = cell_ids.check(report_cells, column="report_cells")
    if len(reported) != len(located):
        raise CellError(f"{len(reported):,} cells of reports for {len(located):,} located ones.")
    asked = pl.DataFrame({"cell": cells}).with_row_index("order")
    reports = _weights(reported, located, np.ones(len(reported))).join(asked, on="cell", how="semi")
    tables = [_ranked(reports, top=top).with_columns(pl.lit("reports").cast(_BY).alias("by"))]
    if index is not None:
        from geo.places import WITHIN_M

        without = asked.join(reports, on="cell", how="anti")["cell"].to_numpy()
        cell, lon, lat, weight = _ground(without)
        ground = index.locate(
            (lon, lat), within_m=WITHIN_M if within_m is None else within_m, line_first=line_first
        )
        ranked = _ranked(_weights(cell, ground, weight), top=top)
        tables.append(
            ranked.with_columns(
                pl.lit(0, pl.UInt32).alias("reports"), pl.lit("overlap").cast(_BY).alias("by")
            )
        )
    return pl.concat(tables).join(asked, on="cell").sort("order", "rank").select(_COLUMNS)


def _weights(cells: Any, located: "Located", weight: Floats) -> pl.DataFrame:
    """Put the place of each point, null for open ground, beside its cell; leave out what is nowhere."""
    from geo.places import LINE, NOWHERE, POLYGON

    won = pl.col("won")
    kind = pl.when(won == POLYGON).then(pl.lit("polygon")).when(won == LINE).then(pl.lit("line"))
    return (
        pl.DataFrame({"cell": cells, "won": located.won, "place": located.place, "weight": weight})
        .filter(won != NOWHERE)
        .with_columns(kind=kind.cast(_KINDS))
    )


def _ranked(points: pl.DataFrame, *, top: int) -> pl.DataFrame:
    return (
        points.group_by("cell", "kind", "place")
        .agg(pl.len().cast(pl.UInt32).alias("reports"), pl.col("weight").sum())
        # Sums of weights in another order differ in their last digits.
        .with_columns(share=(pl.col("weight") / pl.col("weight").sum().over("cell")).round(9))
        .drop_nulls("kind")
        .sort("share", "kind", "place", descending=[True, False, False])
        .with_columns(rank=(pl.int_range(pl.len()).over("cell") + 1).cast(pl.UInt32))
        .filter(pl.col("rank") <= top)
        .drop("weight")
    )


def _ground(cells: Any) -> tuple[Any, Floats, Floats, Floats]:
    """Lay points evenly into cells: the cell, longitude, latitude and share of ground of each."""
    shapes = cell_shapes.boundaries(cells)
    at, row = shapely.get_coordinates(shapes, return_index=True)
    side = row[1:] == row[:-1]
    one, other, row = at[:-1][side], at[1:][side], row[1:][side]
    sums = np.column_stack([np.bincount(row, weights=one[:, axis], minlength=len(shapes)) for axis in (0, 1)])
    corners = np.bincount(row, minlength=len(shapes))
    middle = (sums / np.maximum(corners, 1)[:, np.newaxis])[row]
    to_one, to_other = one - middle, other - middle
    area = np.abs(to_one[:, 0] * to_other[:, 1] - to_one[:, 1] * to_other[:, 0])
    along, across = _middles(_STEPS)
    points = (
        middle[:, np.newaxis]
        + to_one[:, np.newaxis] * along[:, np.newaxis]
        + to_other[:, np.newaxis] * across[:, np.newaxis]
    ).reshape(-1, 2)
    lon = np.where(points[:, 0] > 180, points[:, 0] - 360, points[:, 0])
    return np.repeat(cells[row], len(along)), lon, points[:, 1].copy(), np.repeat(area, len(along))


def _middles(steps: int) -> tuple[Floats, Floats]:
    """Return the middles of the steps² equal triangles that a triangle of sides 1 is cut into."""
    upward = [(i + 1 / 3, j + 1 / 3) for i in range(steps) for j in range(steps - i)]
    downward = [(i + 2 / 3, j + 2 / 3) for i in range(steps) for j in range(steps - i - 1)]
    along, across = np.array(upward + downward).T / steps
    return along, across
