"""What to do where there is nothing to show: a word on why, and the way on."""

import streamlit as st

from app_pages import session
from i18n import gettext as _


def nothing_passes(key: str, words: str = "") -> None:
    """Say that the filters let nothing through, with the button (`key`) that takes them off."""
    st.info(words or _("No report passes these filters."), icon=":material/filter_alt:")
    st.button(
        _("Clear all filters"), key=key, icon=":material/filter_alt_off:", on_click=session.forget_filters
    )


def no_reports() -> None:
    """Say that the store has no report yet, with the ways to the first one."""
    st.info(
        _("There are no reports yet. Import a file to see them on the map."), icon=":material/upload_file:"
    )
    row = st.container(horizontal=True)
    row.page_link("imports.py", label=_("Import a file"), icon=":material/upload_file:")
    row.page_link("report.py", label=_("Report a problem"), icon=":material/add_location_alt:")


def no_places() -> None:
    """Say that the store has no place yet, and how they come into it."""
    st.info(
        _(
            "There are no streets, compounds or areas yet. Whoever runs the server imports them from a file "
            "of lines and areas (GeoJSON, GeoPackage, Shapefile, OpenStreetMap):"
        ),
        icon=":material/location_city:",
    )
    st.code("gezhi places FILE", language=None)
    st.page_link("map.py", label=_("To the map"), icon=":material/hexagon:")
