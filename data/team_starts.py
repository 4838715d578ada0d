"""Where a team starts from, as somebody names it."""

from data.gazetteer import Found, Gazetteer
from geo.errors import TeamError
from i18n import gettext as _


def place_named(places: Gazetteer, text: str) -> Found:
    """Return the likeliest place of a name, as people type it.

    Raises
    ------
    TeamError
        No place is called that; a position or a cell is no place that a team can be tied to.
    """
    found = next((one for one in places.find(text) if one.place_id is not None), None)
    if found is None:
        raise TeamError(
            _("No place is called '{name}'. Give the name of a street, compound or area.", name=text.strip())
        )
    return found
