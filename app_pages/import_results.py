"""Card: what an import did, and what was imported before."""

from pathlib import Path

import polars as pl
import streamlit as st

from app_pages import import_steps as steps
from app_pages.import_preview import reasons, table
from app_pages.markdown import plain
from data.actors import OPERATOR
from data.ingest import Summary
from data.ingest.fingerprint import fingerprint
from data.ingest.reasons import suspicion_words
from data.settings import settings
from data.store import Store
from i18n import gettext as _


def summary(done: Summary) -> None:
    """Show the figures as the sum that they are, the reasons, and the way to the rejected rows."""
    st.success(steps.sum_in_words(done), icon=":material/check_circle:")
    if done.went_on_at:
        st.caption(steps.went_on_in_words(done))
    if done.reasons:
        table(reasons(done.reasons), width="content")
    for code, n in done.suspicious.items():
        st.warning(f"{n:,} · {suspicion_words(code)}", icon=":material/location_off:")
    for notice in done.warnings:
        st.caption(f":material/info: {plain(notice)}")
    row = st.container(horizontal=True, vertical_alignment="center")
    if done.rejects_path and done.rejected and done.rejects_path.exists():
        row.download_button(
            _("Rejected rows with their reasons"),
            done.rejects_path.read_bytes(),
            file_name=done.rejects_path.name,
            mime="text/csv",
            icon=":material/download:",
        )
    if done.suspicious_path and done.suspicious_path.exists():
        row.download_button(
            _("Doubted reports"),
            done.suspicious_path.read_bytes(),
            file_name=done.suspicious_path.name,
            mime="text/csv",
            icon=":material/download:",
        )
    row.page_link("map.py", label=_("See them on the map"), icon=":material/hexagon:")
    row.page_link("dispatch.py", label=_("Dispatch those that wait"), icon=":material/send:")


def way_on(store: Store, path: Path) -> None:
    """Say where an import of this very file stopped, if one did."""
    stopped = store.imports(actor=OPERATOR).filter(pl.col("state") == "stopped")
    if stopped.is_empty():
        return
    stopped = stopped.filter(pl.col("content") == fingerprint(path))
    for row in stopped.head(1).iter_rows(named=True):
        st.info(steps.way_on_in_words(row), icon=":material/resume:")


def earlier_imports(store: Store) -> None:
    """Show the imports that the store remembers, the newest first."""
    earlier = store.imports(actor=OPERATOR)
    if earlier.is_empty():
        st.info(
            _("Nothing has been imported yet. Until then the map shows a synthetic demo zone."),
            icon=":material/info:",
        )
        return
    st.markdown("###### " + _("Earlier imports"))
    tz = store.fact("tz", actor=OPERATOR) or settings().tz
    shown = earlier.select(
        pl.col("name").alias(_("File")),
        pl.Series(
            _("State"), [steps.state_in_words(row) for row in earlier.iter_rows(named=True)], pl.String
        ),
        pl.col("started_at").dt.convert_time_zone(tz).dt.strftime("%Y-%m-%d %H:%M").alias(_("When")),
        *(
            pl.col("summary").str.json_path_match(f"$.{field}").cast(pl.Int64, strict=False).alias(words)
            for field, words in {
                "read": _("read"),
                "taken": _("taken"),
                "updated": _("updated"),
                "unchanged": _("unchanged"),
                "rejected": _("rejected"),
            }.items()
        ),
    )
    table(shown.head(20))
