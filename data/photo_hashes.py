"""Perceptual hashes: 64 bits that stay nearly the same when a photo is resized or compressed again."""

from typing import Any, Final, TypeAlias

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

#: Fewer hashes than this are compared with all, which needs no filing.
_FEW: Final = 16
_LOOKED_UP_BITS: Final = 7

Hashes: TypeAlias = npt.NDArray[np.uint64]
#: Rows in one array of hashes, rows in another, bits apart.
Alike: TypeAlias = tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.uint8]]


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


def find_alike(hashes: Any, known: Any, *, within_bits: int) -> Alike:
    """Find every known hash that lies within so many bits of each hash.

    Parameters
    ----------
    hashes, known
        Shapes (n,) and (m,), 64 bits each. One photo against a million takes some milliseconds; many are
        looked up by parts of their bits, unless more than 7 may differ.
    within_bits
        At most so many bits apart, 0 for equal hashes.

    Returns
    -------
    The rows in `hashes`, ascending, the rows in `known`, ascending, and how many bits they are apart.

    Source of the look-up: Norouzi, Punjani & Fleet (2012), Fast Search in Hamming Space with Multi-Index
    Hashing.
    """
    hashes, known = np.asarray(hashes, dtype=np.uint64), np.asarray(known, dtype=np.uint64)
    if len(hashes) < _FEW or within_bits > _LOOKED_UP_BITS:
        return _compare_all(hashes, known, within_bits)
    return _look_up(hashes, known, within_bits)


def _compare_all(hashes: Hashes, known: Hashes, within_bits: int) -> Alike:
    step = max(1, _BLOCK // max(1, len(known)))
    found = [(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.uint8))]
    for start in range(0, len(hashes), step):
        bits = bits_apart(hashes[start : start + step, np.newaxis], known)
        at = np.flatnonzero(bits <= within_bits)
        row, column = np.divmod(at, max(1, len(known)))
        found.append((row + start, column, bits.ravel()[at]))
    rows, columns, apart = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return rows, columns, apart


def _look_up(hashes: Hashes, known: Hashes, within_bits: int) -> Alike:
    """Compare hashes with a quarter that differs in at most one bit: of 7 bits in 4 quarters, one does."""
    pairs = [np.empty(0, np.int64)]
    flips = np.array([0, *(1 << place for place in range(16))], dtype=np.uint16)
    for quarter in range(4):
        shift = np.uint64(16 * quarter)
        filed = (known >> shift).astype(np.uint16)
        order = np.argsort(filed, kind="stable")
        filed = filed[order]
        sought = (hashes >> shift).astype(np.uint16)[:, np.newaxis] ^ flips
        first, past = (np.searchsorted(filed, sought.ravel(), side) for side in ("left", "right"))
        many = past - first
        place = np.arange(many.sum()) - np.repeat(np.cumsum(many) - many, many) + np.repeat(first, many)
        row = np.repeat(np.repeat(np.arange(len(hashes)), len(flips)), many)
        column = order[place]
        near = bits_apart(hashes[row], known[column]) <= within_bits
        pairs.append(row[near] * len(known) + column[near])
    rows, columns = np.divmod(np.unique(np.concatenate(pairs)), max(1, len(known)))
    return rows, columns, bits_apart(hashes[rows], known[columns])


def _cosines() -> npt.NDArray[np.float64]:
    """Return the first rows of the type-II discrete cosine transform, shape (8, 32)."""
    frequency, place = np.mgrid[:_KEPT, :_SIDE]
    return np.asarray(np.cos(np.pi * frequency * (2 * place + 1) / (2 * _SIDE)), dtype=np.float64)


_COSINES: Final = _cosines()
