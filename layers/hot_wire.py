"""Pack hot spots for the browser: a class for each cell, and what the classes are.

`GET /api/hotspots` is asked with the filter's own parameters, with `kind`, `res`, `ring`, `step` and `per`
(`data.hot_cells.HotAsked`) and `bbox` as of `/api/cells`. The answer is what `wire.pack_figures` writes: the
value of a cell is the place of its class in the meta data's `classes`, counted from 1; NaN is no class, and
most of those cells are left out. `n` are the reports behind it.

Meta data, beside `resolution`, `version`, `in_view` and `total` (reports behind all cells of the city):

- `kind`; `classes`, in the order of their codes: `slug`, `label`, `help`, `colour` (on a light map) and
  `cells`, how many there are in the whole city; `classed`, how many cells have any class;
- `note`: why there is no answer, in words, empty where there is one; `pending` where it is still being
  computed: the map asks again soon;
- `edges`: from which value on a cell belongs to each class, so that whatever shows figures of cells shows
  these too.

`GET /api/hotspots/reason`, asked with the same and `cell`, answers in JSON: `cell`, its `class` (a slug), the
`label` and `help` of that class, `n`, `figure` (null where there is none) and the `reason` in words.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from layers import hot_looks, hot_words, wire

#: The class of cells of which there is nothing to say.
NONE: Final = "none"


def pack(
    cells: npt.ArrayLike,
    codes: npt.ArrayLike,
    n: npt.ArrayLike,
    *,
    kind: str,
    classes: Sequence[str],
    counts: Sequence[int],
    meta: Mapping[str, Any],
    note: str = "",
    pending: bool = False,
) -> bytes:
    """Pack cells with their classes.

    Parameters
    ----------
    cells, n
        Shape (n,): as of `wire.pack_figures`.
    codes
        Shape (n,): the place of each cell's class in `classes`; 0 is no class.
    classes
        Slugs, `none` first.
    counts
        How many cells of each of them there are in the whole city.
    meta
        `resolution`, `total` and whatever else the receiver should know.
    note
        Why there is no answer, in words; empty where there is one.
    pending
        Whether there will be one soon.

    Raises
    ------
    CellError
        As of `wire.pack_figures`.
    """
    places = np.asarray(codes, np.float64)
    named = [one | {"cells": int(counts[at])} for at, one in enumerate(described(kind, classes), start=1)]
    head = {
        "measure": "hot",
        "decimals": 0,
        "signed": False,
        "few": 0,
        "edges": list(range(1, len(classes))),
        "kind": kind,
        "classes": named,
        "classed": int(sum(counts[1:])),
        "note": note,
        "pending": pending,
        **meta,
    }
    return wire.pack_figures(cells, np.where(places == 0, np.nan, places), n, head)


def described(kind: str, classes: Sequence[str]) -> list[dict[str, Any]]:
    """Return slug, words and colour of each class but `none`, in the order given."""
    words, looks = hot_words.class_words(kind), hot_looks.LOOKS[kind]
    return [
        {"slug": slug, **words[slug]._asdict(), "colour": hot_looks.colour_of(looks[slug])}
        for slug in classes
        if slug != NONE
    ]
