"""The photo folder: files named by their own content, on a disk or any store that fsspec reaches."""

import hashlib
import json
import os
import secrets
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from pathlib import Path, PurePosixPath
from typing import Any, Final, Self

import fsspec
from fsspec.implementations.local import LocalFileSystem

from data.photo_images import PhotoLimits, develop
from data.photos import Photo, Shot
from geo.errors import PhotoError, PhotoFolderError
from i18n import gettext as _

#: The file that makes a folder a photo folder. Without it nothing is read or written: an empty mount point
#: in the place of a disk that went away must not be taken for a folder without photos.
MARKER: Final = "gezhi-photos.json"
_UNFINISHED: Final = ".part"
_LAYOUT: Final = 1


@dataclass(frozen=True, slots=True)
class PhotoCheck:
    """What a check of the folder found; names are SHA-256.

    `damaged`: files whose content is not what their name says. `missing`: files of known photos that are
    not there. `strays`: files of no known photo, such as those of a form that was never sent; None where
    the known photos were not given. `unfinished`: remains of writes that were cut off. `foreign`: files
    that no photo folder makes, left alone.
    """

    files: int
    bytes: int
    damaged: tuple[str, ...]
    missing: tuple[str, ...]
    strays: tuple[str, ...] | None
    unfinished: tuple[str, ...]
    foreign: tuple[str, ...]

    @property
    def sound(self) -> bool:
        """Whether every photo can be shown as it was taken in."""
        return not self.damaged and not self.missing


class PhotoFolder:
    """An open photo folder. Threads and processes may share it."""

    def __init__(self, filesystem: Any, root: str, identity: str, limits: PhotoLimits) -> None:
        self._filesystem = filesystem
        self._root = root.rstrip("/")
        self.identity = identity
        self.limits = limits

    @classmethod
    def open(
        cls,
        url: str | Path,
        *,
        create: bool = True,
        identity: str = "",
        store: str = "",
        limits: PhotoLimits | None = None,
        **options: Any,
    ) -> Self:
        """Open a photo folder.

        Parameters
        ----------
        url
            A path, or any URL that fsspec knows: `file:///…`, `s3://bucket/photos`, `memory://photos`.
        create
            Whether a missing folder is made. False for a folder that has been there before, so that one that
            vanished is told and not begun anew.
        identity
            Where given, the folder must be that one.
        store
            The identity of the store whose photos lie here: a folder made for another store is refused.
        limits
            What is taken; `PhotoLimits()` where None.
        options
            For the file system, such as `endpoint_url` or `key`.

        Raises
        ------
        PhotoFolderError
            A folder that cannot be reached, is another one or another store's, an unknown kind of URL, a
            missing driver.
        """
        try:
            filesystem, root = fsspec.core.url_to_fs(str(url), **options)
        except ImportError as error:
            raise PhotoFolderError(
                _("Photos at {url} need a driver: {reason}", url=_scheme(url), reason=error)
            ) from error
        except ValueError as error:
            raise PhotoFolderError(
                _("Photos cannot be kept at {url}: {reason}", url=_scheme(url), reason=error)
            ) from error
        folder = cls(filesystem, root, identity, limits or PhotoLimits())
        folder.identity = folder._marked(create=create, store=store)
        return folder

    @property
    def where(self) -> str:
        """The folder's place for messages, without names and passwords."""
        return (
            self._root
            if self._is_local
            else f"{_scheme(self._filesystem.unstrip_protocol(self._root))}://{self._root}"
        )

    def put(self, data: bytes, *, tz: tzinfo, name: str = "") -> Shot:
        """Take in a photo.

        A photo that is there already is checked and not written again. When this returns, every file of the
        photo has been read back with the right content; when it raises, nothing refers to what may have
        been written, and putting the same photo again completes it.

        Parameters
        ----------
        data
            The file as sent: JPEG, PNG, WebP or HEIC.
        tz
            The zone of cameras that note local time without an offset.
        name
            The file's name, for messages alone.

        Raises
        ------
        PhotoError
            No photo, or one over a limit; see `develop`.
        PhotoFolderError
            The folder vanished, is full, or did not keep what was written.
        """
        developed = develop(data, tz=tz, limits=self.limits, name=name)
        self._check_there()
        full, view, thumb = (
            self._put_file(file) for file in (developed.full, developed.view, developed.thumb)
        )
        self._check_there()
        photo = Photo(
            full, view, thumb, developed.width, developed.height, len(developed.full), developed.hash
        )
        return Shot(photo, developed.taken, sent=_digest(data), kind=developed.kind)

    def read(self, name: str) -> bytes:
        """Return a file's content, checked against its name.

        Parameters
        ----------
        name
            SHA-256 in hex digits: `full`, `view` or `thumb` of a photo. The content of a name never
            changes, so that a browser may keep it for ever.

        Raises
        ------
        PhotoError
            No such file, a damaged one, or a name that can be none.
        PhotoFolderError
            The folder cannot be reached.
        """
        if not _is_digest(name):
            raise PhotoError(_("{name!r} names no photo. Expected 64 hex digits.", name=name))
        content = self._content(name)
        if content is None:
            self._check_there()
            raise PhotoError(_("The photo file {name} is missing in {where}.", name=name, where=self.where))
        if _digest(content) != name:
            raise PhotoError(_("The photo file {name} in {where} is damaged.", name=name, where=self.where))
        return content

    def copy_to(self, url: str | Path) -> Self:
        """Open another folder as a copy of this one, with the same identity; begin it where it is missing.

        Raises
        ------
        PhotoFolderError
            It cannot be reached, or holds other photos.
        """
        marker = self._read_marker()
        if marker is None:
            raise self._gone()
        filesystem, root = fsspec.core.url_to_fs(str(url))
        copy = type(self)(filesystem, root, self.identity, self.limits)
        if copy._read_marker() is None:
            with copy._explained():
                filesystem.makedirs(copy._root, exist_ok=True)
            copy._write(f"{copy._root}/{MARKER}", json.dumps(marker).encode(), first=True)
        copy._marked(create=False, store=str(marker.get("store") or ""))
        return copy

    def take(self, name: str, content: bytes) -> None:
        """Write a file that another folder has under this name.

        Raises
        ------
        PhotoError
            The content is not what the name says.
        PhotoFolderError
            The folder vanished, is full, or did not keep what was written.
        """
        if _digest(content) != name:
            raise PhotoError(_("The photo file {name} in {where} is damaged.", name=name, where=self.where))
        self._check_there()
        self._put_file(content)

    def has(self, name: str) -> bool:
        """Return whether a file is there, its content unread; False where the folder cannot be reached."""
        try:
            return _is_digest(name) and bool(self._filesystem.exists(self._path(name)))
        except Exception:  # drivers raise their own errors
            return False

    def remove(self, names: Iterable[str]) -> int:
        """Remove files for good, and return how many there were; what is not there is passed over.

        Raises
        ------
        PhotoFolderError
            The folder cannot be reached or written.
        """
        self._check_there()
        removed = 0
        with self._explained():
            for name in filter(_is_digest, names):
                try:
                    self._filesystem.rm_file(self._path(name))
                except FileNotFoundError:
                    continue
                removed += 1
        return removed

    def written_at(self, name: str) -> datetime | None:
        """Return when a file was written, in UTC; None where it is not there or nobody knows."""
        try:
            found: datetime = self._filesystem.modified(self._path(name))
        except Exception:  # not every file system knows
            return None
        return found if found.tzinfo else found.replace(tzinfo=UTC)

    def check(
        self,
        known: Iterable[Photo] | None = None,
        *,
        rehash: bool = True,
        progress: Callable[[int, int], None] | None = None,
    ) -> PhotoCheck:
        """Compare every file with its name, and the files with the photos that should be there.

        Parameters
        ----------
        known
            The photos of the store; None checks the files alone.
        rehash
            Whether files are read; False looks only at which are there.
        progress
            Called with the number of files done and of all.

        Raises
        ------
        PhotoFolderError
            The folder cannot be reached.
        """
        self._check_there()
        with self._explained():
            self._filesystem.invalidate_cache()
            found = self._filesystem.find(self._root, detail=True)
        sizes = {PurePosixPath(path).name: info["size"] or 0 for path, info in found.items()}
        names = {name[:64]: size for name, size in sizes.items() if _is_digest(name.removesuffix(".jpg"))}
        others = sorted(name for name in sizes if name[:64] not in names and name != MARKER)
        wanted = None if known is None else {file for photo in known for file in photo.files}
        return PhotoCheck(
            files=len(names),
            bytes=sum(names.values()),
            damaged=tuple(self._damaged(sorted(names), progress)) if rehash else (),
            missing=tuple(sorted((wanted or set()) - set(names))),
            strays=None if wanted is None else tuple(sorted(set(names) - wanted)),
            unfinished=tuple(name for name in others if name.endswith(_UNFINISHED)),
            foreign=tuple(name for name in others if not name.endswith(_UNFINISHED)),
        )

    # Files

    @property
    def _is_local(self) -> bool:
        return isinstance(self._filesystem, LocalFileSystem)

    def _path(self, name: str) -> str:
        return f"{self._root}/{name[:2]}/{name}.jpg"

    def _put_file(self, content: bytes) -> str:
        name = _digest(content)
        if self._content(name) == content:
            return name
        self._write(self._path(name), content)
        if self._content(name) != content:
            raise PhotoFolderError(
                _(
                    "{where} did not keep a photo: what was read back differs from what was written. "
                    "The photo was not taken in; look at the disk, then send it again.",
                    where=self.where,
                )
            )
        return name

    def _content(self, name: str) -> bytes | None:
        """Return what the file holds, None where there is none."""
        with self._explained():
            try:
                content: bytes = self._filesystem.cat_file(self._path(name))
            except FileNotFoundError:
                return None
            return content

    def _write(self, path: str, content: bytes, *, first: bool = False) -> None:
        with self._explained():
            if self._is_local:
                _write_whole(Path(path), content, first=first)
            else:
                self._filesystem.pipe_file(path, content)

    def _damaged(self, names: list[str], progress: Callable[[int, int], None] | None) -> Iterator[str]:
        with ThreadPoolExecutor(max_workers=4) as pool:
            for done, (name, intact) in enumerate(
                zip(names, pool.map(self._intact, names), strict=True), start=1
            ):
                if not intact:
                    yield name
                if progress:
                    progress(done, len(names))

    def _intact(self, name: str) -> bool:
        content = self._content(name)
        return content is not None and _digest(content) == name

    # The marker

    def _marked(self, *, create: bool, store: str) -> str:
        """Return the folder's identity; give it one where it is new and may be made."""
        marker = self._read_marker()
        if marker is None and create and not self.identity:
            with self._explained():
                self._filesystem.makedirs(self._root, exist_ok=True)
            made = {"identity": secrets.token_hex(8), "layout": _LAYOUT, "store": store}
            self._write(f"{self._root}/{MARKER}", json.dumps(made).encode(), first=True)
            marker = self._read_marker()
        if marker is None:
            raise self._gone()
        identity, owner = str(marker["identity"]), str(marker.get("store") or store)
        if store and owner != store:
            raise PhotoFolderError(
                _(
                    "{where} holds the photos of another store. Set GEZHI_PHOTOS to a folder of this store's "
                    "own; nothing was written.",
                    where=self.where,
                )
            )
        if self.identity and identity != self.identity:
            raise PhotoFolderError(
                _(
                    "{where} is another photo folder ({found}) than the one of this store ({expected}). "
                    "Set the right folder; nothing was written.",
                    where=self.where,
                    found=identity,
                    expected=self.identity,
                )
            )
        return identity

    def _check_there(self) -> None:
        marker = self._read_marker()
        if marker is None or marker["identity"] != self.identity:
            raise self._gone()

    def _read_marker(self) -> dict[str, Any] | None:
        with self._explained():
            try:
                marker: dict[str, Any] = json.loads(self._filesystem.cat_file(f"{self._root}/{MARKER}"))
                marker["identity"] = str(marker["identity"])
                return marker
            except FileNotFoundError:
                return None
            except (ValueError, TypeError, KeyError) as error:
                raise PhotoFolderError(
                    _(
                        "The file {marker} in {where} is damaged: {reason}",
                        marker=MARKER,
                        where=self.where,
                        reason=error,
                    )
                ) from error

    def _gone(self) -> PhotoFolderError:
        return PhotoFolderError(
            _(
                "The photo folder {where} is not there (its file {marker} is missing). No photo was taken in "
                "or lost; connect the disk or correct the setting, then try again.",
                where=self.where,
                marker=MARKER,
            )
        )

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Turn what a file system raises into words; drivers raise their own errors, few of them OSErrors."""
        try:
            yield
        except PhotoFolderError:
            raise
        except FileNotFoundError as error:
            raise self._gone() from error
        except Exception as error:
            raise PhotoFolderError(
                _(
                    "The photo folder {where} cannot be used now: {reason}. Nothing was taken in.",
                    where=self.where,
                    reason=error,
                )
            ) from error


def _write_whole(path: Path, content: bytes, *, first: bool = False) -> None:
    """Write a file aside, on the disk for good, then under its name: a reader sees all of it or nothing.

    With `first` a file that is there already stays.
    """
    path.parent.mkdir(exist_ok=True)  # without parents: a root that vanished is not made again
    aside = path.with_name(f".{secrets.token_hex(8)}{_UNFINISHED}")
    try:
        with aside.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if not (first and _linked(aside, path)):
            aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)
    if os.name == "posix":
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _linked(aside: Path, path: Path) -> bool:
    """Give the file its name unless it is taken; False where the disk knows no links."""
    try:
        path.hardlink_to(aside)
    except FileExistsError:
        return True
    except OSError:
        return False
    return True


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _is_digest(name: str) -> bool:
    return len(name) == 64 and set(name) <= set("0123456789abcdef")


def _scheme(url: str | Path) -> str:
    return str(url).partition("://")[0] if "://" in str(url) else "file"
