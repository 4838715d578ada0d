"""Pack streets, cut into pieces, and how densely reports lie along each piece, for the browser.

Lines, `GET /api/street-lines`
------------------------------
The answer changes only with the places, so that another filter sends densities alone. What `pack_lines`
returns:

====== ==== =====================================================================================
offset size what (all numbers little-endian)
====== ==== =====================================================================================
0      4    the letters `GZL1`
4      4    M, bytes of the meta data
8      4    m, number of edges
12     4    unused, zero
16     M    meta data, JSON in UTF-8: `names`, each once, and `version`
16+M   rest LEB128 varints, list after list: names (m: 0 for none, else 1 + its place in `names`); pieces of
            equal length that each edge is cut into (m); corners of each edge (m); longitudes of all corners
            in millionths of a degree, each the zigzag difference to the one before; latitudes likewise
====== ==== =====================================================================================

Densities, `GET /api/street-density`
------------------------------------
The map asks with the filter's own parameters, `bandwidth` (metres) and `weight`, as for heat; the answer is
the whole city, so that moving the map asks for nothing. What `pack_density` returns: the letters `GZD1`, M
(4 bytes), the meta data, and a byte for each piece of each edge. A byte b says `max * (b / 255)²`.

Meta data: `max`, the highest density, reports per km of street; `top`, where the scale of colours ends;
`bandwidth` in metres; `weight`; `total`, reports that are weighed; `far`, those of them that lie more than
`within` metres from every street and count nowhere; `pieces`; `version` of the data, `lines` of the places.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final, TypedDict

import numpy as np
import numpy.typing as npt

from geo import varints
from geo.errors import FrameError

LINES: Final = b"GZL1"
DENSITY: Final = b"GZD1"

_PER_DEGREE: Final = 1_000_000
_STEPS: Final = 255


class Meta(TypedDict):
    """What densities are about; `pack_density` adds `max` and `pieces`."""

    bandwidth: int
    weight: str
    top: float
    total: int
    far: int
    within: float
    version: str
    lines: str


def pack_lines(
    at: npt.NDArray[np.float64],
    corners: Any,
    pieces: Any,
    names: Sequence[str | None],
    *,
    version: str,
) -> bytes:
    """Pack the edges of a network.

    Parameters
    ----------
    at
        Shape (p, 2): longitudes and latitudes of the corners, edge by edge.
    corners, pieces
        Shape (m,): how many corners each edge has, and into how many pieces it is cut.
    names
        Shape (m,): of the street that each edge belongs to.
    """
    known = {
        name: number for number, name in enumerate(dict.fromkeys(name for name in names if name), start=1)
    }
    named = np.array([known.get(name, 0) if name else 0 for name in names], dtype=np.uint64)
    steps = [np.diff(np.rint(axis * _PER_DEGREE).astype(np.int64), prepend=0) for axis in at.T]
    written = _json({"names": list(known), "version": version})
    return (
        LINES
        + np.array([len(written), len(names), 0], dtype="<u4").tobytes()
        + written
        + b"".join(varints.pack(np.asarray(numbers, dtype=np.uint64)) for numbers in (named, pieces, corners))
        + b"".join(varints.pack(varints.zigzag(step)) for step in steps)
    )


def pack_density(per_km: npt.NDArray[np.float64], meta: Meta) -> bytes:
    """Pack densities, shape (pieces,), not negative."""
    highest = float(per_km.max(initial=0))
    shares = np.sqrt(per_km / highest) if highest else per_km
    written = _json({**meta, "max": highest, "pieces": len(per_km)})
    head = DENSITY + np.array([len(written)], dtype="<u4").tobytes() + written
    return head + np.rint(shares * _STEPS).astype(np.uint8).tobytes()


def unpack_density(packed: bytes) -> tuple[npt.NDArray[np.float64], dict[str, Any]]:
    """Return the densities (to the packed precision) and all meta data of what `pack_density` made.

    Raises
    ------
    FrameError
        Bytes that `pack_density` did not make, or that were cut off.
    """
    if packed[:4] != DENSITY:
        raise FrameError("These bytes are no packed densities: they do not begin with 'GZD1'.")
    end = 8 + int(np.frombuffer(packed, "<u4", count=1, offset=4)[0])
    meta: dict[str, Any] = json.loads(packed[8:end])
    if len(packed) - end != meta["pieces"]:
        raise FrameError(f"Expected {meta['pieces']} bytes, got {len(packed) - end}: cut off?")
    return meta["max"] * (np.frombuffer(packed, np.uint8, offset=end) / _STEPS) ** 2, meta


def _json(meta: Mapping[str, Any]) -> bytes:
    return json.dumps(meta, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
