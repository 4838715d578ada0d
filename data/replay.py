"""The states of a whole store's cases from its events, at once: `data.lifecycle.replay` over millions.

A case stands on one of a few dozen nodes, so a table says where each kind of event leads from each of them.
The first events of all cases go through that table together, then the second ones, and so on.
"""

from dataclasses import dataclass
from functools import cache
from typing import Final, NamedTuple, Self

import numpy as np
import numpy.typing as npt
import polars as pl

from data.events import EVENT, REQUIRED
from data.lifecycle import STAGE_TIMES, STAGES
from data.schema import UTC
from data.statuses import STATUS_GROUPS, STATUSES
from data.transitions import CARRIES_STATUS, EVENTS, NOTHING, find, nodes
from geo.errors import TransitionError
from i18n import gettext as _

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

#: The columns of replayed cases, with their types.
CASE: Final[dict[str, pl.DataType | type[pl.DataType]]] = {
    "issue_id": pl.Int64,
    "status": pl.String,
    "resumes": pl.String,
    "restores": pl.String,
    "merged_into": pl.Int64,
    "version": pl.Int64,
    "unit": pl.String,
    "reporter": pl.String,
    **dict.fromkeys(STAGE_TIMES, UTC),
    "reopened_at": UTC,
    "returned": pl.Int64,
    "suspended": pl.Int64,
    "extended": pl.Int64,
    "reopened": pl.Int64,
    "seq": pl.Int64,
}

#: Below this number of cases with events left, one case after the other is faster than all at once.
_FEW: Final = 64

_IMPOSSIBLE: Final = -1
_CLOSED: Final = STAGE_TIMES.index("closed_at")
_MOMENT: Final = pl.coalesce("happened_at", "at")


class _Table(NamedTuple):
    """Where each word leads from each node; a word is a kind of event with the status it carries."""

    words: dict[tuple[str, str], int]
    after: npt.NDArray[np.int16]  # [node, word]; -1 where it cannot happen
    stage: npt.NDArray[np.int16]  # [node, word]: the stage that is entered, -1 where none is
    paused: Flags  # by node
    done: Flags


@dataclass(frozen=True, slots=True, eq=False)
class Replay:
    """The events of cases, in order, and where each of them led."""

    events: pl.DataFrame  # by issue_id and seq, with all columns of `EVENT`
    first: Ints  # position of each case's first event
    count: Ints  # of each case's events
    case: Ints  # position of each event's case
    word: Ints
    before: Ints  # the node before each event
    after: Ints
    possible: Flags  # whether each event can have happened

    @classmethod
    def of(cls, events: pl.DataFrame) -> Self:
        """Replay events.

        Parameters
        ----------
        events
            A frame of events (`data.events`) in any order; columns that may be null may be missing.

        Raises
        ------
        TransitionError
            Columns that are missing.
        """
        ordered = _ordered(events)
        ids = ordered["issue_id"].to_numpy()
        starts = np.r_[True, ids[1:] != ids[:-1]] if len(ids) else np.zeros(0, dtype=np.bool_)
        first = np.flatnonzero(starts)
        count = np.diff(np.r_[first, len(ids)])
        word = _words(ordered)
        before, after = _walk(word, first, count)
        possible = _table().after[before, word] != _IMPOSSIBLE
        return cls(ordered, first, count, np.cumsum(starts) - 1, word, before, after, possible)

    @property
    def cases(self) -> pl.DataFrame:
        """Every case after its events, in the columns of `CASE`; an impossible event changes nothing."""
        last = self.first + self.count - 1
        node = self.after[last]
        ids = {name: self.events[name].gather(last) for name in ("issue_id", "seq")}
        names = pl.Series([place.status or None for place in nodes()], dtype=pl.String)
        resumes = pl.Series([place.resumes for place in nodes()], dtype=pl.String)
        restores = pl.Series([place.restores for place in nodes()], dtype=pl.String)
        columns = {
            **ids,
            "status": names.gather(node),
            "resumes": resumes.gather(node),
            "restores": restores.gather(node),
            "version": pl.Series(self.count),
            **self._facts(),
            **self._times(),
            **self._counts(),
        }
        return pl.DataFrame({name: columns[name].cast(dtype) for name, dtype in CASE.items()})

    @property
    def impossible(self) -> pl.DataFrame:
        """The events that cannot have happened: issue_id, seq, kind and the case's status before them."""
        wrong = np.flatnonzero(~self.possible)
        names = pl.Series([place.status or None for place in nodes()], dtype=pl.String)
        return self.events.select("issue_id", "seq", "kind")[wrong].with_columns(
            before=names.gather(self.before[wrong])
        )

    @property
    def pauses(self) -> pl.DataFrame:
        """The suspensions: issue_id, start and end, which is null while it lasts."""
        paused = _table().paused
        change = np.flatnonzero(paused[self.before] != paused[self.after])
        opens = paused[self.after[change]]
        moment = self._moment[change]
        same = np.r_[self.case[change][1:] == self.case[change][:-1], False] if len(change) else opens
        closing = np.where(same, np.arange(1, len(change) + 1), -1)[opens]
        return pl.DataFrame(
            {
                "issue_id": self.events["issue_id"].gather(change[opens]),
                "start": moment.filter(pl.Series(opens)),
                "end": _gather(moment, closing),
            },
            schema={"issue_id": pl.Int64, "start": UTC, "end": UTC},
        )

    @property
    def extensions(self) -> pl.DataFrame:
        """The extensions since a case was last reopened: issue_id, amount and unit, in their order."""
        reopened = self._last(self._is("reopen") & self.possible)
        chosen = np.flatnonzero(self._is("extend") & self.possible)
        chosen = chosen[chosen > reopened[self.case[chosen]]]
        return self.events.select("issue_id", "amount", unit="amount_unit")[chosen].with_columns(
            pl.col("amount").fill_null(0.0), pl.col("unit").fill_null("work_hours")
        )

    @property
    def _moment(self) -> pl.Series:
        return self.events.select(_MOMENT).to_series()

    def _is(self, *kinds: str) -> Flags:
        words = _table().words
        among = np.array([kind in kinds for kind, _carried in words] + [False])
        flags: Flags = among[self.word]
        return flags

    def _flag(self, column: str) -> Flags:
        flags: Flags = self.events[column].to_numpy()
        return flags

    def _last(self, chosen: Flags) -> Ints:
        """Return the position of each case's last chosen event, -1 where it has none."""
        last = np.full(len(self.first), -1)
        where = np.flatnonzero(chosen)
        last[self.case[where]] = where  # of several the last stays, since they come in order
        return last

    def _value(self, column: str, chosen: Flags) -> pl.Series:
        return _gather(self.events[column], self._last(chosen))

    def _facts(self) -> dict[str, pl.Series]:
        possible, update = self.possible, self._is("update")
        given = {
            name: self.events[name].is_not_null().to_numpy() for name in ("unit", "reporter", "reported_at")
        }
        now = {name: np.array([place.status == name for place in nodes()]) for name in ("accepted", "merged")}
        refused = self._is("return") & now["accepted"][self.after]
        merged = ((self._entered == _CLOSED) | self._is("report")) & now["merged"][self.after] & possible
        merged_now = now["merged"][self.after[self.first + self.count - 1]]
        unit = self._is("report", "dispatch") | (update & (given["unit"] | self._flag("no_unit"))) | refused
        units = self.events["unit"].set(pl.Series(refused), None) if refused.any() else self.events["unit"]
        made = self.events.select(
            pl.when(pl.col("kind") == "report")
            .then(pl.coalesce("reported_at", "happened_at", "at"))
            .otherwise("reported_at")
        ).to_series()
        report = self._is("report")
        return {
            "merged_into": _gather(self.events["into"], np.where(merged_now, self._last(merged), -1)),
            "unit": _gather(units, self._last(unit & possible)),
            "reporter": self._value("reporter", (report | (update & given["reporter"])) & possible),
            "reported_at": _gather(made, self._last((report | (update & given["reported_at"])) & possible)),
            "reopened_at": _gather(self._moment, self._last(self._is("reopen") & possible)),
        }

    def _times(self) -> dict[str, pl.Series]:
        """Return when each stage was last entered, null where an earlier one was entered later."""
        table, entered = _table(), self._entered
        times, latest = {}, self._last(entered == 0)
        for number, stage in enumerate(STAGE_TIMES[1:-1], start=1):
            last = self._last(entered == number)
            times[stage] = _gather(self._moment, np.where(last > latest, last, -1))
            latest = np.maximum(latest, last)
        opened = self._last(table.done[self.before] & ~table.done[self.after])
        last = self._last(self._closing(entered))
        closed = self.events.select(
            pl.when(pl.col("kind") == "report")
            .then("closed_at")
            .when(pl.col("kind") == "update")
            .then(pl.when(~pl.col("no_closed_at")).then(pl.coalesce("closed_at", "happened_at", "at")))
            .otherwise(_MOMENT)
        ).to_series()
        latest = np.maximum(latest, opened)
        return {**times, STAGE_TIMES[-1]: _gather(closed, np.where(last >= latest, last, -1))}

    @property
    def _entered(self) -> npt.NDArray[np.int16]:
        """The stage that each event enters, -1 where it enters none."""
        stage: npt.NDArray[np.int16] = _table().stage[self.before, self.word]
        return stage

    def _closing(self, entered: npt.NDArray[np.int16]) -> Flags:
        """Tell which events set the time of closing."""
        done = _table().done[self.after] & self.possible
        given = self.events["closed_at"].is_not_null().to_numpy()
        corrects = self._is("update") & (given | self._flag("no_closed_at"))
        flags: Flags = (entered == _CLOSED) | (done & (self._is("report") | corrects))
        return flags

    def _counts(self) -> dict[str, pl.Series]:
        table = _table()
        started = STAGE_TIMES.index("started_at")
        chosen = {
            "returned": self._is("return") & (self._entered == started),
            "suspended": ~table.paused[self.before] & table.paused[self.after],
            "extended": self._is("extend"),
            "reopened": self._is("reopen"),
        }
        return {
            name: pl.Series(np.bincount(self.case[flags & self.possible], minlength=len(self.first)))
            for name, flags in chosen.items()
        }


def replay_frame(events: pl.DataFrame) -> pl.DataFrame:
    """Return every case as it is after its events.

    Parameters
    ----------
    events
        A frame of events (`data.events`) in any order.

    Returns
    -------
    The columns of `CASE`, one row a case, by issue_id; an impossible event changes nothing but the version.
    `Replay.of(events)` tells which those are, and the pauses and extensions.
    """
    return Replay.of(events).cases


def differences(cases: pl.DataFrame, stored: pl.DataFrame) -> pl.DataFrame:
    """Compare replayed cases with the rows that a store keeps of them.

    Parameters
    ----------
    cases
        As `replay_frame` returns them.
    stored
        `issue_id` and any other columns of `CASE`.

    Returns
    -------
    issue_id, field, and the two values as text, by issue_id; a case that only one side has differs in the
    field `issue_id`. Empty where every row is the replay of its events.
    """
    fields = [name for name in stored.columns if name in CASE and name != "issue_id"]
    both = stored.select(
        pl.col("issue_id").cast(pl.Int64), *(pl.col(name).cast(CASE[name]) for name in fields)
    ).join(cases.select("issue_id", *fields), on="issue_id", how="full", suffix="_replayed")
    found = [
        both.filter(pl.col("issue_id").is_null() | pl.col("issue_id_replayed").is_null()).select(
            pl.coalesce("issue_id", "issue_id_replayed").alias("id"),
            field=pl.lit("issue_id"),
            stored=pl.col("issue_id").cast(pl.String),
            replayed=pl.col("issue_id_replayed").cast(pl.String),
        )
    ]
    there = both.drop_nulls(["issue_id", "issue_id_replayed"])
    found += [
        there.filter(pl.col(name).ne_missing(pl.col(f"{name}_replayed"))).select(
            id="issue_id",
            field=pl.lit(name),
            stored=pl.col(name).cast(pl.String),
            replayed=pl.col(f"{name}_replayed").cast(pl.String),
        )
        for name in fields
    ]
    return pl.concat(found).rename({"id": "issue_id"}).sort("issue_id", maintain_order=True)


def _ordered(events: pl.DataFrame) -> pl.DataFrame:
    missing = [name for name in REQUIRED if name not in events.columns]
    if missing:
        raise TransitionError(
            _("These are no events: the column {missing} is missing.", missing=", ".join(missing))
        )
    known = events.select(pl.col(name).cast(dtype) for name, dtype in EVENT.items() if name in events.columns)
    return known[_order(known["issue_id"].to_numpy(), known["seq"].to_numpy())].select(
        _filled(name) if name in known.columns else pl.lit(_default(name), dtype=dtype).alias(name)
        for name, dtype in EVENT.items()
    )


def _filled(name: str) -> pl.Expr:
    return pl.col(name).fill_null(value=False) if EVENT[name] == pl.Boolean else pl.col(name)


def _default(name: str) -> bool | None:
    return False if EVENT[name] == pl.Boolean else None


def _order(case: Ints, seq: Ints) -> Ints:
    """Return the places of events by case, then by seq."""
    if not len(case):
        return np.zeros(0, dtype=np.int64)
    span = int(seq.max()) - int(seq.min()) + 1
    if (int(case.max()) - int(case.min()) + 1) * span < 2**63:  # one number orders several times faster
        return np.argsort((case - case.min()) * span + (seq - seq.min()), kind="stable")
    return np.lexsort((seq, case))


def _walk(word: Ints, first: Ints, count: Ints) -> tuple[Ints, Ints]:
    """Return the node before and after each event."""
    table = _table().after.astype(np.int64)
    before, after = np.zeros(len(word), dtype=np.int64), np.zeros(len(word), dtype=np.int64)
    order = np.argsort(-count, kind="stable")
    longest, here = count[order], np.zeros(len(order), dtype=np.int64)
    n = int(longest[0]) if len(longest) else 0
    left = np.searchsorted(-longest, -np.arange(n), side="left")  # cases with more than 0, 1, 2 … events
    for place, cases in enumerate(left):
        if cases < _FEW:
            left_over = (first[order[:cases]], longest[:cases])
            _walk_singly(table, word, left_over, (before, after), done=place)
            break
        where = first[order[:cases]] + place
        before[where] = here[:cases]
        found = table[here[:cases], word[where]]
        here[:cases] = np.where(found == _IMPOSSIBLE, here[:cases], found)
        after[where] = here[:cases]
    return before, after


def _walk_singly(
    table: Ints, word: Ints, cases: tuple[Ints, Ints], found: tuple[Ints, Ints], *, done: int
) -> None:
    """Go on with a few cases that have many events, after the `done` ones that all have gone through."""
    leads = table.tolist()
    before, after = found
    for start, n in zip(*(numbers.tolist() for numbers in cases), strict=True):
        node = int(after[start + done - 1]) if done else 0
        came, went = [], []
        for code in word[start + done : start + n].tolist():
            came.append(node)
            step = leads[node][code]
            node = node if step == _IMPOSSIBLE else step
            went.append(node)
        before[start + done : start + n] = came
        after[start + done : start + n] = went


def _words(events: pl.DataFrame) -> Ints:
    """Turn each event into the number of its word; an unknown one gets the last, which leads nowhere."""
    words = _table().words
    carries = pl.col("kind").is_in(list(CARRIES_STATUS))
    carried = pl.when(carries & pl.col("status").is_not_null()).then(pl.col("status")).otherwise(pl.lit(""))
    text = pl.concat_str(pl.col("kind").fill_null(""), carried, separator=" ")
    codes = {f"{kind} {status}": code for (kind, status), code in words.items()}
    found = events.select(text.replace_strict(codes, default=len(words), return_dtype=pl.Int64))
    return found.to_series().to_numpy()


@cache
def _table() -> _Table:
    places = {node: number for number, node in enumerate(nodes())}
    carried = [(event, status) for event in CARRIES_STATUS for status in STATUSES]
    words = {word: code for code, word in enumerate([*((event, "") for event in EVENTS), *carried])}
    after = np.full((len(places), len(words) + 1), _IMPOSSIBLE, dtype=np.int16)
    stage = np.full_like(after, -1)
    for node, number in places.items():
        for (event, status), code in words.items():
            way = find(event, node.status, carried=status or None)
            if way is None:
                continue
            after[number, code] = places[way.step(node)]
            if node == NOTHING:
                stage[number, code] = 0  # a report brings no times but its own
            elif way.enters in STAGES:
                stage[number, code] = STAGE_TIMES.index(STAGES[way.enters])
    done = np.array([node.status in STATUS_GROUPS["done"] for node in places])
    return _Table(words, after, stage, np.array([bool(node.resumes) for node in places]), done)


def _gather(values: pl.Series, places: Ints) -> pl.Series:
    """Return the values at these places; null where the place is -1."""
    return values.gather(pl.Series(np.where(places < 0, 0, places))).set(pl.Series(places < 0), None)
