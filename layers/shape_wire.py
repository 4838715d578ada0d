"""Pack the shapes of places, and what there is to say about them in figures, for the browser.

Shapes, `GET /api/place-shapes`
-------------------------------
With `kind`. The answer changes only with the places, so that another filter sends figures alone. What
`pack_shapes` returns:

====== ==== =====================================================================================
offset size what (all numbers little-endian)
====== ==== =====================================================================================
0      4    the letters `GZP1`
4      4    M, bytes of the meta data
8      4    n, number of places
12     4    unused, zero
16     M    meta data, JSON in UTF-8: `kind`, `names` (n texts or null), `version`
16+M   rest LEB128 varints, list after list: differences of the ids (n); forms (n: 0 points, 1 lines, 2
            areas); numbers of parts (n), of lines, rings or points; numbers of positions of each part;
            longitudes of all positions in millionths of a degree, each the zigzag difference to the one
            before, whatever part that is in; latitudes likewise
====== ==== =====================================================================================

Rates, `GET /api/place-rates`
-----------------------------
With `kind` and the filter's own parameters. What `pack_rates` returns: the same head with the letters `GZR1`,
then n varints of id differences, n of reports, n of open ones, and n times `rate`, `low`, `high` as 32-bit
floats, NaN where there is no figure. Places without a report come too; one that is missing is not drawn.

Meta data: `kind`, `edges` (lowest rate of each class, from all places), `unit` (words such as "per 100 m"),
`uncertain_below` (reports), `total` (reports of the filter), `here` (those in places of the kind), `version`.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import shapely

from geo import varints

SHAPES: Final = b"GZP1"
RATES: Final = b"GZR1"

_PER_DEGREE: Final = 1_000_000


def pack_shapes(
    ids: Sequence[int], shapes: Any, names: Sequence[str | None], meta: Mapping[str, Any]
) -> bytes:
    """Pack places.

    Parameters
    ----------
    ids
        Shape (n,), ascending.
    shapes
        Shape (n,), points, lines or areas in WGS-84 degrees; of a mixed one the parts of most dimensions.
    names
        Shape (n,).
    meta
        `kind` and `version`; `names` is filled in.
    """
    given = np.asarray(shapes, dtype=object)
    forms = np.maximum(shapely.get_dimensions(given), 0)
    parts, owner = _parts(given, forms)
    at, part = shapely.get_coordinates(parts, return_index=True)
    steps = [np.diff(np.rint(axis * _PER_DEGREE).astype(np.int64), prepend=0) for axis in at.T]
    return _head(SHAPES, len(given), {**meta, "names": list(names)}) + b"".join(
        [
            varints.pack(_differences(ids)),
            varints.pack(forms.astype(np.uint64)),
            varints.pack(np.bincount(owner, minlength=len(given)).astype(np.uint64)),
            varints.pack(np.bincount(part, minlength=len(parts)).astype(np.uint64)),
            *(varints.pack(varints.zigzag(step)) for step in steps),
        ]
    )


def pack_rates(columns: Mapping[str, Any], meta: Mapping[str, Any]) -> bytes:
    """Pack figures.

    Parameters
    ----------
    columns
        `id` (ascending), `n`, `open`, and `rate`, `low`, `high` (NaN for no figure), all of shape (n,).
    meta
        See above.
    """
    whole = [varints.pack(np.asarray(columns[name], dtype=np.uint64)) for name in ("n", "open")]
    rates = [np.asarray(columns[name], dtype="<f4").tobytes() for name in ("rate", "low", "high")]
    return (
        _head(RATES, len(columns["id"]), meta)
        + varints.pack(_differences(columns["id"]))
        + b"".join([*whole, *rates])
    )


def _head(magic: bytes, n: int, meta: Mapping[str, Any]) -> bytes:
    written = json.dumps(meta, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
    return magic + np.array([len(written), n, 0], dtype="<u4").tobytes() + written


def _differences(ids: Sequence[int]) -> npt.NDArray[np.uint64]:
    numbers = np.asarray(ids, dtype=np.int64)
    if numbers.size and (numbers[0] < 0 or (np.diff(numbers) <= 0).any()):
        raise ValueError("The ids of places to pack do not ascend. Sort them, each once.")
    return np.diff(numbers, prepend=0).astype(np.uint64)


def _parts(shapes: Any, forms: npt.NDArray[np.int32]) -> tuple[Any, npt.NDArray[np.intp]]:
    """Take shapes apart into points, lines and rings; each with the row of its place, in their order."""
    simple, owner = shapely.get_parts(shapes, return_index=True)
    kept = shapely.get_dimensions(simple) == forms[owner]
    simple, owner = simple[kept], owner[kept]
    areas = forms[owner] == 2
    rings, ring_of = shapely.get_rings(simple[areas], return_index=True)
    parts = np.concatenate([simple[~areas], rings])
    owners = np.concatenate([owner[~areas], owner[areas][ring_of]])
    order = np.argsort(owners, kind="stable")
    return parts[order], owners[order]
