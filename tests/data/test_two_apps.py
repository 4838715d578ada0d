"""Two real servers on one SQLite file: both write and count what the other wrote, the snapshot is whole."""

import json
import sys
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from data import snapshot
from data.actors import OPERATOR
from data.cube import Cube
from data.filters import Filter
from data.settings import Settings
from data.store import Store
from data.workspace import snapshot_path
from tests.browser.server import Server, free_port, start
from tests.data.samples import reports

FIRST, EACH = 500, 40


@pytest.fixture
def servers(tmp_path: Path, sqlite_url: str) -> Iterator[list[Server]]:
    """Start two servers with one home folder and one store."""
    with Store.open(sqlite_url) as store:
        store.write_reports(reports(FIRST), actor=OPERATOR)
    ports = [free_port(), free_port()]

    def one(port: int) -> Server:
        command = [sys.executable, "-m", "tests.torture.app_server", str(port)]
        home = tmp_path / "home"
        log = tmp_path / f"{port}.log"
        return start(
            command, port, home, log=log, ready="healthz", GEZHI_HOME=str(home), GEZHI_STORE=sqlite_url
        )

    with ThreadPoolExecutor() as pool:
        started = list(pool.map(one, ports))
    yield started
    for server in started:
        server.stop()


def ask(server: Server, address: str) -> dict[str, Any]:
    with urllib.request.urlopen(f"{server.url}/{address}", timeout=90) as answer:
        found: dict[str, Any] = json.load(answer)
        return found


def test_two_servers_write_to_one_file_and_follow_each_other(
    servers: list[Server], sqlite_url: str, tmp_path: Path
) -> None:
    turns = range(2, 14)
    with ThreadPoolExecutor(6) as pool:
        told = list(pool.map(lambda seed: ask(servers[seed % 2], f"write?seed={seed}&n={EACH}"), turns))
    assert [answer["taken"] for answer in told] == [EACH] * len(turns)
    assert len({answer["version"] for answer in told}) == len(turns), "two were given the same version"
    expected = FIRST + EACH * len(turns)
    states = [ask(server, "healthz") for server in servers]
    assert [state["reports"] for state in states] == [expected] * 2
    assert states[0]["version"] == states[1]["version"]
    with Store.open(sqlite_url) as store:
        checked = store.check(actor=OPERATOR)
        assert checked.ok, checked.words()
        kept = snapshot_path(store, Settings(home=tmp_path / "home"))
        state, mark = snapshot.read(kept)
        assert store.event_mark(state.seq, actor=OPERATOR) == mark
        assert Cube.open(store, snapshot=kept).total(Filter()) == expected
    assert not list((tmp_path / "home").glob("*.part"))
    assert len(list((tmp_path / "home").glob("*.cells-*"))) <= 3, "the cells of old snapshots are tidied away"
    servers[0].process.kill()
    servers[0].process.wait()
    assert ask(servers[1], f"write?seed=99&n={EACH}")["taken"] == EACH, "one goes on without the other"
    assert ask(servers[1], "healthz")["reports"] == expected + EACH
