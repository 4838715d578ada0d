"""What a feed that is read again does to cases: a new status becomes transitions, the rest a correction.

A case that was moved on or corrected by hand keeps that, until the feed itself says something new. All cases
are taken up at once: what a way does to a case's times, counts and unit depends only on where the case
stands and where the feed says it is, so one case of each such pair goes through the life of cases, and the
others get what became of it.
"""

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Final, NamedTuple

import polars as pl

from data.case_rows import STATE_COLUMNS
from data.events import Event
from data.lifecycle import STAGE_TIMES, Pause, State, advance
from data.payloads import payload
from data.records import CASE_COUNTS
from data.schema import REPORT
from data.statuses import STATUS_GROUPS
from data.transitions import Node, path

#: What a later reading of the same report may change.
CHANGEABLE: Final = tuple(name for name in REPORT if name not in ("source", "external_id"))

#: The columns of a case's row that `take_up` needs.
NEEDED: Final = tuple(dict.fromkeys(("id", "seq", "areas", *CHANGEABLE, *STATE_COLUMNS)))

_ENDS: Final = ("close", "reject", "merge")
_TIMES: Final = (*STAGE_TIMES, "reopened_at")
_KEY: Final = ("status", "resumes", "restores", "told_status", "changed_status")
#: The correction is the last of what happens to a case at one reading.
_LAST: Final = 1_000

#: The moments that a case sent ahead carries, to see where each of them ends up.
_ENDING: Final = datetime(2001, 1, 1, tzinfo=UTC)
_GOING: Final = datetime(2001, 1, 2, tzinfo=UTC)
_OWN: Final = {name: datetime(2000, 1, 1, tzinfo=UTC) + timedelta(n) for n, name in enumerate(_TIMES)}
_OWN_UNIT: Final = "own"
_NEW_UNIT: Final = "new"


class Taken(NamedTuple):
    """What became of the cases."""

    events: pl.DataFrame  # issue_id, kind, payload; by case, in the order in which they happen
    cases: pl.DataFrame  # the columns `NEEDED`, of which seq is as it was, and `said`


def take_up(rows: pl.DataFrame, *, at: datetime, reason: str) -> Taken:
    """Work out what a new reading of reports makes of their cases.

    Parameters
    ----------
    rows
        A row for each case: the columns `NEEDED` as they are, and for each of `CHANGEABLE` what the feed
        says now (`told_…`) and whether it said something else before (`changed_…`). Times are in UTC.
    at, reason
        Of the events. They happen as if an administrator made them.

    Returns
    -------
    The events with what the store keeps of each, and the cases after them, by id. Of a case without events
    only what the feed said has changed.
    """
    moved = _moved(rows.sort("id"), at)
    told = moved.with_columns(
        **{f"corrects_{name}": _corrects(name) for name in CHANGEABLE},
        untold=pl.col("changed_status") & (pl.col("told_status") != pl.col("after_status")),
    ).with_columns(updates=pl.any_horizontal("^corrects_.*$", "untold"))
    return Taken(_events(told, reason), _cases(told))


def _moved(rows: pl.DataFrame, at: datetime) -> pl.DataFrame:
    """Add what each case goes through (`way`), and its columns after that (`after_…`)."""
    asked = rows.select(_KEY).unique()
    effects = pl.DataFrame([_effect(*key) for key in asked.rows()], schema=_EFFECT)
    found = rows.join(
        pl.concat([asked, effects], how="horizontal"), on=_KEY, nulls_equal=True, maintain_order="left"
    )
    going = pl.col("told_updated_at")
    ending = pl.coalesce("told_closed_at", "told_updated_at")
    says = pl.col("told_unit").fill_null("") != ""
    found = found.with_columns(
        going=going,
        ending=ending,
        new_unit=pl.when(says).then("told_unit").otherwise("unit"),
        ends=pl.col("way").list.eval(pl.element().is_in(_ENDS)).list.any(),
    )
    times = {
        f"after_{name}": pl.when(pl.col(f"from_{name}") == "own")
        .then(name)
        .when(pl.col(f"from_{name}") == "going")
        .then(going.fill_null(at))
        .when(pl.col(f"from_{name}") == "ending")
        .then(ending.fill_null(at))
        for name in _TIMES
    }
    kept = {f"after_{name}": pl.col(name) for name in CHANGEABLE if name not in STATE_COLUMNS}
    return found.with_columns(
        **times,
        **kept,
        **{f"after_{name}": pl.col(name) + pl.col(f"more_{name}") for name in CASE_COUNTS},
        after_unit=pl.when(pl.col("from_unit") == _OWN_UNIT)
        .then("unit")
        .when(pl.col("from_unit") == _NEW_UNIT)
        .then("new_unit"),
        after_reporter="reporter",
        after_merged_into=pl.when("keeps_merged_into").then("merged_into"),
    )


def _corrects(name: str) -> pl.Expr:
    """Say whether the feed corrects a column."""
    if name == "status":
        return pl.lit(value=False)
    told, after = pl.col(f"told_{name}"), pl.col(f"after_{name}")
    asked = pl.col(f"changed_{name}")
    if name == "unit":  # a dispatch may just have given it another one
        asked = asked | after.ne_missing(pl.col(name))
    found = asked & told.ne_missing(after)
    if name == "closed_at":
        done = pl.col("after_status").is_in(STATUS_GROUPS["done"])
        # That it was noticed now is better than nothing.
        found = found & done & ~(pl.col("ends") & told.is_null())
    return found


def _events(told: pl.DataFrame, reason: str) -> pl.DataFrame:
    moves = (
        told.select("id", "way", "going", "ending", unit="new_unit")
        .filter(pl.col("way").list.len() > 0)
        .with_columns(step=pl.int_ranges(pl.col("way").list.len()))
        .explode("way", "step")
        .with_columns(
            role=pl.lit("administrator"),
            reason=pl.lit(reason),
            happened_at=pl.when(pl.col("way").is_in(_ENDS)).then("ending").otherwise("going"),
        )
        .with_columns(
            given_role=pl.lit(value=True),
            given_reason=pl.lit(reason != ""),
            given_happened_at=pl.col("happened_at").is_not_null(),
            given_unit=(pl.col("way") == "dispatch") & (pl.col("unit").fill_null("") != ""),
        )
    )
    fields = payload(("role", "happened_at", "reason", "unit"), where="given_{}")
    corrections = told.filter("updates").select(
        "id",
        *(pl.col(f"told_{name}").alias(name) for name in CHANGEABLE),
        *(f"corrects_{name}" for name in CHANGEABLE),
        told=pl.struct(status="told_status"),
        corrects_told="untold",
    )
    changes = payload((*CHANGEABLE, "told"), where="corrects_{}")
    found = [
        moves.select("id", pl.col("step").cast(pl.Int64), kind="way", payload=fields),
        corrections.select("id", step=pl.lit(_LAST, pl.Int64), kind=pl.lit("update"), payload=changes),
    ]
    return pl.concat(found).sort("id", "step").select("kind", "payload", issue_id="id")


def _cases(told: pl.DataFrame) -> pl.DataFrame:
    """Return the rows after everything, with what the feed says where the case is otherwise."""
    happened = pl.col("way").list.len() + pl.col("updates")
    after = {
        name: pl.when(f"corrects_{name}").then(f"told_{name}").otherwise(f"after_{name}")
        if name in CHANGEABLE
        else pl.col(f"after_{name}")
        for name in NEEDED
        if name not in ("id", "seq", "areas", "version")
    }
    cases = told.select(
        "id",
        "seq",
        "areas",
        *(f"told_{name}" for name in CHANGEABLE),
        version=pl.col("version") + happened,
        **after,
    )
    otherwise = {f"says_{name}": pl.col(name).ne_missing(pl.col(f"told_{name}")) for name in CHANGEABLE}
    said = (
        cases.with_columns(**otherwise)
        .select(*(pl.col(f"told_{name}").alias(name) for name in CHANGEABLE), "^says_.*$")
        .select(pl.when(pl.any_horizontal("^says_.*$")).then(payload(CHANGEABLE, where="says_{}")))
        .to_series()
    )
    return cases.select(*NEEDED, said=said)


_EFFECT: Final[dict[str, Any]] = {
    "way": pl.List(pl.String),
    "after_status": pl.String,
    "after_resumes": pl.String,
    "after_restores": pl.String,
    "keeps_merged_into": pl.Boolean,
    "from_unit": pl.String,
    **{f"from_{name}": pl.String for name in _TIMES},
    **{f"more_{name}": pl.Int64 for name in CASE_COUNTS},
}


@cache
def _effect(status: str, resumes: str | None, restores: str | None, told: str, asked: bool) -> dict[str, Any]:
    """Send one case ahead and see what becomes of it: the columns `_EFFECT`.

    A time comes from the case itself ("own"), from the events that end it ("ending") or from the others
    ("going"), or is null.
    """
    node = Node(status, resumes, restores)
    way = _way(node, told) if asked else ()
    times: dict[str, Any] = dict(_OWN)
    state = State(
        status=status,
        version=1,
        resumes=resumes,
        restores=restores,
        merged_into=1,
        unit=_OWN_UNIT,
        pauses=(Pause(_OWN["reported_at"]),) if resumes else (),
        **times,
    )
    for kind in way:
        moment = _ENDING if kind in _ENDS else _GOING
        state = advance(state, Event(kind=kind, at=moment, unit=_NEW_UNIT if kind == "dispatch" else None))
    sources = {_ENDING: "ending", _GOING: "going", None: None}
    return {
        "way": list(way),
        "after_status": state.status,
        "after_resumes": state.resumes,
        "after_restores": state.restores,
        "keeps_merged_into": state.merged_into is not None,
        "from_unit": state.unit,
        **{f"from_{name}": (sources | {_OWN[name]: "own"})[getattr(state, name)] for name in _TIMES},
        **{f"more_{name}": getattr(state, name) for name in CASE_COUNTS},
    }


@cache
def _way(node: Node, status: str) -> tuple[str, ...]:
    """Return the events to a status. None leads back to a mere report: a case is accepted again instead."""
    found = path(node, status)
    return (path(node, "accepted") or ()) if found is None else found
