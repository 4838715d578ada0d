"""A program that kills upgrades of one store at every moment (signal 9), and says how many there were.

Each killed upgrade must leave the store as it was, so that the next one starts from the same; the last one is
let through. A moment is a statement that writes, or the commit.
"""

import json
import os
import signal
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.engine import Engine

from data.actors import OPERATOR
from data.backup import digests
from data.store import Store

_WRITES = ("CREATE", "ALTER", "INSERT", "UPDATE", "DELETE", "DROP")
#: The moment of the commit, whenever it comes.
COMMIT = 0


def upgrade(url: str, moment: int) -> None:
    """Open a store, and die at a moment if it comes to that."""
    written = 0

    @event.listens_for(Engine, "after_cursor_execute")
    def _count(_connection: Connection, _cursor: Any, statement: str, *_rest: object) -> None:
        nonlocal written
        if statement.lstrip().upper().startswith(_WRITES):
            written += 1
            if written == moment:
                os.kill(os.getpid(), signal.SIGKILL)

    @event.listens_for(Engine, "commit")
    def _commit(_connection: Connection) -> None:
        if moment == COMMIT and written:
            os.kill(os.getpid(), signal.SIGKILL)

    Store.open(url, create=False).close()


def state(url: str) -> str:
    """Return what is in a store, as words that can be compared."""
    return repr(digests(url, actor=OPERATOR))


def in_a_program(work: Callable[[], Any]) -> tuple[int, str]:
    """Do something in a program of its own; return how it ended and what it said."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        os.write(writer, json.dumps(work()).encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as said:
        words = said.read()
    return os.waitpid(child, 0)[1], words


def kill_each(url: str, stride: int) -> None:
    """Kill upgrades until one is let through; nothing of this program itself opens the store."""
    _status, before = in_a_program(lambda: state(url))
    killed, moment = 0, COMMIT
    while True:
        status, _said = in_a_program(lambda moment=moment: upgrade(url, moment))
        if status == 0:
            break
        assert os.WIFSIGNALED(status), f"moment {moment}: an error, not a death"
        assert in_a_program(lambda: state(url))[1] == before, f"moment {moment}: not as it was"
        killed += 1
        moment += stride if moment else 1
    print(killed)
