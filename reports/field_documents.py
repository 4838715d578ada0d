"""What a field team takes along: its day as a file for phones without a network, and as a sheet for paper."""

import logging
from dataclasses import dataclass
from typing import Any, Final

from data.field_day import day, team_viewer
from data.field_routes import routes_in
from data.route_json import route_json
from data.workspace import Workspace
from geo.errors import GezhiError
from reports.pack import Pack, pack
from reports.team_sheet import sheet_name, team_sheet

_log: Final = logging.getLogger(__name__)


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
            _day(here, team),
            read_photo=lambda name: here.store.photo_bytes(name, actor=viewer, size="thumb"),
            address=self._address or address,
        )

    def sheet(self, here: Workspace, team: int | None = None, *, address: str = "") -> Sheet:
        """Make the sheet of a team; parameters and errors as of `pack`."""
        told = _day(here, team)
        return Sheet(sheet_name(told), team_sheet(told, address=self._address or address))


def _day(here: Workspace, team: int | None) -> dict[str, Any]:
    """Return a team's day with the route of its shift; a team goes out without one rather than not at all."""
    told = day(here, team=team)
    number = told["team"]["id"]
    try:
        return told | {"route": route_json(routes_in(here).of(number))}
    except GezhiError as why:
        _log.warning("The route of team %s could not be planned: %s", number, why)
        return told
