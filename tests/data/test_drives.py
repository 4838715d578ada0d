"""Drives: what makes one, how the store keeps them, and that the demo zone's are found for what they are."""

import json
from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from sqlalchemy import text

from data import demo
from data.actors import OPERATOR, SYSTEM, VIEWER, Actor
from data.cube import Cube
from data.database import write_transaction
from data.drives import MOST_DAYS, Drive
from data.effect import WEEKS_BEFORE, measured, place_cells
from data.effect_words import (
    cautions,
    change_words,
    next_door_words,
    quotient_words,
    short_words,
    spared_words,
    verdict_words,
)
from data.filters import Filter
from data.store import Store
from geo import cells
from geo.effect_verdict import Verdict, verdict
from geo.errors import NotAllowedError, NotEnoughDataError, SavedError, StoreError
from i18n import use_locale

END = date(2026, 6, 17)
ANN, BEN = Actor("李娜", "dispatcher"), Actor("Ben", "analyst")
CELLS = tuple(sorted(int(c) for c in cells.disk([0x8A2A1072B59FFFF], 1)[1]))
DAYS = date(2026, 3, 1), date(2026, 3, 7)
DRIVE = Drive.of(CELLS, *DAYS, ["street_vendor"])


@pytest.fixture(scope="module")
def zone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cube]:
    with Store.open(f"sqlite:///{tmp_path_factory.mktemp('drives') / 'zone.sqlite'}") as store:
        demo.build(store, reports=12_000, seed=2, end=END)
        yield Cube.open(store)


def planted(cube: Cube, category: str) -> Drive:
    kept = cube.store.saved("drive", actor=VIEWER)
    return next(found for one in kept if (found := Drive.from_params(one.params)).categories == (category,))


def test_a_drive_is_kept_as_it_was_changed_deleted_and_taken_back(store: Store) -> None:
    kept = store.keep_drive("Market", DRIVE, actor=ANN)
    assert (kept.kind, kept.cells, Drive.from_params(kept.params)) == ("drive", CELLS, DRIVE)
    assert store.saved("drive", actor=ANN) == [kept]
    assert store.saved("view", actor=ANN) == [] == store.saved("cells", actor=ANN)
    other = Drive.of(CELLS[:3], *DAYS)
    changed = store.change_saved(kept.id, actor=ANN, version=1, drive=other)
    assert Drive.from_params(changed.params) == other
    gone = store.delete_saved(kept.id, actor=ANN, version=2)
    assert store.saved("drive", actor=ANN) == []
    assert store.restore_saved(kept.id, actor=ANN, version=gone.version).params == other.to_params()


def test_a_drive_is_its_makers_until_it_is_shared(store: Store) -> None:
    kept = store.keep_drive("Market", DRIVE, actor=ANN)
    assert store.saved("drive", actor=BEN) == []
    with pytest.raises(StoreError, match="Nothing is kept"):
        store.change_saved(kept.id, actor=BEN, version=1, drive=DRIVE)
    store.change_saved(kept.id, actor=ANN, version=1, shared=True)
    assert [one.changeable for one in store.saved("drive", actor=BEN)] == [False]
    with pytest.raises(NotAllowedError):
        store.change_saved(kept.id, actor=BEN, version=2, drive=DRIVE)


def test_a_drive_is_not_overwritten_by_a_view(store: Store) -> None:
    kept = store.keep_drive("Market", DRIVE, actor=ANN)
    with pytest.raises(SavedError, match="a drive by a drive"):
        store.change_saved(kept.id, actor=ANN, version=1, params={})


def test_a_check_finds_a_drive_that_cannot_be_read_and_the_list_still_comes(store: Store) -> None:
    store.keep_drive("Market", DRIVE, actor=ANN)
    assert store.check(actor=OPERATOR).ok
    for broken in ("[1]", "{}", "x", json.dumps({"in": "10~!", "from": "2026-01-01", "to": "2026-01-02"})):
        with write_transaction(store._engine) as connection:
            connection.execute(text("UPDATE saved SET content = :broken"), {"broken": broken})
        assert store.check(actor=OPERATOR).lost_saved == 1
        assert [(one.params, one.cells) for one in store.saved("drive", actor=ANN)] == [({}, ())]


@pytest.mark.parametrize(
    ("cells_of", "days", "why"),
    [
        ((), DAYS, "choose its cells"),
        ((5,), DAYS, "not"),
        ((CELLS[0], 0x8928308280FFFFF), DAYS, "resolution"),
        (CELLS, DAYS[::-1], "ends before that"),
        (CELLS, (DAYS[0], DAYS[0] + timedelta(days=MOST_DAYS)), "no before and after"),
    ],
)
def test_what_is_no_drive_is_refused(cells_of: tuple[int, ...], days: tuple[date, date], why: str) -> None:
    with pytest.raises(SavedError, match=why):
        Drive.of(cells_of, *days)


@pytest.mark.parametrize("params", [None, [], {}, {"in": "10~x"}, {"from": "2026-01-01", "to": "2026-01-02"}])
def test_what_is_no_drive_is_not_read_as_one(params: object) -> None:
    with pytest.raises(SavedError):
        Drive.from_params(params)


def test_the_demo_offers_its_two_drives_to_everybody(zone: Cube) -> None:
    kept = zone.store.saved("drive", actor=BEN)
    assert [(one.owner, one.shared) for one in kept] == [(SYSTEM.name, True)] * 2
    assert {Drive.from_params(one.params).categories for one in kept} == {
        ("shop_spill_out",),
        ("street_vendor",),
    }
    assert any("谷雨巷" in one.name and "Guyu Lane" in one.name for one in kept)
    assert all(one.changeable for one in zone.store.saved("drive", actor=VIEWER))


def test_the_drive_that_worked_worked_and_the_one_that_came_back_came_back(zone: Cube) -> None:
    use_locale("en")
    worked = measured(zone, planted(zone, "shop_spill_out"))
    assert verdict(worked.found) == "fell"
    assert worked.found.ratio.high < 0.4, "94 % were taken away; a part of what is left is ordinary"
    assert "Reports fell by" in verdict_words(worked.found)
    assert "reports fewer" in spared_words(worked.found)
    back = measured(zone, planted(zone, "street_vendor"))
    assert verdict(back.found) == "came_back"
    assert "then came back" in verdict_words(back.found)
    assert spared_words(back.found) == "" == next_door_words(back.found)
    assert measured(zone, back.drive) is back, "kept until the data change"


def test_the_weeks_of_a_drive_belong_to_neither_side_and_all_counts_are_the_cubes(zone: Cube) -> None:
    drive = planted(zone, "shop_spill_out")
    result = measured(zone, drive)
    series = result.series
    before, after = series.filter(period="before"), series.filter(period="after")

    assert before.height == WEEKS_BEFORE
    assert (before["week"].dt.offset_by("6d") < drive.first).all()
    assert (after["week"] > drive.last).all()
    assert series["week"].diff().drop_nulls().unique().to_list() == [timedelta(weeks=1)]
    for part in (before, after):
        last = part["week"][-1] + timedelta(days=6)
        days = Filter(categories=drive.categories, cells=drive.cells, start=part["week"][0], end=last)
        assert part["treated"].sum() == zone.total(days)
    assert result.cells["before"].sum() == result.found.treated.before
    assert before["matched"].mean() == pytest.approx(before["treated"].mean()), "raised to the same level"
    assert not set(result.matched_cells.tolist()) & set(cells.grow(drive.cells).tolist())
    assert set(result.neighbour_cells.tolist()) <= set(cells.grow(drive.cells).tolist()) - set(drive.cells)


def test_a_drive_at_the_ends_of_the_data_says_what_is_missing(zone: Cube) -> None:
    use_locale("en")
    there = planted(zone, "shop_spill_out").cells
    late, first = END - timedelta(days=20), zone.period()
    assert first is not None
    with pytest.raises(NotEnoughDataError, match="whole weeks have passed since the drive; after 4"):
        measured(zone, Drive.of(there, late, late))
    with pytest.raises(NotEnoughDataError, match="whole weeks before the drive"):
        measured(zone, Drive.of(there, first[0], first[0]))
    everything = zone.counts(Filter(), 10).cells
    with pytest.raises(NotEnoughDataError, match="too few cells"):
        measured(zone, Drive.of(everything.tolist(), date(2026, 1, 1), date(2026, 1, 7)))


def test_a_drive_where_nothing_was_ever_reported_cannot_be_told(zone: Cube) -> None:
    use_locale("en")
    found = measured(zone, Drive.of(CELLS, date(2026, 1, 1), date(2026, 1, 7))).found
    assert verdict(found) == "few"
    assert verdict_words(found) == "Whether it worked cannot be told: 0 reports before the drive."
    assert next_door_words(found) == "" == quotient_words(found)
    assert cautions(found) == []


def test_the_cells_of_a_place_hold_nearly_all_its_reports(zone: Cube) -> None:
    counted = zone.by_place(Filter()).drop_nulls("place_id")
    number = counted["place_id"][0]
    there = place_cells(zone, number, "street")
    inside = zone.total(Filter(places=(number,), cells=there))
    assert inside >= 0.95 * counted["n"][0]
    assert zone.total(Filter(places=(number,), cells=there[1:])) < inside
    assert place_cells(zone, 999_999, "street") == ()


def test_each_verdict_has_words_and_changes_are_written_with_their_sign() -> None:
    use_locale("en")
    verdicts: tuple[Verdict, ...] = Verdict.__args__
    assert len({short_words(one) for one in verdicts}) == len(verdicts)
    written = [change_words(one) for one in (0.38, 1.004, 2.5, np.inf, np.nan)]
    assert [words.replace("\u00a0", " ") for words in written] == [
        "-62 %",
        "±0 %",
        "+150 %",
        "any rise",
        "–",
    ]


def test_the_table_of_cells_is_in_order_and_has_no_infinite_ends(zone: Cube) -> None:
    table = measured(zone, planted(zone, "street_vendor")).cells
    assert table["before"].is_sorted(descending=True)
    assert table.select(pl.col("ratio", "low", "high").is_finite().all()).row(0) == (True,) * 3


def test_an_older_demo_zone_gets_its_drives_and_deleted_ones_stay_away(store: Store) -> None:
    demo.build(store, reports=300, seed=2, end=END)
    with write_transaction(store._engine) as connection:
        connection.execute(text("DELETE FROM saved"))
        connection.execute(text("DELETE FROM fact WHERE name = 'demo_drives'"))
    assert demo.complete(store)
    first, second = store.saved("drive", actor=VIEWER)
    store.delete_saved(first.id, actor=VIEWER, version=first.version)
    assert not demo.complete(store)
    assert store.saved("drive", actor=VIEWER) == [second]
