"""Which field team a question is about: a member's own, for who heads the city the one that is asked for."""

from typing import Any, Final

from data.workspace import Workspace
from geo.errors import FilterError, NotAllowedError
from i18n import gettext as _

#: Teams have numbers of fewer digits; Python refuses to read numbers of some thousands.
_MOST_DIGITS: Final = 9


def team_asked(here: Workspace, asked: Any = None) -> int:
    """Return the number of the team that a question is about.

    Parameters
    ----------
    asked
        What the address or the body says, a number or its digits; None or an empty text where it says
        nothing, which only a member may.

    Raises
    ------
    FilterError
        It is no number, or there is none and the viewer is of no team.
    NotAllowedError
        The viewer is of another team.
    """
    own = here.viewer.team
    if asked is None or asked == "":
        if own is None:
            raise FilterError(_("Say which team: team=1."))
        return own
    text = str(asked)
    if isinstance(asked, bool) or not (text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS):
        raise FilterError(_("'{value}' is not the number of a team.", value=text[:40]))
    if own is not None and int(text) != own:
        raise NotAllowedError(_("This is for team {asked}, and you are of team {own}.", asked=text, own=own))
    return int(text)
