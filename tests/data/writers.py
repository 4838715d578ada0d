"""Programs that write to one store at once, as processes: what each was told must be there afterwards."""

import json
import random
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection

import polars as pl

from data.actors import OPERATOR, Actor
from data.schema import REPORT as COLUMNS
from data.store import Store
from geo.errors import ConflictError, TransitionError
from tests.data.programs import FORKS, no_main
from tests.data.samples import reports

REPORT = {"category": "manhole", "lon": 116.9, "lat": 38.3}


class Writer:
    """A process that writes for some seconds, and what it said was acknowledged so far."""

    def __init__(self, url: str, seed: int, seconds: float) -> None:
        self.said: list[dict[str, object]] = []
        self._heard, says = FORKS.Pipe(duplex=False)
        self._process = FORKS.Process(target=_write, args=(url, seed, seconds, says), daemon=True)
        with no_main():
            self._process.start()
        says.close()
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def wait_until_at_work(self) -> None:
        """Wait for its first word."""
        while not self.said and self._listener.is_alive():
            time.sleep(0.001)
        assert self.said, "a writer died before its first writing"

    def wait(self, timeout_s: float) -> None:
        """Wait for its end, which must come without an error."""
        self._listener.join(timeout_s)
        assert not self._listener.is_alive(), "a writer does not come to its end"
        self._process.join(timeout_s)
        errors = [word["error"] for word in self.said if "error" in word]
        assert not errors, errors[0]
        assert self._process.exitcode == 0

    def kill(self) -> None:
        """End it as a power cut would."""
        self._process.kill()
        self._listener.join()
        self._process.join()

    def _listen(self) -> None:
        with suppress(EOFError, OSError):  # it is over, or half a word is left of a killed one
            while True:
                self.said.append(json.loads(self._heard.recv_bytes()))


def prepare(store: Store, n: int = 40) -> None:
    """Fill a store with cases that all writers fight for."""
    frame = reports(n, status=pl.lit("reported"), closed_at=None, unit=None)
    store.write_reports(frame, actor=OPERATOR)


def check(store: Store, acknowledged: list[dict[str, object]], *, shared: int = 40) -> None:
    """Hold the store to what it acknowledged: nothing is missing, nothing came twice, all of it replays."""
    checked = store.check(actor=OPERATOR)
    assert checked.ok, checked.words()
    for case in range(1, shared + 1):
        events = store.events(case, actor=OPERATOR)
        notes = [json.loads(text).get("note") for text in events["payload"]]
        mine = [word["note"] for word in acknowledged if word.get("case") == case and "note" in word]
        assert len(set(notes) - {None}) == len([note for note in notes if note]), "a note stands there twice"
        assert set(mine) <= set(notes), "an acknowledged note is missing"
        versions = [word["version"] for word in acknowledged if word.get("case") == case]
        assert len(versions) == len(set(versions)), "two writers were given the same version"
    taken = sum(int(str(word["taken"])) for word in acknowledged if "taken" in word)
    assert checked.issues >= taken + shared


def _write(url: str, seed: int, seconds: float, says: Connection) -> None:
    """Write, and say what was acknowledged; at the end, how long the longest writing took."""
    try:
        longest = _work(url, seed, seconds, lambda word: says.send_bytes(json.dumps(word).encode()))
    except BaseException as error:
        says.send_bytes(json.dumps({"error": repr(error)}).encode())
        raise
    says.send_bytes(json.dumps({"longest_s": longest}).encode())


def _work(url: str, seed: int, seconds: float, say: Callable[[dict[str, object]], None]) -> float:
    rng = random.Random(seed)
    actor = Actor(f"writer {seed}", "manager")
    turn, longest = 0, 0.0
    with Store.open(url, create=False) as store:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            turn += 1
            began = time.monotonic()
            if turn % 10 == 0:
                frame = reports(50, seed=seed * 100_000 + turn).select(*COLUMNS)
                say({"taken": store.write_reports(frame, actor=actor).taken})
            else:
                _move(store, rng, actor, f"{seed}-{turn}", say)
            longest = max(longest, time.monotonic() - began)
    return longest


def _move(
    store: Store, rng: random.Random, actor: Actor, name: str, say: Callable[[dict[str, object]], None]
) -> None:
    case = store.case(rng.randint(1, 40), actor=actor)
    kind = rng.choice(
        [*(word for word in case.allowed if word not in ("update", "merge", "photo", "hide")), "note"]
    )
    try:
        after = store.transition(
            case.id,
            kind,
            actor=actor,
            version=case.version,
            reason="因为",
            **({"note": name} if kind == "note" else {}),
            **({"unit": "环卫中心"} if kind == "dispatch" else {}),
            **({"amount": 1} if kind == "extend" else {}),
        )
    except (ConflictError, TransitionError):
        return  # somebody was faster, and this writer was told so
    words = {"case": case.id, "version": after.version} | ({"note": name} if kind == "note" else {})
    say(words)
