"""Every public method of the store, with every role, against one table of rights."""

import inspect
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any
from uuid import uuid4

import geopandas as gpd
import polars as pl
import pytest
from shapely.geometry import Point, box

from data.actors import OPERATOR, Actor
from data.contacts import Contact
from data.dispatching import DISPATCHED
from data.drives import Drive
from data.rotas import NEEDS
from data.store import Store
from data.transitions import ROLES
from geo.errors import NotAllowedError
from tests.data.pictures import encoded, scene
from tests.data.samples import reports
from tests.data.stores import Fill

PHOTO, SHOWN = (encoded(scene(seed, width=80, height=80)) for seed in (1, 2))
REPORT = {"category": "manhole", "lon": 116.9, "lat": 38.3}
EVERYBODY = frozenset(ROLES)
STAFF = EVERYBODY - {"resident"}
OFFICE = frozenset({"manager", "dispatcher", "administrator"})
HEADS = frozenset({"manager", "administrator"})
NUMBERS = count(1)
CELLS = [0x8A2A1072B59FFFF]
DAY = date(2026, 6, 15)
DRIVE = Drive.of(CELLS, date(2026, 3, 1), date(2026, 3, 7))


def step(store: Store, actor: Actor) -> None:
    """Do the only step of an import."""
    claim = store.claim_import(
        "b", content="2", plan="2", source="b", profile=None, actor=OPERATOR, details={}
    )
    with store.import_step(claim, actor=actor) as taken:
        taken.finish({})


def new_name() -> str:
    return f"name {next(NUMBERS)}"


def own_saved(store: Store, actor: Actor) -> int:
    """Return the number of a view that the actor keeps; of somebody else's where the actor may keep none."""
    try:
        return store.keep_view(new_name(), {}, actor=actor).id
    except NotAllowedError:
        return store.keep_view(new_name(), {}, actor=OPERATOR).id


def restore_saved(store: Store, actor: Actor) -> None:
    number = own_saved(store, actor)
    if actor.role in STAFF:
        store.delete_saved(number, actor=actor, version=1)
    store.restore_saved(number, actor=actor, version=2)


def a_team(store: Store) -> int:
    return store.add_team(new_name(), actor=OPERATOR).id


def a_territory(store: Store) -> pl.DataFrame:
    return pl.DataFrame({"cell": pl.Series(CELLS, dtype=pl.UInt64), "team_id": a_team(store)})


def a_draft(store: Store) -> int:
    return store.draft_territories("草案", a_territory(store), actor=OPERATOR).id


def publish(store: Store, actor: Actor) -> None:
    before = store.edition_in_force(actor=OPERATOR)
    replaces = before.id if before else None
    store.publish_territories(a_draft(store), actor=actor, version=1, replaces=replaces)


def a_link(store: Store) -> tuple[int, str]:
    link, secret = store.make_link(a_team(store), label="小李", actor=OPERATOR)
    return link.id, secret


def a_duty(store: Store) -> pl.DataFrame:
    places = store.places(actor=OPERATOR)
    if places.empty:
        store.write_places(a_place(), actor=OPERATOR)
        places = store.places(actor=OPERATOR)
    place = int(places["id"].iloc[0])
    return pl.DataFrame({"team_id": [a_team(store)], "place_id": [place], "excuse": [""], "by_hand": [False]})


def a_rota(store: Store) -> int:
    day = date(2026, 1, 2) + timedelta(weeks=next(NUMBERS))
    return store.draft_rota(day, a_duty(store), pl.DataFrame(schema=dict(NEEDS)), actor=OPERATOR).id


def a_held_rota(store: Store) -> int:
    return store.publish_rota(a_rota(store), actor=OPERATOR, version=1, replaces=None).id


#: Who may call a method, and how it is called on a store with the case 1.
TABLE: dict[str, tuple[frozenset[str], Callable[[Store, Actor], Any]]] = {
    "write_reports": (HEADS, lambda store, actor: store.write_reports(reports(2, seed=7), actor=actor)),
    "import_transaction": (HEADS, lambda store, actor: store.import_transaction(actor=actor).__enter__()),
    "last_seq": (STAFF, lambda store, actor: store.last_seq(actor=actor)),
    "event_mark": (STAFF, lambda store, actor: store.event_mark(1, actor=actor)),
    "changed_since": (STAFF, lambda store, actor: list(store.changed_since(0, actor=actor))),
    "reports": (STAFF, lambda store, actor: store.reports([1], actor=actor)),
    "map_notes": (EVERYBODY, lambda store, actor: store.map_notes([1], actor=actor)),
    "visible_ids": (EVERYBODY, lambda store, actor: store.visible_ids(actor=actor)),
    "due_moments": (STAFF, lambda store, actor: store.due_moments(actor=actor)),
    "known_points": (STAFF, lambda store, actor: store.known_points((116, 38, 117, 39), actor=actor)),
    "events": (STAFF, lambda store, actor: store.events(1, actor=actor)),
    "begin_import": (
        HEADS,
        lambda store, actor: store.begin_import("a", source="a", profile=None, actor=actor, details={}),
    ),
    "claim_import": (
        HEADS,
        lambda store, actor: store.claim_import(
            "a", content="1", plan="1", source="a", profile=None, actor=actor, details={}
        ),
    ),
    "import_step": (HEADS, step),
    "finish_import": (HEADS, lambda store, actor: store.finish_import(1, summary={}, actor=actor)),
    "imports": (STAFF, lambda store, actor: store.imports(actor=actor)),
    "write_places": (HEADS, lambda store, actor: store.write_places(a_place(), actor=actor)),
    "places": (EVERYBODY, lambda store, actor: store.places(actor=actor)),
    "place": (EVERYBODY, lambda store, actor: store.place(1, actor=actor)),
    "areas": (EVERYBODY, lambda store, actor: store.areas(actor=actor)),
    "area_faults": (STAFF, lambda store, actor: store.area_faults(actor=actor)),
    "write_visits": (HEADS, lambda store, actor: store.write_visits(a_visit(), actor=actor)),
    "visits": (STAFF, lambda store, actor: store.visits(actor=actor)),
    "withdraw_visits": (HEADS, lambda store, actor: store.withdraw_visits(1, actor=actor)),
    "write_categories": (
        HEADS,
        lambda store, actor: store.write_categories(pl.DataFrame({"slug": ["noise"]}), actor=actor),
    ),
    "categories": (EVERYBODY, lambda store, actor: store.categories(actor=actor)),
    "fact": (EVERYBODY, lambda store, actor: store.fact("tz", actor=actor)),
    "set_fact": (HEADS, lambda store, actor: store.set_fact("title", "x", actor=actor)),
    "replace_fact": (
        HEADS,
        lambda store, actor: store.replace_fact("title", "x", seen="other", actor=actor),
    ),
    "case": (EVERYBODY, lambda store, actor: store.case(1, actor=actor)),
    "allowed": (EVERYBODY, lambda store, actor: store.allowed(1, actor=actor)),
    "report": (EVERYBODY - {"analyst"}, lambda store, actor: store.report(REPORT, actor=actor)),
    "transition": (
        EVERYBODY - {"analyst"},
        lambda store, actor: store.transition(1, "note", actor=actor, note="看过了"),
    ),
    "merge": (OFFICE, lambda store, actor: store.merge(1, 2, actor=actor, reason="同一处")),
    "unmerge": (OFFICE, lambda store, actor: store.unmerge(3, actor=actor)),
    "correct": (OFFICE, lambda store, actor: store.correct(1, actor=actor, address="新街")),
    "open_cases": (STAFF, lambda store, actor: store.open_cases(actor=actor)),
    "urgency": (STAFF, lambda store, actor: store.urgency(actor=actor)),
    "overdue": (STAFF, lambda store, actor: store.overdue(actor=actor)),
    "workload": (STAFF, lambda store, actor: store.workload(actor=actor)),
    "waiting_cases": (STAFF, lambda store, actor: store.waiting_cases(actor=actor)),
    "dispatch_many": (OFFICE, lambda store, actor: store.dispatch_many([1], actor=actor)),
    "return_many": (
        OFFICE,
        lambda store, actor: store.return_many(pl.DataFrame(schema=DISPATCHED), actor=actor, reason="选错了"),
    ),
    "repeats": (STAFF, lambda store, actor: store.repeats(1, actor=actor)),
    "units": (EVERYBODY, lambda store, actor: store.units(actor=actor)),
    "write_table": (HEADS, lambda store, actor: store.write_table("limits", a_limit(), actor=actor)),
    "is_located": (STAFF, lambda store, actor: store.is_located(actor=actor)),
    "locate": (HEADS, lambda store, actor: store.locate(actor=actor)),
    "contacts": (OFFICE, lambda store, actor: store.contacts(1, actor=actor)),
    "note_export": (EVERYBODY, lambda store, actor: store.note_export(actor=actor, detail="")),
    "accesses": (HEADS, lambda store, actor: store.accesses(actor=actor)),
    "forget_contacts": (HEADS, lambda store, actor: store.forget_contacts(actor=actor)),
    "inspect_photo": (EVERYBODY - {"analyst"}, lambda store, actor: store.inspect_photo(PHOTO, actor=actor)),
    "add_photo": (EVERYBODY - {"analyst"}, lambda store, actor: store.add_photo(1, PHOTO, actor=actor)),
    "photographed": (EVERYBODY, lambda store, actor: store.photographed(actor=actor)),
    "photos": (EVERYBODY, lambda store, actor: store.photos(2, actor=actor)),
    "photo_pairs": (EVERYBODY, lambda store, actor: store.photo_pairs(2, actor=actor)),
    "photo_bytes": (EVERYBODY, lambda store, actor: store.photo_bytes(shown(store), actor=actor)),
    "remove_photo": (
        OFFICE | {"team_member"},
        lambda store, actor: store.remove_photo(2, a_photo(store, actor), actor=actor, reason="有人脸"),
    ),
    "tidy_photos": (HEADS, lambda store, actor: store.tidy_photos(actor=actor)),
    "similar": (EVERYBODY - {"analyst"}, lambda store, actor: store.similar(REPORT, actor=actor)),
    "duplicates": (STAFF, lambda store, actor: store.duplicates(actor=actor)),
    "apart": (OFFICE, lambda store, actor: store.apart(1, 2, actor=actor, reason="两处")),
    "keep_view": (STAFF, lambda store, actor: store.keep_view(new_name(), {}, actor=actor)),
    "keep_cells": (STAFF, lambda store, actor: store.keep_cells(new_name(), CELLS, actor=actor)),
    "keep_drive": (STAFF, lambda store, actor: store.keep_drive(new_name(), DRIVE, actor=actor)),
    "saved": (STAFF, lambda store, actor: store.saved("view", actor=actor)),
    "change_saved": (
        STAFF,
        lambda store, actor: store.change_saved(own_saved(store, actor), actor=actor, version=1, shared=True),
    ),
    "delete_saved": (
        STAFF,
        lambda store, actor: store.delete_saved(own_saved(store, actor), actor=actor, version=1),
    ),
    "restore_saved": (STAFF, restore_saved),
    "add_team": (HEADS, lambda store, actor: store.add_team(new_name(), actor=actor)),
    "change_team": (
        HEADS,
        lambda store, actor: store.change_team(a_team(store), actor=actor, version=1, name=new_name()),
    ),
    "make_link": (HEADS, lambda store, actor: store.make_link(a_team(store), label="小李", actor=actor)),
    "rename_link": (HEADS, lambda store, actor: store.rename_link(a_link(store)[0], "小王", actor=actor)),
    "revoke_link": (HEADS, lambda store, actor: store.revoke_link(a_link(store)[0], actor=actor)),
    "links": (HEADS, lambda store, actor: store.links(actor=actor)),
    "member": (HEADS, lambda store, actor: store.member(a_link(store)[1], actor=actor)),
    "note_link_use": (HEADS, lambda store, actor: store.note_link_use(a_link(store)[0], actor=actor)),
    "teams": (STAFF, lambda store, actor: store.teams(actor=actor)),
    "draft_territories": (
        HEADS,
        lambda store, actor: store.draft_territories("新版", a_territory(store), actor=actor),
    ),
    "change_territories": (
        HEADS,
        lambda store, actor: store.change_territories(a_draft(store), actor=actor, version=1, note="再看"),
    ),
    "paint_territories": (
        HEADS,
        lambda store, actor: store.paint_territories(a_draft(store), CELLS, None, actor=actor, version=1),
    ),
    "publish_territories": (HEADS, publish),
    "drop_territories": (
        HEADS,
        lambda store, actor: store.drop_territories(a_draft(store), actor=actor, version=1),
    ),
    "editions": (STAFF, lambda store, actor: store.editions(actor=actor)),
    "edition_in_force": (STAFF, lambda store, actor: store.edition_in_force(actor=actor)),
    "territories": (STAFF, lambda store, actor: store.territories(actor=actor)),
    "field_cases": (HEADS, lambda store, actor: store.field_cases(team=a_team(store), actor=actor)),
    "field_done": (HEADS, lambda store, actor: store.field_done(team=a_team(store), actor=actor)),
    "answer": (HEADS, lambda store, actor: store.answer(an_answer(), team=a_team(store), actor=actor)),
    "kept_answers": (HEADS, lambda store, actor: store.kept_answers(actor=actor)),
    "calls_for_help": (HEADS, lambda store, actor: store.calls_for_help(actor=actor)),
    "answer_photo": (HEADS, lambda store, actor: store.answer_photo(kept_answer(store), actor=actor)),
    "apply_answer": (HEADS, lambda store, actor: store.apply_answer(kept_answer(store), actor=actor)),
    "set_aside_answer": (
        HEADS,
        lambda store, actor: store.set_aside_answer(kept_answer(store), actor=actor, reason="看过了"),
    ),
    "team_route": (STAFF, lambda store, actor: store.team_route(a_team(store), DAY, actor=actor)),
    "keep_team_route": (
        STAFF - {"analyst"},
        lambda store, actor: store.keep_team_route(a_team(store), DAY, "{}", actor=actor, version=None),
    ),
    "field_work": (EVERYBODY, lambda store, actor: store.field_work(actor=actor)),
    "work_spans": (EVERYBODY, lambda store, actor: store.work_spans(DAY, actor=actor)),
    "draft_rota": (
        HEADS,
        lambda store, actor: store.draft_rota(
            date(2026, 1, 2), a_duty(store), pl.DataFrame(schema=dict(NEEDS)), actor=actor
        ),
    ),
    "change_rota": (
        HEADS,
        lambda store, actor: store.change_rota(a_rota(store), actor=actor, version=1, note="再看"),
    ),
    "publish_rota": (
        HEADS,
        lambda store, actor: store.publish_rota(a_rota(store), actor=actor, version=1, replaces=None),
    ),
    "drop_rota": (HEADS, lambda store, actor: store.drop_rota(a_rota(store), actor=actor, version=1)),
    "note_attendance": (
        HEADS,
        lambda store, actor: store.note_attendance(a_held_rota(store), {}, actor=actor, version=2),
    ),
    "rotas": (STAFF, lambda store, actor: store.rotas(actor=actor)),
    "duties": (STAFF, lambda store, actor: store.duties(a_held_rota(store), actor=actor)),
    "rota_needs": (STAFF, lambda store, actor: store.rota_needs(a_held_rota(store), actor=actor)),
    "turns": (STAFF, lambda store, actor: store.turns(before=date(2026, 1, 2), actor=actor)),
    "on_site": (STAFF, lambda store, actor: store.on_site(datetime(2026, 1, 1, tzinfo=UTC), actor=actor)),
    "repair": (HEADS, lambda store, actor: store.repair(actor=actor, write=True)),
    "check": (STAFF, lambda store, actor: store.check(actor=actor)),
}
#: What needs no actor, since it tells nothing of the records.
FREE = {"open", "close", "url"}


def a_place() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {"kind": ["school"], "name": ["一中"]}, geometry=[Point(116.9, 38.3)], crs="EPSG:4326"
    )


def a_visit() -> pl.DataFrame:
    day = {"at": None, "day": date(2024, 5, 6), "area_id": None}
    return pl.DataFrame([{"source": "log", "external_id": "1", "lon": 116.9, "lat": 38.3, "n": 1} | day])


def a_limit() -> pl.DataFrame:
    return pl.DataFrame({"category": ["manhole"], "area": [""], "amount": [3], "unit": ["hours"]})


def an_answer() -> dict[str, Any]:
    return {"uid": str(uuid4()), "act": "note", "case": 1, "version": 1, "note": "看过了"}


def kept_answer(store: Store) -> str:
    """Return the number of a team's answer that was refused: the case is not in its cells."""
    answered = store.answer(an_answer(), team=a_team(store), actor=OPERATOR)
    assert answered.state == "refused"
    return answered.uid


def a_photo(store: Store, actor: Actor) -> int:
    """Return the number of a photo of the case 2, a team member's own; without the right the resident's."""
    if actor.role not in OFFICE | {"team_member"}:
        return store.photos(2, actor=OPERATOR)[0].seq
    adds = actor if actor.role == "team_member" else OPERATOR
    return store.add_photo(2, PHOTO, actor=adds).photo.seq


def shown(store: Store) -> str:
    """Return the name of the resident's photo."""
    return store.photos(2, actor=Actor("居民", "resident"))[0].photo.full


def fill(store: Store) -> None:
    """Fill a store with a resident's cases (one repeats another, one has a photo) and an import."""
    jane = Actor("居民", "resident")
    store.report(REPORT, actor=jane, contact=Contact(phone="12345"))
    store.report(REPORT, actor=jane)
    store.report(REPORT, actor=jane)
    store.merge(3, 2, actor=OPERATOR, reason="同一处")
    store.add_photo(2, SHOWN, actor=jane)
    store.begin_import("a", source="a", profile=None, actor=OPERATOR, details={})
    store.write_places(a_place(), actor=OPERATOR)


@pytest.fixture
def beginning(request: pytest.FixtureRequest) -> Fill | None:
    return fill if "city" in request.fixturenames else None


@pytest.fixture
def city(store: Store) -> Store:
    """A store that was filled."""
    return store


def test_the_table_names_every_public_method() -> None:
    public = {name for name, _method in inspect.getmembers(Store) if not name.startswith("_")}
    assert public - FREE == set(TABLE)


@pytest.mark.parametrize("role", ROLES)
def test_a_role_may_call_what_the_table_says_and_nothing_else(city: Store, role: str) -> None:
    actor = Actor("居民", role)
    for name, (roles, call) in TABLE.items():
        before = city.last_seq(actor=OPERATOR)
        if role in roles:
            continue
        with pytest.raises(NotAllowedError):
            call(city, actor)
        assert city.last_seq(actor=OPERATOR) == before, name


@pytest.mark.parametrize("name", TABLE)
def test_a_method_lets_in_whom_the_table_names(city: Store, name: str) -> None:
    roles, call = TABLE[name]
    if name in ("import_transaction", "merge", "unmerge"):  # these leave another store behind
        roles = frozenset({"manager"})
    for role in sorted(roles):
        call(city, Actor("居民", role))


def test_a_stranger_may_do_nothing(city: Store) -> None:
    for _roles, call in TABLE.values():
        with pytest.raises(NotAllowedError):
            call(city, Actor("Eve", "stranger"))


def test_a_resident_sees_only_what_the_resident_reported(city: Store) -> None:
    assert city.case(1, actor=Actor("居民", "resident")).allowed == ("note", "photo")
    with pytest.raises(NotAllowedError, match="does not belong to"):
        city.case(1, actor=Actor("别人", "resident"))
    with pytest.raises(NotAllowedError, match="Not allowed to the role 'resident': close"):
        city.transition(1, "close", actor=Actor("居民", "resident"), reason="没了")


def test_a_team_sees_and_moves_only_its_own_cases(city: Store) -> None:
    team = Actor("队员", "team_member", units=frozenset({"环卫中心"}))
    city.transition(1, "accept", actor=OPERATOR)
    city.transition(1, "dispatch", actor=OPERATOR, unit="环卫中心")
    assert city.open_cases(actor=team)["issue_id"].to_list() == [1]
    assert city.reports([1, 2], actor=team)["id"].to_list() == [1]
    assert pl.concat(city.changed_since(0, actor=team))["id"].to_list() == [1]
    assert city.overdue(actor=team)[0] == 1
    assert city.urgency(actor=team)["issue_id"].to_list() == [1]
    city.transition(1, "start", actor=team)
    for forbidden in (
        lambda: city.case(2, actor=team),
        lambda: city.events(2, actor=team),
        lambda: city.transition(2, "note", actor=team, note="看过了"),
    ):
        with pytest.raises(NotAllowedError, match="does not belong to"):
            forbidden()
    nobody = Actor("新人", "team_member", units=frozenset(), areas=frozenset())
    assert city.open_cases(actor=nobody).is_empty()


def test_who_has_an_area_sees_only_the_cases_in_it(store: Store) -> None:
    west, east = ({**REPORT, "lon": lon} for lon in (116.85, 116.95))
    for report in (west, east, west):
        store.report(report, actor=OPERATOR)
    areas = gpd.GeoDataFrame(
        {"kind": ["community", "community", "district"], "name": ["西社区", "东社区", "运河区"]},
        geometry=[box(116.8, 38, 116.9, 39), box(116.9, 38, 117, 39), box(116, 38, 118, 39)],
        crs="EPSG:4326",
    )
    store.write_places(areas, actor=OPERATOR)
    assert store.locate(actor=OPERATOR) == 3
    assert store.locate(actor=OPERATOR) == 0
    assert store.case(2, actor=OPERATOR).areas == ("东社区", "运河区")
    ann = Actor("李娜", "dispatcher", areas=frozenset({"西社区"}))
    assert sorted(store.open_cases(actor=ann)["issue_id"]) == [1, 3]
    with pytest.raises(NotAllowedError, match="does not belong to"):
        store.case(2, actor=ann)
    district = Actor("王强", "manager", areas=frozenset({"运河区"}))
    assert store.overdue(actor=district)[0] == 3
    assert store.check(actor=OPERATOR).ok


def test_who_reads_how_to_reach_a_reporter_is_written_down(city: Store) -> None:
    ann = Actor("李娜", "dispatcher")
    assert city.contacts(1, actor=ann) == [Contact(phone="12345")]
    found = city.accesses(actor=OPERATOR)
    assert found.select("actor", "role", "issue_id", "reporter").rows() == [("李娜", "dispatcher", 1, "居民")]
    assert "12345" not in str(city.events(1, actor=ann).to_dicts())


def test_a_merged_case_keeps_its_reporter(store: Store) -> None:
    for phone in ("1", "2"):
        store.report(REPORT, actor=OPERATOR, contact=Contact(phone=phone))
    store.merge(2, 1, actor=OPERATOR, reason="同一处")
    assert {found.phone for found in store.contacts(1, actor=OPERATOR)} == {"1", "2"}


def test_contacts_are_forgotten_some_time_after_the_end(store: Store) -> None:
    long_ago = datetime(2024, 1, 1, tzinfo=UTC)
    for phone in ("1", "2"):
        store.report(REPORT | {"reported_at": long_ago}, actor=OPERATOR, contact=Contact(phone=phone))
    store.transition(1, "close", actor=OPERATOR, reason="已修好", at=long_ago)
    assert store.forget_contacts(actor=OPERATOR, days=30) == 0, "given only now"
    assert store.forget_contacts(actor=OPERATOR, days=0) == 1
    assert store.contacts(1, actor=OPERATOR) == []
    assert store.contacts(2, actor=OPERATOR) == [Contact(phone="2")]
    assert store.case(1, actor=OPERATOR).status == "closed"
