"""The density of reports as a smooth surface."""

from i18n import N_
from layers.density import DensityLayer


class HeatLayer(DensityLayer):
    """A surface of reports per km², fetched from `/api/heat` as the map moves.

    See `heat_wire` for the shape of the answer.
    """

    part = "heat"
    usual_title = N_("Reports per km²")
