"""What the heat layer smooths: the positions of reports, what is weighed, and how far one should count."""

from functools import lru_cache
from math import log
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from data.codes import Box
from data.counts import Choice, chosen
from data.cube import Cube
from data.cube_choice import OPEN_CODES
from data.filters import Filter
from data.measure_counts import overdue
from data.measured import this_minute
from data.measures import measures
from geo.bandwidth import chosen_bandwidth
from geo.errors import FilterError, NotEnoughDataError
from i18n import gettext as _

Degrees = npt.NDArray[np.float64]

#: What may be weighed: the measures that are numbers of reports, the usual one first.
WEIGHTS: Final = tuple(measure.name for measure in measures() if measure.counts)
#: Bandwidths that are offered, in metres.
BANDWIDTHS: Final = (50, 100, 200, 400, 800, 1600)

#: Positions are not known better than this.
_SMALLEST_M: Final = 100
#: Where there are too few reports to choose from.
_OF_FEW_M: Final = 400
#: The choice is made again when there are so many times as many reports: pictures of two days stay
#: comparable, and a new report costs nothing.
_GROWTH: Final = 1.1


class Positions(NamedTuple):
    """Where reports lie: longitudes and latitudes, degrees, in any order."""

    lon: Degrees
    lat: Degrees


def positions(
    cube: Cube, where: Filter, weight: str, *, bbox: Box | None = None, minute: int | None = None
) -> Positions:
    """Return where the reports lie that a weight counts.

    Parameters
    ----------
    weight
        One of `WEIGHTS`.
    bbox
        West, south, east, north: only those in this box.
    minute
        Of the moment by which cases are overdue (`data.measured.this_minute`); now where None.

    Raises
    ------
    FilterError
        A weight that is none.
    """
    choice = _weighed(cube.choice(where, bbox=bbox), weight, minute)
    state = cube.state
    pieces = state.pieces if choice.predicates() else state.parts  # all rows are there already, uncopied
    parts = [chosen(part, choice, "lon", "lat").collect().to_native() for part in pieces]
    lon, lat = (
        parts[0][name].to_numpy() if len(parts) == 1 else np.concatenate([part[name] for part in parts])
        for name in ("lon", "lat")
    )
    return Positions(lon, lat)


def usual_bandwidth(cube: Cube) -> int:
    """Return the bandwidth that foretells the reports of the whole city best, in metres.

    See `geo.bandwidth`; at least 100 m. No filter changes it, so the picture of one filter can be laid beside
    that of another, and it is chosen again only when there are a tenth more reports.
    """
    n = len(cube.state)
    return _chosen(cube, round(log(n) / log(_GROWTH)) if n else 0)


@lru_cache(maxsize=32)
def _chosen(cube: Cube, size: int) -> int:
    del size
    try:
        return chosen_bandwidth(*positions(cube, Filter(), WEIGHTS[0]), least_m=_SMALLEST_M).metres
    except NotEnoughDataError:
        return _OF_FEW_M


def checked_weight(weight: str) -> str:
    """Return the weight.

    Raises
    ------
    FilterError
        It is none.
    """
    if weight not in WEIGHTS:
        raise FilterError(
            _("'{value}' cannot be weighed. Expected one of {known}.", value=weight, known=", ".join(WEIGHTS))
        )
    return weight


def _weighed(choice: Choice, weight: str, minute: int | None) -> Choice:
    checked_weight(weight)
    if weight == "overdue":
        return overdue(choice, this_minute() if minute is None else minute)
    return choice.of_status(OPEN_CODES) if weight == "open" else choice
