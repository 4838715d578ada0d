"""One place on the map that somebody points at."""

from i18n import gettext as _
from layers.element import ScriptLayer


class SpotLayer(ScriptLayer):
    """A pin that a click puts down, or Enter in the middle of the map, or the device's own position.

    Parameters
    ----------
    lon, lat
        Where it is now, WGS-84 degrees; None where nobody has pointed yet. A place out of sight brings the
        map there.

    In Streamlit a click becomes the component's value: `{"spot": {"lat", "lon"}, "accuracy", "stamp"}`, the
    accuracy in metres where the device said the place. Devices tell it to pages from https or localhost only.
    """

    part = "spot"

    def __init__(self, *, lon: float | None = None, lat: float | None = None) -> None:
        super().__init__(
            {
                "lon": lon if lat is not None else None,
                "lat": lat if lon is not None else None,
                "find": _("Where I am"),
                "unfound": _("This device does not say where it is. Click on the map instead."),
            }
        )
