"""Card: open cases as lines, each the way to its case."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from html import escape
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from app_pages import session
from app_pages.case_words import due_words, span_words
from data.case_list import Part
from data.statuses import label
from i18n import gettext as _


def listing(
    rows: pl.DataFrame,
    words: Mapping[str, str],
    unit_words: Callable[[str | None], str],
    zone: ZoneInfo,
    *,
    now: datetime | None = None,
) -> str:
    """Write cases as an HTML list; every text of theirs is escaped.

    Parameters
    ----------
    rows
        The columns `data.case_list.LISTED`.
    words
        The category's label by its slug.
    unit_words
        What people read for a unit.
    zone
        The city's time zone.
    """
    moment = now or datetime.now(UTC)
    items = "".join(_line(row, words, unit_words, zone, moment) for row in rows.iter_rows(named=True))
    return f'<ul class="gz-cases">{items}</ul>'


def part_words() -> dict[Part, str]:
    """Return what people read for the parts of the list."""
    return {
        "all": _("Open"),
        "overdue": _("Overdue"),
        "today": _("Due today"),
        "suspended": _("Suspended"),
    }


def _line(
    row: dict[str, Any],
    words: Mapping[str, str],
    unit_words: Callable[[str | None], str],
    zone: ZoneInfo,
    now: datetime,
) -> str:
    due = due_words(
        row["due"],
        row["left_hours"],
        overdue=bool(row["overdue"]),
        paused=bool(row["paused"]),
        now=now,
        zone=zone,
    )
    category = words.get(row["category"], row["category"].replace("_", " "))
    age = _("{time} old", time=span_words(now - row["reported_at"]))
    unit = unit_words(row["unit"]) or _("No unit yet")
    number, text, address = row["issue_id"], row["description"], row["address"]
    link = escape(session.case_link(number))
    return (
        f'<li><a href="{link}" target="_self" data-case="{number}">'
        f'<span class="gz-due gz-{due.tone}"><strong>{escape(due.words)}</strong>'
        f"<small>{escape(due.detail)}</small></span>"
        f'<span class="gz-what"><strong>{escape(category)}</strong>'
        f"{f'<span>{escape(text)}</span>' if text else ''}"
        f"{f'<small>{escape(address)}</small>' if address else ''}</span>"
        f'<span class="gz-who"><span>{escape(unit)}</span>'
        f"<small>{escape(label(row['status']))} · {escape(age)} · {number}</small></span></a></li>"
    )
