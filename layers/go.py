"""The word to the map to look elsewhere."""

from typing import Final

from layers.element import ScriptLayer

_MOST_LAT: Final = 85.0


class GoTo(ScriptLayer):
    """Move a map that stays where it is on the page; it draws nothing.

    Parameters
    ----------
    stamp
        Tells one move from the next: the map goes there once for each stamp, however often it is sent.
    view
        Latitude and longitude in degrees, and the zoom.
    box
        West, south, east, north in degrees: what is to be seen, instead of `view`.
    """

    part = "go"

    def __init__(
        self,
        stamp: str,
        *,
        view: tuple[float, float, int] | None = None,
        box: tuple[float, float, float, float] | None = None,
    ) -> None:
        if (view is None) == (box is None):
            raise ValueError("Expected either a view (latitude, longitude, zoom) or a box.")
        if view and not (abs(view[0]) <= _MOST_LAT and abs(view[1]) <= 180 and 0 <= view[2] <= 24):
            raise ValueError(f"{view} is no view of a map. Expected latitude, longitude and zoom.")
        lat, lon, zoom = view or (None, None, None)
        super().__init__({"stamp": stamp, "lat": lat, "lon": lon, "zoom": zoom, "box": box})
