"""Barriers: which neighbouring cells a railway or a river runs between."""

from typing import Any, Final

import numpy as np
import numpy.typing as npt
import shapely

from geo.cell_ids import check, resolution_of
from geo.cell_links import neighbours
from geo.cell_shapes import boundaries, centres
from geo.places_input import shapes_of

#: Middles are taken a hair (0.1 mm) aside, so that a line through one has it on one side and not on both.
_ASIDE_DEG: Final = np.array([1.1e-9, 0.7e-9])


def pairs_across(cells: Any, lines: Any, *, crossings: Any = None) -> npt.NDArray[np.uint64]:
    """Return the pairs of neighbouring cells that lines run between.

    A line runs between two neighbours where it meets the straight way from middle to middle: a line that cuts
    the zone in two leaves no way round it.

    Parameters
    ----------
    cells
        Shape (n,), each once, of one resolution.
    lines
        What nobody walks across: lines in WGS-84 degrees, shapely geometries, a GeoSeries or a GeoDataFrame.
    crossings
        Lines over bridges and through underpasses. Two neighbours stay open to each other where a crossing
        touches both and meets a line inside one of them.

    Returns
    -------
    Shape (b, 2), uint64, each pair once with the smaller id first, ascending.

    Raises
    ------
    CellError
        Ids that are no cells, cells given twice, or mixed resolutions.
    PlaceError, CrsError
        Shapes that are no lines, or not in WGS-84 degrees.
    """
    ids = np.sort(check(cells))
    drawn, over = _present(shapes_of(lines, "lines")), _present(shapes_of(crossings, "lines"))
    if len(ids) == 0:
        return np.zeros((0, 2), np.uint64)
    resolution_of(ids)
    indptr, indices = neighbours(ids)
    rows = np.repeat(np.arange(len(ids)), np.diff(indptr))
    once = rows < indices
    left, right = rows[once], indices[once]
    middles = np.column_stack(centres(ids)) + _ASIDE_DEG
    ways: Any = shapely.linestrings(np.stack([middles[left], middles[right]], axis=1))
    cut = np.unique(shapely.STRtree(ways).query(drawn, predicate="intersects")[1])
    left, right = left[cut], right[cut]
    if len(over) and len(cut):
        shut = ~_open(ids, left, right, drawn, over)
        left, right = left[shut], right[shut]
    return np.column_stack([ids[left], ids[right]])


def _open(ids: Any, left: Any, right: Any, drawn: Any, over: Any) -> npt.NDArray[np.bool_]:
    """Tell between which of these neighbours a crossing leads over a line."""
    concerned = np.unique(np.concatenate([left, right]))
    shapes = np.full(len(ids), None, dtype=object)
    shapes[concerned] = boundaries(ids[concerned])
    found = np.zeros(len(left), np.bool_)
    tree = shapely.STRtree(drawn)
    for crossing in over:
        met = shapely.intersection(drawn[tree.query(crossing, predicate="intersects")], crossing)
        if not len(met):
            continue
        touched = shapely.intersects(shapes, crossing)
        here = shapely.intersects(shapes, shapely.union_all(met))
        found |= touched[left] & touched[right] & (here[left] | here[right])
    return found


def _present(shapes: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    kept: npt.NDArray[np.object_] = shapes[~(shapely.is_missing(shapes) | shapely.is_empty(shapes))]
    return kept
