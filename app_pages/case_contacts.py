"""Card: how to reach whoever reported; shown on demand only, since each look is written down."""

import streamlit as st

from app_pages import session
from app_pages.markdown import plain
from data.cases import Case
from data.contacts import Contact
from data.rights import has
from data.workspace import Workspace
from geo.errors import GezhiError
from i18n import gettext as _


def render(here: Workspace, case: Case) -> None:
    """Offer to show the contacts where somebody may be known, to those who may see them."""
    actor = session.actor(here)
    repeated = bool(here.store.repeats(case.id, actor=actor)) if has(actor, "read") else False
    if not has(actor, "personal") or not (case.state.reporter or repeated):
        return
    st.markdown("###### " + _("Whoever reported it"))
    if not st.button(_("Show how to reach them"), icon=":material/contact_phone:", key="show_contacts"):
        st.caption(_("Contact data are kept apart from the case; it is written down who looks at them."))
        return
    try:
        found = here.store.contacts(case.id, actor=actor)
    except GezhiError as error:
        st.error(plain(error), icon=":material/error:")
        return
    for contact in found:
        st.markdown(plain(words(contact)))
    if not found:
        st.caption(_("Nobody left a name, a telephone number or an address."))


def words(contact: Contact) -> str:
    """Write a contact in a line."""
    return " · ".join(part for part in (contact.name, contact.phone, contact.email) if part)
