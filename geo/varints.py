"""Whole numbers in as few bytes as they need (LEB128).

Groups of seven bits, the lowest first; all but the last byte of each number have bit 7 set.
"""

import numpy as np
import numpy.typing as npt

from geo.errors import CellError

Numbers = npt.NDArray[np.uint64]


def pack(numbers: Numbers) -> bytes:
    """Write whole numbers (uint64), one after the other."""
    if not numbers.size:
        return b""
    groups = -(-int(numbers.max()).bit_length() // 7) or 1
    shifts = np.arange(groups, dtype=np.uint64) * np.uint64(7)
    rest = numbers[:, None] >> shifts
    used = rest != 0
    used[:, 0] = True
    follows = np.zeros_like(used)
    follows[:, :-1] = used[:, 1:]
    table = (rest & np.uint64(0x7F)).astype(np.uint8) | (follows.astype(np.uint8) << 7)
    packed: bytes = table[used].tobytes()
    return packed


def zigzag(numbers: npt.NDArray[np.int64]) -> Numbers:
    """Turn small numbers of either sign into small ones without: 0, -1, 1, -2 become 0, 1, 2, 3."""
    turned: Numbers = ((numbers << np.int64(1)) ^ (numbers >> np.int64(63))).astype(np.uint64)
    return turned


def unzigzag(numbers: Numbers) -> npt.NDArray[np.int64]:
    """Turn back what `zigzag` made."""
    return (numbers >> np.uint64(1)).astype(np.int64) ^ -(numbers & np.uint64(1)).astype(np.int64)


def unpack(packed: bytes) -> Numbers:
    """Read what `pack` wrote.

    Raises
    ------
    CellError
        The bytes end within a number.
    """
    octets = np.frombuffer(packed, dtype=np.uint8)
    if not octets.size:
        return np.zeros(0, dtype=np.uint64)
    if octets[-1] & 0x80:
        raise CellError("Packed cells end within a number: they were cut off.")
    last = np.flatnonzero(octets < 0x80)
    first = np.concatenate(([0], last[:-1] + 1))
    place = np.arange(octets.size) - np.repeat(first, last - first + 1)
    values = (octets & 0x7F).astype(np.uint64) << (place * 7).astype(np.uint64)
    return np.add.reduceat(values, first)
