"""Where a team's shift starts from and ends: the place of the team, else the middle of its cells."""

from dataclasses import dataclass

import numpy as np

from data.actors import Actor
from data.field_shifts import FieldShift
from data.store import Store
from data.teams import Team
from geo.cells import centres
from geo.errors import TeamError
from i18n import gettext as _


@dataclass(frozen=True, slots=True)
class RouteEnds:
    """Longitude and latitude of the start, and what the place is called; empty for a point of the map."""

    start: tuple[float, float]
    name: str


def route_ends(store: Store, team: Team, shift: FieldShift, *, actor: Actor) -> RouteEnds:
    """Return where a shift starts from.

    Raises
    ------
    TeamError
        Nobody chose a point, the team has no place, and no cells either.
    """
    if shift.start is not None:
        return RouteEnds(shift.start, "")
    if team.place_id is not None:
        place = store.place(team.place_id, actor=actor)
        at = place.geometry.representative_point()
        return RouteEnds((float(at.x), float(at.y)), place.name or "")
    theirs = store.territories(actor=actor)
    cells = theirs.filter(team_id=team.id)["cell"].to_numpy()
    if not len(cells):
        raise TeamError(
            _("'{name}' has no place to start from and no cells. Choose a start on the map.", name=team.name)
        )
    lon, lat = centres(cells)
    return RouteEnds((float(np.mean(lon)), float(np.mean(lat))), _("middle of the cells"))
