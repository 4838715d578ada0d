"""Card: a file of visits: what would become of its rows, and the way into the store and out of it again."""

from pathlib import Path
from typing import Final

import polars as pl
import streamlit as st

from app_pages import import_steps as steps
from app_pages import session
from app_pages.import_preview import table
from app_pages.markdown import plain
from data.rights import has
from data.settings import settings
from data.visit_columns import FIELDS
from data.visit_file import ReadVisits, missing_words, reason_words
from data.visit_import import VisitSummary, check_datum, import_visits, look_at
from data.workspace import Workspace
from geo.errors import CrsError, GezhiError
from i18n import N_, ngettext
from i18n import gettext as _

_SHOWN_ROWS: Final = 8
_FIELD_WORDS: Final = {
    "at": N_("Time or day"),
    "lon": N_("Longitude"),
    "lat": N_("Latitude"),
    "area": N_("Area"),
    "n": N_("Number of visits"),
    "external_id": N_("Number"),
    "who": N_("Who"),
}


def render(here: Workspace) -> None:
    """Draw the way in: choose a file, look at it, take it up."""
    if here.synthetic:
        st.caption(_("The visits of the demo zone are made up, and no others go beside them."))
        st.page_link("imports.py", label=_("Import a file of reports first"), icon=":material/upload_file:")
        return
    if not has(session.actor(here), "write"):
        st.caption(_("Files of visits are taken up by those who import reports."))
        return
    st.caption(
        _(
            "CSV or Excel: a row for each visit with a time and coordinates, or a day, the name of an area "
            "and the number of visits. Nothing leaves this machine."
        )
    )
    number = st.session_state.get(session.VISITS_TAKEN, 0)  # a file that was taken up is put away
    key = f"{session.VISITS_UPLOAD}_{number}"
    upload = st.file_uploader(_("File with visits"), type=list(steps.ENDINGS), key=key)
    if upload is None:
        _example()
        return
    try:
        path = steps.keep_upload(upload, upload.name, settings().home / "uploads")
        _look_and_import(here, path)
    except GezhiError as error:
        st.error(plain(error), icon=":material/error:")


def _example() -> None:
    """Show two files in small."""
    left, right = st.columns(2)
    with left:
        st.caption(_("By time and place"))
        st.code("time,lon,lat\n2026-05-06 09:30,116.9012,38.3044", language=None)
    with right:
        st.caption(_("By day and area"))
        st.code("day,area,visits\n2026-05-06,Grid 3,4", language=None)


def _look_and_import(here: Workspace, path: Path) -> None:
    chosen = st.session_state.get(session.VISITS_SYSTEM, "")
    systems = steps.SYSTEMS if chosen in steps.SYSTEMS else (*steps.SYSTEMS, chosen)
    crs = st.selectbox(
        _("Coordinates"),
        systems,
        format_func=lambda name: name or _("as the file says"),
        key=session.VISITS_SYSTEM,
        width=220,
    )
    looked = look_at(path, here.store, actor=session.actor(here), crs=crs or None)
    said = _columns(looked)
    if said:
        looked = look_at(path, here.store, actor=session.actor(here), crs=crs or None, columns=said)
    if looked.missing:
        words = _("Say above which columns hold: {missing}.", missing=missing_words(looked.missing))
        st.warning(words, icon=":material/help:")
        return
    force = _datum(here, looked, crs or None)
    _preview(here, looked)
    words = ngettext("Take up {n} visit", "Take up {n} visits", int(looked.visits["n"].sum()))
    if st.button(
        words,
        key="take_visits",
        type="primary",
        icon=":material/upload:",
        disabled=looked.visits.is_empty() or force is None,
    ):
        done = import_visits(
            path, here.store, actor=session.actor(here), crs=crs or None, columns=said, force=bool(force)
        )
        here.cube.refresh()
        st.session_state[session.VISITS_DONE] = done
        st.session_state[session.VISITS_TAKEN] = st.session_state.get(session.VISITS_TAKEN, 0) + 1
        st.rerun()


def _columns(looked: ReadVisits) -> dict[str, str]:
    """Show which column each field comes from; return what was changed."""
    changed = {}
    label = _("Which column holds what")
    with st.expander(label, expanded=bool(looked.missing), icon=":material/view_column:"):
        grid = st.columns(3)
        for place, field in enumerate(FIELDS):
            guess = looked.used.get(field)
            column = grid[place % 3].selectbox(
                _(_FIELD_WORDS[field]),
                list(looked.columns),
                index=looked.columns.index(guess) if guess in looked.columns else None,
                placeholder=_("none"),
                key=f"{session.VISITS_COLUMN}_{field}_{looked.name}",
            )
            if column != guess:
                changed[field] = column or ""
    return changed


def _datum(here: Workspace, looked: ReadVisits, said: str | None) -> bool | None:
    """Say where the points plainly lie in another system; return whether they go in all the same, or None."""
    try:
        check_datum(looked, here.store, actor=session.actor(here), said=said)
    except CrsError as error:
        st.warning(plain(error), icon=":material/wrong_location:")
        forced = st.checkbox(_("Take them as they stand all the same"), key=session.VISITS_FORCE)
        return True if forced else None
    return False


def _preview(here: Workspace, looked: ReadVisits) -> None:
    row = st.container(horizontal=True, gap="large")
    row.metric(_("Rows"), f"{looked.read:,}", width="content")
    row.metric(_("Visits"), f"{looked.visits['n'].sum():,}", width="content")
    row.metric(_("Would be rejected"), f"{len(looked.rejects):,}", width="content")
    if looked.reasons:
        rows = [(n, reason_words(code)) for code, n in looked.reasons.items()]
        table(pl.DataFrame(rows, schema=[_("Rows"), _("Why")], orient="row"), width="content")
    if looked.visits.height:
        table(_in_words(here, looked.visits.head(_SHOWN_ROWS)))


def _in_words(here: Workspace, visits: pl.DataFrame) -> pl.DataFrame:
    """Return visits as they are read: times of the city, names of areas."""
    names = {
        number: here.store.place(number, actor=session.actor(here)).name or ""
        for number in visits["area_id"].drop_nulls().unique()
    }
    local = pl.col("at").dt.convert_time_zone(here.tz).dt.strftime("%Y-%m-%d %H:%M")
    area = pl.col("area_id").replace_strict(
        pl.Series(list(names), dtype=pl.Int64),
        pl.Series(list(names.values()), dtype=pl.String),
        default=None,
        return_dtype=pl.String,
    )
    columns = {
        "at": pl.coalesce(local, pl.col("day").dt.strftime("%Y-%m-%d")),
        "lon": pl.col("lon"),
        "lat": pl.col("lat"),
        "area": area,
        "n": pl.col("n"),
    }
    shown = visits.select(value.alias(_(_FIELD_WORDS[name])) for name, value in columns.items())
    return shown.select(column for column in shown if column.null_count() < shown.height)


def said(here: Workspace) -> None:
    """Say what the last import of this session did, with its rejects and the way back."""
    done: VisitSummary | None = st.session_state.get(session.VISITS_DONE)
    if done is None:
        return
    words = _(
        "{read} rows read = {taken} new + {updated} changed + {unchanged} unchanged + {joined} added to "
        "others of the same day and place + {rejected} rejected",
        read=f"{done.read:,}",
        taken=f"{done.taken:,}",
        updated=f"{done.updated:,}",
        unchanged=f"{done.unchanged:,}",
        joined=f"{done.joined:,}",
        rejected=f"{done.rejected:,}",
    )
    st.success(words, icon=":material/check_circle:")
    row = st.container(horizontal=True, vertical_alignment="center")
    if done.rejects_path and done.rejects_path.exists():
        row.download_button(
            _("Rejected rows with their reasons"),
            done.rejects_path.read_bytes(),
            file_name=done.rejects_path.name,
            mime="text/csv",
            icon=":material/download:",
        )
    row.button(
        _("Take these visits back"),
        key="withdraw_visits",
        icon=":material/undo:",
        on_click=_withdraw,
        args=(here, done.import_id),
        help=_("They no longer count. The same file brings them back."),
    )


def _withdraw(here: Workspace, import_id: int) -> None:
    try:
        here.store.withdraw_visits(import_id, actor=session.actor(here))
        here.cube.refresh()
        st.session_state.pop(session.VISITS_DONE, None)
    except GezhiError as error:
        st.toast(str(error), icon=":material/error:")
