"""What the routes read from an address."""

from typing import Final

from starlette.requests import Request

from geo import cells
from geo.errors import FilterError

#: West, south, east, north in WGS-84 degrees.
Bbox = tuple[float, float, float, float]

#: Python refuses to read numbers of some thousands of digits.
_MOST_DIGITS: Final = 9
_MOST_TOP: Final = 1e12
_BANDWIDTHS_M: Final = range(10, 10_001)


def read_bbox(request: Request) -> Bbox | None:
    """Read `bbox=west,south,east,north`.

    Returns
    -------
    The box, None where the address has none: everything is meant.

    Raises
    ------
    FilterError
        Not four numbers, or a box turned inside out.
    """
    text = request.query_params.get("bbox")
    if not text:
        return None
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError as error:
        raise FilterError(
            f"bbox '{text}' is not four numbers. Expected west,south,east,north in degrees."
        ) from error
    if not (west <= east and south <= north):
        raise FilterError(f"bbox '{text}' is turned inside out. Expected west,south,east,north in degrees.")
    return west, south, east, north


def read_resolution(request: Request) -> int:
    """Read `res`, the analysis resolution where the address has none."""
    text = request.query_params.get("res", str(cells.ANALYSIS_RESOLUTION))
    if text not in map(str, cells.RESOLUTIONS):
        raise FilterError(
            f"res '{text}' is not offered. Expected one of {', '.join(map(str, cells.RESOLUTIONS))}."
        )
    return int(text)


def read_limit(request: Request, *, default: int, most: int) -> int:
    """Read `limit`, at most what the route is willing to send."""
    text = request.query_params.get("limit", str(default))
    if not _is_number(text):
        raise FilterError(f"limit '{text}' is not a whole number.")
    return min(int(text), most)


def read_top(request: Request) -> float | None:
    """Read `top`, the end of a scale: a number above 0; None where the address has none."""
    text = request.query_params.get("top")
    if not text:
        return None
    try:
        top = float(text)
    except ValueError:
        top = 0.0
    if not 0 < top < _MOST_TOP:
        raise FilterError(f"top '{text}' is not a number above 0.")
    return top


def read_zoom(request: Request, *, default: int) -> int:
    """Read `zoom`, a whole number from 0 to 22."""
    text = request.query_params.get("zoom", str(default))
    if not _is_number(text) or int(text) > 22:
        raise FilterError(f"zoom '{text}' is not a whole number from 0 to 22.")
    return int(text)


def read_bandwidth(request: Request) -> int | None:
    """Read `bandwidth`, metres from 10 to 10,000; None where the address has none."""
    text = request.query_params.get("bandwidth")
    if not text:
        return None
    if not (_is_number(text) and int(text) in _BANDWIDTHS_M):
        raise FilterError(
            f"bandwidth '{text}' is not offered. Expected metres, a whole number from {_BANDWIDTHS_M[0]} to "
            f"{_BANDWIDTHS_M[-1]}."
        )
    return int(text)


def _is_number(text: str) -> bool:
    """Tell whether these are a few of the digits 0 to 9; `isdigit` also takes "²", which `int` does not."""
    return text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS
