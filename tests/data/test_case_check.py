"""`gezhi db check` proves that the rows are the replay of the events, and names what is not."""

import json
import sqlite3
from contextlib import closing

import polars as pl
import pytest
from typer.testing import CliRunner

from cli import app
from data.actors import OPERATOR
from data.store import Store
from tests.data.samples import reports


@pytest.fixture
def url(sqlite_store_url: str) -> str:
    """Return a store that can be spoilt from outside: PostgreSQL itself refuses most of it."""
    return sqlite_store_url


@pytest.fixture
def city(store: Store) -> Store:
    """Fill a store with ten cases, the first of which was accepted."""
    store.write_reports(reports(10, status=pl.lit("reported"), closed_at=None), actor=OPERATOR)
    store.transition(1, "accept", actor=OPERATOR)
    return store


def spoil(url: str, statement: str) -> None:
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as raw:
        raw.execute(statement)
        raw.commit()


def test_a_store_that_holds_is_said_to_in_figures(city: Store, url: str) -> None:
    checked = city.check(actor=OPERATOR)
    assert (checked.ok, checked.issues, checked.events, checked.last_seq) == (True, 10, 11, 11)
    assert checked.kinds == {"accept": 1, "report": 10}
    assert checked.statuses == {"accepted": 1, "reported": 9}
    shown = CliRunner().invoke(app, ["db", "check", "--store", url, "--json"])
    assert shown.exit_code == 0, shown.output
    assert json.loads(shown.stdout)["events"] == 11


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE issue SET status = 'closed' WHERE id = 2", "case 2: status is 'closed'"),
        ("UPDATE issue SET category = 'noise' WHERE id = 3", "case 3: category is 'noise'"),
        ("UPDATE issue SET version = 9 WHERE id = 4", "case 4: version is '9'"),
        ("UPDATE issue SET merged_into = 99 WHERE id = 5", "1 duplicates repeat a case that is not there"),
        ("DELETE FROM event WHERE seq = 6", "1 events are missing"),
        ("DELETE FROM issue WHERE id = 7", "1 events have no case"),
        ("UPDATE event SET kind = 'verify' WHERE seq = 11", "1 events cannot have happened"),
    ],
)
def test_what_does_not_hold_is_named(city: Store, url: str, statement: str, words: str) -> None:
    spoil(url, statement)
    checked = city.check(actor=OPERATOR)
    assert not checked.ok
    assert words in "\n".join(checked.words())
    shown = CliRunner().invoke(app, ["db", "check", "--store", url])
    assert shown.exit_code == 1
