"""Pack clusters of reports for the browser; the map asks `GET /api/clusters` for them.

With the filter's own parameters, `bbox` and `zoom`. What `pack` returns:

====== ==== =====================================================================================
offset size what (all numbers little-endian)
====== ==== =====================================================================================
0      4    the letters `GZK1`
4      4    M, bytes of the meta data
8      4    m, number of clusters, those of a single report included
12     4    unused, zero
16     M    meta data, JSON in UTF-8
16+M   rest LEB128 varints, list after list
====== ==== =====================================================================================

The lists, positions in millionths of a degree (WGS-84):

- of all clusters: zigzag differences of longitude (m) and of latitude (m); reports (m); open ones (m);
- of those with several reports: how many of each kind, the others last (k + 1 numbers for each); how far the
  box around them reaches west, south, east and north of the position (four lists);
- of single reports: zigzag differences of their ids; places in `categories`; places in `statuses`; flags: 1
  has photos, 2 is at a doubted position.

Meta data:

- `kinds`: the k categories that have a colour, in its order, whether they are seen here or not.
- `categories`, `statuses`: those of the single reports; `names`: what all these are called, by slug, in
  `category` and `status`.
- `in_view`, `open`: reports of all clusters. `total`: the same where there are any, else how many the filter
  selects everywhere. `side`: squares around the world. `version`: of the data.
"""

import json
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from geo import varints
from geo.errors import CellError
from geo.point_squares import Gathered

MAGIC: Final = b"GZK1"
#: Flags of a single report.
PHOTOS, DOUBTED = 1, 2

_HEADER_BYTES: Final = 16
_PER_DEGREE: Final = 1_000_000

Numbers = npt.NDArray[np.int64]


def pack(gathered: Gathered, singles: Mapping[str, Any], meta: Mapping[str, Any]) -> bytes:
    """Pack clusters.

    Parameters
    ----------
    singles
        `id`, `category`, `status` and `flags` of the clusters of one, in their order.
    meta
        `kinds`, `names`, `total`, `side`, `version`; the rest is filled in.

    Raises
    ------
    CellError
        Another number of single reports, or of kinds, than the clusters have.
    """
    several = gathered.n > 1
    single = int((~several).sum())
    if any(len(column) != single for column in singles.values()):
        raise CellError(f"{single} clusters are of one report. Expected one entry of each column for each.")
    if len(gathered) and gathered.kinds.shape[1] != len(meta["kinds"]) + 1:
        raise CellError(f"Expected {len(meta['kinds']) + 1} kinds, got {gathered.kinds.shape[1]}.")
    lists = {name: sorted(set(singles[column])) for name, column in _LISTED.items()}
    places = {
        name: np.searchsorted(np.array(lists[name], str), np.array(singles[column], str))
        for name, column in _LISTED.items()
    }
    lon, lat = (np.rint(axis * _PER_DEGREE).astype(np.int64) for axis in (gathered.lon, gathered.lat))
    reach = (
        lon - np.floor(gathered.west * _PER_DEGREE).astype(np.int64),
        lat - np.floor(gathered.south * _PER_DEGREE).astype(np.int64),
        np.ceil(gathered.east * _PER_DEGREE).astype(np.int64) - lon,
        np.ceil(gathered.north * _PER_DEGREE).astype(np.int64) - lat,
    )
    parts = [
        varints.zigzag(_differences(lon)),
        varints.zigzag(_differences(lat)),
        gathered.n,
        gathered.marked,
        gathered.kinds[several].ravel(),
        *(distance[several] for distance in reach),
        varints.zigzag(_differences(np.asarray(singles["id"], np.int64))),
        *places.values(),
        np.asarray(singles["flags"], np.int64),
    ]
    head = {
        **meta,
        **lists,
        "in_view": int(gathered.n.sum()),
        "open": int(gathered.marked.sum()),
    }
    written = json.dumps(head, ensure_ascii=False, separators=(",", ":")).encode()
    sizes = np.array([len(written), len(gathered), 0], dtype="<u4")
    return (
        MAGIC + sizes.tobytes() + written + b"".join(varints.pack(part.astype(np.uint64)) for part in parts)
    )


def unpack(packed: bytes) -> tuple[dict[str, npt.NDArray[np.float64]], dict[str, Any]]:
    """Return the columns of all clusters and the meta data of what `pack` made, as the browser reads it.

    Returns
    -------
    `lon`, `lat`, `n`, `open`, `kinds` (m, k + 1), `west`, `south`, `east`, `north`; `id`, `category` and
    `status` (places in the lists of the meta data) and `flags`, -1 where a cluster has several reports.

    Raises
    ------
    CellError
        Bytes that `pack` did not make, or that were cut off.
    """
    if packed[:4] != MAGIC or len(packed) < _HEADER_BYTES:
        raise CellError("These bytes are not packed clusters: they do not begin with 'GZK1'.")
    meta_bytes, m = (int(size) for size in np.frombuffer(packed, "<u4", count=2, offset=4))
    meta = json.loads(packed[_HEADER_BYTES : _HEADER_BYTES + meta_bytes])
    rest = varints.unpack(packed[_HEADER_BYTES + meta_bytes :]).astype(np.int64)
    at = 0

    def take(size: int) -> Numbers:
        nonlocal at
        at += size
        return rest[at - size : at]

    lon, lat = (np.cumsum(_unzigzag(take(m))) for _ in range(2))
    n, marked = take(m), take(m)
    several = n > 1
    k, groups, single = len(meta["kinds"]) + 1, int(several.sum()), int((~several).sum())
    if rest.size != 4 * m + groups * (k + 4) + single * 4:
        raise CellError(f"Expected {m} clusters: the bytes were cut off, or go on.")
    kinds = np.zeros((m, k))
    kinds[several] = take(groups * k).reshape(-1, k)
    reach = np.zeros((4, m))
    reach[:, several] = take(4 * groups).reshape(4, -1)
    alone = np.full((4, m), -1.0)
    alone[:, ~several] = np.vstack([np.cumsum(_unzigzag(take(single))), *(take(single) for _ in range(3))])
    names = [meta["categories"][int(place)] for place in alone[1, ~several]]
    known = {name: place for place, name in enumerate(meta["kinds"])}
    kinds[np.flatnonzero(~several), [known.get(name, k - 1) for name in names]] = 1
    boxes = {
        "west": lon - reach[0],
        "south": lat - reach[1],
        "east": lon + reach[2],
        "north": lat + reach[3],
    }
    columns = {name: axis / _PER_DEGREE for name, axis in {"lon": lon, "lat": lat, **boxes}.items()}
    columns |= {"n": n, "open": marked, "kinds": kinds}
    columns |= dict(zip(("id", "category", "status", "flags"), alone, strict=True))
    return columns, meta


_LISTED: Final = {"categories": "category", "statuses": "status"}


def _differences(numbers: Numbers) -> Numbers:
    return np.diff(numbers, prepend=np.int64(0))


def _unzigzag(numbers: Numbers) -> Numbers:
    turned: Numbers = (numbers >> 1) ^ -(numbers & 1)
    return turned
