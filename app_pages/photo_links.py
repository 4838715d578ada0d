"""Photos as HTML: small ones that lead to the large ones."""

from collections.abc import Sequence
from html import escape
from urllib.parse import quote

from app_pages import session
from data.case_photos import CasePhoto
from data.workspace import Workspace
from geo.errors import GezhiError
from i18n import gettext as _

_FEW = 3


def address(photo: CasePhoto, size: str) -> str:
    """Return where a photo is served."""
    return f"api/photos/{quote(photo.photo.full)}?size={size}"


def thumbs(here: Workspace, issue_id: int, *, most: int = _FEW) -> str:
    """Write the first photos of a case as a row of small pictures; empty where it has none."""
    try:
        found = here.store.photos(issue_id, actor=session.actor(here))
    except GezhiError:
        return ""
    return row(found[:most], size="thumb")


def row(photos: Sequence[CasePhoto], *, size: str) -> str:
    """Write photos side by side, each the way to itself in full."""
    figures = "".join(figure(photo, size) for photo in photos)
    return f'<div class="gz-photos">{figures}</div>' if figures else ""


def figure(photo: CasePhoto, size: str, words: str = "") -> str:
    """Write one photo; one whose file is away says so in its place."""
    caption = f"<figcaption>{escape(words)}</figcaption>" if words else ""
    if not photo.present:
        missing = escape(_("The file of this photo is missing."))
        return f'<figure class="gz-missing"><span>{missing}</span>{caption}</figure>'
    alt = escape(photo.note or _("Photo of the place"))
    shown, full = escape(address(photo, size)), escape(address(photo, "full"))
    return (
        f'<figure><a href="{full}" target="_blank"><img src="{shown}" alt="{alt}" loading="lazy"></a>'
        f"{caption}</figure>"
    )
