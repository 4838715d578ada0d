"""Duplicates in the store: suggested where they are, joined and parted again without losing anybody."""

from dataclasses import replace

import polars as pl
import pytest

from data import known_cases
from data.actors import OPERATOR, Actor
from data.cases import Case
from data.contacts import Contact
from data.duplicate_store import REVIEWED, SIMILAR
from data.duplicates import find_candidates
from data.schema import REPORT
from data.statuses import STATUS_GROUPS
from data.store import Store
from geo.errors import NotAllowedError, StoreError, TransitionError
from tests.data.pictures import encoded, scene
from tests.data.planted import plant

HOLE = {"category": "manhole", "lon": 116.9, "lat": 38.3, "description": "路口的井盖丢了，很危险"}
NEAR = HOLE | {"lon": 116.9001, "description": "井盖丢了，危险"}
ELSEWHERE = HOLE | {"lon": 116.95}
ANN, BOB = Actor("居民甲", "resident"), Actor("居民乙", "resident")


def a_city(store: Store, n: int = 3_000) -> pl.DataFrame:
    """Fill a store with planted reports, a third of them done, and return them with their ids."""
    reports = plant(n, seed=4, side_m=2000).reports.sort("reported_at")
    done = pl.int_range(pl.len()) % 3 == 0
    frame = reports.with_columns(
        source=pl.lit("planted"),
        external_id=pl.col("id").cast(pl.String),
        status=pl.when(done).then(pl.lit("closed")).otherwise(pl.lit("reported")),
        closed_at=pl.when(done).then(pl.col("reported_at") + pl.duration(hours=30)),
    )
    missing = [
        pl.lit(None, dtype=dtype).alias(name) for name, dtype in REPORT.items() if name not in frame.columns
    ]
    store.write_reports(frame.with_columns(missing).select(*REPORT).cast(REPORT), actor=OPERATOR)
    return frame.with_columns(id=pl.int_range(1, pl.len() + 1, dtype=pl.Int64))


def without_clock(case: Case) -> tuple[object, ...]:
    """Return all of a case but its number of events and the hours that are left."""
    due = case.deadline.due if case.deadline else None
    return replace(case.state, version=0), case.report, case.areas, due, case.allowed


def test_two_residents_report_one_thing_and_nobody_is_lost_on_the_whole_way(store: Store) -> None:
    first = store.report(HOLE, actor=ANN, contact=Contact(phone="1"))
    store.report(ELSEWHERE, actor=ANN)
    suggested = store.similar(NEAR, actor=BOB)
    assert suggested["issue_id"].to_list() == [first.id]
    assert suggested["score"][0] > 0.9
    assert suggested["why"][0].startswith("9 m away, same category, at the same time")
    second = store.report(NEAR, actor=BOB, contact=Contact(phone="2"))
    review = store.duplicates(actor=OPERATOR)
    assert review.select("into", "issue_id").rows() == [(first.id, second.id)]

    before = [store.case(number, actor=OPERATOR) for number in (first.id, second.id)]
    store.merge(second.id, first.id, actor=OPERATOR, reason="同一处")
    assert {one.phone for one in store.contacts(first.id, actor=OPERATOR)} == {"1", "2"}
    assert store.duplicates(actor=OPERATOR).is_empty()
    assert store.case(second.id, actor=BOB).state.reporter == "居民乙"
    store.unmerge(second.id, actor=OPERATOR)
    after = [store.case(number, actor=OPERATOR) for number in (first.id, second.id)]
    assert [without_clock(case) for case in after] == [without_clock(case) for case in before]
    assert (after[1].version, before[1].version) == (3, 1)
    assert [one.phone for one in store.contacts(first.id, actor=OPERATOR)] == ["1"]
    assert [one.phone for one in store.contacts(second.id, actor=OPERATOR)] == ["2"]
    assert store.duplicates(actor=OPERATOR).select("into", "issue_id").rows() == [(first.id, second.id)]
    assert store.check(actor=OPERATOR).ok


def test_intake_suggests_what_a_comparison_with_every_case_finds(store: Store) -> None:
    city = a_city(store)
    everything = city.drop("photo_hashes")
    is_open = everything.filter(pl.col("status").is_in(STATUS_GROUPS["open"]))
    with store._reading(OPERATOR) as connection:
        usual = known_cases.learn(connection)
    found = 0
    for row in everything.tail(60).to_dicts():
        report = {name: row[name] for name in ("category", "lon", "lat", "description", "reported_at")}
        new = pl.DataFrame([report | {"id": None}], schema_overrides={"id": pl.Int64})
        expected = find_candidates(new, is_open, usual=usual, history=everything, limit=5)
        suggested = store.similar(report, actor=OPERATOR)
        assert suggested["issue_id"].to_list() == expected["candidate"].to_list()
        assert suggested["score"].to_list() == pytest.approx(expected["score"].to_list())
        found += len(suggested)
    assert found > 30


def test_the_same_photo_makes_a_suggestion_from_far_away_until_it_is_taken_away(store: Store) -> None:
    sent = encoded(scene(1))
    store.report(ELSEWHERE, actor=OPERATOR)
    assert store.similar(HOLE, actor=OPERATOR).is_empty()
    hashes = [store.inspect_photo(sent, actor=ANN).hash]
    assert store.similar(HOLE | {"photo_hashes": hashes}, actor=ANN).is_empty()
    photo = store.add_photo(1, sent, actor=OPERATOR).photo
    suggested = store.similar(HOLE | {"photo_hashes": hashes}, actor=ANN)
    assert suggested["issue_id"].to_list() == [1]
    assert "same photo" in suggested["why"][0]
    store.remove_photo(1, photo.seq, actor=OPERATOR, reason="认错了")
    assert store.similar(HOLE | {"photo_hashes": hashes}, actor=ANN).is_empty()


def test_review_weighs_photos_too(store: Store) -> None:
    for report in (HOLE | {"description": None}, HOLE | {"lon": 116.9008, "description": None}):
        store.report(report, actor=OPERATOR)
    plain = store.duplicates(actor=OPERATOR)
    for number in (1, 2):
        store.add_photo(number, encoded(scene(1)), actor=OPERATOR)
    found = store.duplicates(actor=OPERATOR)
    assert found["sure"].to_list() == [True]
    assert "same photo" in found["why"][0]
    assert plain.is_empty() or plain["score"][0] < found["score"][0]


def test_a_pair_that_was_judged_apart_is_not_offered_again(store: Store) -> None:
    for report in (HOLE, NEAR, HOLE | {"lon": 116.90005}):
        store.report(report, actor=OPERATOR)
    assert {(step["into"], step["issue_id"]) for step in store.duplicates(actor=OPERATOR).to_dicts()} == {
        (1, 2),
        (1, 3),
    }
    for pair in ((2, 1), (1, 3), (1, 2)):
        store.apart(*pair, actor=OPERATOR, reason="两个井盖")
    assert store.duplicates(actor=OPERATOR).select("into", "issue_id").rows() == [(2, 3)]
    assert store.case(1, actor=OPERATOR).version == 1
    store.merge(2, 1, actor=OPERATOR, reason="还是同一处")
    assert store.check(actor=OPERATOR).ok


def test_apart_needs_a_reason_two_cases_and_somebody_who_may_merge(store: Store) -> None:
    for report in (HOLE, NEAR):
        store.report(report, actor=OPERATOR)
    for wrong, error in (
        ((1, 1, "不同"), TransitionError),
        ((1, 2, " "), TransitionError),
        ((1, 9, "不同"), StoreError),
    ):
        with pytest.raises(error):
            store.apart(*wrong[:2], actor=OPERATOR, reason=wrong[2])
    with pytest.raises(NotAllowedError, match="That is for: manager, dispatcher, administrator"):
        store.apart(1, 2, actor=Actor("队员", "team_member"), reason="不同")


def test_review_stays_within_the_actors_part_of_the_city_and_the_unit_asked_for(store: Store) -> None:
    for place, unit in ((HOLE, "甲队"), (NEAR, "甲队"), (ELSEWHERE, "乙队"), (ELSEWHERE, "乙队")):
        store.report(place | {"unit": unit}, actor=OPERATOR)
    pairs = {(1, 2), (3, 4)}
    assert set(store.duplicates(actor=OPERATOR).select("into", "issue_id").rows()) == pairs
    assert store.duplicates(actor=OPERATOR, unit="乙队").select("into", "issue_id").rows() == [(3, 4)]
    team = Actor("队员", "team_member", units=frozenset({"甲队"}))
    assert store.duplicates(actor=team).select("into", "issue_id").rows() == [(1, 2)]
    assert store.duplicates(actor=team, unit="乙队").columns == list(REVIEWED)
    assert store.duplicates(actor=OPERATOR, limit=1).height == 1


def test_what_is_closed_merged_or_rejected_is_no_suggestion(store: Store) -> None:
    for _each in range(4):
        store.report(HOLE, actor=OPERATOR)
    store.transition(1, "close", actor=OPERATOR, reason="好了")
    store.transition(2, "reject", actor=OPERATOR, reason="不属实")
    store.merge(3, 4, actor=OPERATOR, reason="同一处")
    assert store.similar(HOLE, actor=OPERATOR)["issue_id"].to_list() == [4]
    assert store.duplicates(actor=OPERATOR).is_empty()


def test_an_empty_store_suggests_nothing_and_half_a_report_is_refused(store: Store) -> None:
    empty = store.similar(HOLE, actor=OPERATOR)
    assert (empty.height, empty.columns) == (0, list(SIMILAR))
    assert store.duplicates(actor=OPERATOR).height == 0
    with pytest.raises(StoreError, match="must not be empty: lat"):
        store.similar({"category": "manhole", "lon": 116.9}, actor=OPERATOR)


def test_a_suggestion_tells_no_more_than_its_columns(store: Store) -> None:
    store.report(HOLE, actor=ANN, contact=Contact(phone="13900000000"))
    told = store.similar(NEAR, actor=BOB)
    assert told.columns == list(SIMILAR)
    assert "路口" not in str(told.to_dicts())
    assert "13900000000" not in str(told.to_dicts())
    assert "居民甲" not in str(told.to_dicts())
