"""What a camera noted in a picture: where and when it was taken, and which way up it was held."""

import math
import re
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Any, Final, TypeVar

from PIL import Image

_ORIENTATION: Final = 0x0112
_EXIF_IFD: Final = 0x8769
_GPS_IFD: Final = 0x8825
#: Time and offset from UTC of the exposure; of the digitisation where that is missing.
_TIME_TAGS: Final = ((0x9003, 0x9011), (0x9004, 0x9012))
_GPS_LAT_REF, _GPS_LAT, _GPS_LON_REF, _GPS_LON = 1, 2, 3, 4
_GPS_TIME, _GPS_DATUM, _GPS_DATE, _GPS_ERROR_M = 7, 18, 29, 31

_MOMENT: Final = re.compile(r"(\d{4})\D(\d\d)\D(\d\d)\D(\d\d)\D(\d\d)\D(\d\d)")
_OFFSET: Final = re.compile(r"([+-])(\d\d):?(\d\d)$")

#: What Pillow and a broken value raise between them; such a value counts as not there.
_BROKEN: Final = (
    ArithmeticError, AttributeError, EOFError, LookupError, OSError, SyntaxError, TypeError, ValueError,
    struct.error,
)  # fmt: skip

_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class Taken:
    """Where and when a picture was taken, as far as its camera said; offered, and kept nowhere by itself.

    `lon` and `lat` are degrees in the datum that the camera names (WGS-84 where it names none),
    `accuracy_m` is its own estimate, `at` is UTC.
    """

    lon: float | None = None
    lat: float | None = None
    accuracy_m: float | None = None
    datum: str | None = None
    at: datetime | None = None

    @property
    def has_position(self) -> bool:
        """Whether the camera said where."""
        return self.lon is not None and self.lat is not None


def read_taken(image: Image.Image, *, tz: tzinfo) -> Taken:
    """Read where and when a picture was taken.

    Parameters
    ----------
    image
        As opened; its EXIF block may be missing, cut short or nonsense.
    tz
        The zone of cameras that note local time without an offset.

    Returns
    -------
    What could be read; None for everything else. The point (0, 0), where cameras without a fix place
    themselves, is no position.
    """
    blocks = _blocks(image)
    if blocks is None:
        return Taken()
    _, exposure, gps = blocks
    position = _safely(lambda: _position(gps))
    lon, lat = position or (None, None)
    return Taken(
        lon=lon,
        lat=lat,
        accuracy_m=_safely(lambda: _positive(gps.get(_GPS_ERROR_M))) if position else None,
        datum=_safely(lambda: _text(gps.get(_GPS_DATUM))) if position else None,
        at=_safely(lambda: _exposed_at(exposure, tz)) or _safely(lambda: _satellite_time(gps)),
    )


def read_orientation(image: Image.Image) -> int:
    """Return the EXIF orientation, 1 (upright) to 8; 1 where there is none that makes sense."""
    blocks = _blocks(image)
    value = blocks[0].get(_ORIENTATION) if blocks else None
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def _blocks(image: Image.Image) -> tuple[Mapping[int, Any], Mapping[int, Any], Mapping[int, Any]] | None:
    """Return the main, the exposure and the GPS block; None where EXIF cannot be read at all."""
    exif = _safely(image.getexif)
    if exif is None:
        return None
    exposure = _safely(lambda: exif.get_ifd(_EXIF_IFD))
    gps = _safely(lambda: exif.get_ifd(_GPS_IFD))
    return dict(exif), exposure or {}, gps or {}


def _safely(read: Callable[[], _Value]) -> _Value | None:
    try:
        return read()
    except _BROKEN:
        return None


def _position(gps: Mapping[int, Any]) -> tuple[float, float] | None:
    lat = _degrees(gps[_GPS_LAT], _text(gps[_GPS_LAT_REF]), "NS")
    lon = _degrees(gps[_GPS_LON], _text(gps[_GPS_LON_REF]), "EW")
    possible = abs(lon) <= 180 and abs(lat) <= 90 and (lon, lat) != (0, 0)
    return (lon, lat) if possible else None


def _degrees(parts: Any, side: str | None, sides: str) -> float:
    """Return signed degrees; a value without its hemisphere is an error, since its sign is unknown."""
    degrees, minutes, seconds = (float(part) for part in (*parts, 0, 0)[:3])
    value = degrees + minutes / 60 + seconds / 3600
    return value * (1, -1)[sides.index((side or "?").upper())]


def _positive(value: Any) -> float | None:
    number = float(value)
    return number if math.isfinite(number) and number > 0 else None


def _text(value: Any) -> str | None:
    text = value.decode("ascii") if isinstance(value, bytes) else value
    return text.strip("\0 ") or None if isinstance(text, str) else None


def _exposed_at(exposure: Mapping[int, Any], tz: tzinfo) -> datetime | None:
    for time_tag, offset_tag in _TIME_TAGS:
        found = _MOMENT.match(_text(exposure.get(time_tag)) or "")
        if found:
            zone = _offset(_text(exposure.get(offset_tag))) or tz
            year, month, day, hour, minute, second = (int(part) for part in found.groups())
            return datetime(year, month, day, hour, minute, second, tzinfo=zone).astimezone(UTC)
    return None


def _offset(text: str | None) -> tzinfo | None:
    if text in ("Z", "z"):
        return UTC
    found = _OFFSET.match(text or "")
    if not found:
        return None
    ahead = timedelta(hours=int(found[2]), minutes=int(found[3]))
    return timezone(ahead if found[1] == "+" else -ahead)


def _satellite_time(gps: Mapping[int, Any]) -> datetime | None:
    """Return the time of the last fix, which is UTC by definition."""
    day = datetime.strptime(_text(gps[_GPS_DATE]) or "", "%Y:%m:%d").replace(tzinfo=UTC)
    hours, minutes, seconds = (float(part) for part in gps[_GPS_TIME])
    return day + timedelta(hours=hours, minutes=minutes, seconds=int(seconds))
