"""Form: what was reported, to be corrected field by field."""

from typing import Any

import streamlit as st

from app_pages import case_form, session
from app_pages.case_facts import unit_label
from app_pages.case_words import field_label
from app_pages.markdown import plain
from app_pages.positions import read_position
from data import categories
from data.cases import Case
from data.workspace import Workspace
from geo.errors import GezhiError
from i18n import current_locale
from i18n import gettext as _


def fields(here: Workspace, case: Case) -> tuple[dict[str, Any], str] | None:
    """Draw the fields; return what was changed, and why, once the form is sent."""
    own = case_form.as_seen(case)
    actor = session.actor(here)
    words = categories.labels(here.store.categories(actor=actor), current_locale())
    words.setdefault(own["category"], own["category"])
    units = {"": _("No unit yet")} | {name: unit_label(here, name) for name in here.store.units(actor=actor)}
    units.setdefault(own["unit"] or "", own["unit"] or "")
    with st.form("form_correct", border=False):
        category = st.selectbox(
            field_label("category"),
            list(words),
            index=list(words).index(case_form.draft(case, "category", own["category"])),
            format_func=words.__getitem__,
            key=case_form.key(case, "correct_category"),
        )
        description = st.text_area(
            field_label("description"),
            value=case_form.draft(case, "description", own["description"]) or "",
            key=case_form.key(case, "correct_description"),
            max_chars=4000,
        )
        address = st.text_input(
            field_label("address"),
            value=case_form.draft(case, "address", own["address"]) or "",
            key=case_form.key(case, "correct_address"),
        )
        first, second = st.columns(2)
        unit = first.selectbox(
            field_label("unit"),
            list(units),
            index=list(units).index(case_form.draft(case, "unit", own["unit"]) or ""),
            format_func=units.__getitem__,
            key=case_form.key(case, "correct_unit"),
        )
        lat, lon = (case_form.draft(case, name, own[name]) for name in ("lat", "lon"))
        position = second.text_input(
            _("Latitude, longitude"),
            value=f"{lat:.6f}, {lon:.6f}",
            key=case_form.key(case, "correct_position"),
        )
        reason = st.text_input(
            _("Why (may stay empty)"),
            value=case_form.draft(case, "reason"),
            key=case_form.key(case, "correct_reason"),
        )
        if not st.form_submit_button(_("Save"), type="primary", icon=":material/edit:", key="form_send"):
            return None
    given = {
        "category": category,
        "description": description.strip() or None,
        "address": address.strip() or None,
        "unit": unit or None,
    }
    if position.strip() != f"{own['lat']:.6f}, {own['lon']:.6f}":
        try:
            given["lat"], given["lon"] = read_position(position)
        except GezhiError as error:
            st.error(plain(error), icon=":material/error:")
            return None
    return {name: value for name, value in given.items() if value != own[name]}, reason
