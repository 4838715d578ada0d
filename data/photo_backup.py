"""The photos beside a backup: a folder of the same photos, copied, checked and never half."""

from dataclasses import dataclass
from pathlib import Path

from data import case_photos, facts
from data.actors import Actor
from data.database import connect, read_transaction
from data.photo_folder import PhotoFolder
from data.photos import Photo
from data.rights import require
from geo.errors import PhotoError


@dataclass(frozen=True, slots=True)
class CopiedPhotos:
    """How many files a copy has now, how many of them came this time, and those that could not be read."""

    files: int
    new: int
    lost: tuple[str, ...]


def copy_photos(url: str, source: str, target: str | Path, *, actor: Actor) -> CopiedPhotos:
    """Copy every file that a photo of a store has into another folder; what is there already stays.

    The copy is a photo folder of the same identity: a restored store opens it by the setting `photos`. The
    store is only read, whatever step it is at.

    Parameters
    ----------
    url
        Of the store.
    source, target
        Folders or URLs that fsspec knows.

    Raises
    ------
    StoreError
        There is no store.
    PhotoFolderError
        One of the two folders cannot be reached, or holds other photos.
    """
    require(actor, "write")  # a copy is out of the store's hands
    engine = connect(url, create=False)
    try:
        with read_transaction(engine) as connection:
            known = case_photos.every(connection)
            identity = facts.fact(connection, "photo_folder")
            store = facts.fact(connection, "identity") or ""
        if identity is None:
            return CopiedPhotos(0, 0, ())
        folder = PhotoFolder.open(source, create=False, identity=identity, store=store)
        return _copied(folder, folder.copy_to(target), known)
    finally:
        engine.dispose()


def _copied(folder: PhotoFolder, copy: PhotoFolder, known: list[Photo]) -> CopiedPhotos:
    names = sorted({name for photo in known for name in photo.files})
    new, lost = 0, []
    for name in names:
        if copy.has(name):
            continue
        try:
            copy.take(name, folder.read(name))
            new += 1
        except PhotoError:  # missing or damaged here already: the others are not left behind for it
            lost.append(name)
    return CopiedPhotos(len(names) - len(lost), new, tuple(lost))
