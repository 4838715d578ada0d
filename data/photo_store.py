"""The store's part for photos: files in the folder first, then the event that speaks of them."""

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final, Literal
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from data import case_photos, cases, facts
from data.actors import Actor
from data.case_photos import AddedPhoto, CasePair, CasePhoto, PhotoRole
from data.case_store import CaseStore
from data.cases import Case
from data.checked import Checked
from data.city_rules import city_rules
from data.photo_check import check_folder, check_rows
from data.photo_folder import PhotoFolder
from data.photo_images import Developed, PhotoLimits, develop
from data.photos import Photo
from data.settings import settings
from geo.errors import GezhiError, PhotoError, PhotoFolderError
from i18n import gettext as _

PhotoSize = Literal["thumb", "view", "full"]

#: The fact that names the store's photo folder from the first photo on.
_FOLDER: Final = "photo_folder"
#: A file that no case refers to may belong to a photo that is being added: so long it is left alone.
_LEFT_ALONE: Final = timedelta(days=1)


class PhotoStore(CaseStore):
    """The methods of `Store` that know photos."""

    identity: str
    _photos_url: str
    _folder: PhotoFolder | None = None

    def inspect_photo(self, content: bytes, *, actor: Actor, name: str = "") -> Developed:
        """Look at a photo before there is a case: what its camera noted, its hash; nothing is kept.

        Raises
        ------
        PhotoError
            No photo, a damaged one, or one over a limit.
        """
        with self._reading(actor, "report") as connection:
            tz = _zone(connection)
        return develop(content, tz=tz, limits=_limits(), name=name)

    def add_photo(
        self,
        issue_id: int,
        content: bytes,
        *,
        actor: Actor,
        role: PhotoRole = "",
        version: int | None = None,
        note: str = "",
        name: str = "",
        keep_time: bool = False,
        keep_position: bool = False,
        at: datetime | None = None,
    ) -> AddedPhoto:
        """Add a photo to a case.

        The files are in the folder, read back, before the event is written: no event is without its photo.
        A photo that the case shows already in this role is not added again.

        Parameters
        ----------
        content
            The file as sent; its kind is told by its content.
        role
            What it shows: the place before, or after; empty for anything else.
        version
            The version of the case that the actor has seen; whatever it is now where it is None.
        name
            The file's name, for messages alone.
        keep_time, keep_position
            Whether what the camera noted is kept with the photo. It is offered in the answer and otherwise
            gone. The case's own place stays: `correct` moves it.
        at
            When it was added, where that is not now.

        Raises
        ------
        PhotoError
            No photo, or one over a limit, of the case's number of photos too.
        PhotoFolderError
            The folder is away, full, read-only, or another store's; nothing was added.
        NotAllowedError, TransitionError, ConflictError
            As for `transition`. A resident adds to an own case until it is accepted.
        """
        limits = _limits()
        with self._reading(actor, "act") as connection:
            case_photos.check_may_add(
                connection, issue_id, role=role, actor=actor, version=version, limits=limits
            )
            folder, tz = self._opened(connection, create=True), _zone(connection)
        shot = folder.put(content, tz=tz, name=name)
        kept = case_photos.kept_of(shot.taken, time=keep_time, position=keep_position)
        try:
            with self._writing(actor, "act") as connection:
                folder = self._adopted(connection, folder)
                if not all(folder.has(file) for file in shot.photo.files):  # tidied away meanwhile
                    folder.put(content, tz=tz, name=name)
                return case_photos.add(
                    connection,
                    issue_id,
                    shot,
                    kept=kept,
                    role=role,
                    actor=actor,
                    version=version,
                    note=note,
                    limits=limits,
                    at=at,
                )
        except BaseException:
            self._discard(folder, shot.photo, actor=actor)
            raise

    def remove_photo(
        self, issue_id: int, seq: int, *, actor: Actor, reason: str, version: int | None = None
    ) -> Case:
        """Take a photo away from a case by its number; a team member only an own one.

        It is not shown any more. Nothing is deleted: the event that brought it and its files stay.

        Raises
        ------
        PhotoError
            The case shows no such photo.
        NotAllowedError, TransitionError, ConflictError
            As for `transition`.
        """
        with self._writing(actor, "act") as connection:
            return case_photos.hide(connection, issue_id, seq, actor=actor, version=version, reason=reason)

    def photos(self, issue_id: int, *, actor: Actor) -> list[CasePhoto]:
        """Return the photos of a case, oldest first; a resident sees the own ones.

        A photo whose files cannot be reached is among them, not `present`.

        Raises
        ------
        StoreError
            There is no such case.
        NotAllowedError
            It lies in somebody else's part of the city.
        """
        with self._reading(actor, "open") as connection:
            cases.look_up(connection, issue_id, actor=actor)
            found = case_photos.of_case(connection, issue_id, actor=actor)
            if not found:
                return []
            try:
                folder = self._opened(connection)
            except PhotoFolderError:
                return [replace(one, present=False) for one in found]
        return [replace(one, present=folder.has(one.photo.thumb)) for one in found]

    def photographed(self, *, actor: Actor) -> list[int]:
        """Return the cases that have photos which the actor may see, that of the newest photo first."""
        with self._reading(actor, "open") as connection:
            return case_photos.photographed(connection, actor=actor)

    def photo_pairs(self, issue_id: int, *, actor: Actor) -> list[CasePair]:
        """Return the photos from before and after side by side, with what speaks against each pair."""
        return case_photos.pairs(self.photos(issue_id, actor=actor))

    def photo_bytes(self, name: str, *, actor: Actor, size: PhotoSize = "view") -> bytes:
        """Return a file of a photo, a JPEG, checked against its name.

        Parameters
        ----------
        name
            `full` of the photo.
        size
            thumb (320 px), view (1600 px) or full (4096 px at most).

        Raises
        ------
        PhotoError
            No case that the actor may see shows it, or its file is missing or damaged.
        PhotoFolderError
            The folder is away.
        """
        with self._reading(actor, "open") as connection:
            photo = case_photos.by_name(connection, name, actor=actor)
            if photo is None:
                raise PhotoError(_("There is no photo {name!r} that you may see.", name=name[:64]))
            folder = self._opened(connection)
        return folder.read({"thumb": photo.thumb, "view": photo.view, "full": photo.full}[size])

    def tidy_photos(self, *, actor: Actor) -> int:
        """Remove files that no case refers to and that are older than a day: of photos that never came in.

        Returns
        -------
        How many files were removed.
        """
        with self._writing(actor) as connection:
            if not facts.fact(connection, _FOLDER):
                return 0
            folder = self._opened(connection)
            strays = folder.check(case_photos.every(connection), rehash=False).strays or ()
            before = datetime.now(UTC) - _LEFT_ALONE
            old = [name for name in strays if (at := folder.written_at(name)) is not None and at < before]
            return folder.remove(old)

    def check(self, *, actor: Actor) -> Checked:
        """Prove that every row is the replay of its events and every photo is there; nothing is changed."""
        found = super().check(actor=actor)
        with self._reading(actor) as connection:
            if not found.unreadable:
                check_rows(connection, found)
            known = case_photos.every(connection)
            if not known and not facts.fact(connection, _FOLDER):
                return found
            try:
                return check_folder(found, self._opened(connection), known)
            except PhotoFolderError as error:
                found.photo_folder = str(error)
                return found

    def _opened(self, connection: Connection, *, create: bool = False) -> PhotoFolder:
        """Return the store's own folder; make one only where the store has none yet."""
        identity = facts.fact(connection, _FOLDER) or ""
        if self._folder is None or (identity and self._folder.identity != identity):
            self._folder = PhotoFolder.open(
                self._photos_url,
                create=create and not identity,
                identity=identity,
                store=self.identity,
                limits=_limits(),
            )
        return self._folder

    def _adopted(self, connection: Connection, folder: PhotoFolder) -> PhotoFolder:
        """Note at the first photo which folder it is, unless another program was first; return that one."""
        known = facts.fact(connection, _FOLDER)
        if known is None:
            facts.set_fact(connection, _FOLDER, folder.identity)
        return self._opened(connection)

    def _discard(self, folder: PhotoFolder, photo: Photo, *, actor: Actor) -> None:
        """Remove the files of a photo that did not come in; what cannot be removed now is tidied up later."""
        with suppress(GezhiError), self._writing(actor, "act") as connection:
            folder.remove(set(photo.files) - case_photos.referred(connection, photo.files))


def _limits() -> PhotoLimits:
    chosen = settings()
    return PhotoLimits(file_bytes=int(chosen.photo_mb * 1e6), per_case=chosen.photos_per_case)


def _zone(connection: Connection) -> tzinfo:
    return ZoneInfo(city_rules(connection).clock.tz)
