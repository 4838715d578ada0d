"""Stores copied from one that this process made the real way: making each anew takes minutes."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

from data import demo as zone
from data.photo_folder import MARKER
from data.store import Store

#: What a test begins with: fills an empty store. A function of a module, for its copies are kept by it.
Fill = Callable[[Store], object]


@dataclass(frozen=True)
class Photos:
    """The files of a photo folder."""

    files: dict[str, bytes]

    @classmethod
    def of(cls, folder: Path) -> "Photos":
        """Read the files of a folder."""
        found = (path for path in folder.rglob("*") if path.is_file())
        return cls({str(path.relative_to(folder)): path.read_bytes() for path in found})

    def put(self, folder: Path, identity: str) -> None:
        """Write the files into another folder, that of the store of that identity."""
        for name, content in self.files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)
        if self.files:
            marker = folder / MARKER
            marker.write_text(json.dumps(json.loads(marker.read_bytes()) | {"store": identity}))


def new_file(path: Path, fill: Fill | None = None, *, photos: Path | None = None) -> str:
    """Put a store of its own identity at a path, and its photos in a folder; return its URL."""
    content, files = _made(fill)
    identity = uuid4().hex
    if photos:
        files.put(photos, identity)
    return _put(content, path, identity)


def demo_file(path: Path) -> str:
    """Put the whole demo zone, of its own identity, at a path; return its URL."""
    return _put(_made(zone.build)[0], path, uuid4().hex)


def _put(content: bytes, path: Path, identity: str) -> str:
    path.write_bytes(content)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("UPDATE fact SET value = ? WHERE name = 'identity'", [identity])
    return f"sqlite:///{path}"


@cache
def _made(fill: Fill | None) -> tuple[bytes, Photos]:
    """Make the one store that this process copies, step by step, and return its file and its photos."""
    with TemporaryDirectory() as folder:
        path, photos = Path(folder) / "made.sqlite", Path(folder) / "photos"
        with Store.open(f"sqlite:///{path}", photos=str(photos)) as store:
            if fill:
                fill(store)
        assert not path.with_name("made.sqlite-wal").exists(), "all of it is in the file"
        return path.read_bytes(), Photos.of(photos)
