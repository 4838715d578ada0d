"""The frame of every page: language, navigation, what the data are, own styles."""

import json
from collections.abc import Sequence
from pathlib import Path

import streamlit as st
from streamlit.navigation.page import StreamlitPage as Page

from app_pages import session, tour, wall
from app_pages.analysis_parts import PARTS
from app_pages.markdown import plain
from app_pages.teams_parts import PARTS as TEAMS
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
    st.html(_style_of_words())
    if not wall.asked():
        st.logo(_HERE / "logo.svg", size="large")
    pages = _pages()
    if wall.asked():
        st.navigation(pages, position="hidden").run()
        return
    page = st.navigation(
        [*pages, _case_page(), _dispatch_page(), _place_page(), _glossary_page()], position="top"
    )
    _heading(here, page)
    page.run()
    _bar(pages, page)


def _style_of_words() -> str:
    """Return the words that only a style can say: those of Streamlit's own upload button."""
    choose = json.dumps(_("Choose files"), ensure_ascii=False)
    return f"<style>:root {{ --gz-upload: {choose}; }}</style>"


def _pages() -> list[Page]:
    """Return the pages that the navigation names, in the order in which a day uses them."""
    return [
        st.Page(_HERE / "map.py", title=_("Map"), icon=":material/hexagon:", default=True),
        st.Page(_HERE / "places.py", title=_("Places"), icon=":material/location_city:", url_path="places"),
        *([_analysis_page()] if PARTS else []),
        st.Page(_HERE / "cases.py", title=_("Open cases"), icon=":material/checklist:", url_path="cases"),
        st.Page(
            _HERE / "report.py", title=_("Report"), icon=":material/add_location_alt:", url_path="report"
        ),
        st.Page(
            _HERE / "duplicates.py", title=_("Duplicates"), icon=":material/join:", url_path="duplicates"
        ),
        *([_teams_page()] if TEAMS else []),
        st.Page(_HERE / "imports.py", title=_("Import"), icon=":material/upload_file:", url_path="import"),
    ]


def _analysis_page() -> Page:
    return st.Page(
        _HERE / "analysis.py", title=_("Analysis"), icon=":material/query_stats:", url_path="analysis"
    )


def _teams_page() -> Page:
    return st.Page(_HERE / "teams.py", title=_("Teams"), icon=":material/groups:", url_path="teams")


def _case_page() -> Page:
    """Return the page of one case, which is reached from lists and by its address."""
    return st.Page(
        _HERE / "case.py",
        title=_("Case"),
        icon=":material/assignment:",
        url_path="case",
        visibility="hidden",
    )


def _dispatch_page() -> Page:
    """Return the page that dispatches many cases at once, which is reached from the list of open cases."""
    return st.Page(
        _HERE / "dispatch.py",
        title=_("Dispatch"),
        icon=":material/send:",
        url_path="dispatch",
        visibility="hidden",
    )


def _place_page() -> Page:
    """Return the page of one place, which is reached from lists, from the map and by its address."""
    return st.Page(
        _HERE / "place.py",
        title=_("Place"),
        icon=":material/location_city:",
        url_path="place",
        visibility="hidden",
    )


def _glossary_page() -> Page:
    """Return the page that says what every figure means, which is reached from the help and from figures."""
    return st.Page(
        _HERE / "glossary.py",
        title=_("What the figures mean"),
        icon=":material/menu_book:",
        url_path="glossary",
        visibility="hidden",
    )


def _bar(pages: Sequence[Page], here: Page) -> None:
    """Draw the pages in reach of a thumb; the style sheet shows this on telephones only."""
    with st.container(key="phone_bar", horizontal=True, gap=None):
        for page in pages:
            state = "here" if page.url_path == here.url_path else "there"
            with st.container(key=f"phone_{state}_{page.url_path or 'map'}", width="stretch", gap=None):
                label = _("Cases") if page.url_path == "cases" else page.title  # "Open cases" is too wide
                st.page_link(page, label=label, query_params=session.with_language({}), width="stretch")


def _heading(here: Workspace, page: Page) -> None:
    title = here.title(current_locale())
    synthetic = _("Demo: synthetic data, no real place or person")
    badge = f" :orange-badge[:material/science: {synthetic}]" if here.synthetic else ""
    with st.container(
        key="heading", horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"
    ):
        st.markdown(f"#### {plain(title)}{badge}", width="content")
        with st.container(horizontal=True, vertical_alignment="center", width="content", gap="small"):
            tour.help_button(on_the_map=page.url_path == "", synthetic=here.synthetic)
            _language()


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
        width="content",
    )


def _speak() -> None:
    st.query_params["lang"] = st.session_state[session.LANGUAGE]


main()
