"""What the heat layer smooths: the positions of reports, what is weighed, and how far one should count."""

from math import pi, sqrt
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
from geo.cells import ANALYSIS_RESOLUTION, area_m2
from geo.errors import FilterError
from i18n import gettext as _

Degrees = npt.NDArray[np.float64]

#: What may be weighed: the measures that are numbers of reports, the usual one first.
WEIGHTS: Final = tuple(measure.name for measure in measures() if measure.counts)
#: Bandwidths that are offered, in metres.
BANDWIDTHS: Final = (50, 100, 200, 400, 800, 1600)

#: Around the typical report so many count as much as if they lay at the same place.
_ENOUGH: Final = 30
#: Positions are not known better than this.
_SMALLEST_M: Final = 100


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
    parts = [chosen(part, choice, "lon", "lat").collect().to_native() for part in cube.state.pieces]
    lon, lat = (
        parts[0][name].to_numpy() if len(parts) == 1 else np.concatenate([part[name] for part in parts])
        for name in ("lon", "lat")
    )
    return Positions(lon, lat)


def usual_bandwidth(cube: Cube) -> int:
    """Return the smallest bandwidth that steadies the surface of the whole city, in metres.

    Around the typical report so many others must count that chance does not make the picture: of n points
    per m² a quartic kernel of bandwidth h takes n · π h² / 3. No filter changes it, so the picture of one
    filter can be laid beside that of another.
    """
    counted = cube.counts(Filter(), ANALYSIS_RESOLUTION)
    if not counted.cells.size:
        return _SMALLEST_M
    order = np.argsort(counted.counts)
    sums = np.cumsum(counted.counts[order])
    typical = order[int(np.searchsorted(sums, sums[-1] / 2))]
    per_m2 = float(counted.counts[typical]) / float(area_m2(counted.cells[[typical]])[0])
    wanted = max(_SMALLEST_M, sqrt(3 * _ENOUGH / (pi * per_m2)))
    return next((bandwidth for bandwidth in BANDWIDTHS if bandwidth >= wanted), BANDWIDTHS[-1])


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
