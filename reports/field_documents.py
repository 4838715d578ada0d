"""What a field team takes along: its day as a file for phones without a network, and as a sheet for paper."""

from dataclasses import dataclass
from typing import Any

from data.actors import Actor
from data.field_day import day, team_viewer
from data.field_routes import routes_in
from data.route_json import route_json
from data.workspace import Workspace
from geo.errors import TeamError
from reports.pack import Pack, pack
from reports.team_sheet import sheet_name, team_sheet


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet that was made: the name of the reader's copy and what is in it."""

    name: str
    html: str


class FieldDocuments:
    """Makes the documents of field teams, in the locale in use.

    Who heads the whole city makes those of any team, who is of a team those of the own one.

    Parameters
    ----------
    address
        Where phones reach the server; empty where that is not known.
    """

    def __init__(self, address: str = "") -> None:
        self._address = address

    def pack(self, here: Workspace, team: int | None = None, *, address: str = "") -> Pack:
        """Make the pack of a team; the viewer's own where None.

        Parameters
        ----------
        address
            Where the server was reached now, for where none is set.

        Raises
        ------
        NotAllowedError
            It is another team than the viewer's own.
        TeamError
            There is no such team, or none is named.
        """
        viewer = team_viewer(here, team)
        return pack(
            day(here, team=team) | {"route": _route(here, viewer)},
            read_photo=lambda name: here.store.photo_bytes(name, actor=viewer, size="thumb"),
            address=self._address or address,
        )

    def sheet(self, here: Workspace, team: int | None = None, *, address: str = "") -> Sheet:
        """Make the sheet of a team; parameters and errors as of `pack`."""
        told = day(here, team=team)
        return Sheet(sheet_name(told), team_sheet(told, address=self._address or address))


def _route(here: Workspace, viewer: Actor) -> dict[str, Any] | None:
    """Return the route to take along; None for a team that cannot be planned for, which its page says."""
    try:
        return route_json(routes_in(here).of(viewer.team or 0))
    except TeamError:
        return None
