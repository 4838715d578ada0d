"""Whether closed cases came back, from the store on: against a loop over the demo zone's reports."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest

from data import clock, demo
from data.actors import Actor
from data.cube import Cube
from data.cube_scope import seen_by
from data.filters import NO_UNIT, Filter
from data.recurrence import BY, Returns, returns
from data.store import Store
from geo import cells

END = date(2026, 6, 17)
#: The end of the last day in the zone's own time.
UNTIL = datetime(2026, 6, 17, 16, tzinfo=UTC)


@pytest.fixture(scope="module")
def zone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[pl.DataFrame, Cube]]:
    made = demo.make(reports=3_000, seed=5, end=END).reports
    with Store.open(f"sqlite:///{tmp_path_factory.mktemp('returns') / 'zone.sqlite'}") as store:
        demo.build(store, reports=3_000, seed=5, end=END)
        at = pl.Series("cell", cells.from_points(made["lon"], made["lat"], 10))
        yield made.with_columns(at, unit=pl.col("unit").fill_null(NO_UNIT)), Cube.open(store)


def by_a_loop(rows: pl.DataFrame, key: str, days: int) -> dict[object, list[int]]:
    """Count judged, returned and waiting by a key, report by report."""
    floor = timedelta(minutes=1)
    made = [
        {**row, "at": row["reported_at"].replace(second=0, microsecond=0)}
        for row in rows.iter_rows(named=True)
    ]
    times: dict[tuple[str, int], list[datetime]] = {}
    for row in made:
        if row["status"] not in ("rejected", "merged"):
            times.setdefault((row["category"], row["cell"]), []).append(row["at"])
    found: dict[object, list[int]] = {}
    for row in made:
        if row["status"] != "closed":
            continue
        took = (row["closed_at"] - row["reported_at"]) // floor
        if took >= 30 * 1440:
            took -= took % 60
        closed = row["at"] + took * floor
        counted = found.setdefault(row[key], [0, 0, 0])
        if closed + timedelta(days=days) > UNTIL:
            counted[2] += 1
            continue
        counted[0] += 1
        again = times[row["category"], row["cell"]]
        counted[1] += any(closed < at <= closed + timedelta(days=days) for at in again)
    return found


def as_counts(found: Returns) -> dict[object, list[int]]:
    columns = ("judged", "returned", "waiting")
    return {row["key"]: [row[name] for name in columns] for row in found.table.iter_rows(named=True)}


@pytest.mark.parametrize(("by", "days"), [("category", 7), ("unit", 30), ("cell", 30)])
def test_returns_are_those_of_a_loop(zone: tuple[pl.DataFrame, Cube], by: str, days: int) -> None:
    rows, cube = zone
    found = returns(cube, Filter(), by, days=days)
    expected = by_a_loop(rows, by, days)

    assert as_counts(found) == expected
    totals = [sum(each) for each in zip(*expected.values(), strict=True)]
    assert [found.judged, found.returned, found.waiting] == totals
    assert totals[1] > 50 and totals[2] > 0


def test_the_filter_chooses_the_closed_cases_and_not_their_returns(zone: tuple[pl.DataFrame, Cube]) -> None:
    rows, cube = zone
    last = date(2026, 3, 31)
    found = returns(cube, Filter(end=last), "category", days=30)
    local = pl.col("reported_at").dt.convert_time_zone(demo.TZ).dt.date()
    early = rows.filter(local <= last)

    judged = Counter({key: n[0] for key, n in by_a_loop(early, "category", 30).items()})
    assert Counter({key: n[0] for key, n in as_counts(found).items()}) == judged
    late_ones = by_a_loop(early, "category", 30)
    assert found.returned > sum(n[1] for n in late_ones.values()), "returns of April count too"


def test_a_wider_window_and_a_wider_circle_find_more(zone: tuple[pl.DataFrame, Cube]) -> None:
    _, cube = zone
    shares = [returns(cube, Filter(), days=days).share for days in (7, 30, 90)]
    assert shares == sorted(shares)
    near = [returns(cube, Filter(), within_m=metres).returned for metres in (30, 50, 100)]
    assert near == sorted(near) and near[0] < near[2]
    assert {returns(cube, Filter(), by, within_m=50).returned for by in BY} == {near[1]}


def test_the_surely_worst_come_first_and_what_waits_alone_has_no_share(
    zone: tuple[pl.DataFrame, Cube],
) -> None:
    table = returns(zone[1], Filter(), "cell", days=90).table
    assert table["low"].drop_nulls().is_sorted(descending=True)
    alone = table.filter(pl.col("judged") == 0)
    assert alone.height and alone["share"].null_count() == alone.height
    known = table.filter(pl.col("judged") > 0)
    assert known.select(
        ((pl.col("low") <= pl.col("share")) & (pl.col("share") <= pl.col("high"))).all()
    ).item()


def test_a_city_whose_day_is_not_over_judges_up_to_now(
    zone: tuple[pl.DataFrame, Cube], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, cube = zone
    whole = returns(cube, Filter(), days=30)
    earlier = UNTIL - timedelta(days=60)
    monkeypatch.setattr(clock, "now", lambda: int(earlier.timestamp() * 1e6))
    assert returns(cube, Filter(), days=30).waiting > whole.waiting


def test_nothing_closed_is_an_empty_table(zone: tuple[pl.DataFrame, Cube]) -> None:
    for by in BY:
        found = returns(zone[1], Filter(categories=("nothing",)), by)
        assert (found.table.height, found.judged, found.waiting, found.low, found.high) == (0, 0, 0, 0, 1)


def test_who_sees_one_units_cases_gets_that_unit_alone(zone: tuple[pl.DataFrame, Cube]) -> None:
    rows, cube = zone
    unit = rows["unit"].value_counts(sort=True)["unit"][0]
    part = seen_by(cube, Actor("班长", "team_member", units=frozenset({unit})))
    found = returns(part, Filter(), "unit", days=30)
    assert as_counts(found) == by_a_loop(rows.filter(unit=unit), "unit", 30)
