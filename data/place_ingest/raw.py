"""What a reader hands over: the features of a file as they stand there, before anything is decided."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import shapely

Style = Literal["table", "osm", "adcode"]


@dataclass(slots=True)
class Raw:
    """Features of a file.

    Attributes
    ----------
    format
        What people call the kind of file.
    shapes
        Shape (n,), in the file's own coordinates; None where a feature has none.
    rows
        Column or tag -> value, a mapping for each feature.
    ids
        What the file calls each feature: its row, counted from 1, or `way/123`.
    crs
        The coordinate system that the file names; None where it names none.
    style
        How to understand the columns: as those of a table, as OpenStreetMap's tags, or as a district file.
    layers
        The layer that each feature comes from; empty where a file has only one.
    kinds
        Kind and rank of each feature, where the reader had to know them.
    left
        Elements that are no places by the table of tags.
    faults
        Features that are no places as they stand: position -> code.
    repaired
        Features that were read with a repair: position -> code.
    """

    format: str
    shapes: npt.NDArray[np.object_]
    rows: list[Mapping[str, Any]]
    ids: list[str]
    crs: str | None = "EPSG:4326"
    style: Style = "table"
    layers: list[str] = field(default_factory=list)
    kinds: list[tuple[str, str | None]] = field(default_factory=list)
    left: int = 0
    faults: dict[int, str] = field(default_factory=dict)
    repaired: dict[int, str] = field(default_factory=dict)


def as_array(shapes: Any) -> npt.NDArray[np.object_]:
    """Return shapes as an array of objects, also where there are none."""
    array = np.empty(len(shapes), dtype=object)
    array[:] = list(shapes)
    return array


def box_touches(
    shapes: npt.NDArray[np.object_], bbox: tuple[float, float, float, float]
) -> npt.NDArray[np.bool_]:
    """Return which shapes touch a box (west, south, east, north), whose edge belongs to it."""
    touching: npt.NDArray[np.bool_] = shapely.intersects(shapely.box(*bbox), shapes)
    return touching
