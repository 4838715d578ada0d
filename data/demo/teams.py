"""The field teams of the demo zone: one starts from each of its points of volunteers."""

from contextlib import suppress

from data.actors import SYSTEM
from data.demo.zone import SOURCE
from data.store import Store
from geo.errors import TeamError


def write(store: Store) -> int:
    """Add the zone's field teams to a store that never had one, and return how many those are."""
    if store.teams(actor=SYSTEM, retired=True):
        return 0
    places = store.places(actor=SYSTEM, kinds=["team"], sources=[SOURCE])
    for place in places.itertuples():
        with suppress(TeamError):  # another program opens the zone at this moment, and was first
            store.add_team(place.name, en=place.attributes["name_en"], place_id=int(place.id), actor=SYSTEM)
    return len(places)
