"""Cases in the store: looked at, and moved on by events, in the transaction that the caller holds."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, NamedTuple

import polars as pl
from sqlalchemy import Connection, RowMapping, func, insert, select, update

from data import case_cells, case_places, case_rows, given, place_kinds
from data.actors import Actor
from data.area_chain import names as area_names
from data.case_deadlines import JUDGED, deadlines, judged_frame
from data.categories import labels
from data.city_rules import CityRules, city_rules
from data.clock import moment, not_before
from data.events import CLEARABLE, Event
from data.issue_writing import check as check_reports
from data.lifecycle import State, allowed, apply, check, conflict
from data.merges import check_merge
from data.records import CATEGORY, EVENT, ISSUE, PLACE
from data.rights import in_scope
from data.schema import REPORT, REQUIRED
from geo.errors import ConflictError, NotAllowedError, TransitionError
from i18n import current_locale
from i18n import gettext as _

#: What a correction may change: everything that was reported, but the key and what transitions decide.
CORRECTABLE: Final = tuple(
    name for name in REPORT if name not in ("source", "external_id", "status", "updated_at")
)

#: What a transition may bring, beside its reason and its time.
_NEEDS: Final = ("note", "unit", "into", "amount", "amount_unit")


class Deadline(NamedTuple):
    """Until when a case is to be done. Hours are working hours, or hours where its limit counts those."""

    due: datetime | None  # None while the case is suspended
    left_hours: float | None  # negative when overdue
    overdue: bool
    paused: bool
    limit: str  # in words
    provisional: bool  # due in a year whose holidays are not known yet


class Spot(NamedTuple):
    """The ground or street that a case belongs to."""

    place_id: int
    kind: str  # a slug of `place_kinds`
    name: str  # empty where it has none
    metres: float  # to it, 0 inside


class Proposal(NamedTuple):
    """The unit that the city's rules would send a case to; None where no rule matches."""

    unit: str | None
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A case as somebody sees it."""

    id: int
    seq: int  # of its last event
    state: State
    report: dict[str, Any]  # the columns of `REPORT`
    areas: tuple[str, ...]
    spot: Spot | None  # None on open ground
    exempt: str | None  # name of the exempt zone that it was reported in, where it was one for this then
    deadline: Deadline | None  # None where no limit applies
    proposal: Proposal
    allowed: tuple[str, ...]  # what whoever looks at it may make happen

    @property
    def status(self) -> str:
        """Where it stands."""
        return self.state.status

    @property
    def version(self) -> int:
        """How many events it has; whoever changes it says which one they saw."""
        return self.state.version


def look_up(connection: Connection, issue_id: int, *, actor: Actor) -> RowMapping:
    """Read the row of a case that lies in the actor's part of the city.

    Raises
    ------
    StoreError
        There is no such case.
    NotAllowedError
        It lies in somebody else's part.
    """
    row = case_rows.row_of(connection, issue_id)
    if not in_scope(connection, issue_id, actor=actor):
        raise NotAllowedError(
            _("Case {id} does not belong to the cells of the team of '{name}'.", id=issue_id, name=actor.name)
            if actor.team is not None
            else _(
                "Case {id} does not belong to the units and areas of '{name}'.", id=issue_id, name=actor.name
            )
        )
    return row


def case(connection: Connection, issue_id: int, *, actor: Actor) -> Case:
    """Return a case as the actor sees it, with the errors of `look_up`."""
    row = look_up(connection, issue_id, actor=actor)
    return _case(connection, row, actor=actor)


def transition(
    connection: Connection,
    issue_id: int,
    kind: str,
    *,
    actor: Actor,
    version: int | None,
    reason: str,
    at: datetime | None,
    needs: dict[str, Any],
    facts: dict[str, Any] | None = None,
) -> Case:
    """Let an event happen to a case and write both; see `Store.transition`.

    `facts` go into the event's payload beside its own fields.
    """
    if unknown := sorted(set(needs) - set(_NEEDS)):
        raise TransitionError(
            _("A transition takes no {names}. Expected {needs}.", names=unknown, needs=", ".join(_NEEDS))
        )
    if kind in ("report", "update"):
        raise TransitionError(_("A case is reported by `report` and corrected by `correct`."))
    if kind in ("photo", "hide"):
        raise TransitionError(_("A photo is added by `add_photo` and taken away by `remove_photo`."))
    if kind == case_places.KIND:
        raise TransitionError(_("Where a case belongs is found by `locate`."))
    row = look_up(connection, issue_id, actor=actor)
    check_version(connection, row, version)
    now = _recorded_at(connection, row)
    event = Event(
        kind=kind,
        at=now,
        actor=actor.name,
        role=actor.role,
        happened_at=given.happened_at(at, reported_at=case_rows.to_moment(row["reported_at"]), now=now),
        reason=given.text("reason", reason),
        **given.needs(needs),
    )
    check(case_rows.state_of(row), event)
    city_rules(connection).second_person.check(connection, issue_id, actor=actor, event=kind)
    if kind == "merge" and event.into is not None:
        into = case_rows.state_of(look_up(connection, event.into, actor=unscoped(actor)))
        check_merge(issue_id, event.into, into)
    payload = event.payload() | (facts or {})
    return _case(connection, *_write(connection, row, event, payload=payload), actor=actor)


def record(
    connection: Connection,
    issue_id: int,
    kind: str,
    *,
    actor: Actor,
    version: int | None,
    facts: dict[str, Any],
    reason: str = "",
    note: str = "",
    at: datetime | None = None,
) -> Case:
    """Let something happen that leaves a case where it stands, and return the case with the event's `seq`.

    `facts` go into the event's payload beside its own fields; errors as `Store.transition`.
    """
    row = look_up(connection, issue_id, actor=actor)
    check_version(connection, row, version)
    now = _recorded_at(connection, row)
    event = Event(
        kind=kind,
        at=now,
        happened_at=given.happened_at(at, reported_at=case_rows.to_moment(row["reported_at"]), now=now),
        actor=actor.name,
        role=actor.role,
        reason=given.text("reason", reason),
        note=given.text("note", note),
    )
    check(case_rows.state_of(row), event)
    return _case(connection, *_write(connection, row, event, payload=event.payload() | facts), actor=actor)


def correct(
    connection: Connection,
    issue_id: int,
    *,
    actor: Actor,
    version: int | None,
    reason: str,
    changes: dict[str, Any],
) -> Case:
    """Correct what was reported; see `Store.correct`."""
    if unknown := sorted(set(changes) - set(CORRECTABLE)):
        raise TransitionError(
            _(
                "A correction cannot change {names}. Expected some of {fields}.",
                names=", ".join(unknown),
                fields=", ".join(CORRECTABLE),
            )
        )
    if missing := [name for name in REQUIRED if name in changes and changes[name] is None]:
        raise TransitionError(_("These must not be empty: {names}.", names=", ".join(missing)))
    row = look_up(connection, issue_id, actor=actor)
    check_version(connection, row, version)
    now = _recorded_at(connection, row)
    reported = case_rows.report_of(row)
    changes = {name: value for name, value in changes.items() if reported[name] != value}
    changes = given.report(changes, now=now)
    changes = {name: value for name, value in changes.items() if reported[name] != value}
    event = Event(
        kind="update",
        at=now,
        actor=actor.name,
        role=actor.role,
        reason=given.text("reason", reason),
        unit=changes.get("unit"),
        reported_at=changes.get("reported_at"),
        closed_at=changes.get("closed_at"),
        cleared=tuple(name for name in CLEARABLE if name in changes and changes[name] is None),
    )
    before = case_rows.state_of(row)
    check(before, event)
    if not changes:
        return _case(connection, row, actor=actor)
    if "closed_at" in changes and not before.done:
        raise TransitionError(_("A case that is open has no time of closing."))
    if changes.keys() & {"reported_at", "closed_at"}:
        given.in_order(*({**reported, **changes}[name] for name in ("reported_at", "closed_at")))
    check_reports(pl.DataFrame([{**reported, **changes}], schema=REPORT))
    payload = {name: value for name, value in event.payload().items() if name not in CORRECTABLE} | changes
    changed = _write(connection, row, event, payload=payload, changes=changes)
    if case_places.DECIDING & set(changes) and case_places.locate(connection, [issue_id]):
        return _case(connection, case_rows.row_of(connection, issue_id), actor=actor)
    return _case(connection, *changed, actor=actor)


def unscoped(actor: Actor) -> Actor:
    """Return the actor with a view of the whole city: a duplicate may repeat a case of another unit."""
    return replace(actor, units=None, areas=None, team=None) if actor.role != "resident" else actor


def _write(
    connection: Connection,
    row: RowMapping,
    event: Event,
    *,
    payload: dict[str, Any],
    changes: dict[str, Any] | None = None,
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Write the event and the row; return the row and its deadline."""
    after = case_rows.values_after(row, apply(case_rows.state_of(row), event), changes)
    seq = 1 + connection.execute(select(func.coalesce(func.max(EVENT.c.seq), 0))).scalar_one()
    connection.execute(
        insert(EVENT).values(
            seq=seq,
            issue_id=row["id"],
            kind=event.kind,
            at=case_rows.to_micros(event.at),
            actor=event.actor,
            payload=case_rows.as_json(payload),
        )
    )
    changed = dict(row) | after | {"seq": seq}
    if changes and changes.keys() & {"lon", "lat"}:
        changed["cell"] = case_cells.cell_of(changed["lon"], changed["lat"])
    found = _judged(connection, changed, city_rules(connection))
    changed["due_at"] = case_rows.to_micros(found["due"])
    values = {name: value for name, value in changed.items() if value != row[name]}
    done = connection.execute(
        update(ISSUE).where(ISSUE.c.id == row["id"], ISSUE.c.version == row["version"]).values(values)
    )
    if done.rowcount != 1:  # the writer's turn excludes it, unless somebody writes without taking one
        raise ConflictError(_("Case {id} was changed at the same moment. Try again.", id=row["id"]))
    return changed, found


def _case(
    connection: Connection,
    row: RowMapping | dict[str, Any],
    judged: dict[str, Any] | None = None,
    *,
    actor: Actor,
) -> Case:
    rules = city_rules(connection)
    state = case_rows.state_of(row)
    found = judged or _judged(connection, row, rules)
    areas = tuple(area_names(row["areas"] or ""))
    spot, exempt = _spot(connection, row)
    place = spot.kind if spot else ""
    rule = rules.routing.match(row["category"], areas, place)
    deadline = None
    if found["limit"] is not None:
        words = rules.limits.rows[found["limit"]].words()
        shown = {name: found[name] for name in Deadline._fields if name != "limit"}
        deadline = Deadline(limit=words, **shown)
    may = allowed(state, actor.role)
    barred = rules.second_person.barred(connection, row["id"], actor=actor, events=may)
    return Case(
        id=row["id"],
        seq=row["seq"],
        state=state,
        report=case_rows.report_of(row),
        areas=areas,
        spot=spot,
        exempt=exempt,
        deadline=deadline,
        proposal=Proposal(
            rule.unit if rule else None,
            rules.routing.explain(
                rule,
                row["category"],
                areas,
                place,
                labels=_labels(connection, rules, row["category"]),
                place_name=spot.name if spot else "",
            ),
        ),
        allowed=tuple(event for event in may if event not in barred),
    )


def _spot(connection: Connection, row: RowMapping | dict[str, Any]) -> tuple[Spot | None, str | None]:
    """Look up the place and the exempt zone that a row names."""
    ids = [row[name] for name in ("place_id", "exempt_id") if row[name] is not None]
    if not ids:
        return None, None
    query = select(PLACE.c.id, PLACE.c.kind, PLACE.c.name).where(PLACE.c.id.in_(ids))
    found = {place.id: place for place in connection.execute(query)}
    own, zone = found.get(row["place_id"]), found.get(row["exempt_id"])
    spot = Spot(own.id, own.kind, own.name or "", row["place_m"]) if own else None
    return spot, None if zone is None else zone.name or ""


def _labels(connection: Connection, rules: CityRules, category: str) -> dict[str, str]:
    """Return what people read for a category and for the units, in the language in use."""
    locale = current_locale()
    columns = (CATEGORY.c.slug, CATEGORY.c.zh, CATEGORY.c.en)
    row = connection.execute(select(*columns).where(CATEGORY.c.slug == category)).one_or_none()
    table = pl.DataFrame(
        [tuple(row)] if row else [], schema=dict.fromkeys(("slug", "zh", "en"), pl.String), orient="row"
    )
    kinds = {slug: place_kinds.label(slug) for slug in place_kinds.kinds()}
    return kinds | {name: unit.label(locale) for name, unit in rules.units.items()} | labels(table, locale)


def _judged(connection: Connection, row: RowMapping | dict[str, Any], rules: CityRules) -> dict[str, Any]:
    values = [row["id"], *(row[name] for name in JUDGED[1:])]
    frame: pl.DataFrame = deadlines(connection, rules, judged_frame([values]))
    return frame.row(0, named=True)


def check_version(connection: Connection, row: RowMapping, version: int | None) -> None:
    """Refuse to go on from a version that is not the newest any more.

    Raises
    ------
    ConflictError
        Somebody else has changed the case since; the message says who, what and when.
    """
    if version is not None and version != row["version"]:
        since = case_rows.history(connection, row["id"], after=max(version, 0))
        if since and all(event.kind == case_places.KIND for event in since):
            return  # nobody did anything to it
        if not since:
            raise ConflictError(
                _("Case {id} has no version {version} yet. Look at it again.", id=row["id"], version=version)
            )
        raise conflict(since, tz=city_rules(connection).clock.tz)


def _recorded_at(connection: Connection, row: RowMapping) -> datetime:
    """Return this moment, or that of the case's last event where the clock was moved back since."""
    return not_before(connection, moment(), [row["id"]])
