"""The cube's dictionaries: small integers in place of cells and words. They only grow; a code never moves."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import cos, radians
from typing import Self

import numpy as np
import numpy.typing as npt
import polars as pl

from geo.cells import Cells, centres

Codes = npt.NDArray[np.uint32]
Degrees = npt.NDArray[np.float32]
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class CellCodes:
    """The cells of one resolution, by code.

    Attributes
    ----------
    cells
        Shape (n,): the cell of each code, in the order in which they were first seen.
    lon, lat
        Shape (n,): the middle of each cell, degrees, to a metre.
    order
        Shape (n,): the codes in the order of their cells.
    """

    cells: Cells = field(default_factory=lambda: np.empty(0, np.uint64))
    lon: Degrees = field(default_factory=lambda: np.empty(0, np.float32))
    lat: Degrees = field(default_factory=lambda: np.empty(0, np.float32))
    order: Codes = field(default_factory=lambda: np.empty(0, np.uint32))

    def __len__(self) -> int:
        """Return the number of cells."""
        return len(self.cells)

    @classmethod
    def of(cls, cells: Cells, lon: Degrees, lat: Degrees) -> Self:
        """Make the dictionary in which each cell's place is its code."""
        return cls(cells, lon, lat, np.argsort(cells).astype(np.uint32))

    def with_cells(self, cells: Cells) -> Self:
        """Return a dictionary that also knows these cells (sorted, unique)."""
        new = cells[self.find(cells) < 0] if len(self) else cells
        if not len(new):
            return self
        lon, lat = (degrees.astype(np.float32) for degrees in centres(new))
        return type(self).of(
            np.concatenate([self.cells, new]),
            np.concatenate([self.lon, lon]),
            np.concatenate([self.lat, lat]),
        )

    def find(self, cells: Cells) -> npt.NDArray[np.int64]:
        """Return the codes of cells, -1 for a cell that no report has."""
        if not len(self):
            return np.full(len(cells), -1, np.int64)
        place = np.searchsorted(self.cells, cells, sorter=self.order)
        codes = self.order[np.minimum(place, len(self) - 1)].astype(np.int64)
        codes[self.cells[codes] != cells] = -1
        return codes

    def near(self, box: Box, *, reach: float) -> npt.NDArray[np.bool_]:
        """Say of each code whether its cell's middle lies in a box, or at most `reach` off.

        Parameters
        ----------
        box
            West, south, east, north in degrees.
        reach
            Degrees of latitude; as many metres are meant to the east and west.
        """
        west, south, east, north = box
        poleward = min(89.0, max(abs(south), abs(north)))
        sideways = reach / cos(radians(poleward))
        inside: npt.NDArray[np.bool_] = (self.lon >= west - sideways) & (self.lon <= east + sideways)
        inside &= (self.lat >= south - reach) & (self.lat <= north + reach)
        return inside


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one column, by code."""

    words: tuple[str, ...] = ()

    def with_words(self, words: Iterable[str]) -> Self:
        """Return a dictionary that also knows these words."""
        return type(self)(tuple(dict.fromkeys((*self.words, *words))))

    def encode(self, column: pl.Series, dtype: pl.DataType) -> pl.Series:
        """Turn words, all of them known, into codes."""
        return column.replace_strict(list(self.words), list(range(len(self.words))), return_dtype=dtype)

    def codes(self, words: Sequence[str]) -> tuple[int, ...]:
        """Return the codes of those words that are known."""
        known = {word: code for code, word in enumerate(self.words)}
        return tuple(known[word] for word in words if word in known)
