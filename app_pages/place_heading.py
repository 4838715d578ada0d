"""Card: the head of a place's page: what it is, whose, and its figures."""

from html import escape
from typing import Any

import streamlit as st

from app_pages.case_facts import unit_label
from app_pages.place_words import (
    area_name,
    change_words,
    kinds_label,
    missing_words,
    place_name,
    rate_words,
    size_words,
)
from data import place_kinds
from data.place_profile import Profile
from data.workspace import Workspace
from i18n import gettext as _


def render(here: Workspace, found: Profile) -> None:
    """Draw the head."""
    unit = found.place.attributes.get("unit")
    st.html(heading_html(found, unit_label(here, unit) if unit else ""))


def heading_html(found: Profile, unit: str) -> str:
    """Write the head of the page; every text of other people is escaped."""
    facts = [
        _fact(size_words(found.row), _("size")),
        _fact(_managed(found.place.attributes), _("managed by")),
        _fact(unit, _("contact unit")),
    ]
    retired = escape(_("This place is no longer in the newest file."))
    gone = f'<p class="gz-fine">{retired}</p>'
    return (
        f'<div class="gz-case gz-place-head"><header><h2>{escape(place_name(found.row))}</h2>'
        f'<span class="gz-state gz-kind">{escape(place_kinds.label(found.kind))}</span>'
        f'<span class="gz-number">{escape(area_name(found.row))}</span></header>'
        f"{gone if found.place.retired else ''}"
        f'<div class="gz-strip">{"".join(facts)}</div>'
        f'<div class="gz-strip gz-figures">{"".join(_figures(found))}</div></div>'
    )


def _figures(found: Profile) -> list[str]:
    low, high = rate_words(found.row["low"]), rate_words(found.row["high"])
    rate = found.row["rate"]
    share = f"{found.share:.1%}" if found.share is not None else "–"
    change = change_words(found.n, found.before)
    figures = [
        _fact(f"{found.n:,}", _("reports, {share} of all", share=share)),
        _fact(f"{found.open:,}", _("open, {n} of them overdue", n=f"{found.late:,}")),
        _fact(
            rate_words(rate) if rate is not None else _("no figure"),
            _("{unit} (95 %: {low} to {high})", unit=found.measure.words, low=low, high=high)
            if rate is not None
            else missing_words(found.measure),
        ),
    ]
    if found.rank:
        kinds = kinds_label(found.kind)
        figures.append(_fact(f"{found.rank} / {found.of}", _("among the {kinds}, worst first", kinds=kinds)))
    if change:
        figures.append(_fact(change, _("against the period before ({n})", n=f"{found.before:,}")))
    return figures


def _fact(value: str, words: str) -> str:
    if not value:
        return ""
    return f"<div><strong>{escape(value)}</strong><span>{escape(words)}</span></div>"


def _managed(attributes: dict[str, Any]) -> str:
    """Say who manages the place, or that nobody does; empty where that is not known."""
    if attributes.get("property"):
        return str(attributes["property"])
    managed = attributes.get("managed")
    if managed is None:
        return ""
    known = place_kinds.fields()["managed"].read(managed)
    return "" if known is None else _("a property company") if known else _("nobody")
