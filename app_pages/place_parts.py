"""Card: what an area consists of, and how its parts add up to it."""

import polars as pl
import streamlit as st

from app_pages import place_league, place_table, session
from app_pages.place_words import kinds_label
from data.filters import Filter
from data.place_profile import Profile
from data.place_rates import measure_of
from data.workspace import Workspace
from i18n import gettext as _


def render(here: Workspace, where: Filter, found: Profile) -> None:
    """Draw the areas right below, the worst first, and the sum of them; nothing where there are none."""
    actor = session.actor(here)
    below = here.store.areas(actor=actor).filter(pl.col("parent_id") == found.id)
    if below.is_empty():
        return
    overdue = here.store.urgency(actor=actor).filter("overdue")["issue_id"]
    for kind in below["kind"].unique(maintain_order=True):
        every = place_league.league(here, where, kind, before=None, overdue=overdue)
        rows = every.filter(pl.col("id").is_in(below["id"].implode()))
        st.markdown("###### " + kinds_label(kind))
        st.html(place_table.table(place_league.in_order(rows, "low"), measure_of(kind)))
    own = here.cube.by_area(where)
    n = int(own.filter(pl.col("area_id").is_in(below["id"].implode()))["n"].sum())
    st.caption(sum_words(n, found.n))


def sum_words(below: int, total: int) -> str:
    """Say that the parts and what lies in none of them are the whole."""
    rest = total - below
    parts = _("{n} in its parts", n=f"{below:,}")
    if rest:
        parts += " + " + _("{n} outside any of them", n=f"{rest:,}")
    return _("{parts} = {total} reports of this area.", parts=parts, total=f"{total:,}")
