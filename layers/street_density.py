"""Streets in the colours of how densely reports lie along them."""

from typing import Any

from i18n import N_
from layers.density import DensityLayer


class StreetDensityLayer(DensityLayer):
    """Streets coloured by reports per km, from `/api/street-lines` and `/api/street-density`.

    See `street_wire` for their shapes. The bandwidth is measured along streets.

    Parameters
    ----------
    query
        A filter as a query string.
    places
        Version of the places: another one makes the map fetch the streets again.
    options
        Those of `DensityLayer`.
    """

    part = "along"
    usual_title = N_("Reports per km of street")

    def __init__(self, query: str = "", *, places: str = "", **options: Any) -> None:
        super().__init__(query, **options)
        self.options["places"] = places
