"""Cases in plain words: until when, how urgent, what comes next. Knows no Streamlit."""

from datetime import datetime, timedelta
from typing import Final, Literal, NamedTuple
from zoneinfo import ZoneInfo

from data.actors import SYSTEM
from data.cases import Case
from data.statuses import STATUS_GROUPS
from data.transitions import word
from i18n import N_, gettext, ngettext
from i18n import gettext as _

#: How a deadline looks: overdue, due within a day, later, clock stopped, none, met for good.
Tone = Literal["late", "soon", "calm", "paused", "none", "met"]

_SOON: Final = timedelta(hours=24)
_DAYS_IN_WORDS: Final = 60
_MONTHS_IN_WORDS: Final = 36
_DAYS_A_MONTH: Final = 30.44


def actor_words(name: str | None) -> str:
    """Say who did something: the name, and a word for Gezhi itself, which is also who has no name."""
    return _("the system") if name is None or name == SYSTEM.name else name


#: What a button says; the event's own word serves in sentences.
BUTTONS: Final[dict[str, str]] = {
    "accept": N_("Accept"),
    "reject": N_("Reject"),
    "dispatch": N_("Dispatch"),
    "start": N_("Start work"),
    "fix": N_("Report as fixed"),
    "return": N_("Send back"),
    "verify": N_("Verify"),
    "close": N_("Close the case"),
    "reopen": N_("Reopen"),
    "suspend": N_("Suspend"),
    "resume": N_("Resume"),
    "extend": N_("Extend the deadline"),
    "merge": N_("Merge as a duplicate"),
    "unmerge": N_("Undo the merge"),
    "note": N_("Add a note"),
    "update": N_("Correct"),
}

#: What an event does, said above its form.
_EXPLAINED: Final[dict[str, str]] = {
    "accept": N_("The case is taken up. Next it is dispatched to a unit."),
    "reject": N_("The case ends here. The reason stays in its history."),
    "dispatch": N_("The unit has to solve it until the deadline."),
    "start": N_("Somebody has begun to work on it."),
    "fix": N_("The unit says that it is done. Somebody else verifies it on site."),
    "return": N_("The case goes one step back."),
    "verify": N_("Somebody has looked at the place: it is done."),
    "close": N_("Nothing is left to do."),
    "reopen": N_("The case is open again, and its deadline begins anew."),
    "suspend": N_("The clock of the deadline stands still until the case is resumed."),
    "resume": N_("The clock of the deadline runs again."),
    "extend": N_("More time, added to the deadline."),
    "merge": N_("The other case stays, and whoever reported this one belongs to it. It can be undone."),
    "unmerge": N_("The case stands on its own again, where it stood before."),
    "note": N_("A note changes nothing but is kept for good."),
    "update": N_("What was there before stays in the history."),
}

#: What the page says once it is done.
_DONE: Final[dict[str, str]] = {
    "accept": N_("The case is accepted"),
    "reject": N_("The case is rejected"),
    "dispatch": N_("The case is dispatched"),
    "start": N_("The work has started"),
    "fix": N_("The case is reported as fixed"),
    "return": N_("The case is sent back"),
    "verify": N_("The fix is verified"),
    "close": N_("The case is closed"),
    "reopen": N_("The case is open again"),
    "suspend": N_("The case is suspended"),
    "resume": N_("The case goes on"),
    "extend": N_("The deadline is extended"),
    "merge": N_("The case is merged"),
    "unmerge": N_("The merge is undone"),
    "note": N_("The note is kept"),
    "update": N_("The correction is kept"),
}

#: What takes an event back.
_BACK: Final = {
    "merge": "unmerge",
    "suspend": "resume",
    "resume": "suspend",
    "close": "reopen",
    "reject": "reopen",
}

#: The fields of a report.
_FIELDS: Final[dict[str, str]] = {
    "category": N_("Category"),
    "kind": N_("As reported"),
    "description": N_("Description"),
    "status": N_("Status"),
    "reported_at": N_("Reported at"),
    "closed_at": N_("Closed at"),
    "lon": N_("Longitude"),
    "lat": N_("Latitude"),
    "address": N_("Address"),
    "unit": N_("Unit"),
    "suspect": N_("Doubt about the position"),
}

#: What happens next in the usual case: the page's main button.
_NEXT: Final = {
    "reported": "accept",
    "accepted": "dispatch",
    "dispatched": "start",
    "in_progress": "fix",
    "fixed": "verify",
    "verified": "close",
    "suspended": "resume",
    "merged": "unmerge",
}


class Due(NamedTuple):
    """A deadline in words."""

    words: str
    detail: str
    tone: Tone


def button_label(event: str) -> str:
    """Return what the button of an event says."""
    return gettext(BUTTONS[event]) if event in BUTTONS else word(event)


def field_label(name: str) -> str:
    """Return the words for a field of a report."""
    return gettext(_FIELDS[name]) if name in _FIELDS else name


def main_event(case: Case) -> str | None:
    """Return what usually comes next, None where the actor may not make it happen or nothing comes."""
    event = _NEXT.get(case.status)
    return event if event in case.allowed else None


def time_words(moment: datetime, zone: ZoneInfo) -> str:
    """Write a moment in the city's time."""
    return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M")


def span_words(span: timedelta) -> str:
    """Say how long in the largest unit that still tells something: minutes, hours, days, months, years."""
    minutes = max(0, int(span.total_seconds() // 60))
    if minutes < 60:
        return ngettext("{n} minute", "{n} minutes", minutes)
    hours = minutes // 60
    if hours < 48:
        return ngettext("{n} hour", "{n} hours", hours)
    days = hours // 24
    if days <= _DAYS_IN_WORDS:
        return ngettext("{n} day", "{n} days", days)
    months = round(days / _DAYS_A_MONTH)
    if months < _MONTHS_IN_WORDS:
        return ngettext("{n} month", "{n} months", months)
    return ngettext("{n} year", "{n} years", months // 12)


def clock_words(hours: float) -> str:
    """Say the hours of a limit's clock."""
    minutes = round(abs(hours) * 60)
    if minutes < 60:
        return ngettext("{n} minute", "{n} minutes", minutes)
    if minutes % 60 == 0 or minutes >= 6000:
        return ngettext("{n} hour", "{n} hours", minutes // 60)
    return _("{hours} h {minutes} min", hours=minutes // 60, minutes=minutes % 60)


def due_words(
    due: datetime | None,
    left_hours: float | None,
    *,
    overdue: bool,
    paused: bool,
    now: datetime,
    zone: ZoneInfo,
) -> Due:
    """Say until when an open case is to be done, for a line of a list.

    Parameters
    ----------
    due
        None while the case is suspended, or where no limit applies.
    left_hours
        What is left on the limit's clock, negative when overdue; None where no limit applies.
    """
    if paused:
        left = left_hours or 0.0
        detail = (
            _("overdue by {time} when it was suspended", time=clock_words(left))
            if left < 0
            else _("{time} left when it goes on", time=clock_words(left))
        )
        return Due(_("Clock stopped"), detail, "paused")
    if due is None:
        return Due(_("No deadline"), _("No limit applies to this category here."), "none")
    detail = _("due {time}", time=time_words(due, zone))
    if overdue:
        return Due(_("Overdue by {time}", time=span_words(now - due)), detail, "late")
    local, today = due.astimezone(zone), now.astimezone(zone).date()
    clock = local.strftime("%H:%M")
    if local.date() == today:
        return Due(_("Due today {clock}", clock=clock), detail, "soon")
    if local.date() == today + timedelta(days=1):
        return Due(_("Due tomorrow {clock}", clock=clock), detail, "soon")
    tone: Tone = "soon" if due - now < _SOON else "calm"
    return Due(_("Due in {time}", time=span_words(due - now)), detail, tone)


def case_due(case: Case, *, now: datetime, zone: ZoneInfo) -> Due:
    """Say until when a case is to be done, or whether it was done in time."""
    found = case.deadline
    if found is None:
        return Due(_("No deadline"), _("No limit applies to this category here."), "none")
    if case.state.done or (case.state.fixed_at and case.status in ("fixed", "verified")):
        if found.due is None or case.status in ("merged", "rejected"):
            return Due(_("No deadline any more"), _("Nothing is left to do."), "met")
        detail = _("was due {time}", time=time_words(found.due, zone))
        if found.overdue:
            return Due(_("Done late"), detail, "none")
        return Due(_("Done in time"), detail, "met")
    return due_words(
        found.due, found.left_hours, overdue=found.overdue, paused=found.paused, now=now, zone=zone
    )


def is_open(case: Case) -> bool:
    """Return whether somebody still has to do something."""
    return case.status in STATUS_GROUPS["open"]


def explained(event: str) -> str:
    """Say in a sentence what an event does."""
    return gettext(_EXPLAINED[event]) if event in _EXPLAINED else ""


def done_words(event: str) -> str:
    """Say that it was done."""
    return gettext(_DONE[event]) if event in _DONE else _("Done: {event}", event=word(event))


def way_back(event: str, allowed: tuple[str, ...]) -> tuple[str | None, str]:
    """Return the event that takes one back, and what its button says; None where there is none.

    Only some are taken back exactly: a case that is closed by mistake is reopened, which stays in its
    history as a reopening.
    """
    back = _BACK.get(event)
    if back is None or back not in allowed:
        return None, ""
    return back, "" if event in ("merge", "suspend") else button_label(back)
