"""Put a file's places into a store, all of them or none."""

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from data.actors import Actor
from data.case_places import Progress
from data.ingest.rejects import rejects_path
from data.place_ingest.reading import ReadPlaces, read_places
from data.place_ingest.reasons import PlaceNotice
from data.place_ingest.rejects import write_rejects
from data.place_ingest.summary import PlaceSummary

if TYPE_CHECKING:
    from data.store import Store

#: Looks at what was read before it is written: it may notice something, or raise a `GezhiError` to stop it.
Guard = Callable[[ReadPlaces, "Store"], Sequence[PlaceNotice]]


def import_places(
    path: Path | str,
    store: "Store",
    *,
    actor: Actor,
    replace: str | None = None,
    source: str | None = None,
    rejects: Path | str | None = None,
    guard: Guard | None = None,
    progress: Progress | None = None,
    **options: Any,
) -> PlaceSummary:
    """Put a file's places into a store and find out where the cases belong now; again, it changes nothing.

    Parameters
    ----------
    path
        The file; it is only read.
    replace
        The source that the file is the whole of: its places that the file lacks are retired.
    source
        The name of the feed that the ids belong to; `replace` where that is said.
    rejects
        Where the rejected features go; else a file in the imports folder of the home.
    guard
        Asked before anything is written.
    progress
        Told how many cases were looked at, of how many, and how many belong elsewhere.
    options
        Those of `read_places`.

    Raises
    ------
    ImportFileError
        The file cannot be read; nothing of it is in the store.
    CrsError
        A missing or unknown coordinate system, or coordinates that cannot be meant in it.
    StoreError
        The store refuses; nothing of the file is in it.
    """
    begun = perf_counter()
    path = Path(path)
    found = read_places(path, source=source or replace, **options)
    noticed = guard(found, store) if guard is not None else ()
    kept = rejects_path(path, rejects, suffix=".geojson") if found.rejects else None
    if kept is not None:
        write_rejects(found.rejects, kept)
    try:
        written = store.write_places(found.places, actor=actor, replace=[replace] if replace else [])
    except BaseException:
        if kept is not None:
            kept.unlink(missing_ok=True)
        raise
    relocated = 0
    if not store.is_located(actor=actor):
        relocated = store.locate(actor=actor, progress=progress)
    own = Counter(written.states[: found.features])
    made = Counter(written.states[found.features :])
    return PlaceSummary(
        name=found.name,
        format=found.format,
        source=found.source,
        crs=found.crs,
        read=found.read,
        new=own["new"],
        changed=own["changed"],
        unchanged=own["unchanged"],
        rejected=len(found.rejects),
        retired=written.retired,
        relocated=relocated,
        streets={state: made[state] for state in ("new", "changed", "unchanged")},
        left=found.left,
        kinds=dict(Counter(found.places["kind"]).most_common()),
        reasons=dict(Counter(reject.code for reject in found.rejects).most_common()),
        repaired=found.repaired,
        overlaps=found.overlaps,
        warnings=(*found.notices, *noticed),
        area_faults=tuple(store.area_faults(actor=actor)["words"]),
        columns_unused=found.unused,
        rejects_path=kept,
        seconds=perf_counter() - begun,
    )
