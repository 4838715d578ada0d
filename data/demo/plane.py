"""Two flat drawings of the demo zone: the plan, straight as a drawing board, and the ground in metres."""

from typing import Any, Final

import numpy as np
import numpy.typing as npt
import shapely

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

#: Where the origin of the ground lies, WGS-84 degrees.
CENTRE_LON: Final = 116.90
CENTRE_LAT: Final = 38.30

_TURN = np.radians(-6.5)
_EARTH_RADIUS_M = 6_371_008.8
_M_PER_DEGREE = np.pi * _EARTH_RADIUS_M / 180
_STEP_M = 25.0


def to_ground(u: Floats, v: Floats) -> tuple[Floats, Floats]:
    """Bend and turn plan coordinates into metres east and north of the centre.

    The plan holds straight streets at right angles; a town never does. The bend is smooth and at most some
    45 m, so what meets on the plan meets on the ground and what lies between two streets stays there.
    """
    x = u + 34 * np.sin(v / 560 + u / 2400 + 0.6) + 12 * np.sin(u / 340 + v / 900)
    y = v + 30 * np.sin(u / 620 - v / 2100 - 0.4) + 10 * np.sin(v / 310 + u / 800 + 1)
    return x * np.cos(_TURN) - y * np.sin(_TURN), x * np.sin(_TURN) + y * np.cos(_TURN)


def to_degrees(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Place metres east and north of the centre as lon, lat: equirectangular, true to 0.1 % over the zone.

    Seven decimals (a centimetre), so that two lines that share a point still do.
    """
    lon = CENTRE_LON + x / (_M_PER_DEGREE * np.cos(np.radians(CENTRE_LAT)))
    return np.round(lon, 7), np.round(CENTRE_LAT + y / _M_PER_DEGREE, 7)


def draw(plan: Any) -> Any:
    """Carry geometries from the plan to the ground, with a vertex every 25 m at least, so that they bend."""
    return shapely.transform(shapely.segmentize(plan, _STEP_M), lambda at: np.column_stack(to_ground(*at.T)))


def place(ground: Any) -> Any:
    """Carry geometries from the ground to lon/lat degrees."""
    return shapely.transform(ground, lambda at: np.column_stack(to_degrees(*at.T)))


def smooth(points: Floats, rounds: int = 4) -> shapely.LineString:
    """Round a polyline by cutting its corners (Chaikin), ends kept."""
    for _ in range(rounds):
        left, right = points[:-1], points[1:]
        cut = np.stack([left * 0.75 + right * 0.25, left * 0.25 + right * 0.75], axis=1).reshape(-1, 2)
        points = np.vstack([points[:1], cut, points[-1:]])
    return shapely.LineString(points)
