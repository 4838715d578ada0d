"""New stores in files, copied from one that was made the real way: the steps take the tests minutes."""

import sqlite3
from contextlib import closing
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

from data.store import Store


def new_file(path: Path) -> str:
    """Put an empty store of its own identity at a path; return its URL."""
    path.write_bytes(_made())
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("UPDATE fact SET value = ? WHERE name = 'identity'", [uuid4().hex])
    return f"sqlite:///{path}"


@cache
def _made() -> bytes:
    """Make the one store that this process copies, step by step."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "made.sqlite"
        Store.open(f"sqlite:///{path}").close()
        assert not path.with_name("made.sqlite-wal").exists(), "all of it is in the file"
        return path.read_bytes()
