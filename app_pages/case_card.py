"""A case in a few lines, for choosing between cases."""

from datetime import UTC, datetime
from html import escape
from zoneinfo import ZoneInfo

from app_pages import session
from app_pages.case_facts import category_label, unit_label
from app_pages.case_words import span_words, time_words
from app_pages.photo_links import thumbs
from data.statuses import STATUS_GROUPS, label
from data.workspace import Workspace
from i18n import gettext as _


def card(here: Workspace, issue_id: int, *, note: str = "") -> str:
    """Write a case as HTML with the way to it; every text of other people is escaped.

    Parameters
    ----------
    note
        What speaks for it, in words.
    """
    actor = session.actor(here)
    found = here.store.reports([issue_id], actor=actor)
    if found.is_empty():  # it lies in somebody else's part of the city
        words = _("Case {id}, of another unit", id=issue_id)
        return f'<div class="gz-card"><strong>{escape(words)}</strong><p>{escape(note)}</p></div>'
    own = found.row(0, named=True)
    state = "open" if own["status"] in STATUS_GROUPS["open"] else "done"
    text, address = own["description"] or own["kind"] or "", own["address"]
    age = _("{time} old", time=span_words(datetime.now(UTC) - own["reported_at"]))
    lines = [
        time_words(own["reported_at"], ZoneInfo(here.tz)),
        age,
        unit_label(here, own["unit"]) or _("No unit yet"),
        _("Case {id}", id=issue_id),
    ]
    link = escape(session.case_link(issue_id))
    return (
        f'<div class="gz-card"><header><strong><a href="{link}" target="_blank">'
        f"{escape(category_label(here, own['category']))}</a></strong>"
        f'<span class="gz-state gz-{state}">{escape(label(own["status"]))}</span></header>'
        f"{f'<p>{escape(text)}</p>' if text else ''}"
        f"{f'<p class=gz-place>{escape(address)}</p>' if address else ''}"
        f"{thumbs(here, issue_id)}"
        f"<footer>{escape(' · '.join(lines))}</footer>"
        f"{f'<p class=gz-why>{escape(note)}</p>' if note else ''}</div>"
    )
