"""Whole files on their way into a store by programs that are killed, and what came of them in the end."""

import json
import random
import time
from pathlib import Path
from typing import Any

from sqlalchemy import select

from data.actors import OPERATOR
from data.database import read_transaction
from data.ingest import import_file
from data.ingest.reasons import DATUM_CODES
from data.records import EVENT, ISSUE
from data.schema import REPORT
from data.store import Store
from tests.data.ingest.made import row, write
from tests.data.programs import Program

ROWS = 3_000
STEP_ROWS = 150
#: What a summary says about the file, whatever happened on the way.
FIGURES = ("read", "taken", "updated", "unchanged", "rejected", "reasons", "suspicious", "warnings")


def export(path: Path, version: int, n: int = ROWS) -> Path:
    """Write the same feed some time later: more cases are closed each time; some rows are always wrong."""
    body = []
    for number in range(1, n + 1):
        closed = version > 0 and number % 4 < version
        changes = {"状态": "已结案", "结案时间": f"2024-10-{version % 28 + 1:02} 09:00:00"} if closed else {}
        if number % 97 == 0:
            changes |= {"纬度": ""}
        if number % 701 == 0:
            changes |= {"经度": "121.5", "纬度": "31.2"}  # far from all others
        body.append(row(number, **changes))
        if number % 499 == 0:
            body.append(("a", "row", "with", "too", "few"))
    return write(path, body)


def start(url: str, file: Path, rejects: Path, step_rows: int = STEP_ROWS) -> Program:
    """Start a program that imports a file: a line for each call of its progress, then the figures."""
    return Program(_import, url, file, rejects, step_rows)


def ended(program: Program) -> dict[str, Any] | None:
    """Wait for a program; return the figures that it said, None where it did not come so far."""
    told = [line for line in program.end().splitlines() if line.startswith("{") and line.endswith("}")]
    return json.loads(told[-1]) if told else None


def until_writing(program: Program) -> None:
    """Wait until a program has begun to write, or has ended."""
    for line in program:
        if line.startswith(("writing", "going")):
            return


def killed(url: str, folder: Path, *, rounds: int, seed: int) -> tuple[int, int]:
    """Kill imports (signal 9) at random moments, each again until its file is whole, then the next file.

    Returns
    -------
    How many programs were killed in the middle of a file, and how many went on with one.
    """
    chance = random.Random(seed)
    cut = went_on = done = version = 0
    file, rejects = export(folder / "feed.csv", 0), folder / "rejects.csv"
    while done < rounds:
        program = start(url, file, rejects)
        until_writing(program)
        time.sleep(chance.uniform(0.0, 1.2))  # the moment is what is drawn here
        program.kill()
        told = ended(program)
        done += 1
        with Store.open(url) as store:
            last = store.imports(actor=OPERATOR).row(0, named=True)
        assert last["state"] in {"stopped", "done"}
        cut += bool(last["state"] == "stopped" and last["rows_done"])
        if told or last["state"] == "done":  # killed between its end and its last word, it has done its work
            went_on += bool(told and told["went_on_at"])
            hold(url, folder, version, told)
            version += 1
            export(file, version)
    program = start(url, file, rejects)
    told = ended(program)
    assert told
    hold(url, folder, version, told)
    return cut, went_on


def hold(url: str, folder: Path, version: int, told: dict[str, Any] | None, name: str = "feed.csv") -> None:
    """Hold a store to one into which the same files came undisturbed, in turn; and what was told."""
    quiet = folder / "undisturbed"
    quiet.mkdir(exist_ok=True)
    with Store.open(f"sqlite:///{quiet / 'city.sqlite'}") as other:
        done = other.imports(actor=OPERATOR).height
        for n in range(done, version + 1):
            summary = import_file(
                export(quiet / name, n), other, actor=OPERATOR, rejects=quiet / "rejects.csv"
            )
        should = _contents(other)
    with Store.open(url) as store:
        checked = store.check(actor=OPERATOR)
        assert checked.ok, checked.words()
        assert _contents(store) == should
        assert store.imports(actor=OPERATOR)["state"].unique().to_list() == ["done"]
    if told:
        assert _figures(told) == _figures(summary.as_dict())
        assert not list(folder.glob("*.part"))  # killed just before it swept, a program leaves some
    for rows in ("rejects.csv", "rejects-suspicious.csv"):
        assert (folder / rows).read_bytes() == (quiet / rows).read_bytes(), rows


def _contents(store: Store) -> list[Any]:
    """Return the reports by their ids, and what happened to each in its order."""
    with read_transaction(store._engine) as connection:
        names = [ISSUE.c[name] for name in REPORT]
        issues = connection.execute(select(ISSUE.c.version, *names).order_by(ISSUE.c.external_id)).all()
        events = connection.execute(
            select(ISSUE.c.external_id, EVENT.c.kind)
            .join_from(EVENT, ISSUE, EVENT.c.issue_id == ISSUE.c.id)
            .order_by(ISSUE.c.external_id, EVENT.c.seq)
        ).all()
    categories = store.categories(actor=OPERATOR).sort("slug").rows()
    return [list(map(tuple, issues)), list(map(tuple, events)), categories]


def _figures(told: dict[str, Any]) -> dict[str, Any]:
    """Return what is said of the file; the datum is judged by what the store knows by then."""
    warnings = [one for one in told["warnings"] if one["code"] not in DATUM_CODES]
    return {name: told[name] for name in FIGURES} | {"warnings": warnings}


def _import(url: str, file: Path, rejects: Path, step_rows: int) -> None:
    """Import a file and print how far it is, in the end what came of it."""
    with Store.open(url) as store:
        imported = import_file(
            file,
            store,
            actor=OPERATOR,
            rejects=rejects,
            step_rows=step_rows,
            progress=lambda done, _total, doing: print(doing, done),
        )
    print(imported.as_json())
