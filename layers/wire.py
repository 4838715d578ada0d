"""Pack cells and their figures for the browser, and say what the maps ask of the routes.

Cells, `GET /api/cells`
-----------------------
The map asks with the filter's own parameters and three more: `res` (7 to 12), `bbox` (`west,south,east,north`
in degrees, aligned to map tiles so that neighbouring views ask for the same) and `zoom` (whole number). What
it may ask besides:

- `measure`: what the figures are, one of `data.measures.MEASURES`; the count where left out.
- `vs`: the days to compare with, `2024-01-01~2024-06-30`, both included; as many days right before the
  filter's own where left out.
- `classes_by` (`classes.METHODS`) and `classes` (how many, 1 to 7); or `edges`, those that are held or given
  by hand, comma separated: they come back as they were given, whatever `classes_by` says (`steps` without any
  is the usual method).

The answer is `application/octet-stream`, what `pack` (counts) or `pack_figures` (anything else) returns:

====== ==== =====================================================================================
offset size what (all numbers little-endian)
====== ==== =====================================================================================
0      4    the letters `GZC1` for counts, `GZC2` for figures
4      4    M, bytes of the meta data
8      4    n, number of cells
12     4    I, bytes of the ids
16     M    meta data, JSON in UTF-8
16+M   I    ids: n differences of ascending *paths*, each a LEB128 varint, the first one from zero
16+M+I rest LEB128 varints: of counts n; of figures n figures and then n numbers of reports
====== ==== =====================================================================================

A cell's path is its base cell and its digits down to its resolution, without the unused digits: at most 43
bits, which a JavaScript number holds exactly. Cells of a city are close to each other, so most differences
take one or two bytes.

A figure is a whole number of steps of 10**-`decimals`. It is written as 0 where there is none, else as one
more than that number; where the meta data say `signed`, one more than its zigzag (0, -1, 1, -2 are 0, 1, 2,
3).

`gezhi.wire.decode` makes `{keys, values, n, meta}` of both: a value that is no figure is NaN, and `n` are the
reports behind each value; a count is its own `n`.

Meta data:

- `resolution`: of these cells. The server may answer with a coarser one than was asked (it would be too many
  cells); the map shows what it got and says so.
- `edges`: lowest value of each class, ascending (`classes.edges`), from *all* cells of the filter at this
  resolution, not from those in the box: colours must not change while panning. A value below the first edge
  belongs to the first class.
- `total`: reports that the filter selects everywhere. `in_view`: sum of the packed numbers of reports.
  `version`: of the data (`cube.version`).
- `measure`, its `unit` in the reader's words (empty for counts of reports), its `decimals`, and whether its
  values are `signed`; `few`: a value from fewer reports is uncertain (0: none is); `figure`: the measure of
  all reports of the filter, null where there is none; `vs`: the days it compares with.

The box must return whole cells: every cell that may touch it, with its full count. A count cut at the edge of
the box would be shown as the cell's figure after a pan. Answer with an ETag of version and query.

Errors of all three routes: any status from 400 on; the map shows its own message and a way to try again.

Points, `GET /api/points`
-------------------------
What the map draws are clusters (`layers.point_wire`). The reports of one that is opened, those of a small
box, come one by one, with the filter's parameters and `bbox`. JSON::

    {"columns": ["id", "lon", "lat", "category", "status", "photos", "doubted"],
     "rows": [[17, 116.9, 38.3, "flyposting", "closed", true, false], …],
     "names": {"category": {"flyposting": "Flyposting"}, "status": {"closed": "Closed"}},
     "truncated": false}

Longitude and latitude are WGS-84. `names` are what the popup calls categories and statuses; `truncated` says
that a limit cut the rows, and the map says it too. `photos` is whether there are any that the reader may see,
`doubted` whether the position is. The popup asks for one report, `GET /api/reports/{id}`: an
object. Fields that the layer has a name for (`words.report_fields`) are shown; times are ISO 8601 with their
offset; `photos` are names for `GET /api/photos/{name}?size=thumb`.

Places, `GET /api/places`
-------------------------
With `bbox` and `zoom`. A GeoJSON FeatureCollection in WGS-84; properties `kind` and `name`, for streets
`level` (`main`, `side` or `lane`), names in other languages as `name_en` …; they may also be in an object
`attributes`.

- drawn as grounds: `compound`, `school`, `market`, `park`, `water`; as lines: `street`, `railway`;
- as edges: `boundary`, `district`, `street_office`, `community`, `grid`, `area`;
- any other kind as an outline or a dot from close up: `window_unit`, `team`, `shop`, …

`"complete": true` beside `features` says that these are all places there are: the map does not ask again
until `BaseLayer` has another version. Without it, only those that touch the box are needed, and below zoom 13
side streets, lanes and dots can be left out. Answer with an ETag.
"""

import json
from collections.abc import Mapping
from typing import Any, Final, TypedDict

import numpy as np
import numpy.typing as npt

from geo import cell_sets, varints
from geo.errors import CellError

COUNTS: Final = b"GZC1"
FIGURES: Final = b"GZC2"

_HEADER_BYTES: Final = 16
_RESOLUTION_SHIFT: Final = 52

Cells = npt.NDArray[np.uint64]
Counts = npt.NDArray[np.uint32]
Values = npt.NDArray[np.float64]

#: What a JavaScript number holds exactly.
_MOST: Final = 2**52


class Meta(TypedDict, total=False):
    """What the cells are about; `resolution`, `edges` and `total` are needed."""

    resolution: int
    edges: list[int] | list[float]
    total: int
    in_view: int
    version: str
    measure: str
    unit: str
    decimals: int
    signed: bool
    few: int
    figure: float | None
    vs: str


def pack(cells: npt.ArrayLike, counts: npt.ArrayLike, meta: Mapping[str, Any]) -> bytes:
    """Pack cells, their counts and the meta data.

    Parameters
    ----------
    cells
        Shape (n,), uint64, unique H3 cells of one resolution in any order; may be empty.
    counts
        Shape (n,), whole numbers from 0 to 2**32 - 1.
    meta
        See `Meta`; `resolution` must be that of the cells. `in_view` is filled in.

    Raises
    ------
    CellError
        Cells of another resolution than `meta` says, a cell twice, or another number of counts.
    """
    values = np.ascontiguousarray(counts, dtype=np.uint64)
    order, ids = _in_order(cells, values.shape, int(meta["resolution"]))
    return _packed(COUNTS, ids, [values[order]], meta, in_view=int(values.sum()))


def pack_figures(
    cells: npt.ArrayLike, values: npt.ArrayLike, n: npt.ArrayLike, meta: Mapping[str, Any]
) -> bytes:
    """Pack cells, a figure of each with the number of reports behind it, and the meta data.

    Parameters
    ----------
    cells
        As of `pack`.
    values
        Shape (n,), NaN where there is no figure; rounded to the meta data's `decimals`, and at least 0 unless
        they say `signed`.
    n
        Shape (n,), whole numbers from 0 to 2**32 - 1.
    meta
        See `Meta`; `resolution` must be that of the cells. `in_view` is filled in.

    Raises
    ------
    CellError
        As of `pack`; or a value that cannot be written.
    """
    figures, behind = np.asarray(values, np.float64), np.ascontiguousarray(n, dtype=np.uint64)
    if figures.shape != behind.shape:
        raise CellError(f"{figures.size} figures with {behind.size} numbers of reports. Expected as many.")
    order, ids = _in_order(cells, figures.shape, int(meta["resolution"]))
    coded = _coded(figures[order], decimals=int(meta["decimals"]), signed=bool(meta["signed"]))
    return _packed(FIGURES, ids, [coded, behind[order]], meta, in_view=int(behind.sum()))


def unpack(packed: bytes) -> tuple[Cells, Counts, Meta]:
    """Return the cells (ascending), their counts and the meta data of what `pack` made.

    Raises
    ------
    CellError
        Bytes that `pack` did not make, or that were cut off.
    """
    if packed[:4] != COUNTS:
        raise CellError("These bytes are not packed cells: they do not begin with 'GZC1'.")
    cells, numbers, meta = _unpacked(packed, columns=1)
    return cells, numbers[0].astype(np.uint32), meta


def unpack_figures(packed: bytes) -> tuple[Cells, Values, Counts, Meta]:
    """Return cells (ascending), values, numbers of reports and meta data of what `pack_figures` made.

    What `pack` made is taken too: each count is a value with itself behind it.

    Raises
    ------
    CellError
        Bytes that neither made, or that were cut off.
    """
    if packed[:4] == COUNTS:
        cells, counts, meta = unpack(packed)
        return cells, counts.astype(np.float64), counts, meta
    if packed[:4] != FIGURES:
        raise CellError("These bytes are not packed figures: they begin with neither 'GZC1' nor 'GZC2'.")
    cells, (coded, behind), meta = _unpacked(packed, columns=2)
    written = coded - np.minimum(coded, np.uint64(1))
    whole = varints.unzigzag(written) if meta["signed"] else written.astype(np.int64)
    values = np.where(coded == 0, np.nan, whole / 10 ** meta["decimals"])
    return cells, values, behind.astype(np.uint32), meta


def _in_order(
    cells: npt.ArrayLike, shape: tuple[int, ...], resolution: int
) -> tuple[npt.NDArray[np.intp], Cells]:
    ids = np.ascontiguousarray(cells, dtype=np.uint64)
    if ids.shape != shape or ids.ndim != 1:
        size = int(np.prod(shape))
        raise CellError(f"{ids.size} cells with {size} counts. Expected one count for each cell.")
    order = np.argsort(ids)
    ids = ids[order]
    _check(ids, resolution)
    return order, ids


def _coded(values: Values, *, decimals: int, signed: bool) -> npt.NDArray[np.uint64]:
    missing = np.isnan(values)
    scaled = np.round(np.where(missing, 0.0, values) * 10**decimals)
    wrong = np.flatnonzero((np.abs(scaled) >= _MOST) | (not signed and scaled < 0))
    if wrong.size:
        raise CellError(
            f"{wrong.size} of {values.size} figures cannot be packed; first: {values[wrong[0]]}. "
            f"Expected finite ones{'' if signed else ' from 0 on'}."
        )
    whole = scaled.astype(np.int64)
    written = varints.zigzag(whole) if signed else whole.astype(np.uint64)
    coded: npt.NDArray[np.uint64] = np.where(missing, np.uint64(0), written + np.uint64(1))
    return coded


def _packed(
    magic: bytes,
    ids: Cells,
    numbers: list[npt.NDArray[np.uint64]],
    meta: Mapping[str, Any],
    *,
    in_view: int,
) -> bytes:
    resolution = int(meta["resolution"])
    steps = np.diff(cell_sets.paths(ids, resolution), prepend=np.uint64(0))
    packed_ids = varints.pack(steps)
    head = {**meta, "resolution": resolution, "in_view": in_view}
    packed_meta = json.dumps(head, ensure_ascii=False, separators=(",", ":")).encode()
    sizes = np.array([len(packed_meta), ids.size, len(packed_ids)], dtype="<u4")
    return b"".join((magic, sizes.tobytes(), packed_meta, packed_ids, *map(varints.pack, numbers)))


def _unpacked(packed: bytes, *, columns: int) -> tuple[Cells, npt.NDArray[np.uint64], Meta]:
    if len(packed) < _HEADER_BYTES:
        raise CellError("These bytes are not packed cells: they were cut off.")
    meta_bytes, n, id_bytes = (int(size) for size in np.frombuffer(packed, "<u4", count=3, offset=4))
    ids_at = _HEADER_BYTES + meta_bytes
    numbers_at = ids_at + id_bytes
    meta: Meta = json.loads(packed[_HEADER_BYTES:ids_at])
    steps, numbers = varints.unpack(packed[ids_at:numbers_at]), varints.unpack(packed[numbers_at:])
    if steps.size != n or numbers.size != n * columns:
        raise CellError(f"Expected {n} cells and counts, got {steps.size} and {numbers.size}: cut off?")
    found = cell_sets.from_paths(np.cumsum(steps, dtype=np.uint64), meta["resolution"])
    return found, numbers.reshape(columns, n), meta


def _check(ids: Cells, resolution: int) -> None:
    resolutions = (ids >> np.uint64(_RESOLUTION_SHIFT)) & np.uint64(15)
    wrong = np.flatnonzero((resolutions != resolution) | (ids >> np.uint64(59) != 1))
    if wrong.size:
        raise CellError(
            f"{wrong.size} of {ids.size} cells are not of resolution {resolution}; "
            f"first: {int(ids[wrong[0]]):x}. Expected one resolution a layer."
        )
    if ids.size > 1 and bool((ids[1:] == ids[:-1]).any()):
        twice = ids[1:][ids[1:] == ids[:-1]]
        raise CellError(f"{twice.size} cells come twice; first: {int(twice[0]):x}. Sum their counts first.")
