"""The compiled part of `geo.bandwidth`: kernels of many bandwidths summed in one pass over the points."""

from typing import Any, Final

import numpy as np
from numba import types

from geo.compiled import kernel

_FLOATS: Final = types.Array(types.float64, 1, "C", readonly=True)
_INTS: Final = types.Array(types.int64, 1, "C", readonly=True)


@kernel((_FLOATS, _FLOATS, _INTS, _INTS, _FLOATS))
def kernel_sums(east: Any, north: Any, place: Any, foretold: Any, squared: Any) -> Any:
    """Sum (1 − d²/h²)² over all points at other places, for each point foretold and each h, ascending."""
    sums = np.zeros((len(foretold), len(squared)))
    widest = squared[-1]
    for row in range(len(foretold)):
        own = foretold[row]
        for k in range(len(east)):
            distance = (east[k] - east[own]) ** 2 + (north[k] - north[own]) ** 2
            if distance >= widest or place[k] == place[own]:
                continue
            for j in range(len(squared) - 1, -1, -1):
                if distance >= squared[j]:
                    break
                sums[row, j] += (1 - distance / squared[j]) ** 2
    return sums
