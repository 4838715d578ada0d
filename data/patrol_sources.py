"""Which feeds are the patrols' own: their reports rise with the visits, those of residents do not."""

import json
from collections.abc import Iterable
from typing import Final

from data.actors import SYSTEM, Actor
from data.cube import Cube
from data.ingest.profiles import plain
from data.store import Store

PATROL_SOURCES: Final = "patrol_sources"

#: Words in the name of a feed that patrols and inspections write, until somebody says which ones they are.
_WORDS: Final = ("patrol", "inspect", "巡", "检查", "采集", "网格员")


def patrol_sources(cube: Cube) -> tuple[str, ...]:
    """Return the feeds with reports that patrols make: as somebody said, else by their names."""
    there = cube.sources()
    said = cube.store.fact(PATROL_SOURCES, actor=SYSTEM)
    if said is not None:
        return tuple(name for name in there if name in json.loads(said))
    return tuple(name for name in there if any(word in plain(name) for word in _WORDS))


def set_patrol_sources(store: Store, names: Iterable[str], *, actor: Actor) -> None:
    """Say which feeds are the patrols' own."""
    store.set_fact(PATROL_SOURCES, json.dumps(sorted(set(names)), ensure_ascii=False), actor=actor)
