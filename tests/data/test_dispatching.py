"""Many cases accepted and dispatched at once: as if one by one, on both databases, and taken back."""

import dataclasses
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import geopandas as gpd
import polars as pl
import pytest
from shapely.geometry import box

from data.actors import OPERATOR, Actor
from data.dispatching import Dispatched
from data.records import CASE_TIMES
from data.store import Store
from data.transitions import ROLES
from geo.errors import GivenError, NotAllowedError, TransitionError
from tests.data import field_towns, stores
from tests.data.samples import reports
from tests.data.stores import Fill
from tests.data.town_cells import middle

ANN = Actor("安", "dispatcher")
N = 40
OPEN = {"status": pl.lit("reported"), "closed_at": pl.lit(None, pl.Datetime("us", "UTC"))}
CENTRE, CLEANERS = "城市管理指挥中心", "环卫中心"


def town(store: Store) -> None:
    """Import reports, and let some of them live on: all states, some corrected, suspended or come back."""
    field_towns.with_teams(store)
    store.write_reports(reports(N, seed=3).with_columns(**OPEN), actor=OPERATOR)
    store.write_reports(reports(12, seed=4), actor=OPERATOR)
    store.transition(2, "accept", actor=ANN)
    store.transition(3, "accept", actor=ANN)
    store.transition(3, "suspend", actor=ANN, reason="等材料")
    store.transition(4, "reject", actor=ANN, reason="不是问题")
    store.transition(5, "accept", actor=ANN)
    store.transition(5, "extend", actor=ANN, reason="雨", amount=2.0, amount_unit="work_days")
    store.transition(6, "reject", actor=ANN, reason="不是问题")
    store.transition(6, "reopen", actor=ANN, reason="是问题")
    store.correct(7, actor=ANN, description="两辆车", unit="物业")
    store.merge(8, 9, actor=ANN, reason="同一处")
    store.transition(10, "accept", actor=ANN)
    store.transition(10, "suspend", actor=ANN, reason="等材料")
    store.transition(10, "resume", actor=ANN)
    store.transition(11, "accept", actor=ANN)
    store.transition(11, "dispatch", actor=ANN, unit=CENTRE)
    store.transition(11, "return", actor=ANN, reason="不是我们的")


@pytest.fixture
def beginning() -> Fill:
    return town


def a_compound() -> gpd.GeoDataFrame:
    """Return a compound that the whole town lies in."""
    columns = {"kind": ["compound"], "name": ["大院"], "attributes": [{}]}
    return gpd.GeoDataFrame(columns, geometry=[box(116.5, 38.0, 117.3, 38.6)], crs="EPSG:4326")


def statuses(store: Store) -> dict[int, str]:
    found = pl.concat(store.changed_since(0, actor=OPERATOR))
    return dict(found.select("id", "status").iter_rows())


def history(store: Store, issue_id: int, *, after: int = 0) -> list[tuple[Any, ...]]:
    rows = store.events(issue_id, actor=OPERATOR)
    return rows.select("kind", "actor", "payload").rows()[after:]


def seen(store: Store) -> dict[int, dict[str, Any]]:
    """Return what the store holds of each case; of the moments of now only whether they are there."""
    found = {}
    for number in store.visible_ids(actor=OPERATOR).to_list():
        case = store.case(number, actor=OPERATOR)
        state = dataclasses.asdict(case.state)
        broken = state["suspended"] or state["reopened"]  # it is due some time after now
        due = case.deadline.due if case.deadline and not broken else None
        of_now = {name: state[name] is not None for name in (*CASE_TIMES, "closed_at")} | {"pauses": None}
        found[number] = case.report | state | of_now | {"due": due, "events": history(store, number)}
    return found


def one_by_one(store: Store, *, actor: Actor) -> None:
    for number, status in statuses(store).items():
        case = store.case(number, actor=actor)
        if status == "reported":
            store.transition(number, "accept", actor=actor)
        if status in ("reported", "accepted"):
            unit, why = case.proposal
            store.transition(number, "dispatch", actor=actor, unit=unit, reason=why)


def test_many_at_once_become_what_they_become_one_by_one(store: Store, tmp_path: Path) -> None:
    with Store.open(stores.new_file(tmp_path / "twin.sqlite", town)) as twin:
        one_by_one(twin, actor=ANN)
        done = store.dispatch_many(store.visible_ids(actor=ANN).to_list(), actor=ANN, most=7)
        assert seen(store) == seen(twin)
    assert done.done.height > N / 2
    assert store.check(actor=OPERATOR).ok


def test_every_case_is_dispatched_or_counted_or_listed_with_its_reason(store: Store) -> None:
    before = statuses(store)
    done = store.dispatch_many([*before, 9_999], actor=ANN)
    assert done.seen == len(before) + 1
    assert set(done.done["issue_id"]) == {
        n for n, state in before.items() if state in ("reported", "accepted")
    }
    assert done.sent == sum(state == "dispatched" for state in before.values())
    why = dict(done.refused.select("issue_id", "why").iter_rows())
    assert (why[3], why[4], why[8], why[9_999]) == ("state", "state", "state", "unknown")
    words = dict(done.refused.select("issue_id", "words").iter_rows())
    assert "suspended" in words[3].lower()
    after = statuses(store)
    assert {after[number] for number in done.done["issue_id"]} == {"dispatched"}
    assert {number: after[number] for number in why if number in after} == {
        number: before[number] for number in why if number in before
    }


def test_asking_again_changes_nothing_and_counts_what_was_done(store: Store) -> None:
    wanted = store.waiting_cases(actor=ANN).cases
    first = store.dispatch_many(wanted, actor=ANN)
    seq = store.last_seq(actor=ANN)
    again = store.dispatch_many(wanted, actor=ANN)
    assert (again.done.height, again.sent, again.refused.height) == (0, first.done.height, 0)
    assert store.last_seq(actor=ANN) == seq
    assert store.waiting_cases(actor=ANN).cases.is_empty()


def test_what_was_stopped_goes_on_where_whole_transactions_ended(store: Store) -> None:
    wanted = store.waiting_cases(actor=ANN).cases
    taken: list[Dispatched] = []

    def stop(step: Dispatched) -> None:
        taken.append(step)
        if len(taken) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        store.dispatch_many(wanted, actor=ANN, most=10, progress=stop)
    assert store.check(actor=OPERATOR).ok
    assert store.waiting_cases(actor=ANN).cases.height == wanted.height - 20
    rest = store.dispatch_many(wanted, actor=ANN)
    assert (rest.done.height, rest.sent) == (wanted.height - 20, 20)


def test_a_case_that_somebody_changed_meanwhile_is_left_to_them(store: Store) -> None:
    wanted = store.waiting_cases(actor=ANN).cases
    store.transition(1, "note", actor=OPERATOR, note="看过了")
    done = store.dispatch_many(wanted, actor=ANN)
    assert done.refused.select("issue_id", "why").rows() == [(1, "changed")]
    assert statuses(store)[1] == "reported"
    assert store.dispatch_many([1], actor=ANN).done["issue_id"].to_list() == [1]


def test_that_a_case_was_located_anew_is_nobodys_change(store: Store) -> None:
    wanted = store.waiting_cases(actor=ANN).cases
    store.write_places(a_compound(), actor=OPERATOR)
    assert store.locate(actor=OPERATOR) > 0
    assert store.dispatch_many(wanted, actor=ANN).refused.is_empty()


def test_the_event_keeps_the_rule_that_sent_the_case(store: Store) -> None:
    wanted = store.waiting_cases(actor=ANN, categories=["flyposting"])
    assert wanted.by("unit").rows() == [(CLEANERS, wanted.cases.height)]
    store.dispatch_many(wanted.cases, actor=ANN)
    for number in wanted.cases["issue_id"]:
        assert store.case(number, actor=ANN).state.unit == CLEANERS
        assert "R50" in history(store, number)[-1][2]


def test_without_a_rule_a_case_waits_until_somebody_names_its_unit(store: Store) -> None:
    table = {"rule": ["1"], "categories": ["manhole"], "areas": [""], "places": [""], "unit": ["市政养护所"]}
    store.write_table("routing", pl.DataFrame(table), actor=OPERATOR)
    wanted = store.waiting_cases(actor=ANN)
    done = store.dispatch_many(wanted.cases, actor=ANN)
    assert done.refused.height == wanted.without_rule > 0
    assert set(done.refused["why"]) == {"no_rule"}
    assert done.done.height == wanted.ready.height == wanted.by("unit")["n"].sum() > 0
    rest = store.dispatch_many(done.refused["issue_id"].to_list(), actor=ANN, unit=CENTRE)
    assert set(rest.done["unit"]) == {CENTRE}
    assert rest.done.height == wanted.without_rule
    with pytest.raises(GivenError, match="'城关' is no unit"):
        store.dispatch_many([1], actor=ANN, unit="城关")


def test_what_lies_elsewhere_is_listed_and_not_touched(store: Store) -> None:
    store.write_table("second_person", second_persons(), actor=OPERATOR)  # nobody is bound
    scoped = Actor("片区", "dispatcher", units=frozenset({"物业"}))
    inside = set(store.visible_ids(actor=scoped))
    wanted = store.waiting_cases(actor=scoped).cases["issue_id"].to_list()
    assert 0 < len(wanted) < store.waiting_cases(actor=ANN).cases.height
    done = store.dispatch_many(store.visible_ids(actor=ANN).to_list(), actor=scoped)
    assert set(done.done["issue_id"]) == set(wanted) <= inside
    elsewhere = done.refused.filter(pl.col("why") == "elsewhere")["issue_id"]
    assert set(elsewhere) == set(store.visible_ids(actor=ANN)) - inside


def second_persons(*lines: tuple[str, str, str]) -> pl.DataFrame:
    return pl.DataFrame(
        list(lines), schema=dict.fromkeys(("event", "after", "roles"), pl.String), orient="row"
    )


def test_who_accepted_does_not_dispatch_where_the_city_asks_for_two(store: Store) -> None:
    store.write_table("second_person", second_persons(("dispatch", "accept", "dispatcher")), actor=OPERATOR)
    done = store.dispatch_many([1, 2, 5], actor=Actor("鲍", "dispatcher"))
    assert done.done["issue_id"].to_list() == [2, 5]  # 安 had accepted these
    assert done.refused.select("issue_id", "why").rows() == [(1, "second_person")]
    assert statuses(store)[1] == "reported"


@pytest.mark.parametrize("role", sorted({*ROLES} - {"dispatcher", "manager", "administrator"}))
def test_who_may_not_dispatch_one_case_dispatches_none(store: Store, role: str) -> None:
    seq = store.last_seq(actor=OPERATOR)
    for ids in ([1], []):
        with pytest.raises(NotAllowedError):
            store.dispatch_many(ids, actor=Actor("谁", role))
    assert store.last_seq(actor=OPERATOR) == seq


def test_the_preview_counts_every_open_case_once(store: Store) -> None:
    since = datetime(2024, 7, 1, tzinfo=UTC)
    found = store.waiting_cases(actor=ANN, since=since)
    assert found.cases["reported_at"].min() >= since
    assert found.older == store.waiting_cases(actor=ANN).cases.height - found.cases.height > 0
    open_cases = store.overdue(actor=ANN)[0]
    assert found.cases.height + found.older + found.sent + found.resting == open_cases
    assert found.cases["reported_at"].is_sorted(descending=True)
    load = store.workload(actor=ANN)
    assert load["waiting"].sum() == found.cases.height + found.older


def test_a_dispatch_taken_back_leaves_what_somebody_has_touched(store: Store) -> None:
    before = {number: store.case(number, actor=ANN).state for number in (1, 5, 7)}
    done = store.dispatch_many([1, 2, 5, 7, 12], actor=ANN)
    store.transition(2, "start", actor=OPERATOR)
    store.transition(12, "note", actor=OPERATOR, note="在路上")
    with pytest.raises(TransitionError, match="needs a reason"):
        store.return_many(done.done, actor=ANN, reason=" ")
    back = store.return_many(done.done, actor=ANN, reason="选错了", most=2)
    assert (back.done, sorted(back.touched)) == (3, [2, 12])
    for number, state in before.items():
        now = store.case(number, actor=ANN).state
        assert (now.status, now.unit, now.dispatched_at) == ("accepted", state.unit, None)
    assert history(store, 7)[-1][0] == ("update" if before[7].unit else "return")
    assert store.check(actor=OPERATOR).ok
    again = store.return_many(done.done, actor=ANN, reason="选错了")
    assert (again.done, len(again.touched)) == (0, 5)
    assert store.dispatch_many([1, 5, 7], actor=ANN).done.height == 3


def test_a_later_reading_of_the_feed_leaves_what_was_dispatched(store: Store) -> None:
    store.dispatch_many([1, 7], actor=ANN)
    written = store.write_reports(reports(N, seed=3).with_columns(**OPEN), actor=OPERATOR)
    assert (written.updated, written.unchanged) == (0, N)
    assert store.check(actor=OPERATOR).ok


def test_an_imported_report_comes_to_the_list_of_its_team(store: Store) -> None:
    lon, lat = middle(2)
    spot = {"lon": pl.lit(lon), "lat": pl.lit(lat), "unit": pl.lit(None, pl.String)}
    frame = reports(5, seed=9, source="file").with_columns(**OPEN, **spot)
    store.write_reports(frame, actor=OPERATOR)
    ids = store.visible_ids(actor=OPERATOR).to_list()[-5:]
    wanted = store.waiting_cases(actor=ANN, issues=ids)
    assert wanted.by("team_id").rows() == [(2, 5)]

    def to_do() -> set[int]:
        listed = store.field_cases(actor=field_towns.TWO, hot={})[0]
        return {case["id"] for case in listed if "fix" in {act["act"] for act in case["acts"]}}

    assert not to_do() & set(ids)
    store.dispatch_many(wanted.cases, actor=ANN)
    assert set(ids) <= to_do()
