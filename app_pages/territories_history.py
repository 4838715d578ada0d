"""Card: every edition of the territories there was, with how even it is by today's work."""

import streamlit as st

from app_pages import session
from app_pages.territories_words import difference, moment_words, state_words, title
from data.territories import Edition
from data.territory_ground import city_cells
from data.territory_load import expected_work
from data.territory_proposal import heaviest
from data.workspace import Workspace
from i18n import gettext as _

#: Editions that are weighed; older ones stay in the choice.
_MOST = 20


def render(here: Workspace, editions: list[Edition], shown: Edition) -> None:
    """Draw the table; the newest first."""
    with st.expander(_("History and comparison"), icon=":material/history:"):
        actor = session.actor(here)
        names = {edition.id: title(edition) for edition in editions if edition.id != shown.id}
        if names:
            if st.session_state.get(session.TERRITORY_AGAINST) not in names:
                st.session_state[session.TERRITORY_AGAINST] = None
            st.selectbox(
                _("The map and the board compare with"),
                list(names),
                key=session.TERRITORY_AGAINST,
                index=None,
                format_func=lambda number: names[number],
                placeholder=_("the territories in force, or those before them"),
                width=420,
            )
        load = expected_work(
            here.store, here.cube, city_cells(here.store, here.cube, actor=actor), actor=actor
        )
        teams = len(here.store.teams(actor=actor))
        own = here.store.territories(shown.id, actor=actor)
        rows = []
        for edition in editions[:_MOST]:
            frame = own if edition.id == shown.id else here.store.territories(edition.id, actor=actor)
            rows.append(
                {
                    _("Name of the edition"): edition.name,
                    _("State"): state_words(edition),
                    _("Published"): moment_words(edition.published_at, here.tz)
                    if edition.published_at
                    else "",
                    _("Published or changed by"): edition.published_by or edition.changed_by,
                    _("Teams"): frame["team_id"].n_unique(),
                    _("Cells"): frame.height,
                    _("Heaviest / mean"): round(heaviest(load, frame, teams), 2) if frame.height else None,
                    _("Cells otherwise than shown"): difference(frame, own),
                }
            )
        st.dataframe(rows, hide_index=True, width="stretch")
        st.caption(
            _(
                "How even an edition is, by the work that is to be expected today. Choose one above to see "
                "it on the map; what is not in force any more can be restored as a draft."
            )
        )
