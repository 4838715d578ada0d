"""Programs that write to one store at once, as processes: what each was told must be there afterwards."""

import json
import random
import subprocess
import sys
import time
from pathlib import Path

import polars as pl

from data.actors import OPERATOR, Actor
from data.schema import REPORT as COLUMNS
from data.store import Store
from geo.errors import ConflictError, TransitionError
from tests.data.samples import reports

ROOT = Path(__file__).parents[2]
REPORT = {"category": "manhole", "lon": 116.9, "lat": 38.3}


def start(url: str, seed: int, seconds: float) -> "subprocess.Popen[str]":
    """Start a writer; it says a line of JSON for everything that the store acknowledged."""
    return subprocess.Popen(
        [sys.executable, "-m", "tests.data.writers", url, str(seed), str(seconds)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def said(lines: str) -> list[dict[str, object]]:
    """Read what a writer said; a killed one may leave half a line."""
    whole = lines[: lines.rfind("\n") + 1]
    return [json.loads(line) for line in whole.splitlines()]


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


def _work(url: str, seed: int, seconds: float) -> None:
    rng = random.Random(seed)
    actor = Actor(f"writer {seed}", "manager")
    end = time.monotonic() + seconds
    turn = 0
    with Store.open(url, create=False) as store:
        while time.monotonic() < end:
            turn += 1
            if turn % 10 == 0:
                frame = reports(50, seed=seed * 100_000 + turn).select(*COLUMNS)
                print(json.dumps({"taken": store.write_reports(frame, actor=actor).taken}), flush=True)
                continue
            _move(store, rng, actor, f"{seed}-{turn}")


def _move(store: Store, rng: random.Random, actor: Actor, name: str) -> None:
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
    print(json.dumps(words), flush=True)


if __name__ == "__main__":
    _work(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]))
