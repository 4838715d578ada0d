"""What happened to a case, told event by event in plain words. Knows no Streamlit."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, cast

from app_pages.case_words import actor_words, field_label
from data.events import Event
from data.limits import amount_words
from data.statuses import label
from data.transitions import word
from data.worktime import Unit
from i18n import N_, gettext
from i18n import gettext as _

#: What people read once it has happened.
_HAPPENED: Final[dict[str, str]] = {
    "accept": N_("Accepted"),
    "reject": N_("Rejected"),
    "start": N_("Work started"),
    "fix": N_("Reported as fixed"),
    "verify": N_("Fix verified"),
    "close": N_("Closed"),
    "reopen": N_("Reopened"),
    "suspend": N_("Suspended, the clock stands still"),
    "resume": N_("Resumed, the clock runs again"),
    "return": N_("Sent back"),
    "merge": N_("Merged as a duplicate"),
    "unmerge": N_("Merge undone"),
    "update": N_("Corrected"),
    "note": N_("Note"),
    "hide": N_("Photo taken away"),
    "locate": N_("Found to belong elsewhere"),
}


@dataclass(frozen=True, slots=True)
class Told:
    """An event in words; every text of people stands in `reason` or `lines`, not in `title`."""

    kind: str
    title: str
    who: str
    moment: datetime
    recorded: datetime | None  # where it was written down much later than it took place
    reason: str
    lines: tuple[str, ...] = ()
    into: int | None = None


def story(
    rows: Iterable[Mapping[str, Any]],
    payloads: Iterable[dict[str, Any]],
    *,
    units: Mapping[str, str] | None = None,
) -> list[Told]:
    """Tell the events of one case, in their order.

    Parameters
    ----------
    rows
        kind, at and actor of each event, oldest first.
    payloads
        What else the store keeps of each.
    units
        Names of units in the language in use; one that is not there is shown as it is.
    """
    told: list[Told] = []
    known: dict[str, Any] = {}
    dispatched = False
    for row, payload in zip(rows, payloads, strict=True):
        event = Event.from_payload(row["kind"], row["at"], row["actor"], payload)
        title = _title(event, payload, units or {}, again=dispatched)
        lines = _lines(event, payload, known, units or {})
        moment = event.reported_at if event.kind == "report" and event.reported_at else event.moment
        late = event.at - moment > timedelta(minutes=2)
        told.append(
            Told(
                event.kind,
                title,
                _who(event),
                moment,
                event.at if late else None,
                event.reason or event.note,
                lines,
                event.into,
            )
        )
        known |= payload
        dispatched = dispatched or event.kind == "dispatch"
    return told


def _who(event: Event) -> str:
    if not event.role or word(event.role) == event.actor:
        return actor_words(event.actor)
    return _("{actor} ({role})", actor=actor_words(event.actor), role=word(event.role))


def _title(event: Event, payload: Mapping[str, Any], units: Mapping[str, str], *, again: bool) -> str:
    if event.kind == "report":
        status = payload.get("status") or "reported"
        came = _("Reported; came in as: {status}", status=label(status))
        return _("Reported") if status == "reported" else came
    if event.kind == "dispatch":
        unit = units.get(event.unit or "", event.unit)
        passed, sent = _("Passed on to {unit}", unit=unit), _("Dispatched to {unit}", unit=unit)
        return passed if again else sent
    if event.kind == "extend":
        amount = amount_words(event.amount or 0.0, cast("Unit", event.amount_unit))
        return _("Deadline extended by {amount}", amount=amount)
    if event.kind == "photo":
        shows = (payload.get("photo") or {}).get("role", "")
        titles = {"before": _("Photo added: before the work"), "after": _("Photo added: after the work")}
        return titles.get(shows, _("Photo added"))
    if event.kind == "update" and not event.role:
        return _("Changed by its source")
    return gettext(_HAPPENED[event.kind]) if event.kind in _HAPPENED else word(event.kind)


def _lines(
    event: Event, payload: Mapping[str, Any], known: Mapping[str, Any], units: Mapping[str, str]
) -> tuple[str, ...]:
    if event.kind != "update":
        return ()
    skipped = {"role", "located", "reason", "note", "happened_at", "source", "external_id", "updated_at"}
    return tuple(
        _(
            "{field}: {before} → {after}",
            field=field_label(name),
            before=_value(name, known.get(name), units),
            after=_value(name, value, units),
        )
        for name, value in payload.items()
        if name not in skipped and known.get(name) != value
    )


def _value(name: str, value: Any, units: Mapping[str, str]) -> str:
    if value in (None, ""):
        return "—"
    if name == "unit":
        return units.get(value, str(value))
    if name == "status":
        return label(str(value))
    return f"{value:.6f}" if isinstance(value, float) else str(value)
