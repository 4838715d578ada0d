"""What nobody walks across on a straight line: the railways and waters of a store."""

from functools import lru_cache
from typing import Final

from shapely.geometry.base import BaseGeometry

from data.actors import SYSTEM, Actor
from data.place_tables import places_version
from data.store import Store

KINDS: Final = ("railway", "water")


def walking_barriers(store: Store, *, actor: Actor) -> tuple[BaseGeometry, ...]:
    """Return the barriers of a city, read once for each state of its places."""
    return _read(store, places_version(store, actor=actor))


@lru_cache(maxsize=4)
def _read(store: Store, version: str) -> tuple[BaseGeometry, ...]:
    del version
    return tuple(store.places(actor=SYSTEM, kinds=[*KINDS]).geometry)  # places are for everybody
