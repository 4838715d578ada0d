"""Card: the photos of a case, before and after side by side; adding one, taking one away."""

import math
from typing import Final, cast
from zoneinfo import ZoneInfo

import streamlit as st

from app_pages import case_form, session
from app_pages.case_words import time_words
from app_pages.markdown import plain
from app_pages.photo_links import figure
from app_pages.toast import Done, say
from data.case_photos import CasePhoto, PhotoRole
from data.cases import Case
from data.photos import doubt_words
from data.settings import settings
from data.workspace import Workspace
from geo.errors import ConflictError, GezhiError
from i18n import N_, gettext, ngettext
from i18n import gettext as _

_ENDINGS: Final = ("jpg", "jpeg", "png", "webp", "heic", "heif")
_ROLES: Final[dict[str, str]] = {"before": N_("Before"), "after": N_("After"), "": N_("Something else")}
#: In these states a photo shows what was found, in the later ones what was done.
_EARLY: Final = ("reported", "accepted", "dispatched")


def render(here: Workspace, case: Case) -> None:
    """Draw the photos, the oldest first, and the buttons that the actor may use."""
    actor = session.actor(here)
    photos = here.store.photos(case.id, actor=actor)
    if not photos and "photo" not in case.allowed:
        return
    st.markdown("###### " + _("Photos"))
    if photos:
        zone = ZoneInfo(here.tz)
        figures = "".join(figure(photo, "thumb", _caption(photo, zone)) for photo in photos)
        st.html(f'<div class="gz-photos">{figures}</div>')
        doubts = {doubt for pair in here.store.photo_pairs(case.id, actor=actor) for doubt in pair.doubts}
        for doubt in sorted(doubts):
            st.caption(f":material/help: {plain(doubt_words(doubt))}")
    row = st.container(horizontal=True)
    if "photo" in case.allowed:
        case_form.button(here, row, "photo", _("Add photos"), case, icon="add_a_photo", type="tertiary")
    if photos and "hide" in case.allowed:
        case_form.button(here, row, "hide", _("Take one away"), case, icon="hide_image", type="tertiary")
    if case_form.is_open("photo", case):
        case_form.show(_("Add photos"), _add, here, case)
    if case_form.is_open("hide", case):
        case_form.show(_("Take a photo away"), _hide, here, case, photos)


def _caption(photo: CasePhoto, zone: ZoneInfo) -> str:
    parts = [gettext(_ROLES[photo.role]) if photo.role else "", photo.note]
    taken = photo.taken.at or photo.at
    return " · ".join([*(part for part in parts if part), time_words(taken, zone)])


def _add(here: Workspace, case: Case) -> None:
    st.caption(_("What the camera wrote into a photo is removed; when it was taken is kept."))
    role = st.segmented_control(
        _("It shows the place"),
        list(_ROLES),
        default="before" if case.status in _EARLY else "after",
        format_func=lambda name: gettext(_ROLES[name]),
        required=True,
        key="photo_role",
    )
    files = st.file_uploader(
        _("Photos"),
        type=list(_ENDINGS),
        accept_multiple_files=True,
        max_upload_size=math.ceil(settings().photo_mb),
        key="photo_files",
    )
    note = st.text_input(
        _("Note (may stay empty)"), value=case_form.draft(case, "note"), max_chars=200, key="photo_note"
    )
    if not st.button(
        _("Add"), type="primary", key="photo_send", icon=":material/add_a_photo:", disabled=not files
    ):
        return
    version, added, faults = case_form.seen(), 0, []
    for file in files:
        try:
            done = here.store.add_photo(
                case.id,
                file.getvalue(),
                actor=session.actor(here),
                role=cast("PhotoRole", role),
                version=version,
                note=note,
                name=file.name,
                keep_time=True,
            )
        except ConflictError as error:
            if not added:
                case_form.told_off(here, error, note=note)
            faults.append(str(error))
            break
        except GezhiError as error:
            faults.append(str(error))
            continue
        version, added = done.case.version, added + 1
    if not added:
        st.error(plain(" ".join(faults)), icon=":material/error:")
        return
    words = ngettext("{n} photo is added", "{n} photos are added", added)
    say(Done(case.id, ". ".join([words, *faults]), version))
    case_form.done()


def _hide(here: Workspace, case: Case, photos: list[CasePhoto]) -> None:
    zone = ZoneInfo(here.tz)
    places = {photo.seq: f"{n}. {_caption(photo, zone)}" for n, photo in enumerate(photos, 1)}
    with st.form("form_hide", border=False):
        seq = st.selectbox(_("Which photo"), list(places), format_func=places.__getitem__, key="hide_seq")
        reason = st.text_area(
            _("Reason"), value=case_form.draft(case, "reason"), key="hide_reason", max_chars=500
        )
        if not st.form_submit_button(_("Take it away"), type="primary", key="hide_send"):
            return
    try:
        after = here.store.remove_photo(
            case.id, seq, actor=session.actor(here), reason=reason, version=case_form.seen()
        )
    except ConflictError as error:
        case_form.told_off(here, error, reason=reason)
    except GezhiError as error:
        st.error(plain(error), icon=":material/error:")
        return
    say(Done(case.id, _("The photo is taken away"), after.version))
    case_form.done()
