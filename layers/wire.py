"""Pack cells and their counts for the browser, and say what the maps ask of the routes.

Cells, `GET /api/cells`
-----------------------
The map asks with the filter's own parameters and three more: `res` (7 to 12), `bbox` (`west,south,east,north`
in degrees, aligned to map tiles so that neighbouring views ask for the same) and `zoom` (whole number). The
answer is `application/octet-stream`, what `pack` returns:

====== ==== =====================================================================================
offset size what (all numbers little-endian)
====== ==== =====================================================================================
0      4    the letters `GZC1`
4      4    M, bytes of the meta data
8      4    n, number of cells
12     4    I, bytes of the ids
16     M    meta data, JSON in UTF-8
16+M   I    ids: n differences of ascending *paths*, each a LEB128 varint, the first one from zero
16+M+I rest counts: n LEB128 varints
====== ==== =====================================================================================

A cell's path is its base cell and its digits down to its resolution, without the unused digits: at most 43
bits, which a JavaScript number holds exactly. Cells of a city are close to each other, so most differences
take one or two bytes.

Meta data:

- `resolution`: of these cells. The server may answer with a coarser one than was asked (it would be too many
  cells); the map shows what it got and says so.
- `edges`: lowest count of each class, ascending (`classes.edges`), from *all* cells of the filter at this
  resolution, not from those in the box: colours must not change while panning.
- `total`: reports that the filter selects everywhere. `in_view`: sum of the packed counts. `version`: of the
  data (`cube.version`).

The box must return whole cells: every cell that may touch it, with its full count. A count cut at the edge of
the box would be shown as the cell's figure after a pan. Answer with an ETag of version and query.

Errors of all three routes: any status from 400 on; the map shows its own message and a way to try again.

Points, `GET /api/points`
-------------------------
From zoom 16 on, with the filter's parameters, `bbox` and `zoom`. JSON::

    {"columns": ["id", "lon", "lat", "category", "status"],
     "rows": [[17, 116.9, 38.3, "flyposting", "closed"], …],
     "names": {"category": {"flyposting": "Flyposting"}, "status": {"closed": "Closed"}},
     "truncated": false}

Longitude and latitude are WGS-84. `names` are what the popup calls categories and statuses; `truncated` says
that a limit cut the rows, and the map says it too. The popup asks for one report, `GET /api/reports/{id}`: an
object. Fields that the layer has a name for (`words.report_fields`) are shown; times are ISO 8601 with their
offset.

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

MAGIC: Final = b"GZC1"

_HEADER_BYTES: Final = 16
_RESOLUTION_SHIFT: Final = 52

Cells = npt.NDArray[np.uint64]
Counts = npt.NDArray[np.uint32]


class Meta(TypedDict, total=False):
    """What the cells are about; `resolution`, `edges` and `total` are needed."""

    resolution: int
    edges: list[int]
    total: int
    in_view: int
    version: str


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
    ids = np.ascontiguousarray(cells, dtype=np.uint64)
    values = np.ascontiguousarray(counts, dtype=np.uint64)
    if ids.shape != values.shape or ids.ndim != 1:
        raise CellError(f"{ids.size} cells with {values.size} counts. Expected one count for each cell.")
    order = np.argsort(ids)
    ids, values = ids[order], values[order]
    resolution = int(meta["resolution"])
    _check(ids, resolution)

    steps = np.diff(cell_sets.paths(ids, resolution), prepend=np.uint64(0))
    packed_ids = varints.pack(steps)
    head = {**meta, "resolution": resolution, "in_view": int(values.sum())}
    packed_meta = json.dumps(head, ensure_ascii=False, separators=(",", ":")).encode()
    sizes = np.array([len(packed_meta), ids.size, len(packed_ids)], dtype="<u4")
    return MAGIC + sizes.tobytes() + packed_meta + packed_ids + varints.pack(values)


def unpack(packed: bytes) -> tuple[Cells, Counts, Meta]:
    """Return the cells (ascending), their counts and the meta data of what `pack` made.

    Raises
    ------
    CellError
        Bytes that `pack` did not make, or that were cut off.
    """
    if packed[:4] != MAGIC or len(packed) < _HEADER_BYTES:
        raise CellError("These bytes are not packed cells: they do not begin with 'GZC1'.")
    meta_bytes, n, id_bytes = (int(size) for size in np.frombuffer(packed, "<u4", count=3, offset=4))
    ids_at = _HEADER_BYTES + meta_bytes
    counts_at = ids_at + id_bytes
    meta: Meta = json.loads(packed[_HEADER_BYTES:ids_at])
    steps, counts = varints.unpack(packed[ids_at:counts_at]), varints.unpack(packed[counts_at:])
    if steps.size != n or counts.size != n:
        raise CellError(f"Expected {n} cells and counts, got {steps.size} and {counts.size}: cut off?")
    found = cell_sets.from_paths(np.cumsum(steps, dtype=np.uint64), meta["resolution"])
    return found, counts.astype(np.uint32), meta


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
