"""Card: what is to be forecast: of which category, on which area, for which week or month."""

from dataclasses import replace
from typing import Any

import streamlit as st

from app_pages import filters, session
from app_pages.forecast_words import days_words
from data.filters import Filter
from data.forecasts import Basis, ForecastAsked, basis, budgets
from data.step_counts import STEPS, Step
from data.workspace import Workspace
from geo.cells import ANALYSIS_RESOLUTION
from geo.forecast import plan_size, usual_km2
from i18n import gettext as _

_ALL = ""


def choose(here: Workspace) -> ForecastAsked:
    """Draw the choices of category and step, and return what is asked on the usual area.

    The days, places and other sides of the page's filters hold too.
    """
    view = session.current_view()
    where = filters.meant_on_map(here, view)
    row = st.container(horizontal=True, vertical_alignment="bottom", key="forecast_choices")
    category = _category(here, where, row)
    step = _step(view.step, row)
    resolution = view.hot_asked(where).resolution or ANALYSIS_RESOLUTION
    return ForecastAsked(where.but(categories=(category,)) if category else where, resolution, step)


def choose_more(here: Workspace, usual: ForecastAsked, made_from: Basis) -> Basis:
    """Draw the choices of area and time, which depend on the city and on the day."""
    row = st.container(horizontal=True, vertical_alignment="bottom", key="forecast_more")
    km2 = _area(made_from, row)
    under_way = _under_way(here, usual, made_from, row)
    asked = replace(usual, km2=None if km2 == _usual(made_from) else km2, under_way=under_way)
    return made_from if asked == usual else basis(here.cube, asked)


def _category(here: Workspace, where: Filter, row: Any) -> str:
    table = filters.used_categories(here)
    words: dict[str, str] = dict(table.select("slug", "label").iter_rows())
    offered = [_ALL, *(slug for slug in words if not where.categories or slug in where.categories)]
    _keep(session.FORECAST_CATEGORY, offered, _ALL)
    chosen = row.selectbox(
        _("Problems"),
        offered,
        key=session.FORECAST_CATEGORY,
        format_func=lambda slug: words.get(slug, _("All that the filters let through")),
        width=300,
    )
    return str(chosen or _ALL)


def _step(usual: Step, row: Any) -> Step:
    words = {"week": _("Weeks"), "month": _("Months")}
    _keep(session.FORECAST_STEP, list(STEPS), usual)
    chosen: Step = row.segmented_control(
        _("Step"), list(STEPS), key=session.FORECAST_STEP, format_func=words.__getitem__, required=True
    )
    return chosen


def _area(made_from: Basis, row: Any) -> float:
    offered = list(budgets(made_from.study_km2)) or [made_from.km2]
    _keep(session.FORECAST_AREA, offered, _usual(made_from))
    n, study = len(made_from.counted.cells), made_from.study_km2
    mean_m2 = [1e6 * study / n] * n
    chosen: float = row.selectbox(
        _("Area of the plan"),
        offered,
        key=session.FORECAST_AREA,
        format_func=lambda km2: _(
            "{km2} km² · {n} cells · {share} of the area",
            km2=f"{km2:.2f}",
            n=plan_size(mean_m2, km2),
            share=f"{km2 / study:.1%}",
        ),
        width=300,
    )
    return chosen


def _usual(made_from: Basis) -> float:
    return round(usual_km2(made_from.study_km2), 4)


def _under_way(here: Workspace, usual: ForecastAsked, made_from: Basis, row: Any) -> bool:
    if not made_from.can_be_under_way:
        return False
    now = basis(here.cube, replace(usual, under_way=True))
    words = {False: days_words(made_from.start, made_from.end), True: days_words(now.start, now.end)}
    _keep(session.FORECAST_WHEN, [False, True], False)
    chosen = row.segmented_control(
        _("For the days"),
        [True, False],
        key=session.FORECAST_WHEN,
        format_func=words.__getitem__,
        required=True,
    )
    return bool(chosen)


def _keep(key: str, offered: list[Any], usual: Any) -> None:
    """Give a widget its first value, and another one where what it says is not offered any more."""
    known = st.session_state.get(key, usual)
    st.session_state[key] = known if known in offered else usual
