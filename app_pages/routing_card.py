"""Card: the rules that say which unit a case goes to; taken away as a table, and put in place by one."""

import io

import polars as pl
import streamlit as st

from app_pages import session
from app_pages.import_preview import table
from app_pages.markdown import plain
from data.city_rules import table_name
from data.city_table import TABLES
from data.rights import has
from data.routing import RULE_COLUMNS, Rules
from data.workspace import Workspace
from geo.errors import GezhiError
from i18n import gettext as _
from i18n import ngettext

_NAME = "routing"


def render(here: Workspace) -> None:
    """Draw the rules in their order; who may write them gets the ways to change them."""
    with st.expander(_("The rules: which unit gets what"), icon=":material/rule:"):
        st.caption(
            _("The first line that matches decides. Empty is any; several names stand between semicolons.")
        )
        said()
        text = rules_text(here)
        frame = read(text)
        table(frame.select(name for name in RULE_COLUMNS[:6] if name in frame.columns))
        st.download_button(
            _("As a table, to be changed"),
            text.encode("utf-8-sig"),
            file_name="routing.csv",
            mime="text/csv",
            icon=":material/download:",
            on_click="ignore",
        )
        if has(session.actor(here), "rules"):
            taken = st.session_state.get(session.ROUTING_TAKEN, 0)
            file = st.file_uploader(
                _("The changed table (CSV)"), type=["csv"], key=f"{session.ROUTING_UPLOAD}_{taken}"
            )
            if file is not None:
                _write(here, file.getvalue())


def rules_text(here: Workspace) -> str:
    """Return the rules in force as CSV: the city's own table, or the delivered one."""
    own = here.store.fact(table_name(_NAME), actor=session.actor(here))
    return own or (TABLES / f"{_NAME}.csv").read_text(encoding="utf-8")


def read(text: str) -> pl.DataFrame:
    """Read a table of rules as texts."""
    return pl.read_csv(io.StringIO(text), infer_schema=False).fill_null("")


def said() -> None:
    """Say once what became of the last table."""
    kind, words = st.session_state.pop(session.ROUTING_SAID, ("", ""))
    if kind:
        (st.success if kind == "success" else st.error)(plain(words))


def _write(here: Workspace, content: bytes) -> None:
    actor = session.actor(here)
    try:
        frame = read(content.decode("utf-8-sig"))
        rules = Rules.read(frame, units=here.store.units(actor=actor))
        here.store.write_table(_NAME, frame, actor=actor)
        n = len(rules.rows)
        words = ("success", ngettext("This rule holds now: {n} line", "These rules hold now: {n} lines", n))
    except (GezhiError, UnicodeDecodeError, pl.exceptions.PolarsError) as error:
        words = ("error", _("The rules were not changed: {why}", why=error))
    st.session_state[session.ROUTING_SAID] = words
    st.session_state[session.ROUTING_TAKEN] = st.session_state.get(session.ROUTING_TAKEN, 0) + 1
    st.rerun()
