"""Coordinate reference systems: everything becomes WGS-84 longitude and latitude here, in that order.

This is the one place that decides the order of axes: x before y, longitude before latitude, whatever a
system's definition says.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyproj
import shapely
from pyproj.exceptions import CRSError, ProjError

from geo.datums import CHINA, Pair, from_bd09, from_gcj02, to_bd09, to_gcj02
from geo.distances import EARTH_RADIUS_M, from_local_m, haversine_m, metres_per_degree, to_local_m
from geo.errors import CrsError

__all__ = [
    "BD09",
    "CGCS2000",
    "CHINA",
    "EARTH_RADIUS_M",
    "GCJ02",
    "LAT",
    "LON",
    "WGS84",
    "Crs",
    "check_fit",
    "from_bd09",
    "from_gcj02",
    "from_local_m",
    "from_wgs84",
    "haversine_m",
    "metres_per_degree",
    "shapes_to_wgs84",
    "to_bd09",
    "to_gcj02",
    "to_local_m",
    "to_wgs84",
]

#: The names of the coordinate columns, everywhere.
LON: Final = "lon"
LAT: Final = "lat"

_EXPECTED = (
    "Expected wgs84, cgcs2000, gcj02, bd09, a code such as EPSG:4548, or a definition in WKT or PROJ form."
)
_CODE: Final = re.compile(r"\w+:\w+")
_NAMES: Final = {
    "wgs84": "EPSG:4326",
    "gps": "EPSG:4326",
    "crs84": "EPSG:4326",
    "ogc:crs84": "EPSG:4326",
    "urn:ogc:def:crs:ogc:1.3:crs84": "EPSG:4326",
    "cgcs2000": "EPSG:4490",
    "gcj02": "gcj02",
    "bd09": "bd09",
    "bd09ll": "bd09",
}
_SHIFTED: Final[dict[str, tuple[Callable[[Any, Any], Pair], Callable[[Any, Any], Pair]]]] = {
    "gcj02": (from_gcj02, to_gcj02),
    "bd09": (from_bd09, to_bd09),
}
#: Ellipsoids of this semi-major axis belong to datums whose middle is the earth's: without a published
#: transformation they are WGS-84 to within a metre or two. Those of older ones lie 100 m away.
_GEOCENTRIC_SEMI_MAJOR_M: Final = 6_378_137.0
#: How far, in units of the system, a place may be from itself after there and back: two published shifts
#: of a datum differ by metres, what has wrapped round the globe is off by far more.
_SAME_PLACE: Final = 1000.0
#: How far beyond the area that a system is made for a city's coordinates are still believed, in degrees.
_AREA_MARGIN: Final = 1.0


@dataclass(frozen=True, slots=True)
class Crs:
    """A coordinate reference system by its name: `gcj02`, `bd09`, a code (`EPSG:4548`) or WKT."""

    name: str

    @classmethod
    def parse(cls, text: Any) -> "Crs":
        """Read a coordinate reference system.

        Parameters
        ----------
        text
            `wgs84`, `cgcs2000`, `gcj02` or `bd09` (letter case, blanks and hyphens do not matter), a code
            such as `EPSG:4548` or 4548, WKT, a PROJ text, or what pyproj and geopandas hold.

        Raises
        ------
        CrsError
            What names no system; one without a place on the globe (heights, building plans, geocentric
            metres); one whose way to WGS-84 is not published.
        """
        if isinstance(text, cls):
            return text
        if text is None or text == "":
            raise CrsError(f"No coordinate reference system is given. {_EXPECTED}")
        return cls(_name_of(text) if isinstance(text, pyproj.CRS) else _name_of_text(str(text)))

    @property
    def is_degrees(self) -> bool:
        """Whether its coordinates are longitudes and latitudes, not lengths."""
        return self.name in _SHIFTED or bool(_definition(self.name).is_geographic)

    @property
    def label(self) -> str:
        """The name to show to people, with the code where there is one."""
        if self.name in _SHIFTED:
            return f"{self.name[:-2].upper()}-{self.name[-2:]}"
        words = _definition(self.name).name
        return f"{words} ({self.name})" if _CODE.fullmatch(self.name) else words

    def __str__(self) -> str:
        return self.name


WGS84: Final = Crs("EPSG:4326")
CGCS2000: Final = Crs("EPSG:4490")
GCJ02: Final = Crs("gcj02")
BD09: Final = Crs("bd09")


def to_wgs84(x: Any, y: Any, crs: Crs | str) -> Pair:
    """Convert coordinates of any system to WGS-84 longitudes and latitudes.

    Parameters
    ----------
    x, y
        Eastings and northings in the system's unit, or longitudes and latitudes in degrees; of one shape.
    crs
        Their system, as a value or in any form that `Crs.parse` reads.

    Returns
    -------
    Longitudes and latitudes in degrees, of the same shape; both NaN where a coordinate is missing,
    infinite, or no place on the globe in this system.

    Raises
    ------
    CrsError
        An unknown system, or shapes that differ.
    """
    crs = Crs.parse(crs)
    x, y = _finite(x, y)
    if crs == WGS84:
        lon, lat = x, y
    elif crs.name in _SHIFTED:
        lon, lat = _SHIFTED[crs.name][0](x, y)
    else:
        lon, lat = _unprojected(x, y, crs)
    on_globe = (np.abs(lon) <= 180) & (np.abs(lat) <= 90)
    return np.where(on_globe, lon, np.nan), np.where(on_globe, lat, np.nan)


def from_wgs84(lon: Any, lat: Any, crs: Crs | str) -> Pair:
    """Convert WGS-84 longitudes and latitudes to any system; the inverse of `to_wgs84`.

    Parameters
    ----------
    lon, lat
        In degrees; of one shape.
    crs
        The system wanted, as a value or in any form that `Crs.parse` reads.

    Returns
    -------
    Eastings and northings in the system's unit, or longitudes and latitudes in degrees, of the same shape;
    both NaN where a coordinate is missing, infinite or not on the globe, or the system does not reach.

    Raises
    ------
    CrsError
        An unknown system, or shapes that differ.
    """
    crs = Crs.parse(crs)
    lon, lat = _finite(lon, lat)
    on_globe = (np.abs(lon) <= 180) & (np.abs(lat) <= 90)
    lon, lat = np.where(on_globe, lon, np.nan), np.where(on_globe, lat, np.nan)
    if crs == WGS84:
        return lon, lat
    if crs.name in _SHIFTED:
        return _SHIFTED[crs.name][1](lon, lat)
    x, y = _transformers(crs.name)[1].transform(lon, lat)
    return _finite(x, y)


def _unprojected(x: npt.NDArray[np.float64], y: npt.NDArray[np.float64], crs: Crs) -> Pair:
    there, back = _transformers(crs.name)
    lon, lat = there.transform(x, y)
    if crs.is_degrees:
        return lon, lat
    # Lengths far outside a projection wrap round the globe or land anywhere on it: they do not come back.
    again_x, again_y = _finite(*back.transform(*_finite(lon, lat)))
    same = (np.abs(again_x - x) < _SAME_PLACE) & (np.abs(again_y - y) < _SAME_PLACE)
    return np.where(same, lon, np.nan), np.where(same, lat, np.nan)


def shapes_to_wgs84(shapes: Any, crs: Crs | str) -> Any:
    """Convert shapely shapes, one or an array, to WGS-84; missing and empty ones stay as they are.

    Raises
    ------
    CrsError
        An unknown system, or shapes that lie off the globe in this system.
    """
    crs = Crs.parse(crs)

    def convert(*xy: Any) -> Any:
        return to_wgs84(xy[0], xy[1], crs)

    converted = shapely.transform(shapes, convert, interleaved=False)
    coordinates, rows = shapely.get_coordinates(converted, return_index=True)
    off = np.unique(rows[np.isnan(coordinates).any(axis=1)])
    if len(off):
        raise CrsError(
            f"{len(off):,} of {np.size(converted):,} shapes lie off the globe in {crs.label}; first: "
            f"row {off[0]}. Expected shapes in this system; declare the one that they are in."
        )
    return converted


def check_fit(x: Any, y: Any, crs: Crs | str) -> None:
    """Raise where coordinates cannot be meant in a system: metres for degrees, the wrong zone or unit.

    Parameters
    ----------
    x, y
        A file's coordinates or a sample of them; of one shape. Missing ones and (0, 0) do not count.
    crs
        The system that they are said to be in.

    Raises
    ------
    CrsError
        More than half of the coordinates do not fit; the message says how, and an example.
    """
    crs = Crs.parse(crs)
    x, y = _finite(x, y)
    given = ~np.isnan(x) & ((x != 0) | (y != 0))
    x, y = x[given], y[given]
    if len(x) == 0:
        return
    like_degrees = (np.abs(x) <= 180) & (np.abs(y) <= 90)
    if crs.is_degrees:
        _check_most(like_degrees, x, y, f"are no degrees, but {crs.label} has degrees")
    else:
        _check_most(~like_degrees, x, y, f"look like degrees, but {crs.label} has lengths")
    lon, lat = to_wgs84(x, y, crs)
    west, south, east, north = _area(crs.name)
    in_width = (lon >= west) & (lon <= east) if west <= east else (lon >= west) | (lon <= east)
    in_area = in_width & (lat >= south) & (lat <= north)
    _check_most(in_area, x, y, f"lie outside the area that {crs.label} is made for")


def _check_most(fits: npt.NDArray[np.bool_], x: Any, y: Any, what: str) -> None:
    off = np.count_nonzero(~fits)
    if off * 2 > len(fits):
        row = int(np.argmin(fits))
        raise CrsError(
            f"{off:,} of {len(fits):,} coordinates {what}; first: {x[row]}, {y[row]}. "
            "Expected x or longitude before y or latitude; declare the system that they are in."
        )


def _finite(x: Any, y: Any) -> Pair:
    """Return both as float64, NaN wherever either is missing or infinite."""
    try:
        x, y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise CrsError(f"Coordinates that are not numbers: {error}.") from error
    if x.shape != y.shape:
        raise CrsError(f"Coordinates of shape {x.shape} and {y.shape}. Expected as many x as y.")
    both = np.isfinite(x) & np.isfinite(y)
    return np.where(both, x, np.nan), np.where(both, y, np.nan)


@cache
def _name_of_text(text: str) -> str:
    plain = re.sub(r"[\s_-]", "", text).lower()
    if plain in _NAMES:
        return _NAMES[plain]
    try:
        return _name_of(pyproj.CRS.from_user_input(int(plain) if plain.isdecimal() else text))
    except CRSError as error:
        raise CrsError(f"'{text}' is not a coordinate reference system. {_EXPECTED}") from error


def _name_of(crs: pyproj.CRS) -> str:
    """Return the code of a system where it has one, else its definition."""
    authority = None if crs.is_bound else crs.to_authority(min_confidence=100)
    name = ":".join(authority) if authority else crs.to_wkt()
    if not (crs.is_geographic or crs.is_projected or crs.is_bound or crs.is_compound):
        raise CrsError(f"{crs.name} is a {crs.type_name}, without a place on the map. {_EXPECTED}")
    _transformers(name)
    return _NAMES.get(name.lower(), name)


@cache
def _definition(name: str) -> pyproj.CRS:
    return pyproj.CRS.from_user_input(name)


@cache
def _area(name: str) -> tuple[float, float, float, float]:
    """Return west, south, east and north of the area that a system is made for, with a margin."""
    if name in _SHIFTED:
        return (-180, -90, 180, 90)
    area = _definition(name).area_of_use
    if area is None:
        return (-180, -90, 180, 90)
    margin = _AREA_MARGIN
    return (area.west - margin, area.south - margin, area.east + margin, area.north + margin)


@cache
def _transformers(name: str) -> tuple[pyproj.Transformer, pyproj.Transformer]:
    """Return the ways to and from WGS-84; both are safe to use from several threads."""
    crs = _definition(name)
    ellipsoid = crs.ellipsoid
    near_enough = ellipsoid is not None and ellipsoid.semi_major_metre == _GEOCENTRIC_SEMI_MAJOR_M
    try:
        there, back = (
            pyproj.Transformer.from_crs(source, target, always_xy=True, allow_ballpark=near_enough)
            for source, target in ((crs, "EPSG:4326"), ("EPSG:4326", crs))
        )
    except ProjError as error:
        raise CrsError(
            f"No transformation from {crs.name} to WGS-84 is published, and the two can lie 100 m apart. "
            "Convert to CGCS2000 with your surveyors' parameters, or give a PROJ text with +towgs84=…"
        ) from error
    return there, back
