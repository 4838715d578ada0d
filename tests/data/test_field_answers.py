"""What a team answers is taken once, applied where it still holds, and else kept for a manager."""

import base64
import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Barrier
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data import field_kept
from data.actors import OPERATOR, VIEWER, Actor
from data.clock import moment
from data.store import Store
from geo.errors import (
    ConflictError,
    NotAllowedError,
    PhotoError,
    PhotoFolderError,
    TeamError,
    TransitionError,
)
from tests.data import stores
from tests.data.field_towns import (
    CELLS,
    ONE,
    TWO,
    answer,
    kinds,
    publish,
    report,
    sent_case,
    with_teams,
)
from tests.data.pictures import encoded, scene
from tests.data.town_cells import middle

PICTURE = encoded(scene(1, width=80, height=80))


@pytest.fixture
def town(store: Store) -> Store:
    return with_teams(store)


def state(store: Store, told: Any, actor: Actor = ONE) -> str:
    return store.answer(told, actor=actor).state


def test_an_answer_is_an_event_of_its_case_at_the_time_it_was_given(town: Store) -> None:
    case = sent_case(town)
    told = answer("fix", case, note="补好了", lon=116.9, lat=38.3)
    assert state(town, told) == "applied"
    found = town.case(case, actor=OPERATOR)
    assert found.status == "fixed"
    assert found.state.fixed_at and found.state.fixed_at.isoformat() == told["at"]
    last = json.loads(town.events(case, actor=OPERATOR)["payload"][-1])
    assert last["note"] == "补好了"
    assert last["field"] == {"act": "fix", "team": 1, "uid": told["uid"], "lon": 116.9, "lat": 38.3}
    assert town.check(actor=OPERATOR).ok


def test_each_act_becomes_its_event_and_gives_its_reason(town: Store) -> None:
    expected = {"start": "start", "fix": "fix", "not_found": "return", "not_mine": "return"}
    for act, kind in (expected | {"note": "note", "needs_help": "note"}).items():
        case = sent_case(town)
        assert state(town, answer(act, case, reason="进不去", note="敲门无人")) == "applied"
        event = town.events(case, actor=OPERATOR).row(-1, named=True)
        assert event["kind"] == kind
        assert "敲门无人" in event["payload"]
        assert (act in ("start",) or "进不去" in event["payload"]) or kind == "fix"
    status = town.case(case, actor=OPERATOR).status
    assert status == "dispatched", "a call for help leaves it where it is"
    (own,), _more = town.field_cases(actor=ONE, issues=[case])
    assert own["help"] and [call.issue_id for call in town.calls_for_help(actor=VIEWER)] == [case]
    town.transition(case, "dispatch", actor=OPERATOR, unit="城管", reason="请支援")
    (own,), _more = town.field_cases(actor=ONE, issues=[case])
    assert not own["help"] and not town.calls_for_help(actor=VIEWER), "somebody has moved it"


def test_the_same_answers_handed_in_twice_change_nothing(town: Store) -> None:
    case = sent_case(town)
    told = [answer("start", case), answer("note", case, note="x"), answer("fix", case), report()]
    told.append(answer("note", None, of=told[-1]["uid"], note="同一处"))
    assert [state(town, one) for one in told] == ["applied"] * 5
    seq = town.last_seq(actor=OPERATOR)
    shouted = [{**one, "uid": one["uid"].upper()} for one in told]
    assert [town.answer(one, actor=ONE).uid for one in shouted] == [one["uid"] for one in shouted]
    assert [state(town, one) for one in told] == ["already"] * 5
    assert town.last_seq(actor=OPERATOR) == seq


def test_an_answer_that_is_sent_again_while_it_is_taken_counts_once(town: Store) -> None:
    case = sent_case(town)
    told = [answer("start", case), report(), answer("note", case, note="x")]
    ready = Barrier(3)

    def hand_in() -> list[str]:
        ready.wait()
        return [state(town, one) for one in told]

    with ThreadPoolExecutor(3) as threads:
        found = [asked.result() for asked in [threads.submit(hand_in) for _phone in range(3)]]
    for results in zip(*found, strict=True):
        assert sorted(results) == ["already", "already", "applied"]
    assert kinds(town, case)[3:] == ["start", "note"]
    assert town.visible_ids(actor=OPERATOR).len() == 2


def test_another_answer_under_a_known_number_is_refused_and_does_not_take_its_place(town: Store) -> None:
    case = sent_case(town)
    told = answer("note", case, note="一")
    assert state(town, told) == "applied"
    assert state(town, told | {"note": "二"}) == "refused"
    assert state(town, told | {"case": sent_case(town)}) == "refused"
    assert town.answer(told, actor=TWO).state == "refused"
    fewer = {name: told[name] for name in ("uid", "act", "case", "note")}
    assert [state(town, one) for one in (told, fewer)] == ["already", "already"], "in whichever form it comes"


def test_two_people_of_one_team_do_not_stand_in_each_others_way(town: Store) -> None:
    case = sent_case(town)
    assert state(town, answer("start", case)) == "applied"
    assert state(town, answer("start", case, note="我也在")) == "already"
    assert state(town, answer("fix", case)) == "applied", "the other one's start does not matter"
    assert state(town, answer("fix", case)) == "already"
    assert kinds(town, case)[3:] == ["start", "note", "fix"], "the words of an answer without effect are kept"
    other = sent_case(town)
    assert state(town, answer("not_found", other, reason="没有")) == "applied"
    assert state(town, answer("not_mine", other, reason="不归我们")) == "already"


def redispatched(store: Store, case: int) -> None:
    store.transition(case, "dispatch", actor=OPERATOR, unit="城管", reason="改派")


def closed(store: Store, case: int) -> None:
    store.transition(case, "close", actor=OPERATOR, reason="已处理")


def merged(store: Store, case: int) -> None:
    store.merge(case, sent_case(store), actor=OPERATOR, reason="同一处")


def suspended(store: Store, case: int) -> None:
    store.transition(case, "suspend", actor=OPERATOR, reason="等材料")


def given_to_others(store: Store, _case: int) -> None:
    publish(store, CELLS.with_columns(team_id=3 - pl.col("team_id")))


def moved_away(store: Store, case: int) -> None:
    lon, lat = middle(2)
    store.correct(case, actor=OPERATOR, lon=lon, lat=lat)


#: What may happen meanwhile, and what then becomes of acts.
MEANWHILE = (
    (closed, {"fix": "already", "photo": "applied"}),
    (merged, {"fix": "conflict", "note": "applied"}),
    (given_to_others, {"fix": "conflict", "note": "conflict", "photo": "conflict"}),
    (moved_away, {"fix": "conflict"}),
)


def test_what_others_did_meanwhile_decides_what_becomes_of_an_answer(town: Store) -> None:
    for meanwhile, acts in MEANWHILE:
        case = sent_case(town)
        meanwhile(town, case)
        before = town.case(case, actor=OPERATOR)
        for act, expected in acts.items():
            told = answer(act, case, note="话", when="after")
            photo = PICTURE if act == "photo" else None
            found = town.answer(told, actor=ONE, photo=photo)
            assert found.state == expected, (meanwhile, act, found.words)
            if expected == "conflict":
                kept = town.kept_answers(actor=VIEWER)[0]
                assert (kept.uid, kept.issue_id, kept.told) == (told["uid"], case, told)
                assert kept.words == found.words
                assert town.answer_photo(kept.uid, actor=VIEWER) == photo
                assert town.answer(told, actor=ONE, photo=photo).state == "conflict", "it waits still"
                assert town.case(case, actor=OPERATOR).version == before.version
        assert town.case(case, actor=OPERATOR).status == before.status
        if meanwhile is given_to_others:
            publish(town, CELLS)
    assert town.check(actor=OPERATOR).ok


def test_a_case_that_was_never_theirs_is_refused_in_the_words_for_one_that_is_not_there(town: Store) -> None:
    case = sent_case(town, 2)
    words = {town.answer(answer("note", number, note="x"), actor=ONE).words for number in (case, 999_999)}
    assert len(words) == 1
    assert kinds(town, case) == ["report", "accept", "dispatch"]
    with pytest.raises(NotAllowedError):
        town.answer(answer("note", case, note="x"), actor=ONE, team=2)
    with pytest.raises(TeamError):
        town.answer(answer("note", case, note="x"), actor=OPERATOR, team=9)


def test_a_clock_is_believed_between_what_was_seen_and_now(town: Store) -> None:
    for hours, believed in (
        (-3, True),
        (-48, True),
        (0.05, False),
        (5, False),
        (-120, False),
        (-438_000, False),
    ):
        case, now = sent_case(town), moment()
        at = now + timedelta(hours=hours)
        assert state(town, answer("fix", case, at=at.isoformat())) == "applied"
        fixed = town.case(case, actor=OPERATOR).state.fixed_at
        assert fixed is not None
        assert (fixed == at) == believed
        assert believed or timedelta(0) <= fixed - now < timedelta(minutes=1), "else when it arrived"


def test_a_wrong_clock_is_set_right_where_the_phone_says_what_time_it_has(town: Store) -> None:
    case, now, wrong = sent_case(town), moment(), timedelta(days=400)
    told = answer("fix", case, at=(now - wrong - timedelta(hours=2)).isoformat())
    assert town.answer(told, actor=ONE, sent=now - wrong).state == "applied"
    fixed = town.case(case, actor=OPERATOR).state.fixed_at
    assert fixed and abs(fixed - (now - timedelta(hours=2))) < timedelta(minutes=1)


def test_a_report_made_without_a_network_takes_its_photo_and_notes_with_it(town: Store) -> None:
    told = report()
    photo = answer("photo", None, of=told["uid"], when="before")
    early = town.answer(photo, actor=ONE, photo=PICTURE)
    assert early.state == "refused", "its report has not come yet"
    case = town.answer(told, actor=ONE).issue_id
    assert case is not None
    again = town.answer(photo, actor=ONE, photo=PICTURE)
    assert (again.state, again.issue_id) == ("applied", case)
    assert [one.role for one in town.photos(case, actor=OPERATOR)] == ["before"]
    assert town.kept_answers(actor=VIEWER, states=("refused",)) == []
    found = town.case(case, actor=OPERATOR)
    assert found.report["description"] == "井盖没了"
    assert found.state.reported_at.isoformat() == told["at"]


def test_a_report_outside_of_the_own_cells_is_taken_and_cannot_be_opened(town: Store) -> None:
    done = town.answer(report(2), actor=ONE)
    assert done.state == "applied"
    assert town.field_cases(actor=ONE, issues=[done.issue_id or 0]) == ([], 0)
    assert len(town.field_cases(actor=TWO)[0]) == 1


def test_what_completes_a_report_outside_of_the_own_cells_is_not_lost(town: Store) -> None:
    told = report(2, photo=_base64(PICTURE))
    done = town.answer(told, actor=ONE)
    note = answer("note", None, of=told["uid"], note="在树后面")
    after = answer("photo", None, of=told["uid"], when="after")
    assert state(town, note) == "applied" and not done.words
    assert town.answer(after, actor=ONE, photo=encoded(scene(2, width=80, height=80))).state == "applied"
    case = done.issue_id or 0
    assert [one.role for one in town.photos(case, actor=TWO)] == ["before", "after"]
    assert "在树后面" in town.events(case, actor=OPERATOR)["payload"][-2]
    assert state(town, answer("note", case, note="x")) == "refused", "by its number it is somebody else's"
    assert state(town, answer("fix", None, of=told["uid"])) == "refused"
    with pytest.raises(NotAllowedError):
        town.photos(case, actor=ONE)


def test_an_answer_may_bring_its_photo_within_it(town: Store) -> None:
    case = sent_case(town)
    told = answer("fix", case, photo=_base64(PICTURE))
    assert [state(town, told) for _time in range(2)] == ["applied", "already"]
    (shown,) = town.photos(case, actor=OPERATOR)
    assert shown.role == "after"
    damaged = answer("fix", sent_case(town), photo="%%%")
    done = town.answer(damaged, actor=ONE)
    assert done.state == "applied" and "empty" in done.words, "what was done is not lost with its photo"


def test_a_photo_that_was_taken_as_it_came_again_stays_taken(
    town: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = answer("photo", sent_case(town), when="after")
    for fault in (PhotoError("no room for more photos"), PhotoFolderError("the folder is away")):
        with monkeypatch.context() as patched:

            def meanwhile(*_arguments: object, **_named: object) -> Any:
                patched.undo()
                town.answer(told, actor=ONE, photo=PICTURE)
                raise fault  # noqa: B023 - it is called in this round

            patched.setattr(town, "add_photo", meanwhile)
            patched.setattr(field_kept, "known", lambda *_asked, **_named: None)
            assert town.answer(told, actor=ONE, photo=PICTURE).state == "already"
    assert town.kept_answers(actor=VIEWER) == []


def test_a_photo_waits_in_the_store_while_the_photo_folder_is_away(
    town: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = sent_case(town)

    def away(*_arguments: object, **_named: object) -> None:
        raise PhotoFolderError("the folder is away")

    with monkeypatch.context() as patched:
        patched.setattr(town, "_opened", away)
        assert town.answer(answer("photo", case, when="after"), actor=ONE, photo=PICTURE).state == "conflict"
    (kept,) = town.kept_answers(actor=VIEWER)
    assert kept.photo
    assert town.apply_answer(kept.uid, actor=VIEWER).state == "applied"
    assert len(town.photos(case, actor=OPERATOR)) == 1
    assert town.answer_photo(kept.uid, actor=VIEWER) is None, "it is in the folder now"


def test_what_cannot_be_understood_is_refused_with_its_fault_and_kept_once(town: Store) -> None:
    case = sent_case(town)
    seq = town.last_seq(actor=OPERATOR)
    damaged = [3, {"act": "fix"}, answer("paint", case), answer("photo", case, photo=_base64(b"no picture"))]
    for _time in range(2):
        found = [town.answer(told, actor=ONE) for told in damaged]
        assert [one.state for one in found] == ["refused"] * len(damaged)
        assert all(one.words for one in found)
    assert town.last_seq(actor=OPERATOR) == seq
    assert len(town.kept_answers(actor=VIEWER, states=("refused",))) == len(damaged)


def test_the_number_comes_back_as_the_phone_said_it_however_wrong(town: Store) -> None:
    told = {"uid": "no number", "act": "paint"}
    first = town.answer(told, actor=ONE)
    assert (first.uid, first.state) == ("no number", "refused")
    (kept,) = town.kept_answers(actor=VIEWER, states=("refused",))
    town.set_aside_answer(kept.uid, actor=VIEWER, reason="看不懂")
    again = town.answer(told, actor=ONE)
    assert (again.uid, again.state) == ("no number", "already")


def test_a_refused_answer_may_be_handed_in_again_mended(town: Store) -> None:
    case = sent_case(town)
    told = answer("not_found", case)
    assert [state(town, one) for one in (told, told | {"reason": "没有"})] == ["refused", "applied"]


def test_a_manager_applies_a_kept_answer_anyhow(town: Store) -> None:
    for meanwhile, act, status, told_by in (
        (redispatched, "fix", "fixed", "fix"),
        (suspended, "fix", "fixed", "fix"),
        (closed, "not_found", "closed", "note"),
        (redispatched, "not_mine", "accepted", "return"),
        (given_to_others, "start", "in_progress", "start"),
    ):
        case = sent_case(town)
        told = answer(act, case, reason="因为")
        meanwhile(town, case)
        assert state(town, told) == "conflict"
        done = town.apply_answer(told["uid"], actor=VIEWER)
        assert (done.state, done.settled_by, done.issue_id) == ("applied", "viewer", case)
        assert town.case(case, actor=OPERATOR).status == status
        last = town.events(case, actor=OPERATOR).row(-1, named=True)
        assert (last["kind"], last["actor"], last["seq"]) == (told_by, "viewer", done.event_seq)
    assert town.kept_answers(actor=VIEWER) == []
    assert state(town, told) == "already"
    with pytest.raises(ConflictError):
        town.set_aside_answer(told["uid"], actor=VIEWER, reason="晚了")
    assert town.check(actor=OPERATOR).ok


def test_a_kept_answer_to_a_duplicate_is_applied_to_the_case_that_it_repeats(town: Store) -> None:
    case = sent_case(town)
    told = answer("fix", case)
    into = sent_case(town)
    town.merge(case, into, actor=OPERATOR, reason="同一处")
    assert state(town, told) == "conflict"
    assert town.apply_answer(told["uid"], actor=VIEWER).issue_id == into
    assert [town.case(one, actor=OPERATOR).status for one in (case, into)] == ["merged", "fixed"]


def test_a_kept_answer_is_set_aside_with_a_reason_and_stays(town: Store) -> None:
    case = sent_case(town)
    told = answer("fix", case)
    redispatched(town, case)
    assert state(town, told) == "conflict"
    suspended(town, case)
    assert "'Suspended' now" in town.kept_answers(actor=VIEWER)[0].words, "as things stand now"
    with pytest.raises(TransitionError, match="Say why"):
        town.set_aside_answer(told["uid"], actor=VIEWER, reason=" ")
    town.set_aside_answer(told["uid"], actor=VIEWER, reason="城管去了")
    assert town.kept_answers(actor=VIEWER) == []
    (kept,) = town.kept_answers(actor=VIEWER, settled=True)
    assert (kept.state, kept.reason, kept.told) == ("aside", "城管去了", told)
    assert "城管去了" in town.answer(told, actor=ONE).words
    with pytest.raises(ConflictError):
        town.apply_answer(told["uid"], actor=VIEWER)


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["start", "fix", "note", "not_found", "not_mine", "needs_help", "report"]),
        st.integers(0, 4),
    ),
    min_size=1,
    max_size=5,
)


@pytest.fixture(scope="module")
def contested(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the file of a town in which two teams went by the same cases, until their cells were exchanged."""
    path = tmp_path_factory.mktemp("contested") / "town.sqlite"
    with Store.open(stores.new_file(path)) as store:
        with_teams(store)
        held = [sent_case(store, team) for team in (1, 1, 2)]
        publish(store, CELLS.with_columns(team_id=3 - pl.col("team_id")))
        sent_case(store, 1)
        sent_case(store, 2)
        store.transition(held[1], "suspend", actor=OPERATOR, reason="等")
    return path


@settings(max_examples=6, deadline=None)
@given(first=STEPS, second=STEPS)
def test_two_teams_answers_come_to_the_same_in_either_order(
    contested: Path, first: list[tuple[str, int]], second: list[tuple[str, int]]
) -> None:
    told = {
        team: [
            report(team) if act == "report" else answer(act, case + 1, reason="因为") for act, case in steps
        ]
        for team, steps in ((1, first), (2, second))
    }
    outcomes = []
    for order in ((1, 2), (2, 1)):
        with TemporaryDirectory() as folder:
            path = shutil.copy(contested, folder)
            with Store.open(f"sqlite:///{path}") as store:
                results = {
                    one["uid"]: store.answer(one, actor=OPERATOR, team=team).state
                    for team in order
                    for one in told[team]
                }
                cases = [
                    (store.case(case, actor=OPERATOR).status, kinds(store, case)) for case in range(1, 6)
                ]
                kept = {one.uid for one in store.kept_answers(actor=OPERATOR, states=("conflict", "refused"))}
                outcomes.append((results, cases, kept, store.visible_ids(actor=OPERATOR).len()))
    assert outcomes[0] == outcomes[1]
    results, _cases, kept, _n = outcomes[0]
    assert kept == {uid for uid, found in results.items() if found in ("conflict", "refused")}


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()
