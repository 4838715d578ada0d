"""The drives that the demo zone offers from the start: the two that are planted in its reports."""

from datetime import timedelta
from typing import Final

import polars as pl

from data.actors import SYSTEM
from data.categories import delivered
from data.demo.chances import Truth
from data.demo.streets import streets
from data.drives import Drive
from data.store import Store

#: The fact that says that the drives were written: whoever deletes them does not find them again.
FACT: Final = "demo_drives"
#: What kinds of stories are drives.
_KINDS: Final = ("rectified", "relapsed")
#: A drive takes a week.
_DAYS: Final = 7
#: Cells with less of a story than this were not visited.
_LEAST_SHARE: Final = 0.01


def drives(truth: Truth) -> dict[str, Drive]:
    """Return the planted drives by their names."""
    english = {street.name: street.english for street in streets()}
    words = {row["slug"]: (row["zh"], row["en"]) for row in delivered().iter_rows(named=True)}
    found = {}
    for story in truth.stories.filter(pl.col("kind").is_in(_KINDS)).iter_rows(named=True):
        zh, en = words[story["category"]]
        place = story["place"]
        name = f"{place}{zh}整治 · {english.get(place, place)}: {en}"
        there = truth.cells.filter(story=story["story"]).filter(pl.col("share") >= _LEAST_SHARE)
        first = story["since"]
        last = first + timedelta(days=_DAYS - 1)
        found[name] = Drive.of(there["cell"].to_list(), first, last, [story["category"]])
    return found


def write(store: Store, truth: Truth) -> None:
    """Keep the drives in a store, as the system's own, shared with everybody; those of a name once only."""
    there = {one.name for one in store.saved("drive", actor=SYSTEM)}
    for name, drive in drives(truth).items():
        if name in there:
            continue
        kept = store.keep_drive(name, drive, actor=SYSTEM)
        store.change_saved(kept.id, actor=SYSTEM, version=kept.version, shared=True)
    store.set_fact(FACT, "1", actor=SYSTEM)
