"""Random lives of cases for the tests: sequences of events that may happen, everything they need included."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st

from data.events import CLEARABLE, Event
from data.lifecycle import replay
from data.statuses import STATUSES
from data.transitions import NEEDS, possible
from data.worktime import UNITS

#: A life takes a while to draw, and longer on a busy machine.
PATIENT = settings(deadline=None, max_examples=40)

START = datetime(2026, 9, 28, 8, tzinfo=UTC)

moments = st.integers(0, 40 * 24 * 60).map(lambda minutes: START + timedelta(minutes=minutes))
units = st.sampled_from(["环卫中心", "交警中队", "执法一中队"])


@st.composite
def events(draw: st.DrawFn, kind: str) -> Event:
    """Draw an event of a kind with everything that it needs."""
    event = Event(
        kind=kind,
        at=draw(moments),
        actor=draw(st.sampled_from(["李娜", "王强"])),
        role="administrator",
        happened_at=draw(st.none() | moments),
        reason="因为",
        note="看过了",
    )
    if kind in ("dispatch", "report"):
        event = replace(event, unit=draw(units))
    if kind in ("report", "update"):
        event = replace(
            event,
            unit=draw(st.none() | units),
            reporter=draw(st.none() | st.sampled_from(["居民1", "居民2"])),
            reported_at=draw(st.none() | moments),
            closed_at=draw(st.none() | moments),
        )
    if kind == "update":
        event = _cleared(event, draw(st.sets(st.sampled_from(CLEARABLE))))
    if kind in ("report", "merge"):
        event = replace(event, into=draw(st.none() | st.integers(1, 9)))
    if kind == "report":
        event = replace(event, status=draw(st.none() | st.sampled_from(STATUSES)))
    if kind == "extend":
        event = replace(event, amount=draw(st.integers(1, 20)) / 2, amount_unit=draw(st.sampled_from(UNITS)))
    return event


def _cleared(event: Event, names: set[str]) -> Event:
    """Take these away in a correction, which then cannot set them."""
    kept = {name: None if name in names else getattr(event, name) for name in CLEARABLE}
    return replace(event, cleared=tuple(name for name in CLEARABLE if name in names), **kept)


@st.composite
def lives(draw: st.DrawFn, *, at_most: int = 12, old: bool = False) -> list[Event]:
    """Draw the events of a case; each of them may happen after those before it.

    An old life also has corrections that set the status: there were such before there was a lifecycle.
    """
    done = [draw(events("report"))]
    for _step in range(draw(st.integers(0, at_most))):
        event = draw(events(draw(st.sampled_from(possible(replay(done).status)))))
        if old and event.kind == "update":
            event = replace(event, status=draw(st.none() | st.sampled_from(STATUSES)))
        done.append(event)
    return done


def complete(kind: str, role: str = "administrator", **facts: object) -> Event:
    """Make an event with everything that any event needs, unless a fact says otherwise."""
    given: dict[str, object] = dict.fromkeys(NEEDS, "因为") | {"unit": "环卫中心", "amount": 2.0}
    if kind in ("report", "update"):
        given |= {"unit": None, "amount": None}
    return Event(**({"kind": kind, "at": START, "actor": "李娜", "role": role} | given | facts))
