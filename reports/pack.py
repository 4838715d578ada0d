"""A field team's day as one file: the phone page with cells, streets, cases and photos inside.

It reads the day of a team as `/api/field/day` gives it: a pack holds what that team may see, no more.
"""

import base64
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import uuid4
from zoneinfo import ZoneInfo

from geo.errors import PhotoError, PhotoFolderError
from i18n import current_locale
from layers import assets, field, field_words, pack_words

#: A phone opens a file of this size at once, and a messenger sends it.
MOST_PHOTO_BYTES: Final = 4_000_000

_log: Final = logging.getLogger(__name__)

#: Nothing that is in the file, and nobody who wrote a text in it, can ask another machine for anything.
_POLICY: Final = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:; "
    "base-uri 'none'; form-action 'none'"
)


@dataclass(frozen=True, slots=True)
class Pack:
    """A pack that was made.

    Attributes
    ----------
    id
        Names this pack: the answers that are given in it say so.
    cases
        How many cases are in it.
    photos, photos_left_out
        How many photos are in it, and how many had no room or could not be read.
    """

    html: str
    name: str
    id: str
    cases: int
    photos: int
    photos_left_out: int


def pack(
    day: Mapping[str, Any],
    *,
    read_photo: Callable[[str], bytes],
    address: str = "",
    most_photo_bytes: int = MOST_PHOTO_BYTES,
) -> Pack:
    """Make the pack of a team in the locale in use; `day` is not changed.

    Parameters
    ----------
    day
        As `/api/field/day` has it.
    read_photo
        Returns the small picture of a photo, a JPEG, by its name. One that raises `PhotoError` or
        `PhotoFolderError` is left out: a team goes out without it rather than not at all.
    address
        Where the server is, for whoever hands the answers back; empty where that is not known.
    most_photo_bytes
        How much room photos may take in all. Those of the most urgent cases come first, the newest of a case
        before its older ones.
    """
    pictures, left_out = _pictures(day, read_photo, most_photo_bytes)
    told = dict(day) | {"cases": [_with_photos(case, pictures) for case in day["cases"]]}
    made = {"id": uuid4().hex, "made_at": day["at"], "address": address}
    words = field_words.labels() | pack_words.labels()
    html = field.page(
        told,
        locale=current_locale(),
        inline=True,
        extra=(assets.part("field_offline.js"),),
        options={"words": words, "pack": made},
    )
    guarded = html.replace(
        "<head>", f'<head>\n<meta http-equiv="Content-Security-Policy" content="{_POLICY}">', 1
    )
    return Pack(
        html=guarded,
        name=pack_name(day),
        id=made["id"],
        cases=len(told["cases"]),
        photos=len(pictures),
        photos_left_out=left_out,
    )


def pack_name(day: Mapping[str, Any]) -> str:
    """Return the name of the reader's copy: team, day and hour, so that a newer one is told from an older."""
    at = datetime.fromisoformat(day["at"]).astimezone(ZoneInfo(day["tz"]))
    return f"gezhi-pack-team-{day['team']['number']}-{at:%Y-%m-%d-%H%M}.html"


def _pictures(
    day: Mapping[str, Any], read_photo: Callable[[str], bytes], most: int
) -> tuple[dict[str, str], int]:
    """Return pictures by the names of their photos, as addresses of data, and how many are left out."""
    found: dict[str, str] = {}
    room, left_out = most, 0
    names = dict.fromkeys(photo["name"] for case in day["cases"] for photo in reversed(case["photos"]))
    for name in names:
        try:
            content = read_photo(name)
        except (PhotoError, PhotoFolderError) as why:
            _log.warning("A photo is left out of a pack: %s", why)
            left_out += 1
            continue
        if len(content) > room:
            left_out += 1
            continue
        room -= len(content)
        found[name] = f"data:image/jpeg;base64,{base64.b64encode(content).decode()}"
    return found, left_out


def _with_photos(case: Mapping[str, Any], pictures: Mapping[str, str]) -> dict[str, Any]:
    """Return a case with the pictures that there are; a photo without one is not shown."""
    photos = [
        {**photo, "url": pictures[photo["name"]]} for photo in case["photos"] if photo["name"] in pictures
    ]
    return {**case, "photos": photos}
