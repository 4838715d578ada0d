"""The proof that photos hold: rows are what the events say, and the folder has what the rows name."""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from data.case_photos import row_of
from data.checked import Checked
from data.photo_folder import PhotoFolder
from data.photos import Photo
from data.records import EVENT, PHOTO
from i18n import gettext as _


def check_rows(connection: Connection, found: Checked) -> None:
    """Compare the rows of photos with those that the events of the store give."""
    stored = {row["seq"]: dict(row) for row in connection.execute(select(PHOTO)).mappings()}
    told = _told(connection)
    found.photos = len(stored)
    wrong = sorted(seq for seq in stored.keys() | told.keys() if stored.get(seq) != told.get(seq))
    found.astray_photos = len(wrong)
    cases = {seq: (stored.get(seq) or told[seq])["issue_id"] for seq in wrong}
    found.show(
        _("case {id}: photo {seq} is not what its events say", id=cases[seq], seq=seq) for seq in wrong
    )


def rewrite_rows(connection: Connection) -> int:
    """Make the rows that are otherwise from the events anew, and return how many were."""
    stored = {row["seq"]: dict(row) for row in connection.execute(select(PHOTO)).mappings()}
    told = _told(connection)
    wrong = [seq for seq in stored.keys() | told.keys() if stored.get(seq) != told.get(seq)]
    for seq in wrong:
        connection.execute(delete(PHOTO).where(PHOTO.c.seq == seq))
        if seq in told:
            connection.execute(insert(PHOTO).values(told[seq]))
    return len(wrong)


def check_folder(found: Checked, folder: PhotoFolder, known: Sequence[Photo]) -> Checked:
    """Compare the files with their names, and with the photos that should be there.

    Raises
    ------
    PhotoFolderError
        The folder went away.
    """
    files = folder.check(known)
    found.photo_files, found.photo_bytes = files.files, files.bytes
    found.missing_photos, found.damaged_photos = len(files.missing), len(files.damaged)
    found.stray_photos = len(files.strays or ()) + len(files.unfinished)
    found.foreign_files = len(files.foreign)
    found.show(_("photo file {name} is missing", name=name) for name in files.missing)
    found.show(_("photo file {name} is damaged", name=name) for name in files.damaged)
    return found


def _told(connection: Connection) -> dict[int, dict[str, Any]]:
    """Make the rows anew from the events."""
    query = select(EVENT.c.seq, EVENT.c.issue_id, EVENT.c.kind, EVENT.c.payload)
    rows: dict[int, dict[str, Any]] = {}
    for event in connection.execute(query.where(EVENT.c.kind.in_(("photo", "hide"))).order_by(EVENT.c.seq)):
        payload = json.loads(event.payload)
        if event.kind == "photo":
            facts = row_of(event.seq, event.issue_id, payload["photo"])
            rows[event.seq] = {**facts, "hidden": None}
        elif (row := rows.get(payload["hides"])) and row["issue_id"] == event.issue_id:
            row["hidden"] = event.seq
    return rows
