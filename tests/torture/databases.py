"""What can happen to a store and its programs, done for real: shortly in the tests, at length here."""

import json
import random
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Thread
from time import monotonic, sleep
from typing import Any

from sqlalchemy import func, select

from data.database import read_transaction
from data.records import EVENT, ISSUE
from data.store import Store
from tests.data import postgres
from tests.data.programs import Program
from tests.torture.writer import PART, PARTS, SMALL, become


@dataclass
class Writer:
    """A program of its own that writes, and what it was told is kept."""

    number: int
    ready: bool = False
    acknowledged: list[int] = field(default_factory=list)
    updated: int = 0
    errors: list[str] = field(default_factory=list)

    def hear(self, said: dict[str, Any]) -> None:
        """Take up what the program says."""
        if "error" in said:
            self.errors.append(said["error"])
        elif "n" in said:
            self.acknowledged.append(said["n"])
            self.updated += said["updated"]
        self.ready = True


class Writers:
    """Several programs that write at once; all are killed at the end, wherever they are."""

    def __init__(self, url: str, number: int, how: str) -> None:
        self.each = [Writer(one) for one in range(number)]
        self._program = Program(become, url, number, how)
        self._reader = Thread(target=self._read)
        self._reader.start()

    def wait_until(self, done: Callable[[Writer], bool], *, seconds: float = 120) -> None:
        """Wait until it is so for each writer."""
        deadline = monotonic() + seconds
        while not all(map(done, self.each)):
            assert self._program.status is None, "a writer died"
            assert monotonic() < deadline, "the writers did not get that far"
            sleep(0.005)

    def kill(self) -> None:
        """End the programs as a power cut would."""
        self._program.kill()
        self._reader.join()
        self._program.end()

    def _read(self) -> None:
        for line in self._program:
            if line.startswith("{") and line.endswith("}\n"):
                said = json.loads(line)
                self.each[said["number"]].hear(said)


@contextmanager
def writers(url: str, number: int, how: str = "write") -> Iterator[Writers]:
    """Start writers and wait until all of them are at it."""
    started = Writers(url, number, how)
    try:
        started.wait_until(lambda writer: writer.ready)
        yield started
    finally:
        started.kill()


def write_side_by_side(url: str, *, number: int, seconds: float) -> list[Writer]:
    """Let writers write at once; nothing is lost and nobody sees an error."""
    Store.open(url).close()
    with writers(url, number) as started:
        sleep(seconds)
        started.wait_until(lambda writer: bool(writer.acknowledged))
    for writer in started.each:
        assert writer.errors == []
    assert_holds(url, started.each)
    return started.each


def restart_under_load(server: postgres.Server, url: str, *, number: int, restarts: int) -> list[Writer]:
    """Stop the server under its writers, in turn politely and as a crash, and start it again."""
    Store.open(url).close()
    with writers(url, number) as started:
        for restart in range(restarts):
            sleep(random.uniform(0.1, 0.5))
            server.stop(signal.SIGQUIT if restart % 2 else signal.SIGINT)
            before = [len(writer.acknowledged) for writer in started.each]
            sleep(random.uniform(0, 0.5))
            server.start()
            started.wait_until(
                lambda writer, before=before: len(writer.acknowledged) > before[writer.number] + 1
            )
    assert_holds(url, started.each)
    return started.each


def kill_imports(url: str, *, rounds: int, seed: int = 1) -> int:
    """Kill a program that imports, at a random moment each round; return how many imports were whole."""
    chance = random.Random(seed)
    Store.open(url).close()
    acknowledged = 0
    for _round in range(rounds):
        with writers(url, 1, "import") as started:
            if chance.random() < 0.5:
                started.wait_until(lambda writer: bool(writer.acknowledged))
            sleep(chance.uniform(0, 0.7))
        acknowledged = max(acknowledged, len(started.each[0].acknowledged))
        with Store.open(url) as store:
            sizes = _sizes(store, "import-")
        assert set(sizes.values()) <= {PART * PARTS}, "half an import was kept"
        assert len(sizes) >= acknowledged, "an acknowledged import is missing"
        assert_holds(url, [])
    return len(sizes)


def assert_holds(url: str, started: list[Writer]) -> None:
    """Look for what was acknowledged and is not there, is there in part, or twice."""
    with Store.open(url) as store:
        sizes = _sizes(store, "writer-")
        for writer in started:
            for n in writer.acknowledged:
                assert sizes.get(f"writer-{writer.number}-{n}") == SMALL, "an acknowledged writing is missing"
        assert set(sizes.values()) <= {SMALL}, "half a writing was kept"
        with read_transaction(store._engine) as connection:
            kinds = dict(
                map(tuple, connection.execute(select(EVENT.c.kind, func.count()).group_by(EVENT.c.kind)))
            )
            issues = connection.execute(select(func.count()).select_from(ISSUE)).scalar_one()
            versions = connection.execute(select(func.sum(ISSUE.c.version))).scalar_one()
            last = connection.execute(select(func.max(EVENT.c.seq))).scalar_one()
        assert kinds.get("report", 0) == issues
        assert (versions or 0) == sum(kinds.values()) == (last or 0), "a change and its event differ"
        updates = sum(writer.updated for writer in started)
        # Who was killed, or lost the connection, between commit and answer changed more than was said.
        most = updates + 2 * sum(1 + len(writer.errors) for writer in started)
        assert updates <= kinds.get("update", 0) <= most, "an update was lost"


def _sizes(store: Store, prefix: str) -> dict[str, int]:
    with read_transaction(store._engine) as connection:
        rows = connection.execute(
            select(ISSUE.c.source, func.count())
            .where(ISSUE.c.source.startswith(prefix))
            .group_by(ISSUE.c.source)
        )
        return dict(map(tuple, rows))
