"""Cards: what was reported, where the case stands, until when, and who has it."""

from datetime import UTC, datetime
from html import escape
from typing import Final
from zoneinfo import ZoneInfo

import streamlit as st

from app_pages import session
from app_pages.case_words import Due, case_due, clock_words, is_open, time_words
from app_pages.markdown import plain
from data import categories, place_kinds
from data.cases import Case, Spot
from data.statuses import label
from data.workspace import Workspace
from i18n import current_locale
from i18n import gettext as _

#: The source of what is reported on the page; its numbers tell nobody anything.
_HERE: Final = "intake"
#: The usual way of a case, drawn as steps.
_STEPS: Final = ("reported", "accepted", "dispatched", "in_progress", "fixed", "verified", "closed")


def heading(here: Workspace, case: Case) -> None:
    """Draw the kind of problem, where the case stands, and until when it is to be done."""
    zone = ZoneInfo(here.tz)
    due = case_due(case, now=datetime.now(UTC), zone=zone)
    unit = unit_label(here, case.state.unit)
    st.html(heading_html(category_label(here, case.report["category"]), case, due, unit))


def heading_html(category: str, case: Case, due: Due, unit: str) -> str:
    """Write the head of the page; every text of other people is escaped."""
    state = "open" if is_open(case) else "done"
    unit = unit or _("No unit yet")
    number, whose = _("Case {id}", id=case.id), _("responsible unit")
    return (
        f'<div class="gz-case"><header><h2>{escape(category)}</h2>'
        f'<span class="gz-state gz-{state}">{escape(label(case.status))}</span>'
        f'<span class="gz-number">{escape(number)}</span></header>'
        f'<div class="gz-strip"><div class="gz-due gz-{due.tone}"><strong>{escape(due.words)}</strong>'
        f"<span>{escape(due.detail)}</span></div>"
        f"<div><strong>{escape(unit)}</strong>"
        f"<span>{escape(whose)}</span></div></div>"
        f"{_steps(case)}"
        f"{_limit(case)}</div>"
    )


def _limit(case: Case) -> str:
    """Say what the deadline comes from, and what is left on its own clock."""
    found = case.deadline
    if found is None:
        return ""
    words = _("Which limit applies")
    if found.left_hours is not None and is_open(case) and not found.paused:
        left = clock_words(found.left_hours)
        over, under = (
            _("{time} over the limit, by its own clock", time=left),
            _("{time} left, by the clock of its limit", time=left),
        )
        words = over if found.overdue else under
    lines = [_("Limit: {limit}.", limit=found.limit)]
    if found.provisional:
        lines.append(_("Provisional: the holidays of that year are not known yet."))
    text = escape(" ".join(lines))
    return f'<details class="gz-fine"><summary>{escape(words)}</summary>{text}</details>'


def _steps(case: Case) -> str:
    """Draw how far the case came, by what is known of it; nothing where it left the usual way for good."""
    at = case.state.resumes or case.status
    if at not in _STEPS:
        return ""
    reached = _STEPS.index(at)
    own = case.state
    times = (own.accepted_at, own.dispatched_at, own.started_at, own.fixed_at, own.verified_at)
    passed = {_STEPS[0], *(step for step, time in zip(_STEPS[1:], times, strict=False) if time)}
    items = "".join(
        f'<li class="{"gz-now" if n == reached else "gz-past" if n < reached and step in passed else ""}"'
        f"{' aria-current=step' if n == reached else ''}><span>{escape(label(step))}</span></li>"
        for n, step in enumerate(_STEPS)
    )
    return f'<ol class="gz-steps">{items}</ol>'


def report(here: Workspace, case: Case) -> None:
    """Draw the words of the report, and when and from where it came."""
    own = case.report
    zone = ZoneInfo(here.tz)
    words = own["description"] or own["kind"] or ""
    kind = own["kind"] if own["description"] and own["kind"] else ""
    source = _(own["source"]) if own["source"] else ""
    when = time_words(own["reported_at"], zone)
    came = _("Reported here {time}", time=when)
    if own["source"] != _HERE:
        number = own["external_id"]
        came = _(
            "Reported {time} by way of {source}, number {number}", time=when, source=source, number=number
        )
    nothing = _("No words were given.")
    quiet = f'<p class="gz-quiet">{escape(nothing)}</p>'
    st.html(
        f'<div class="gz-report">{f"<blockquote>{escape(words)}</blockquote>" if words else quiet}'
        f"<footer>{f'{escape(kind)} · ' if kind else ''}{escape(came)}</footer></div>"
    )


def where(case: Case) -> None:
    """Draw the address, the place with the way to its page, and the areas."""
    areas = " · ".join(part for part in (_spot_html(case.spot), *map(escape, case.areas)) if part)
    address = case.report["address"] or _("No address is known.")
    doubt = case.report["suspect"]
    st.html(
        f'<div class="gz-where"><strong>{escape(address)}</strong>'
        f"{f'<span>{areas}</span>' if areas else ''}</div>"
    )
    if case.exempt is not None:
        words = _("It was reported in an exempt zone: {name}", name=case.exempt or "—")
        st.caption(f":material/rule: {plain(words)}")
    if doubt:
        st.caption(":material/location_off: " + plain(_("The position is doubted: {why}", why=doubt)))


def _spot_html(spot: Spot | None) -> str:
    if spot is None:
        return ""
    name = spot.name or place_kinds.label(spot.kind)
    words = _("{place}, {metres} m away", place=name, metres=f"{spot.metres:.0f}") if spot.metres else name
    return f'<a href="{escape(session.place_link(spot.place_id))}" target="_self">{escape(words)}</a>'


def unit(here: Workspace, case: Case) -> None:
    """Draw why the case lies with its unit: what the city's rules say."""
    has, wanted = case.state.unit, case.proposal.unit
    known = here.store.units(actor=session.actor(here))
    contact = known[has].contact if has in known else ""
    with st.container(key="case_unit", gap="xsmall"):
        st.markdown("###### " + (_("Why this unit") if has else _("Which unit")))
        if has:
            st.markdown(plain(" · ".join(part for part in (unit_label(here, has), contact) if part)))
        if wanted and has and wanted != has:
            st.caption(plain(_("The rules would choose another one. {why}", why=case.proposal.why)))
        else:
            st.caption(plain(case.proposal.why))


def category_label(here: Workspace, slug: str) -> str:
    """Return the name of a category in the language in use."""
    table = here.store.categories(actor=session.actor(here))
    named = categories.labels(table, current_locale())
    return named.get(slug, slug.replace("_", " "))


def unit_label(here: Workspace, unit: str | None) -> str:
    """Return the name of a unit in the language in use, empty where there is none."""
    known = here.store.units(actor=session.actor(here))
    return known[unit].label(current_locale()) if unit in known else unit or ""
