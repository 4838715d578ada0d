"""The datums of Chinese map services, GCJ-02 and BD-09, from and to WGS-84.

Both shift WGS-84 by a few hundred metres in a pattern that has no closed inverse. The way back is a fixed
point: the shift varies so slowly (about 1 part in 100) that subtracting the shift at the last estimate
gains two digits a step, until the last bits of a float64.

Outside a box around China (`CHINA`) both are WGS-84 itself. Within about a kilometre of the box's edge a
shifted point from inside can fall on one from outside; the way back then gives the one inside.

Source: neither datum is published. The formulas are those that circulate since 2010 and agree with what the
map services give; the tests check them against published pairs of points.
"""

from collections.abc import Callable
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from geo.errors import CrsError

Degrees: TypeAlias = npt.NDArray[np.float64]
Pair: TypeAlias = tuple[Degrees, Degrees]

#: West, south, east and north of the box in which GCJ-02 and BD-09 differ from WGS-84, in WGS-84 degrees.
CHINA: Final = (72.004, 0.8293, 137.8347, 55.8271)

#: Krasovsky's ellipsoid of 1940, on which the shift in metres becomes one in degrees.
_SEMI_MAJOR_M: Final = 6_378_245.0
_ECCENTRICITY_SQUARED: Final = 0.006_693_421_622_965_943_23

_BAIDU_WAVE: Final = np.pi * 3000 / 180
_BAIDU_EAST, _BAIDU_NORTH = 0.0065, 0.006

#: Five steps leave 1e-7 m, six leave the last bits (measured over the whole box).
_STEPS: Final = 6
#: Points a block: its intermediate arrays stay in the processor's cache.
_BLOCK: Final = 16_384


def to_gcj02(lon: Any, lat: Any) -> Pair:
    """Shift WGS-84 degrees to GCJ-02 (Amap, Tencent, WeChat).

    Parameters
    ----------
    lon, lat
        Degrees of one shape; NaN stays NaN.

    Returns
    -------
    Longitudes and latitudes of the same shape.
    """
    return _by_block(_to_gcj02, lon, lat)


def from_gcj02(lon: Any, lat: Any) -> Pair:
    """Shift GCJ-02 degrees back to WGS-84, to within 1e-8 m of what `to_gcj02` was given."""
    return _by_block(_from_gcj02, lon, lat)


def to_bd09(lon: Any, lat: Any) -> Pair:
    """Shift WGS-84 degrees to BD-09 (Baidu), which is GCJ-02 shifted once more."""
    return _by_block(_to_bd09, lon, lat)


def from_bd09(lon: Any, lat: Any) -> Pair:
    """Shift BD-09 degrees back to WGS-84, to within 1e-8 m of what `to_bd09` was given."""
    return _by_block(_from_bd09, lon, lat)


def _by_block(convert: Callable[[Degrees, Degrees], Pair], lon: Any, lat: Any) -> Pair:
    lon, lat = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    if lon.shape != lat.shape:
        raise CrsError(f"Longitudes of shape {lon.shape}, latitudes of {lat.shape}. Expected one shape.")
    east, north = np.empty(lon.size), np.empty(lon.size)
    flat_lon, flat_lat = lon.reshape(-1), lat.reshape(-1)
    for start in range(0, lon.size, _BLOCK):
        block = slice(start, start + _BLOCK)
        east[block], north[block] = _near_china(convert, flat_lon[block], flat_lat[block])
    return east.reshape(lon.shape), north.reshape(lon.shape)


def _near_china(convert: Callable[[Degrees, Degrees], Pair], lon: Degrees, lat: Degrees) -> Pair:
    """Convert what lies in or beside the box; leave the rest, which may be no coordinates at all, alone."""
    near = _within(lon, lat, margin=1)
    east, north = convert(np.where(near, lon, np.nan), np.where(near, lat, np.nan))
    return np.where(np.isnan(east), lon, east), np.where(np.isnan(north), lat, north)


def _to_gcj02(lon: Degrees, lat: Degrees) -> Pair:
    return _unless_outside(lon, lat, _moved(_shift, lon, lat))


def _from_gcj02(lon: Degrees, lat: Degrees) -> Pair:
    found = _solve(_shift, lon, lat)
    return _unless_outside(*found, found)


def _to_bd09(lon: Degrees, lat: Degrees) -> Pair:
    return _unless_outside(lon, lat, _moved(_baidu_shift, *_moved(_shift, lon, lat)))


def _from_bd09(lon: Degrees, lat: Degrees) -> Pair:
    found = _solve(_shift, *_solve(_baidu_shift, lon, lat))
    return _unless_outside(*found, found)


def _moved(shift: Callable[[Degrees, Degrees], Pair], lon: Degrees, lat: Degrees) -> Pair:
    east, north = shift(lon, lat)
    return lon + east, lat + north


def _solve(shift: Callable[[Degrees, Degrees], Pair], lon: Degrees, lat: Degrees) -> Pair:
    """Find the point that the shift moves to this one."""
    guess_lon, guess_lat = lon, lat
    for _ in range(_STEPS):
        east, north = shift(guess_lon, guess_lat)
        guess_lon, guess_lat = lon - east, lat - north
    return guess_lon, guess_lat


def _unless_outside(lon: Degrees, lat: Degrees, moved: Pair) -> Pair:
    """Return what was moved where this WGS-84 position lies in the box, else NaN."""
    within = _within(lon, lat)
    return np.where(within, moved[0], np.nan), np.where(within, moved[1], np.nan)


def _within(lon: Degrees, lat: Degrees, *, margin: float = 0) -> npt.NDArray[np.bool_]:
    west, south, east, north = CHINA
    in_width: npt.NDArray[np.bool_] = (lon >= west - margin) & (lon <= east + margin)
    return in_width & (lat >= south - margin) & (lat <= north + margin)


def _shift(lon: Degrees, lat: Degrees) -> Pair:
    """Return how far east and north, in degrees, GCJ-02 lies of this WGS-84 point."""
    x, y = lon - 105, lat - 35
    # Waves of 6, 3, 1 and 1/3 degrees and of 12 and 30 times pi: three of the six sines follow from others.
    third_x, third_y = np.sin(np.pi / 3 * x), np.sin(np.pi / 3 * y)
    sin_x, sin_y = _tripled(third_x), _tripled(third_y)
    double_x = 2 * sin_x * _tripled_cosine(np.cos(np.pi / 3 * x))
    short = 20 * (_tripled(double_x) + double_x)
    long_x = 20 * sin_x + 40 * third_x + 150 * np.sin(np.pi / 12 * x) + 300 * np.sin(np.pi / 30 * x)
    long_y = 20 * sin_y + 40 * third_y + 160 * np.sin(np.pi / 12 * y) + 320 * np.sin(np.pi / 30 * y)
    root = np.sqrt(np.abs(x))
    east_m = 300 + x + 2 * y + 0.1 * x * (x + y) + 0.1 * root + (short + long_x) * (2 / 3)
    north_m = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + (short + long_y) * (2 / 3)

    phi = np.radians(lat)
    flattened = 1 - _ECCENTRICITY_SQUARED * np.sin(phi) ** 2
    prime_vertical_m = _SEMI_MAJOR_M / np.sqrt(flattened)
    meridian_m = prime_vertical_m * (1 - _ECCENTRICITY_SQUARED) / flattened
    return np.degrees(east_m / (prime_vertical_m * np.cos(phi))), np.degrees(north_m / meridian_m)


def _tripled(sine: Degrees) -> Degrees:
    """Return the sine of three times the angle with this sine."""
    return sine * (3 - 4 * sine * sine)


def _tripled_cosine(cosine: Degrees) -> Degrees:
    """Return the cosine of three times the angle with this cosine."""
    return cosine * (4 * cosine * cosine - 3)


def _baidu_shift(lon: Degrees, lat: Degrees) -> Pair:
    """Return how far east and north, in degrees, BD-09 lies of this GCJ-02 point."""
    radius = np.hypot(lon, lat) + 0.00002 * np.sin(lat * _BAIDU_WAVE)
    angle = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * _BAIDU_WAVE)
    return radius * np.cos(angle) + _BAIDU_EAST - lon, radius * np.sin(angle) + _BAIDU_NORTH - lat
