"""A position as people type it. Knows no Streamlit."""

import re
from typing import Final

from geo.errors import CrsError
from i18n import gettext as _

_NUMBER: Final = re.compile(r"[-+]?\d+(?:\.\d+)?")


def read_position(text: str) -> tuple[float, float]:
    """Read latitude and longitude in degrees (WGS-84), as maps and telephones write them.

    Where only one order is possible, it is taken; two numbers that could be either count as latitude first.

    Raises
    ------
    CrsError
        Not two numbers, or no place on the earth.
    """
    found = [float(number) for number in _NUMBER.findall(text.replace("，", ","))]
    if len(found) != 2:
        raise CrsError(
            _("'{text}' is no position. Expected two numbers such as 38.30412, 116.87654.", text=text)
        )
    lat, lon = found
    if abs(lat) > 90 >= abs(lon):
        lat, lon = lon, lat
    if abs(lat) > 90 or abs(lon) > 180:
        raise CrsError(_("'{text}' lies on no map: latitude to 90, longitude to 180 degrees.", text=text))
    return lat, lon
