"""The names under which the session keeps things, and how the page's address and the widgets stay in step."""

from typing import Final

import streamlit as st

from app_pages.view import View
from i18n import match_locale, use_locale

#: Widget keys.
GROUPS: Final = "filter_groups"
CATEGORIES: Final = "filter_categories"
STATUSES: Final = "filter_statuses"
SOURCES: Final = "filter_sources"
PERIOD: Final = "filter_period"
DAYS: Final = "filter_days"
RESOLUTION: Final = "filter_resolution"
LANGUAGE: Final = "language"
#: The language that an address of this session asked for last.
SPOKEN: Final = "spoken"
#: The map component's last message, and the stamp of the click that was taken up last.
MAP: Final = "map"
CLICK: Final = "map_click"
#: Where the map of each store began in this session.
START: Final = "map_start"
#: The import page: the upload, looks at it, the imports that this session made, the chosen columns.
UPLOAD: Final = "upload"
LOOKS: Final = "import_looks"
IMPORTED: Final = "imported"
COLUMN: Final = "column"
#: The coordinate system that the reader of a file chose; whether the file goes in whatever the guard says.
SYSTEM: Final = "import_system"
FORCE: Final = "import_force"
#: What the page shows now.
VIEW: Final = "view"
#: How many reports the cell panel lists.
LISTED: Final = "cell_listed"

#: Address parameters that the page does not own: the map's script keeps the first three.
_KEPT: Final = ("lat", "lon", "zoom", "lang", "theme")


def speak() -> None:
    """Use the words of the reader's language; every run begins with it, a fragment's own runs too.

    The address rules; Streamlit drops its parameters when one goes to another page: then the language that
    this session asked for last is put back into it.
    """
    asked = st.query_params.get("lang") or st.session_state.get(SPOKEN)
    if asked:
        st.session_state[SPOKEN] = asked
        if "lang" not in st.query_params:
            st.query_params["lang"] = asked
    use_locale(match_locale(asked, st.context.locale))


def current_view() -> View:
    """Return the session's view; at its start the one in the address."""
    if VIEW not in st.session_state:
        st.session_state[VIEW] = View.from_params(st.query_params.to_dict())
    view: View = st.session_state[VIEW]
    return view


def show(view: View) -> None:
    """Make this the session's view and write it into the address, so that the address can be shared."""
    st.session_state[VIEW] = view
    kept = {name: st.query_params[name] for name in _KEPT if name in st.query_params}
    wanted = view.to_params() | kept
    if wanted != st.query_params.to_dict():
        st.query_params.from_dict(wanted)


def forget_filters() -> None:
    """Drop every filter; the map's position and the language stay."""
    for key in (GROUPS, CATEGORIES, STATUSES, SOURCES, PERIOD, DAYS, RESOLUTION):
        st.session_state.pop(key, None)
    show(View(cell=current_view().cell))
