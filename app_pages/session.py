"""The names under which the session keeps things, and how the page's address and the widgets stay in step."""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode
from uuid import uuid4

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from app_pages.view import View
from data.actors import Actor
from data.workspace import Workspace
from i18n import LOCALES, ask_for_locale, match_locale, use_locale

#: Widget keys.
GROUPS: Final = "filter_groups"
CATEGORIES: Final = "filter_categories"
STATUSES: Final = "filter_statuses"
SOURCES: Final = "filter_sources"
PERIOD: Final = "filter_period"
DAYS: Final = "filter_days"
RESOLUTION: Final = "filter_resolution"
AREA: Final = "filter_area"
PLACE: Final = "filter_place"
EXEMPT: Final = "filter_exempt"
CLEAR: Final = "filter_clear"
#: What the choices of the sidebar stand for.
OFFERED: Final = "filter_offered"
LANGUAGE: Final = "language"
#: The language that an address of this session asked for last.
SPOKEN: Final = "spoken"
#: The map component's last message, and the stamp of the click that was taken up last.
MAP: Final = "map"
CLICK: Final = "map_click"
#: Where the map is to look, with the stamp of that wish.
GO: Final = "map_go"
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
#: A case: the form that is open (event, case, version seen), what just happened, whose change came between,
#: the words of a form that was refused, and what the case said when its form was opened.
FORM: Final = "case_form"
TOAST: Final = "case_toast"
CONFLICT: Final = "case_conflict"
DRAFT: Final = "case_draft"
SEEN: Final = "case_seen"
#: The list of open cases: whose, of which kind, which part of them, and how many are listed.
LIST_UNIT: Final = "list_unit"
LIST_CATEGORIES: Final = "list_categories"
LIST_PART: Final = "list_part"
LIST_LENGTH: Final = "list_length"
#: Many cases that are dispatched at once: to which unit, how old at most or since which day, what waits; what
#: is to be dispatched or taken back next, and why; what was done, taken back or went wrong.
DISPATCH_UNIT: Final = "dispatch_unit"
DISPATCH_AGE: Final = "dispatch_age"
DISPATCH_DAY: Final = "dispatch_day"
DISPATCH_FOUND: Final = "dispatch_found"
DISPATCH_ASKED: Final = "dispatch_asked"
DISPATCH_BACK: Final = "dispatch_back_asked"
DISPATCH_WHY: Final = "dispatch_why"
DISPATCHED: Final = "dispatched"
DISPATCH_TAKEN: Final = "dispatch_taken_back"
DISPATCH_FAULT: Final = "dispatch_fault"
#: The rules that say which unit gets what: the upload of a table, how many were taken, what became of it.
ROUTING_UPLOAD: Final = "routing_upload"
ROUTING_TAKEN: Final = "routing_taken"
ROUTING_SAID: Final = "routing_said"
#: A report that is being written: the map, the stamp of its last click, the place, what was checked,
#: the case that it repeats, the case that it became, and a number that makes its fields new once it is sent.
SPOT_MAP: Final = "spot_map"
SPOT_CLICK: Final = "spot_click"
SPOT: Final = "spot"
CHECKED: Final = "report_checked"
SAME: Final = "report_same"
SENT: Final = "report_sent"
WRITTEN: Final = "reports_written"
#: The review of duplicates: the pairs as they were found, how many are shown, which are exchanged, and how
#: many this session has found to be apart.
PAIRS_FOUND: Final = "pairs_found"
PAIRS: Final = "pairs_listed"
SWAPPED: Final = "pairs_swapped"
APART: Final = "pairs_apart"
#: What the map colours: cells or which places; which level of areas.
SHOW: Final = "map_show"
LEVEL: Final = "map_level"
#: What colours the cells; what a period is compared with, and how; what the table of changes lists.
MEASURE: Final = "map_measure"
AGAINST: Final = "compare_against"
AGAINST_DAYS: Final = "compare_days"
BESIDE_BY: Final = "compare_beside"
CHANGES: Final = "changes_of"
CHANGE_PICKED: Final = "changes_picked"
#: How the map looks: ways to choose classes, their number and edges, palette, opacity, points.
LOOK_METHOD: Final = "look_method"
LOOK_CLASSES: Final = "look_classes"
LOOK_EDGES: Final = "look_edges"
LOOK_FAULT: Final = "look_fault"
LOOK_PALETTE: Final = "look_palette"
LOOK_GREYS: Final = "look_greys"
LOOK_OPACITY: Final = "look_opacity"
LOOK_POINTS: Final = "look_points"
#: What the heat layer weighs, its bandwidth, and what it is shown on.
HEAT_WEIGHT: Final = "heat_weight"
HEAT_BANDWIDTH: Final = "heat_bandwidth"
HEAT_ALONG: Final = "heat_along"
#: Hot spots: which kind, a rate of what, step and ring; the class that the list is about, and its length.
HOT_KIND: Final = "hot_kind"
HOT_PER: Final = "hot_per"
HOT_STEP: Final = "hot_step"
HOT_RING: Final = "hot_ring"
HOT_CLASS: Final = "hot_class"
HOT_LISTED: Final = "hot_listed"
#: Which part of the analysis is shown.
ANALYSIS: Final = "analysis_part"
#: The part of the page of field teams that is shown.
TEAMS: Final = "teams_part"
#: The links of field teams: of which team, the label of a new one, the one just made with its secret, and
#: what was just done.
LINK_TEAM: Final = "link_team"
LINK_LABEL: Final = "link_label"
LINK_MADE: Final = "link_made"
LINK_SAID: Final = "link_said"
#: The teams themselves: the names of new ones, and what was just done with one.
ROSTER_NAMES: Final = "roster_names"
ROSTER_SAID: Final = "roster_said"
#: A rota: of which Friday, who is to be excused, the team that is sent elsewhere and where to, why it is
#: excused, who came, and what was just done or refused.
ROTA_DAY: Final = "rota_day"
ROTA_EXCUSED: Final = "rota_excused"
ROTA_TEAM: Final = "rota_team"
ROTA_PLACE: Final = "rota_place"
ROTA_WHY: Final = "rota_why"
ROTA_CAME: Final = "rota_came"
ROTA_SAID: Final = "rota_said"
#: Answers of field teams: the upload of their files, how many were taken, what became of the last, and what
#: was just decided.
ANSWERS_UPLOAD: Final = "answers_upload"
ANSWERS_TAKEN: Final = "answers_taken_files"
ANSWERS_DONE: Final = "answers_done"
ANSWER_SAID: Final = "answer_said"
#: Supervision: the day that is watched, and over how many days coverage is counted.
WATCH_DAY: Final = "watch_day"
WATCH_SPAN: Final = "watch_span"
#: Territories: the edition that is shown, the one that it is compared with, their map and its board; what
#: a proposal begins from, which teams it leaves out, what is wanted of it; a draft's new name and note; what
#: was just done, or refused.
TERRITORY_EDITION: Final = "territories_edition"
TERRITORY_AGAINST: Final = "territories_against"
TERRITORY_MAP: Final = "territories_map"
TERRITORY_BOARD: Final = "territories_board"
TERRITORY_BEGIN: Final = "territories_begin"
TERRITORY_OUT: Final = "territories_out"
TERRITORY_WHOLE: Final = "territories_whole"
TERRITORY_LINES: Final = "territories_lines"
TERRITORY_NAME: Final = "territories_name"
TERRITORY_NOTE: Final = "territories_note"
TERRITORY_SAID: Final = "territories_said"
TERRITORY_FAULT: Final = "territories_fault"
#: The drive whose effect is shown; the form of a drive: of which one it is (0 of a new one) and its fields.
DRIVE: Final = "drive"
DRIVE_FORM: Final = "drive_form"
DRIVE_NAME: Final = "drive_name"
DRIVE_DAYS: Final = "drive_days"
DRIVE_ABOUT: Final = "drive_about"
DRIVE_WHERE: Final = "drive_where"
DRIVE_KEPT: Final = "drive_kept"
DRIVE_PLACE: Final = "drive_place"
#: The league of returns: by what, the window in days, how near, and how many lines are listed.
RETURN_BY: Final = "return_by"
RETURN_DAYS: Final = "return_days"
RETURN_NEAR: Final = "return_near"
RETURN_LISTED: Final = "return_listed"
#: The forecast: of which category, on which area, of a week or a month, which one, how many cells are listed.
FORECAST_CATEGORY: Final = "forecast_category"
FORECAST_AREA: Final = "forecast_area"
FORECAST_STEP: Final = "forecast_step"
FORECAST_WHEN: Final = "forecast_when"
FORECAST_LISTED: Final = "forecast_listed"
#: A file of visits: the upload, the chosen columns and system, whether it goes in whatever the streets say,
#: the import that was just made, and how many there were; which feeds are the patrols'.
VISITS_UPLOAD: Final = "visits_upload"
VISITS_TAKEN: Final = "visits_taken"
VISITS_COLUMN: Final = "visits_column"
VISITS_SYSTEM: Final = "visits_system"
VISITS_FORCE: Final = "visits_force"
VISITS_DONE: Final = "visits_done"
PATROL_SOURCES: Final = "patrol_sources"
#: The table of places: of which kind, in which order, which names, how many are listed.
PLACE_KIND: Final = "place_kind"
PLACE_ORDER: Final = "place_order"
PLACE_NAMES: Final = "place_names"
PLACES_LISTED: Final = "places_listed"
#: The place that another one is compared with; how many of its cases are listed.
BESIDE: Final = "place_beside"
PLACE_CASES: Final = "place_cases"
#: What is kept under names: whether the list is open, how many of it are shown, the new name, which one is
#: being changed and under which name, what was just done.
SAVED: Final = "saved"
SAVED_LISTED: Final = "saved_listed"
SAVED_NAME: Final = "saved_name"
SAVED_OPEN: Final = "saved_open"
SAVED_RENAME: Final = "saved_rename"
SAVED_SAID: Final = "saved_said"
#: What the browser tells of where the map looks.
LOOKS_AT: Final = "map_looks_at"
#: The stamp of the last wish to see the tour; the words that are searched among the figures.
TOUR: Final = "tour"
GLOSSARY: Final = "glossary_words"
#: Whether the whole page must be run again.
AGAIN: Final = "run_again"
#: What the page shows now.
VIEW: Final = "view"
#: The explorer's component, the stamp of the last operation that was taken up, its charts and time line,
#: and the views of the session.
EXPLORER: Final = "explorer"
TAKEN: Final = "explorer_taken"
CHARTS: Final = "explorer_charts"
TIMELINE: Final = "explorer_timeline"
HISTORY: Final = "history"
#: How many reports the panel of a cell or of a selection lists.
LISTED: Final = "cell_listed"
#: The popover of selections that are kept; what could not be done with a selection.
SELECTIONS: Final = "selections"
SELECTION_FAULT: Final = "selection_fault"

#: Widgets whose state is a choice of the view: `choose` makes them begin anew from it.
OF_THE_VIEW: Final = (
    *(GROUPS, CATEGORIES, STATUSES, SOURCES, PERIOD, DAYS, RESOLUTION, AREA, EXEMPT),
    *(SHOW, LEVEL),
)

#: Where the map looks; its script keeps these in the address.
POSITION: Final = ("lat", "lon", "zoom")
#: What lies under the figures of the map; its script keeps this too.
BASE: Final = "base"
#: Parameters of an address that shows the map alone, on a screen at a wall: how, and how often it looks anew.
WALL, EVERY = "wall", "every"
#: Address parameters that the page does not own.
_KEPT: Final = (*POSITION, BASE, "lang", "theme", WALL, EVERY)


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


def _of_the_reader() -> str:
    """Return the locale of the reader who clicked: what a click does comes before the run that speaks."""
    if get_script_run_ctx(suppress_warning=True) is None:
        return LOCALES[0]
    asked = st.query_params.get("lang") or st.session_state.get(SPOKEN)
    return match_locale(asked, st.context.locale)


ask_for_locale(_of_the_reader)


def actor(here: Workspace) -> Actor:
    """Return who acts; everybody is the same before accounts exist."""
    return here.viewer


def with_language(params: Mapping[str, str]) -> dict[str, str]:
    """Return parameters for another page, with the language that this session asked for."""
    asked = st.session_state.get(SPOKEN)
    return dict(params) | ({"lang": asked} if asked else {})


def page_link(page: str, **own: str) -> str:
    """Return the address of a page with parameters of its own, as seen from any page."""
    asked = urlencode(with_language(own))
    return f"{page}?{asked}" if asked else page


def case_link(issue_id: int) -> str:
    """Return the address of a case's page, as seen from any page; it can be shared."""
    return "case?" + urlencode(with_language({"id": str(issue_id)}))


def case_pattern() -> str:
    """Return the address of a case's page with `{id}` in place of its number, for the map's popups."""
    return "case?id={id}" + "".join(
        f"&{urlencode({name: value})}" for name, value in with_language({}).items()
    )


def place_link(place_id: int) -> str:
    """Return the address of a place's page with the filters of this session; it can be shared."""
    return "place?" + urlencode(with_language(filters_in_address() | {"id": str(place_id)}))


def map_link(**changes: Any) -> str:
    """Return the address of the map with the filters of this session and these parameters of a view."""
    return "./?" + urlencode(with_language(filters_in_address() | changes))


def filters_in_address() -> dict[str, str]:
    """Return the parameters of the filters of this session, without what is chosen on the map."""
    view = current_view()
    return view.but(cell=None, at=None, show="", where=view.where.but(cells=())).to_params()


def current_view() -> View:
    """Return the session's view; at its start the one in the address."""
    if VIEW not in st.session_state:
        st.session_state[VIEW] = View.from_params(st.query_params.to_dict())
    view: View = st.session_state[VIEW]
    return view


def show(view: View, **own: str) -> None:
    """Make this the session's view and write it into the address, so that the address can be shared.

    `own` are parameters of the page itself; empty ones are left out.
    """
    st.session_state[VIEW] = view
    kept = {name: st.query_params[name] for name in _KEPT if name in st.query_params}
    wanted = view.to_params() | kept | {name: value for name, value in own.items() if value}
    if wanted != st.query_params.to_dict():
        st.query_params.from_dict(wanted)


def choose(view: View) -> None:
    """Make this the session's view, whatever the widgets said; they follow when the whole page is run.

    It belongs into a callback; a fragment then asks for such a run (`run_again`).
    """
    for key in OF_THE_VIEW:
        st.session_state.pop(key, None)
    show(view)
    st.session_state[AGAIN] = True


def open_view(view: View, at: tuple[float, float, int] | None = None) -> None:
    """Make another view the session's, whatever the widgets said; the map looks `at` a position.

    That is latitude, longitude, zoom. It belongs into a callback; the map page then draws all of itself anew.
    """
    st.session_state.pop(LISTED, None)
    choose(view)
    if at is not None:
        look(view=at)


def look(**where: Any) -> None:
    """Let the map look elsewhere, once: `view` or `box` as `layers.go.GoTo` takes them."""
    st.session_state[GO] = {"stamp": uuid4().hex, **where}


def runs_whole() -> None:
    """Take note that the whole page runs: whatever was chosen, all of it follows now."""
    st.session_state.pop(AGAIN, None)


def run_again() -> None:
    """Run the whole page where a callback of a fragment has changed more than the fragment shows."""
    if st.session_state.pop(AGAIN, False):
        st.rerun()


def position() -> dict[str, str]:
    """Return where the map looks: `lat`, `lon` and `zoom` as the browser told last, or else the address."""
    told = (st.session_state.get(LOOKS_AT) or {}).get("at") or st.query_params
    return {name: str(told[name]) for name in POSITION if name in told}


def forget_filters() -> None:
    """Drop every filter; the map's position, its measure and its looks stay, and so does the language."""
    choose(current_view().without_filters())
