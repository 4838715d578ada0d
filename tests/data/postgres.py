"""A real PostgreSQL server for the tests: one of their own, thrown away at the end, with PostGIS in it."""

import importlib.util
import os
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from itertools import count
from pathlib import Path
from time import monotonic, sleep
from typing import Any
from uuid import uuid4

from sqlalchemy import make_url

from data.store import Store
from tests.data.stores import Fill, Photos

#: What a skipped test says.
NO_SERVER = "PostgreSQL with PostGIS is not installed; run: sh tests/data/postgres.sh"
NO_DRIVER = "PostgreSQL's driver is not installed; run: pip install 'psycopg[binary]'"
#: The database that others are copied from: PostGIS is in it, which would take half a second each time.
TEMPLATE = "with_postgis"
#: A server whose machine never fails needs no patience with the disk.
_SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "max_wal_size": "4GB",
    "listen_addresses": "",  # a socket in its own folder: no port that another program could have
}


class Server:
    """A server in a folder of its own; `url` makes a database and says where it is."""

    def __init__(self, programs: Path, folder: Path, settings: dict[str, str] | None = None) -> None:
        self._programs = programs
        self.folder = folder
        self._settings = _SETTINGS | (settings or {})
        self._numbers = count(1)
        self._beginnings: dict[Fill | None, tuple[str, Photos]] = {}
        self._process: subprocess.Popen[bytes] | None = None
        if os.geteuid() == 0:  # a server refuses to run as root
            shutil.chown(folder, "postgres", "postgres")
        made = self._run("initdb", "-D", str(folder / "data"), "-U", "gezhi", "-A", "trust", "-E", "UTF8",
                         "--locale=C.UTF-8", "--no-sync")  # fmt: skip
        if made.returncode:
            raise RuntimeError(f"initdb failed: {made.stderr}")
        self.start()
        self.execute("postgres", f"CREATE DATABASE {TEMPLATE}")
        self.execute(TEMPLATE, "CREATE EXTENSION postgis")

    def start(self) -> None:
        """Start the server and wait until it answers."""
        options = [part for name, value in self._settings.items() for part in ("-c", f"{name}={value}")]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [self._programs / "postgres", "-D", self.folder / "data", "-k", self.folder, *options],
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                **_as_server(),
            )
        deadline = monotonic() + 120
        while self._run("pg_isready", "-h", str(self.folder), "-d", "postgres", "-U", "gezhi").returncode:
            if self._process.poll() is not None or monotonic() > deadline:
                raise RuntimeError(f"PostgreSQL did not start:\n{(self.folder / 'log').read_text()[-2000:]}")
            sleep(0.05)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop the server: SIGINT cuts every connection in an orderly way, SIGQUIT as a crash would."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(timeout=60)
            self._process = None

    def url(self, template: str = TEMPLATE) -> str:
        """Make a database and return its URL."""
        name = f"store_{next(self._numbers)}"
        self.execute("postgres", f"CREATE DATABASE {name} TEMPLATE {template}{self._copied}")
        return f"postgresql+psycopg://gezhi@/{name}?host={self.folder}"

    @cached_property
    def _copied(self) -> str:
        """Say how databases are copied: file by file, which servers from 15 on do only when they are told."""
        made = self._run("postgres", "--version").stdout
        return " STRATEGY FILE_COPY" if int(re.findall(r"\d+", made)[0]) >= 15 else ""

    def new_store(self, fill: Fill | None = None, *, photos: Path | None = None) -> str:
        """Make a database with a store of its own identity, put its photos in a folder and return its URL."""
        made, files = self._made(fill)
        identity = uuid4().hex
        if photos:
            files.put(photos, identity)
        url = self.url(template=database_of(made))
        self.execute(database_of(url), f"UPDATE fact SET value = '{identity}' WHERE name = 'identity'")
        return url

    def _made(self, fill: Fill | None) -> tuple[str, Photos]:
        """Make the one store that others are copied from, step by step; return its URL and its photos."""
        if fill not in self._beginnings:
            url = self.url()
            with tempfile.TemporaryDirectory() as photos, Store.open(url, photos=photos) as store:
                if fill:
                    fill(store)
                self._beginnings[fill] = url, Photos.of(Path(photos))
        return self._beginnings[fill]

    def drop(self, url: str) -> None:
        """Drop the database behind a URL, whoever is still connected."""
        name = database_of(url)
        self.execute("postgres", f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def execute(self, database: str, *statements: str) -> None:
        """Run statements on their own connection, each in its own transaction."""
        import psycopg

        with psycopg.connect(
            host=str(self.folder), dbname=database, user="gezhi", autocommit=True
        ) as connection:
            for statement in statements:
                connection.execute(statement)

    def _run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self._programs / program, *arguments],
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
            **_as_server(),
        )


def database_of(url: str) -> str:
    """Return the name of the database behind a URL."""
    return make_url(url).database or ""


def missing() -> str:
    """Say why there is no server for the tests; empty where there is one."""
    if importlib.util.find_spec("psycopg") is None:
        return NO_DRIVER
    return "" if _programs() else NO_SERVER


@contextmanager
def server(settings: dict[str, str] | None = None) -> Iterator[Server]:
    """Start a server in a new folder; stop it and remove the folder at the end."""
    programs = _programs()
    if programs is None:
        raise RuntimeError(NO_SERVER)
    with tempfile.TemporaryDirectory(prefix="gezhi-pg-", ignore_cleanup_errors=True) as folder:
        started = Server(programs, Path(folder), settings)
        try:
            yield started
        finally:
            started.stop()


def _programs() -> Path | None:
    """Find the newest server with PostGIS beside it."""
    found = [
        folder
        for folder in (*Path("/usr/lib/postgresql").glob("*/bin"), *Path("/usr").glob("pgsql-*/bin"))
        if (folder / "initdb").exists() and _has_postgis(folder)
    ]
    return max(
        found, key=lambda folder: float("".join(c for c in folder.parent.name if c.isdigit())), default=None
    )


def _has_postgis(folder: Path) -> bool:
    shares = (Path("/usr/share/postgresql") / folder.parent.name, folder.parent / "share")
    return any((share / "extension" / "postgis.control").exists() for share in shares)


def _as_server() -> dict[str, Any]:
    return {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}
