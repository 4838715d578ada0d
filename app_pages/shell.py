"""The frame of every page: language, navigation, what the data are, own styles."""

from pathlib import Path

import streamlit as st

from app_pages import session
from app_pages.markdown import plain
from data.workspace import Workspace, workspace
from i18n import current_locale
from i18n import gettext as _

_HERE = Path(__file__).parent
_LANGUAGES = {"en": "English", "zh": "中文"}


def main() -> None:
    """Set the frame up and run the page that the address names."""
    session.speak()
    here = workspace()
    st.set_page_config(
        page_title=f"{here.title(current_locale())} · Gezhi 格治",
        page_icon=str(_HERE / "logo.svg"),
        layout="wide",
    )
    st.html(_HERE / "style.css")
    st.logo(_HERE / "logo.svg", size="large")
    page = st.navigation(
        [
            st.Page(_HERE / "map.py", title=_("Map"), icon=":material/hexagon:", default=True),
            st.Page(
                _HERE / "imports.py", title=_("Import"), icon=":material/upload_file:", url_path="import"
            ),
        ],
        position="top",
    )
    _heading(here)
    page.run()
    with st.sidebar:
        _language()


def _heading(here: Workspace) -> None:
    title = here.title(current_locale())
    synthetic = _("Demo: synthetic data, no real place or person")
    badge = f" :orange-badge[:material/science: {synthetic}]" if here.synthetic else ""
    st.markdown(f"#### {plain(title)}{badge}")


def _language() -> None:
    st.session_state[session.LANGUAGE] = current_locale()
    st.segmented_control(
        _("Language"),
        list(_LANGUAGES),
        key=session.LANGUAGE,
        format_func=_LANGUAGES.__getitem__,
        required=True,
        on_change=_speak,
        label_visibility="collapsed",
    )


def _speak() -> None:
    st.query_params["lang"] = st.session_state[session.LANGUAGE]


main()
