"""Stores in files, copied from one that this process made the real way: making each anew takes minutes."""

import sqlite3
from contextlib import closing
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

from data import demo as zone
from data.store import Store


def new_file(path: Path) -> str:
    """Put an empty store of its own identity at a path; return its URL."""
    return _put(_made(), path)


def demo_file(path: Path) -> str:
    """Put the whole demo zone, of its own identity, at a path; return its URL."""
    return _put(_made(demo=True), path)


def _put(content: bytes, path: Path) -> str:
    path.write_bytes(content)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("UPDATE fact SET value = ? WHERE name = 'identity'", [uuid4().hex])
    return f"sqlite:///{path}"


@cache
def _made(*, demo: bool = False) -> bytes:
    """Make the one store that this process copies, step by step, and return its file."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "made.sqlite"
        with Store.open(f"sqlite:///{path}") as store:
            if demo:
                zone.build(store)
        assert not path.with_name("made.sqlite-wal").exists(), "all of it is in the file"
        return path.read_bytes()
