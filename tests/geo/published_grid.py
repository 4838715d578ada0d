"""Getis and Ord's grid of 1996, with its published scores, as the shared data have it."""

from pathlib import Path

import numpy as np
import pandas as pd

from geo.neighbourhood import Neighbourhood

#: The file is written with so many digits that count.
_DIGITS = 12


class Grid:
    """Getis and Ord's 16 by 16 grid, with all pairs within a distance as its disks."""

    def __init__(self, path: Path, distance: float) -> None:
        frame = pd.read_csv(path)
        self.values = frame["val"].to_numpy(float)
        x, y = frame["x"].to_numpy(), frame["y"].to_numpy()
        apart = np.hypot(x[:, None] - x, y[:, None] - y)
        self.links = apart <= distance + 1e-9
        others = self.links & ~np.eye(len(frame), dtype=bool)
        indptr = np.concatenate([[0], np.cumsum(others.sum(axis=1))])
        self.around = Neighbourhood(np.arange(len(frame), dtype=np.uint64), 1, indptr, np.nonzero(others)[1])


def assert_as_written(found: np.ndarray, written: np.ndarray) -> None:
    """Compare with every digit that a file has."""
    half = 0.5 * 10.0 ** (np.floor(np.log10(np.abs(written))) + 1 - _DIGITS)
    off = np.abs(found - written) / half
    assert off.max() <= 1.01, f"row {off.argmax()}: {found[off.argmax()]} for {written[off.argmax()]}"
