"""Metres on the ground: distances between points, and a local plane around one."""

from typing import Any, Final

import numpy as np
import numpy.typing as npt

#: Mean radius of the earth (IUGG).
EARTH_RADIUS_M: Final = 6_371_008.8

_SEMI_MAJOR_M: Final = 6_378_137.0
_ECCENTRICITY_SQUARED: Final = 0.006_694_379_990_141_33


def haversine_m(lon: Any, lat: Any, other_lon: Any, other_lat: Any) -> npt.NDArray[np.float64]:
    """Return the great-circle distance between points, in metres.

    Parameters
    ----------
    lon, lat, other_lon, other_lat
        Degrees, WGS-84; shapes that broadcast.

    Returns
    -------
    Distances on a sphere of `EARTH_RADIUS_M`; up to 0.5 % off the ellipsoid's, exact to the millimetre
    for small ones.
    """
    lon, lat, other_lon, other_lat = (np.radians(value) for value in (lon, lat, other_lon, other_lat))
    chord = np.sin((other_lat - lat) / 2) ** 2
    chord = chord + np.cos(lat) * np.cos(other_lat) * np.sin((other_lon - lon) / 2) ** 2
    distance: npt.NDArray[np.float64] = 2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(np.clip(chord, 0, 1)))
    return distance


def metres_per_degree(lat: Any) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return the length of one degree of longitude and of one of latitude, in metres.

    Parameters
    ----------
    lat
        Latitudes in degrees, WGS-84.

    Returns
    -------
    East-west and north-south lengths on the WGS-84 ellipsoid, in the shape of `lat`.
    """
    phi = np.radians(np.asarray(lat, dtype=np.float64))
    flattened = 1 - _ECCENTRICITY_SQUARED * np.sin(phi) ** 2
    prime_vertical_m = _SEMI_MAJOR_M / np.sqrt(flattened)
    meridian_m = prime_vertical_m * (1 - _ECCENTRICITY_SQUARED) / flattened
    return np.radians(prime_vertical_m * np.cos(phi)), np.radians(meridian_m)


def to_local_m(
    lon: Any, lat: Any, *, around: tuple[float, float]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return metres east and north of a point, on a plane that touches the earth there.

    Parameters
    ----------
    lon, lat
        Degrees, WGS-84, of one shape.
    around
        Longitude and latitude of the middle. Within 10 km of it the plane is true to 0.2 %.

    Returns
    -------
    Metres east and metres north, in the shape of `lon`.
    """
    east_m, north_m = metres_per_degree(around[1])
    return (np.asarray(lon) - around[0]) * east_m, (np.asarray(lat) - around[1]) * north_m


def from_local_m(
    east_m: Any, north_m: Any, *, around: tuple[float, float]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return where points on the plane of `to_local_m` lie on the globe.

    Parameters
    ----------
    east_m, north_m
        Metres east and north of `around`, of one shape.
    around
        Longitude and latitude that the plane touches, in degrees.

    Returns
    -------
    Longitudes and latitudes in WGS-84 degrees, in the same shape.
    """
    east_scale, north_scale = metres_per_degree(around[1])
    return around[0] + np.asarray(east_m) / east_scale, around[1] + np.asarray(north_m) / north_scale
