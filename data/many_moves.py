"""Many cases moved on by the same events at once, each as if it were moved alone.

What events make of a case's times, counts and unit depends only on where it stands, so one case of each
state goes through the life of cases (`data.lifecycle`), and the others get what became of it.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import polars as pl
from sqlalchemy import Connection, func, select

from data.actors import Actor
from data.bulk import insert_rows, update_rows
from data.case_deadlines import JUDGED, deadlines
from data.case_rows import STATE_COLUMNS, said_after, to_micros
from data.city_rules import city_rules
from data.clock import moment, not_before
from data.events import Event
from data.lifecycle import STAGE_TIMES, Pause, State, apply
from data.payloads import payload
from data.records import CASE_COUNTS, EVENT, ISSUE
from data.transitions import Node

#: The columns of a case's row that `move` needs.
NEEDED: Final = tuple(dict.fromkeys(("id", "seq", "category", "areas", "due_at", "said", *STATE_COLUMNS)))

_TIMES: Final = (*STAGE_TIMES, "reopened_at")
_STANDS: Final = ("status", "resumes", "restores")
#: The events that bring a unit.
_WITH_UNIT: Final = ("dispatch", "update")
#: The columns of a report that such events may change.
_TOLD: Final = ("status", "unit")

#: What a case that is sent ahead carries, to see where each of it ends up.
_OWN: Final = {name: datetime(2000, 1, 1, tzinfo=UTC) + timedelta(n) for n, name in enumerate(_TIMES)}
_NOW: Final = datetime(2001, 1, 1, tzinfo=UTC)
_OWN_UNIT: Final = "own"
_GIVEN_UNIT: Final = "given"

_EFFECT: Final[dict[str, Any]] = {
    "after_status": pl.String,
    "after_resumes": pl.String,
    "after_restores": pl.String,
    "from_unit": pl.String,
    **{f"from_{name}": pl.String for name in _TIMES},
    **{f"more_{name}": pl.Int64 for name in CASE_COUNTS},
}


def move(
    connection: Connection, rows: pl.DataFrame, *, actor: Actor, reasons: Mapping[str, str] | None = None
) -> pl.DataFrame:
    """Let events happen to many cases, and write them and the rows.

    Parameters
    ----------
    rows
        The columns `NEEDED` of open cases as they are in this transaction; `way`, the kinds of the events of
        each (a list); `to_unit`, the unit that a dispatch or a correction gives it; `why`, the reason of its
        dispatch, empty where there is none.
    reasons
        Of the other events, by their kind.

    Returns
    -------
    `id` and `version` of the cases after it.

    Raises
    ------
    TransitionError, NotAllowedError
        An event cannot happen to one of them, or the actor's role may not do it: nothing was written.
    """
    said = dict(reasons or {})
    rows = rows.sort("id")
    after = _after(rows, actor=actor, reasons=said)
    at = not_before(connection, moment(), rows["id"].to_list())
    events = _events(rows, actor=actor, reasons=said)
    first: int = connection.execute(select(func.coalesce(func.max(EVENT.c.seq), 0) + 1)).scalar_one()
    events = events.with_columns(
        seq=pl.int_range(first, first + events.height, dtype=pl.Int64),
        at=pl.lit(to_micros(at)),
        actor=pl.lit(actor.name),
        import_id=pl.lit(None, dtype=pl.Int64),
    )
    insert_rows(connection, EVENT, events)
    last = events.group_by(id="issue_id").agg(last_seq=pl.col("seq").max())
    after = after.join(last, on="id", how="left", maintain_order="left")
    after = _dated(after, at).with_columns(seq="last_seq", said=_said(rows, after))
    judged = after.rename({"id": "issue_id"}).select(JUDGED)
    after = after.with_columns(due_at=deadlines(connection, city_rules(connection), judged)["due"])
    # Each column takes its time, an index on it more.
    same = [name for name in NEEDED if rows[name].equals(after[name], null_equal=True)]
    values = after.select(name for name in NEEDED if name not in same)
    values = values.with_columns(id=rows["id"], old_version=rows["version"])
    update_rows(connection, ISSUE, values, where={"id": "id", "version": "old_version"})
    return after.select("id", "version")


def _after(rows: pl.DataFrame, *, actor: Actor, reasons: Mapping[str, str]) -> pl.DataFrame:
    """Return the rows as the events leave them, but for what depends on the moment (`from_…`)."""
    asked = rows.select(*_STANDS, way=pl.col("way").list.join(" ")).unique(maintain_order=True)
    effects = pl.DataFrame(
        [_effect(Node(*stands), way.split(), actor.role, reasons) for *stands, way in asked.rows()],
        schema=_EFFECT,
    )
    found = rows.with_columns(key=pl.col("way").list.join(" ")).join(
        pl.concat([asked.rename({"way": "key"}), effects], how="horizontal"),
        on=(*_STANDS, "key"),
        nulls_equal=True,
        maintain_order="left",
    )
    return found.with_columns(
        **{name: pl.col(f"after_{name}") for name in _STANDS},
        **{name: pl.col(name) + pl.col(f"more_{name}") for name in CASE_COUNTS},
        version=pl.col("version") + pl.col("way").list.len().cast(pl.Int64),
        unit=pl.when(pl.col("from_unit") == _OWN_UNIT)
        .then("unit")
        .when(pl.col("from_unit") == _GIVEN_UNIT)
        .then("to_unit"),
    )


def _dated(after: pl.DataFrame, at: datetime) -> pl.DataFrame:
    moved = pl.lit(at, dtype=pl.Datetime("us", "UTC"))
    return after.with_columns(
        **{
            name: pl.when(pl.col(f"from_{name}") == "own")
            .then(name)
            .when(pl.col(f"from_{name}") == "now")
            .then(moved)
            for name in _TIMES
        }
    )


def _events(rows: pl.DataFrame, *, actor: Actor, reasons: Mapping[str, str]) -> pl.DataFrame:
    """Return what happens to the cases, by case and in order: issue_id, kind, payload."""
    steps = rows.select("id", "way", "why", unit="to_unit").with_columns(
        step=pl.int_ranges(pl.col("way").list.len())
    )
    steps = steps.explode("way", "step").with_columns(
        role=pl.lit(actor.role),
        reason=pl.when(pl.col("way") == "dispatch")
        .then("why")
        .otherwise(pl.col("way").replace_strict(reasons, default="", return_dtype=pl.String)),
    )
    given = {
        "given_role": pl.lit(value=True),
        "given_reason": pl.col("reason") != "",
        "given_unit": pl.col("way").is_in(_WITH_UNIT),
    }
    told = payload(("role", "reason", "unit"), where="given_{}")
    return (
        steps.with_columns(**given).sort("id", "step").select(issue_id="id", kind=pl.col("way"), payload=told)
    )


def _said(before: pl.DataFrame, after: pl.DataFrame) -> pl.Series:
    """Return what the feed said last where a case is otherwise by now; most cases are alike in that."""
    both = before.select("said", *_TOLD).hstack(after.select(pl.col(*_TOLD).name.prefix("after_")))
    alike = both.unique()
    found = [
        said_after(
            row["said"],
            {name: row[name] for name in _TOLD},
            {name: row[f"after_{name}"] for name in _TOLD},
        )
        for row in alike.iter_rows(named=True)
    ]
    told = alike.with_columns(pl.Series("told", found, dtype=pl.String))
    return both.join(told, on=both.columns, nulls_equal=True, maintain_order="left", how="left")["told"]


def _effect(stands: Node, way: list[str], role: str, reasons: Mapping[str, str]) -> dict[str, Any]:
    """Send one case ahead and see what becomes of it: the columns `_EFFECT`.

    A time comes from the case itself ("own") or from the events ("now"), or is null.
    """
    times: dict[str, Any] = dict(_OWN)
    state = State(
        status=stands.status,
        version=1,
        resumes=stands.resumes,
        restores=stands.restores,
        unit=_OWN_UNIT,
        pauses=(Pause(_OWN["reported_at"]),) if stands.resumes else (),
        **times,
    )
    for kind in way:
        unit = _GIVEN_UNIT if kind in _WITH_UNIT else None
        state = apply(state, Event(kind=kind, at=_NOW, role=role, unit=unit, reason=reasons.get(kind, "")))
    sources = {_NOW: "now", None: None}
    return {
        **{f"after_{name}": getattr(state, name) for name in _STANDS},
        "from_unit": state.unit,
        **{f"from_{name}": (sources | {_OWN[name]: "own"})[getattr(state, name)] for name in _TIMES},
        **{f"more_{name}": getattr(state, name) for name in CASE_COUNTS},
    }
