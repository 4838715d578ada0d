"""A town whose two teams go out: cases in the cells of each, a photo, a reporter who can be reached."""

from datetime import timedelta
from pathlib import Path
from typing import Final

import polars as pl

from data.actors import OPERATOR
from data.clock import moment
from data.contacts import Contact
from data.cube import Cube
from data.store import Store
from data.workspace import Workspace
from tests.data import stores
from tests.data.pictures import encoded, scene
from tests.data.town_cells import disk, middle

#: What only the office may know.
SECRET: Final = "13800138000"
REPORTER: Final = "赵某某"
#: What is written in the cases of each team, so that they can be told apart.
TOLD: Final = {1: "东边的事", 2: "西边的事"}
CASES: Final = 3


def outing(path: Path) -> Store:
    """Make a store at a path: teams 1 and 2, each with `CASES` cases to work on; the first has a photo."""
    store = Store.open(stores.new_file(path), photos=str(path.with_name(f"{path.stem}-photos")))
    for name in ("东村", "西村"):
        store.add_team(name, actor=OPERATOR)
    publish(store, disk({1: 2, 2: 2}))
    for team, words in TOLD.items():
        lon, lat = middle(team)
        for number in range(CASES):
            given = {
                "category": ("illegal_parking", "flyposting", "manhole")[number],
                "lon": lon + 0.0004 * number,
                "lat": lat,
                "description": f"{words} {number}",
                "address": f"解放路 {team}{number} 号",
                "reported_at": moment() - timedelta(hours=30 + number),
            }
            case = store.report(given, actor=OPERATOR, contact=Contact(name=REPORTER, phone=SECRET)).id
            store.transition(case, "accept", actor=OPERATOR)
            store.transition(case, "dispatch", actor=OPERATOR, unit="环卫中心")
        picture = encoded(scene(team, width=640, height=480))
        store.add_photo(case, picture, actor=OPERATOR, role="before")
    return store


def publish(store: Store, frame: pl.DataFrame) -> None:
    """Bring territories into force."""
    before = store.edition_in_force(actor=OPERATOR)
    made = store.draft_territories("第一版", frame, actor=OPERATOR)
    store.publish_territories(
        made.id, actor=OPERATOR, version=1, replaces=None if before is None else before.id
    )


def workspace(store: Store) -> Workspace:
    """Return the store as who heads the city sees it."""
    return Workspace(store, Cube.open(store))
