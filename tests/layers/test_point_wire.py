"""Packed clusters: what goes in comes out, in few bytes."""

from typing import Any

import numpy as np
import pytest

from geo.errors import CellError
from geo.point_squares import Gathered, gather, grid_over
from layers import point_wire

KINDS = ("parking", "posters")
META = {"kinds": KINDS, "names": {"category": {}, "status": {}}, "total": 9, "side": 4, "version": "1"}
BOX = (116.8, 38.2, 117.0, 38.4)


def city(n: int, *, side: int = 2**16) -> tuple[Gathered, dict[str, Any]]:
    rng = np.random.default_rng(5)
    code = rng.integers(0, 3, n).astype(np.uint16)
    gathered = gather(
        grid_over(BOX, side=side, most=10**7),
        rng.normal(116.9, 0.02, n),
        rng.normal(38.3, 0.02, n),
        code=code,
        kind_of=[0, 1, 2],
        state=rng.integers(0, 2, n).astype(np.uint8),
        is_marked=[0, 1],
        kinds=3,
    )
    rows = gathered.row[gathered.n == 1]
    names = np.array(["parking", "posters", "cables"])
    singles = {
        "id": (rows * 7 % 4_000 + 1).tolist(),
        "category": names[code[rows]].tolist(),
        "status": rng.choice(["closed", "reported"], len(rows)).tolist(),
        "flags": rng.integers(0, 4, len(rows)),
    }
    return gathered, singles


def test_clusters_come_out_as_they_went_in() -> None:
    gathered, singles = city(3_000)
    columns, meta = point_wire.unpack(point_wire.pack(gathered, singles, META))

    assert (columns["n"] == gathered.n).all()
    assert (columns["open"] == gathered.marked).all()
    assert (columns["kinds"] == gathered.kinds).all()
    assert np.abs(columns["lon"] - gathered.lon).max() < 1e-6
    assert np.abs(columns["lat"] - gathered.lat).max() < 1e-6
    alone = gathered.n == 1
    assert 0 < alone.sum() < len(alone)
    assert columns["id"][alone].tolist() == singles["id"]
    assert columns["flags"][alone].tolist() == singles["flags"].tolist()
    for name, listed in (("category", "categories"), ("status", "statuses")):
        assert [meta[listed][int(place)] for place in columns[name][alone]] == singles[name]
    assert meta["in_view"] == gathered.n.sum()
    assert meta["open"] == gathered.marked.sum()
    assert meta["kinds"] == list(KINDS)


def test_the_box_of_a_cluster_holds_all_its_points() -> None:
    gathered, singles = city(3_000)
    columns, _meta = point_wire.unpack(point_wire.pack(gathered, singles, META))
    several = gathered.n > 1
    for low, high in (("west", "east"), ("south", "north")):
        assert (columns[low][several] <= getattr(gathered, low)[several]).all()
        assert (columns[high][several] >= getattr(gathered, high)[several]).all()
        assert (columns[high] - columns[low] < 2e-6 + getattr(gathered, high) - getattr(gathered, low)).all()


def test_a_view_of_two_hundred_thousand_reports_takes_a_few_kilobytes() -> None:
    gathered, singles = city(200_000, side=2**14)
    assert gathered.n.sum() > 190_000
    assert len(point_wire.pack(gathered, singles, META)) < 6 * 4_096


def test_no_clusters_are_packed_too() -> None:
    gathered, singles = city(0)
    columns, meta = point_wire.unpack(point_wire.pack(gathered, singles, META))
    assert len(columns["n"]) == meta["in_view"] == 0


def test_what_does_not_belong_together_is_refused() -> None:
    gathered, singles = city(100)
    with pytest.raises(CellError, match="Expected one entry of each column"):
        point_wire.pack(gathered, singles | {"id": singles["id"][1:]}, META)
    with pytest.raises(CellError, match="Expected 2 kinds, got 3"):
        point_wire.pack(gathered, singles, META | {"kinds": ("parking",)})


def test_bytes_that_are_no_clusters_are_refused() -> None:
    packed = point_wire.pack(*city(100), META)
    with pytest.raises(CellError, match="do not begin with 'GZK1'"):
        point_wire.unpack(b"GZC1" + packed[4:])
    with pytest.raises(CellError, match="cut off"):
        point_wire.unpack(packed[:-1])
