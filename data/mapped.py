"""Columns that lie in a file instead of in memory: read as always, but the system may take their pages back.

Of ten million reports the columns that few questions ask for are 0.3 GB. They are written once to a file
without a name, which ends with them, and mapped. What is asked for comes back from the system's cache of
files, and in the resident memory of the process it counts only until `let_go`.
"""

import mmap
import tempfile
from collections.abc import Collection
from pathlib import Path
from threading import Lock
from typing import Any, Final
from weakref import WeakSet

import polars as pl

#: Where a column begins: whole pages, so that to look at one touches no other.
_PAGE: Final = mmap.PAGESIZE


class _Mapping(mmap.mmap):
    """A part of the address space that stands for a file; weak references to it are possible."""


_mappings: Final[WeakSet[_Mapping]] = WeakSet()
_noting: Final = Lock()


def mapped(frame: pl.DataFrame, names: Collection[str], folder: Path) -> pl.DataFrame:
    """Return the same rows with some columns in a file.

    Parameters
    ----------
    names
        Of columns of numbers, without a null.
    folder
        Where the file shall lie: without a name, and its room is free as soon as nobody has the columns.

    Raises
    ------
    OSError
        The file cannot be written.
    """
    columns = [frame[name].rechunk().to_arrow() for name in frame.columns if name in names]
    sizes = [len(column) * column.type.bit_width // 8 for column in columns]
    starts = [0]
    for size in sizes:
        starts.append(starts[-1] + -(-size // _PAGE) * _PAGE)
    if not starts[-1]:
        return frame
    with tempfile.TemporaryFile(prefix="cube-", dir=folder) as file:
        for column, size, start in zip(columns, sizes, starts, strict=False):
            file.seek(start)
            file.write(memoryview(column.buffers()[1])[column.offset * size // len(column) :][:size])
        file.truncate(starts[-1])
        file.flush()
        mapping = _Mapping(file.fileno(), starts[-1], access=mmap.ACCESS_READ)
    with _noting:
        _mappings.add(mapping)
    return frame.with_columns(
        _column(name, column.type, len(column), mapping, start)
        for name, column, start in zip(
            [name for name in frame.columns if name in names], columns, starts, strict=False
        )
    )


def let_go() -> None:
    """Take the pages of all mapped columns out of the process; what is asked for next brings its own back."""
    advice = getattr(mmap, "MADV_DONTNEED", None)
    if advice is None:
        return
    with _noting:
        found = list(_mappings)
    for mapping in found:
        mapping.madvise(advice)


def _column(name: str, kind: Any, n: int, mapping: _Mapping, start: int) -> pl.Series:
    import pyarrow as pa

    size = n * kind.bit_width // 8
    array = pa.Array.from_buffers(kind, n, [None, pa.py_buffer(mapping).slice(start, size)])
    return pl.Series(name, array)
