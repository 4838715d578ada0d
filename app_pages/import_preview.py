"""Card: what would become of a file's rows, and which column holds what."""

from collections.abc import Mapping
from typing import Literal

import polars as pl
import streamlit as st

from app_pages import import_steps as steps
from app_pages import session
from app_pages.markdown import plain
from data.ingest import Survey
from data.ingest.profiles import profiles
from data.ingest.reasons import DATUM_CODES, rejection_words, suspicion_words
from i18n import gettext as _
from i18n import listed

_SHOWN_ROWS = 10


def recognised(looked: Survey) -> None:
    """Say what the file was taken for."""
    kind = profiles()[looked.profile].title if looked.profile else _("a file of its own kind")
    facts = [looked.format, looked.encoding, looked.crs, looked.tz]
    known = " · ".join(plain(fact) for fact in facts if fact)
    st.markdown(f"**{plain(looked.name)}**: {plain(kind)} · {known}")


def columns(looked: Survey) -> dict[str, str]:
    """Show which column each field comes from; return what the reader changed."""
    with st.expander(
        _("Which column holds what"), expanded=bool(looked.missing), icon=":material/view_column:"
    ):
        chosen: dict[str, str | None] = {}
        grid = st.columns(3)
        for position, field in enumerate(steps.offered_fields(looked)):
            guess = steps.column_of(looked.mapping.get(field))
            chosen[field] = grid[position % 3].selectbox(
                steps.field_label(field),
                list(looked.columns),
                index=looked.columns.index(guess) if guess in looked.columns else None,
                placeholder=_("none"),
                help=looked.mapping[field].reason if field in looked.mapping else None,
                key=f"{session.COLUMN}_{field}_{looked.name}",
            )
        if looked.columns_unused:
            st.caption(_("Not used: {columns}", columns=plain(", ".join(looked.columns_unused))))
    return steps.changed_mapping(looked, chosen)


def missing(looked: Survey) -> None:
    """Say what has to be chosen before the rows can be judged, and show them as they are."""
    names = listed(steps.field_label(name) for name in looked.missing)
    st.warning(_("Say above which columns hold: {missing}.", missing=names), icon=":material/help:")
    table(looked.raw.head(_SHOWN_ROWS))


def preview(looked: Survey) -> None:
    """Show the figures, the first reports, the first rejects and the first rows as they stand in the file."""
    row = st.container(horizontal=True, gap="large")
    row.metric(_("Rows"), f"{looked.rows:,}", width="content")
    row.metric(_("Can be taken"), f"{looked.taken:,}", width="content")
    row.metric(_("Would be rejected"), f"{looked.rejected:,}", width="content")
    for code, n in looked.suspicious.items():
        st.warning(f"{n:,} · {suspicion_words(code)}", icon=":material/location_off:")
    for notice in looked.warnings:
        if not (looked.datum and notice.code in DATUM_CODES):  # told by a card of its own
            st.caption(f":material/info: {plain(notice)}")
    reports, rejects, raw = st.tabs([_("As reports"), _("Would be rejected"), _("As in the file")])
    with reports:
        table(steps.sample_in_words(looked).head(_SHOWN_ROWS))
    with rejects:
        if looked.rejected:
            table(reasons(looked.reasons), width="content")
            names = {"row": _("Row"), "reason": None, "explanation": _("Why")}
            table(looked.rejects.head(_SHOWN_ROWS), names=names)
        else:
            st.caption(_("No row would be rejected."))
    with raw:
        table(looked.raw.head(_SHOWN_ROWS))


def table(
    frame: pl.DataFrame,
    *,
    width: Literal["stretch", "content"] = "stretch",
    names: Mapping[str, str | None] | None = None,
) -> None:
    """Show a frame, as wide as the page or as its content; a column that is named None is left out."""
    st.dataframe(frame, hide_index=True, width=width, column_config=dict(names or {}))


def reasons(counted: Mapping[str, int]) -> pl.DataFrame:
    """Return how many rows are rejected for which reason, in words."""
    rows = [(n, rejection_words(code)) for code, n in counted.items()]
    return pl.DataFrame(rows, schema=[_("Rows"), _("Why")], orient="row")
