"""A position as people type it. Knows no Streamlit."""

import re
from typing import Final

from geo.errors import CrsError
from i18n import gettext as _

_NUMBER: Final = re.compile(r"[-+]?\d+(?:\.\d+)?")
_MARK: Final = re.compile(r"(?<![a-z])[nsew](?![a-z])|[北南东東西]", re.IGNORECASE)
_PART: Final = re.compile(f"{_NUMBER.pattern}|{_MARK.pattern}", re.IGNORECASE)
#: What a letter says: whether it is the latitude's, and the sign.
_SIDES: Final = {
    **dict.fromkeys("nN北", (True, 1)),
    **dict.fromkeys("sS南", (True, -1)),
    **dict.fromkeys("eE东東", (False, 1)),
    **dict.fromkeys("wW西", (False, -1)),
}


def read_position(text: str) -> tuple[float, float]:
    """Read latitude and longitude in degrees (WGS-84), as maps and telephones write them.

    Where only one order is possible, it is taken; two numbers that could be either count as latitude first.
    N, S, E and W (北, 南, 东, 西), before or behind both numbers, say which is which and on which side.

    Raises
    ------
    CrsError
        Not two numbers, letters that do not fit them, or no place on the earth.
    """
    found = [float(number) for number in _NUMBER.findall(text.replace("，", ","))]
    if len(found) != 2:
        raise CrsError(
            _("'{text}' is no position. Expected two numbers such as 38.30412, 116.87654.", text=text)
        )
    lat, lon = found
    marks = _MARK.findall(text)
    if marks:
        lat, lon = _sided(text, found, marks)
    elif abs(lat) > 90 >= abs(lon):
        lat, lon = lon, lat
    if abs(lat) > 90 or abs(lon) > 180:
        raise CrsError(_("'{text}' lies on no map: latitude to 90, longitude to 180 degrees.", text=text))
    return lat, lon


def _sided(text: str, numbers: list[float], marks: list[str]) -> tuple[float, float]:
    """Return latitude and longitude of numbers that say their sides of the equator and of Greenwich."""
    order = [_MARK.fullmatch(part) is not None for part in _PART.findall(text)]
    sides = [_SIDES[mark] for mark in marks]
    fits = order in ([True, False, True, False], [False, True, False, True])
    if not fits or sides[0][0] == sides[1][0] or any(number < 0 for number in numbers):
        raise CrsError(
            _(
                "'{text}' is no position. Expected one number with N or S and one with E or W, "
                "such as 41.8781° N, 87.6298° W.",
                text=text,
            )
        )
    first, second = (number * sign for number, (_is_lat, sign) in zip(numbers, sides, strict=True))
    return (first, second) if sides[0][0] else (second, first)
