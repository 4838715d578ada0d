"""Perceptual hashes: 64 bits that stay nearly the same when a photo is resized or compressed again."""

from typing import Any, Final

import numpy as np
import numpy.typing as npt
from PIL import Image

#: Side of the grey picture that is transformed, and of its low frequencies that are kept.
_SIDE: Final = 32
_KEPT: Final = 8
#: Standard deviation of the grey levels (of 256) under which a picture shows nothing to recognise.
_PLAIN: Final = 2.0
#: How many hashes are compared at once, so that a comparison stays within some tens of megabytes.
_BLOCK: Final = 4_000_000

Hashes = npt.NDArray[np.uint64]


def photo_hash(image: Image.Image) -> int | None:
    """Return the perceptual hash of a picture.

    The picture becomes 32 × 32 grey levels; of their cosine transform the 8 × 8 lowest frequencies are
    compared with their median. Resizing and compressing again change a few bits; cropping, mirroring and
    turning change about half, as another picture would.

    Returns
    -------
    64 bits; None for a picture of one plain tone, which would resemble every other such picture.

    Source: the "pHash" of Zauner (2010), Implementation and Benchmarking of Perceptual Image Hash Functions.
    """
    small = image.convert("L").resize((_SIDE, _SIDE), Image.Resampling.LANCZOS, reducing_gap=3.0)
    grey = np.asarray(small, dtype=np.float64)
    if grey.std() < _PLAIN:
        return None
    low = (_COSINES @ grey @ _COSINES.T).ravel()
    bits = low > np.median(low[1:])
    bits[0] = False  # the mean brightness is always positive and so says nothing
    return int.from_bytes(np.packbits(bits).tobytes(), "big")


def bits_apart(one: Any, other: Any) -> npt.NDArray[np.uint8]:
    """Return in how many of 64 bits hashes differ; shapes broadcast."""
    differing = np.asarray(one, dtype=np.uint64) ^ np.asarray(other, dtype=np.uint64)
    return np.asarray(np.bitwise_count(differing), dtype=np.uint8)


def find_alike(
    hashes: Any, known: Any, *, within_bits: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.uint8]]:
    """Find every known hash that lies within so many bits of each hash.

    Parameters
    ----------
    hashes, known
        Shapes (n,) and (m,), 64 bits each. Every pair is compared: about 2 ns each, so 2 ms for one photo
        against a million.
    within_bits
        At most so many bits apart, 0 for equal hashes.

    Returns
    -------
    The rows in `hashes`, ascending, the rows in `known`, and how many bits they are apart.
    """
    hashes, known = np.asarray(hashes, dtype=np.uint64), np.asarray(known, dtype=np.uint64)
    step = max(1, _BLOCK // max(1, len(known)))
    rows, columns, apart = [], [], []
    for start in range(0, len(hashes), step):
        bits = bits_apart(hashes[start : start + step, np.newaxis], known)
        row, column = np.nonzero(bits <= within_bits)
        rows.append(row + start)
        columns.append(column)
        apart.append(bits[row, column])
    if not rows:
        return np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.uint8)
    return np.concatenate(rows), np.concatenate(columns), np.concatenate(apart)


def _cosines() -> npt.NDArray[np.float64]:
    """Return the first rows of the type-II discrete cosine transform, shape (8, 32)."""
    frequency, place = np.mgrid[:_KEPT, :_SIDE]
    return np.asarray(np.cos(np.pi * frequency * (2 * place + 1) / (2 * _SIDE)), dtype=np.float64)


_COSINES: Final = _cosines()
