"""Card: what the problem is, photos of it, and how to reach whoever reports."""

import math
from typing import Final

import streamlit as st

from app_pages import session
from app_pages.filters import used_categories
from app_pages.markdown import plain
from app_pages.report_draft import Draft
from data import categories
from data.settings import settings
from data.workspace import Workspace
from geo.distances import haversine_m
from geo.errors import GezhiError
from i18n import current_locale
from i18n import gettext as _

_PHOTO_ENDINGS: Final = ("jpg", "jpeg", "png", "webp", "heic", "heif")
#: A camera's position that is nearer than this to the place needs no word.
_NEAR_M: Final = 30.0


def render(here: Workspace, spot: tuple[float, float] | None) -> Draft:
    """Draw the fields and return what is in them."""
    edition = st.session_state.get(session.WRITTEN, 0)
    st.markdown("###### " + _("What is it?"))
    words = _categories(here)
    category = st.selectbox(
        _("Category"),
        list(words),
        index=None,
        format_func=words.__getitem__,
        placeholder=_("Choose a category"),
        key=f"report_category_{edition}",
    )
    description = st.text_area(
        _("In your words"),
        max_chars=2000,
        placeholder=_("What do you see? What is in the way?"),
        key=f"report_words_{edition}",
    )
    address = st.text_input(_("Address, as people find it"), max_chars=200, key=f"report_address_{edition}")
    photos, hashes = _photos(here, edition, spot)
    with st.expander(_("How can we reach you? (may stay empty)"), icon=":material/contact_phone:"):
        st.caption(
            _(
                "Kept apart from the case and removed some time after it is done. "
                "Only those who handle cases may look, and each look is written down."
            )
        )
        person = (
            st.text_input(_("Your name"), key=f"report_name_{edition}", max_chars=100),
            st.text_input(_("Telephone"), key=f"report_phone_{edition}", max_chars=60),
            st.text_input(_("E-mail"), key=f"report_mail_{edition}", max_chars=120),
        )
    return Draft(category, description, address, spot, photos, person, hashes)


def forget() -> None:
    """Make the fields empty: the report is written."""
    st.session_state[session.WRITTEN] = st.session_state.get(session.WRITTEN, 0) + 1
    st.session_state.pop(session.SPOT, None)
    ask_again()


def ask_again() -> None:
    """Take back that the report was to be checked and sent."""
    for key in (session.CHECKED, session.SAME):
        st.session_state.pop(key, None)


def _categories(here: Workspace) -> dict[str, str]:
    """Return the categories by slug, the usual ones first."""
    table = here.store.categories(actor=session.actor(here))
    words = categories.labels(table, current_locale())
    usual = used_categories(here)["slug"].to_list()
    order = [slug for slug in usual if slug in words] + [slug for slug in words if slug not in usual]
    return {slug: words[slug] for slug in order}


def _photos(
    here: Workspace, edition: int, spot: tuple[float, float] | None
) -> tuple[tuple[tuple[str, bytes], ...], tuple[int, ...]]:
    sent = st.file_uploader(
        _("Photos"),
        type=list(_PHOTO_ENDINGS),
        accept_multiple_files=True,
        max_upload_size=math.ceil(settings().photo_mb),
        key=f"report_photos_{edition}",
    )
    taken, hashes = [], []
    for file in sent:
        content = file.getvalue()
        try:
            looked = here.store.inspect_photo(content, actor=session.actor(here), name=file.name)
        except GezhiError as error:
            st.error(plain(error), icon=":material/broken_image:")
            continue
        taken.append((file.name, content))
        if looked.hash is not None:
            hashes.append(looked.hash)
        if looked.taken.has_position:
            _offer(file.name, float(looked.taken.lon or 0), float(looked.taken.lat or 0), spot)
    if sent:
        st.caption(_("What the camera wrote into a photo is removed, its position too."))
    return tuple(taken), tuple(hashes)


def _offer(name: str, lon: float, lat: float, spot: tuple[float, float] | None) -> None:
    """Offer the place that a photo was taken at, where the report says another one or none."""
    if spot and float(haversine_m(lon, lat, *spot)) < _NEAR_M:
        return
    st.button(
        _("Use the place where the photo was taken"),
        key=f"use_place_{name}",
        icon=":material/my_location:",
        on_click=st.session_state.__setitem__,
        args=(session.SPOT, (lon, lat)),
    )
