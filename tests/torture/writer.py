"""Programs that write to a store until they are killed, and say what was acknowledged.

After each acknowledged writing a line goes to the standard output; an error that a person would have to read
is told too, and the writing done again.
"""

import json
import os
import sys
from itertools import count
from time import sleep

import polars as pl

from data.actors import OPERATOR
from data.store import Store
from geo.errors import StoreError
from tests.data.samples import reports

#: Reports of one small writing; reports of one part of an import, and parts of it.
SMALL, PART, PARTS = 10, 500, 6


def small(number: int, n: int) -> pl.DataFrame:
    """Make the reports of one writing: no other has the same."""
    return reports(SMALL, seed=n).with_columns(source=pl.lit(f"writer-{number}-{n}"))


def shared(number: int, n: int) -> pl.DataFrame:
    """Make reports that every writer changes to something of its own."""
    return reports(2, seed=1, source="shared").with_columns(address=pl.lit(f"{number}-{n}"))


def write(store: Store, number: int, n: int) -> int:
    """Write new reports and change the shared ones; return how many shared ones that changed."""
    store.write_reports(small(number, n), actor=OPERATOR)
    return store.write_reports(shared(number, n), actor=OPERATOR).updated


def take_in(store: Store, number: int, n: int) -> int:
    """Import a large file in one transaction."""
    with store.import_transaction(actor=OPERATOR) as batch:
        for part in range(PARTS):
            frame = reports(PART, seed=part).with_columns(source=pl.lit(f"import-{number}-{n}"))
            batch.write_reports(frame)
    return 0


def go_on(url: str, number: int, how: str) -> None:
    """Write for ever."""
    work = {"write": write, "import": take_in}[how]
    with Store.open(url) as store:
        say(number, ready=True)
        for n in count():
            while True:
                try:
                    updated = work(store, number, n)
                    break
                except StoreError as error:
                    say(number, error=str(error))
                    sleep(0.05)
            say(number, n=n, updated=updated)


def say(number: int, **what: object) -> None:
    """Write one line, whole whoever else writes."""
    os.write(sys.stdout.fileno(), (json.dumps({"number": number, **what}) + "\n").encode())


def become(url: str, number: int, how: str) -> None:
    """Become so many programs; what they need was loaded once, and nothing was opened yet."""
    for one in range(number - 1):
        if os.fork() == 0:
            go_on(url, one, how)
    go_on(url, number - 1, how)
