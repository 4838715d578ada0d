"""The simple forecasts that every other one must beat: the last period, the mean of the last k, a density."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Final, Protocol

import numpy as np
import numpy.typing as npt

from geo.forecast_memory import Memory

Values = npt.NDArray[np.float64]

#: Lengths, in steps, that the simple forecasts look back.
USUAL_LENGTHS: Final = (4, 8, 13, 26, 52)


class Method(Protocol):
    """A way to forecast; it sees nothing but what a memory has taken up.

    Attributes
    ----------
    name
        Of the family of methods.
    variant
        What it was set to; empty where there is nothing to set.
    """

    @property
    def name(self) -> str: ...
    @property
    def variant(self) -> str: ...

    def scores(self, memory: Memory) -> Values:
        """Return how many reports each cell will have, up to a factor; shape (n,)."""


@dataclass(frozen=True, slots=True)
class LastPeriod:
    """What was will be: the reports of the last step."""

    name: ClassVar[str] = "last"
    variant: str = field(default="", init=False)

    def scores(self, memory: Memory) -> Values:
        """Return the counts of the last step."""
        return memory.counts[:, -1].astype(np.float64)


@dataclass(frozen=True, slots=True)
class MeanOfLast:
    """The mean of the last steps, of fewer where fewer are known."""

    length: int
    name: ClassVar[str] = "mean"

    @property
    def variant(self) -> str:
        """The number of steps."""
        return str(self.length)

    def scores(self, memory: Memory) -> Values:
        """Return the mean of each cell alone."""
        averages: Values = memory.counts[:, -self.length :].mean(axis=1, dtype=np.float64)
        return averages


@dataclass(frozen=True, slots=True)
class KernelDensity:
    """A kernel density of the reports of the last steps, which count at the middle of their cell.

    `width` is which of the memory's kernels.
    """

    length: int
    width: int
    name: ClassVar[str] = "density"

    @property
    def variant(self) -> str:
        """The number of steps and of the kernel."""
        return f"{self.length}:{self.width}"

    def scores(self, memory: Memory) -> Values:
        """Return the density, per cell."""
        return memory.near.around(memory.counts[:, -self.length :].sum(axis=1, dtype=np.float64), self.width)


def rivals(lengths: Sequence[int] = USUAL_LENGTHS, *, widths: int = 2) -> list[Method]:
    """Return the simple forecasts, set to each of the lengths and kernels."""
    return [
        LastPeriod(),
        *(MeanOfLast(length) for length in lengths),
        *(KernelDensity(length, width) for length in lengths for width in range(widths)),
    ]
