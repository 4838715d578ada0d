"""Card: whether a file's coordinates are in the system that they are taken in, and the ways on in doubt."""

import polars as pl
import streamlit as st

from app_pages import session
from app_pages.import_preview import table
from app_pages.markdown import plain
from data.datum_judgement import Judgement
from data.ingest import Survey
from i18n import gettext as _


def judged(looked: Survey) -> bool:
    """Show what the guard found; return whether the file is to be taken as it stands all the same."""
    datum = looked.datum
    if datum is None or datum.fit.reason == "same":
        return False
    words = plain(datum.words())
    if datum.outcome == "agrees":
        st.caption(f":material/where_to_vote: {words}")
        return False
    if datum.outcome == "unknown":
        st.caption(f":material/help: {words}")
        return False
    if datum.outcome == "guessed":
        st.info(words, icon=":material/wrong_location:")
    else:
        st.warning(words, icon=":material/wrong_location:")
    _figures(datum)
    ways = st.container(horizontal=True, vertical_alignment="center")
    if datum.better is not None and datum.outcome == "doubt":
        ways.button(
            _("Read as {system}", system=datum.better.label),
            icon=":material/my_location:",
            on_click=_read_as,
            args=(str(datum.better),),
        )
    return ways.checkbox(_("Import as it is all the same"), key=f"{session.FORCE}_{looked.name}")


def _figures(datum: Judgement) -> None:
    """Show the candidates side by side."""
    if datum.fit.comparisons:
        table(pl.DataFrame(datum.table()), width="content")


def _read_as(system: str) -> None:
    st.session_state[session.SYSTEM] = system
