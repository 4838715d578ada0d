"""Card: where to go next week, how good such forecasts were, and what they missed."""

from functools import partial

import numpy as np
import streamlit as st

from app_pages import (
    empty,
    filters,
    forecast_choices,
    forecast_misses,
    forecast_plan,
    forecast_tables,
    session,
)
from app_pages import forecast_words as words
from app_pages.glossary import meaning
from data.filters import Filter
from data.forecast_runs import forecast_runs
from data.forecasts import Basis, Forecast, ForecastAsked, Plan, at_once, basis
from data.workspace import Workspace
from geo.errors import NotEnoughDataError
from i18n import gettext as _
from i18n import sentences


def render(here: Workspace) -> None:
    """Draw the card: choices, then the tested plan, or the plan for now while it is being tested."""
    if not here.cube.total(filters.meant_on_map(here, session.current_view())):
        _nothing(here)
        return
    asked = forecast_choices.choose(here)
    try:
        made_from = basis(here.cube, asked)
    except NotEnoughDataError:
        _too_little(words.steps_words(0, asked.step), asked)
        return
    made_from = forecast_choices.choose_more(here, asked, made_from)
    known = len(made_from.counted.starts)
    if known < made_from.fewest_steps:
        _too_little(words.steps_words(known, asked.step), asked, made_from.fewest_steps)
        _untested(here, asked, made_from)
        return
    standing = forecast_runs().ask(made_from)
    if standing.forecast is not None:
        _tested(here, asked, made_from, standing.forecast)
    elif isinstance(standing.fault, NotEnoughDataError):
        st.info(_("There are too few reports to choose a method by and to judge it."), icon=":material/info:")
        _untested(here, asked, made_from)
    elif standing.fault is not None:
        st.error(_("The forecast could not be tested."), icon=":material/error:")
        st.button(
            _("Try again"),
            key="forecast_again",
            icon=":material/refresh:",
            on_click=partial(forecast_runs().forget, made_from),
        )
        _untested(here, asked, made_from)
    else:
        _waiting(made_from)
        _untested(here, asked, made_from)


def _nothing(here: Workspace) -> None:
    if here.cube.total(Filter()):
        empty.nothing_passes("clear_from_forecast")
    else:
        empty.no_reports()


def _too_little(known: str, asked: ForecastAsked, needed: int | None = None) -> None:
    """Say how many whole steps there are and how many a test needs."""
    said = _("Not enough is known for a forecast: {known} of these filters are over as a whole.", known=known)
    if needed is not None:
        steps = words.steps_words(needed, asked.step)
        said = sentences([said, _("To choose a method and to judge it takes {steps}.", steps=steps)])
    st.info(said, icon=":material/hourglass_empty:")


@st.fragment(run_every=1.0)
def _waiting(made_from: Basis) -> None:
    """Draw how far the test is, from time to time; the whole page once it is done."""
    session.speak()
    standing = forecast_runs().ask(made_from)
    if standing.forecast is not None or standing.fault is not None:
        st.rerun()
    st.progress(
        standing.share,
        text=_("Six methods are being tested on the past. The page can be used or left meanwhile …"),
    )


def _untested(here: Workspace, asked: ForecastAsked, made_from: Basis) -> None:
    """Draw a plan that nothing vouches for."""
    try:
        plan = at_once(made_from)
    except NotEnoughDataError:
        return
    _heading(made_from)
    st.caption(_("For now by simple smoothing of the past; nobody has tested how good that is here."))
    forecast_plan.render(here, asked, made_from, plan)


def _tested(here: Workspace, asked: ForecastAsked, made_from: Basis, found: Forecast) -> None:
    """Draw the plan beside what such plans were worth, and what the last one missed."""
    left, right = st.columns(2, gap="large")
    with left:
        _heading(made_from)
        quality = found.test.quality(found.test.chosen)
        st.markdown(words.held_words(quality, found.test, asked.step))
        plan = Plan(found.test.plan.astype(np.int64), found.test.expected)
        forecast_plan.render(here, asked, made_from, plan)
    with right:
        st.markdown("###### " + _("How good the methods were"))
        tone = st.success if found.test.verdict == "better" else st.info
        icon = ":material/check_circle:" if found.test.verdict == "better" else ":material/balance:"
        tone(words.verdict_words(found.test), icon=icon)
        st.html(forecast_tables.methods_table(found, asked.step, made_from.apart_m))
        st.caption(_about_the_test(found, asked) + " " + meaning("hot_pai"))
        forecast_misses.render(here, asked, found)


def _about_the_test(found: Forecast, asked: ForecastAsked) -> str:
    choosing = found.test.choosing
    return _(
        "Each was forecast from what was known before it. {choosing} chose the method and its settings, the "
        "{judging} since {day} judge it. Below each figure its 95 % interval.",
        choosing=words.steps_words(choosing, asked.step),
        judging=words.steps_words(len(found.starts) - choosing, asked.step),
        day=found.starts[choosing].isoformat(),
    )


def _heading(made_from: Basis) -> None:
    days = words.days_words(made_from.start, made_from.end)
    st.markdown("###### " + _("Where to go, {days}", days=days))
