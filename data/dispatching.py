"""Many cases accepted and dispatched at once, and taken back, in the transaction that the caller holds."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

import polars as pl
from sqlalchemy import Connection, select

from data import case_places, case_rows, place_kinds
from data.actors import Actor
from data.bulk_reading import fetch
from data.case_list import WAITING
from data.categories import labels
from data.city_rules import CityRules, city_rules
from data.clock import moment
from data.events import Event
from data.lifecycle import State, check
from data.many_moves import NEEDED, move
from data.records import CATEGORY, EVENT, ISSUE, PLACE
from data.rights import is_scoped, scope
from data.transitions import Node, path
from data.waiting_cases import SENT
from geo.errors import GivenError, TransitionError
from i18n import current_locale
from i18n import gettext as _

#: Why a case was not dispatched: no such case, not in the actor's part of the city, somebody else has changed
#: it since, it does not wait to be dispatched, it needs a second person, no rule names its unit.
Why = Literal["unknown", "elsewhere", "changed", "state", "second_person", "no_rule"]

#: The columns of cases that were dispatched, and of those that were refused.
DISPATCHED: Final = {
    "issue_id": pl.Int64,
    "version": pl.Int64,  # after it
    "unit": pl.String,
    "was_unit": pl.String,  # what a report said of its unit; null where nothing
}
REFUSED: Final = {"issue_id": pl.Int64, "why": pl.String, "words": pl.String}

_READ: Final = tuple(dict.fromkeys((*NEEDED, "place_id")))
#: A statement takes a limited number of values.
_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class Dispatched:
    """What became of cases that were to be dispatched; each is in `done` or `refused`, or counted in `sent`.

    Attributes
    ----------
    done
        The columns `DISPATCHED`.
    sent
        How many had been dispatched before.
    refused
        The columns `REFUSED`: why, as a code (`Why`) and in words.
    """

    done: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=DISPATCHED))
    sent: int = 0
    refused: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=REFUSED))

    @property
    def seen(self) -> int:
        """How many cases that were."""
        return self.done.height + self.sent + self.refused.height

    def __add__(self, other: "Dispatched") -> "Dispatched":
        """Add what became of more cases."""
        done, refused = pl.concat([self.done, other.done]), pl.concat([self.refused, other.refused])
        return Dispatched(done, self.sent + other.sent, refused)


@dataclass(frozen=True, slots=True)
class TakenBack:
    """What became of a dispatch that was taken back: cases that went back, and those touched since."""

    done: int = 0
    touched: tuple[int, ...] = ()

    def __add__(self, other: "TakenBack") -> "TakenBack":
        """Add what became of more cases."""
        return TakenBack(self.done + other.done, self.touched + other.touched)


def check_role(actor: Actor) -> None:
    """Refuse whoever may not accept and dispatch cases, with the words of a single dispatch."""
    for status in WAITING:
        event = "accept" if status == "reported" else "dispatch"
        check(_standing(status), Event(kind=event, at=moment(), role=actor.role, unit="-"))


def check_unit(connection: Connection, unit: str | None) -> None:
    """Refuse a chosen unit that is not in the city's table.

    Raises
    ------
    GivenError
        It is not.
    """
    units = city_rules(connection).units
    if unit is not None and unit not in units:
        raise GivenError(
            _("'{unit}' is no unit. Expected one of {units}.", unit=unit, units=", ".join(units))
        )


def dispatch(
    connection: Connection, cases: pl.DataFrame, *, actor: Actor, unit: str | None = None
) -> Dispatched:
    """Accept and dispatch some cases.

    Parameters
    ----------
    cases
        `issue_id`, each once, and `version`, null where any will do.
    unit
        Where they go; by the city's rules where None.
    """
    rows = _read(connection, cases, actor=actor)
    refused = [_refused(rows.filter(pl.col("why").is_not_null()))]
    rows = rows.filter(pl.col("why").is_null())
    sent = rows.filter(pl.col("status").is_in(SENT)).height
    rows = rows.filter(~pl.col("status").is_in(SENT))
    rules = city_rules(connection)
    for find in (_changed, _not_waiting, _barred):
        why = find(connection, rules, rows, actor)
        rows = rows.join(why, on="id", how="left").with_columns(
            why=pl.col("why_now"), words=pl.col("words_now")
        )
        refused.append(_refused(rows.filter(pl.col("why").is_not_null())))
        rows = rows.filter(pl.col("why").is_null()).drop("why_now", "words_now")
    rows = _assigned(connection, rules, rows, unit)
    lost = pl.col("to_unit").is_null()
    refused.append(_refused(rows.filter(lost).with_columns(why=pl.lit("no_rule"), words="reason")))
    going = rows.filter(~lost).with_columns(
        way=pl.col("status").replace_strict(
            {status: _way(status, actor) for status in WAITING}, return_dtype=pl.List(pl.String)
        ),
        why="reason",
    )
    done = pl.DataFrame(schema=DISPATCHED)
    if going.height:
        moved = move(connection, going, actor=actor)
        done = going.select(issue_id="id", unit="to_unit", was_unit="unit").join(
            moved, left_on="issue_id", right_on="id"
        )
    return Dispatched(done.select(*DISPATCHED), sent, pl.concat(refused))


def take_back(connection: Connection, done: pl.DataFrame, *, actor: Actor, reason: str) -> TakenBack:
    """Return cases that were dispatched and that nobody has touched since; see `Store.return_many`."""
    rows = _read(connection, done.select("issue_id", "version"), actor=actor)
    changed = set(_changed(connection, city_rules(connection), rows, actor)["id"].to_list())
    as_it_was = pl.col("why").is_null() & (pl.col("status") == "dispatched") & ~pl.col("id").is_in(changed)
    back = rows.filter(as_it_was).join(done.select(id="issue_id", to_unit="was_unit"), on="id", how="left")
    way = (
        pl.when(pl.col("to_unit").is_null()).then(pl.lit(["return"])).otherwise(pl.lit(["return", "update"]))
    )
    if back.height:
        move(
            connection,
            back.with_columns(way=way, why=pl.lit("")),
            actor=actor,
            reasons={"return": reason, "update": reason},
        )
    gone = done.join(back, left_on="issue_id", right_on="id", how="anti")
    return TakenBack(back.height, tuple(gone["issue_id"].to_list()))


def _standing(status: str) -> State:
    return State(status=status, version=1, reported_at=moment())


def _way(status: str, actor: Actor) -> list[str]:
    """Return the events that bring a waiting case to be dispatched."""
    return list(path(Node(status), "dispatched", role=actor.role) or ())


def _read(connection: Connection, cases: pl.DataFrame, *, actor: Actor) -> pl.DataFrame:
    """Read the rows of cases, in the given order, with `why` and `words` where the actor cannot see them.

    `seen_version` is the version that the actor has seen, null where any will do.
    """
    told = cases.select(id="issue_id", seen_version=pl.col("version").cast(pl.Int64))
    ids = told["id"].to_list()
    rows = case_rows.read(connection, ids, _READ)
    inside = rows["id"].to_list()
    if is_scoped(actor):
        inside = [
            row[0]
            for start in range(0, len(ids), _AT_ONCE)
            for row in fetch(
                connection,
                select(ISSUE.c.id).where(ISSUE.c.id.in_(ids[start : start + _AT_ONCE]), scope(actor)),
            )
        ]
    unknown = pl.col("status").is_null()
    elsewhere = ~pl.col("id").is_in(inside)
    return told.join(rows, on="id", how="left", maintain_order="left").with_columns(
        why=pl.when(unknown).then(pl.lit("unknown")).when(elsewhere).then(pl.lit("elsewhere")),
        words=pl.when(unknown)
        .then(pl.lit(_("There is no such case in this store.")))
        .when(elsewhere)
        .then(pl.lit(_("It does not belong to the part of the city of '{name}'.", name=actor.name))),
    )


def _refused(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.select(pl.col("id").alias("issue_id"), "why", "words").cast(pl.Schema(REFUSED))


def _whys(found: Sequence[tuple[int, Why, str]]) -> pl.DataFrame:
    kinds = {"id": pl.Int64, "why_now": pl.String, "words_now": pl.String}
    return pl.DataFrame(found, schema=kinds, orient="row")


def _changed(connection: Connection, _rules: CityRules, rows: pl.DataFrame, _actor: Actor) -> pl.DataFrame:
    """Find the cases that somebody has changed since the version that the actor saw.

    That the program has found out where a case belongs is nobody's change.
    """
    other = rows.filter(pl.col("seen_version") != pl.col("version"))
    seen = dict(other.select("id", "seen_version").iter_rows())
    since: dict[int, list[str]] = {number: [] for number in seen}
    numbers = list(seen)
    for start in range(0, len(numbers), _AT_ONCE):
        query = select(EVENT.c.issue_id, EVENT.c.kind).where(
            EVENT.c.issue_id.in_(numbers[start : start + _AT_ONCE])
        )
        for number, kind in fetch(connection, query.order_by(EVENT.c.seq)):
            since[number].append(kind)
    words = _("Somebody else has changed it since it was looked at.")
    return _whys(
        [
            (number, "changed", words)
            for number, kinds in since.items()
            if len(kinds) < seen[number]
            or any(kind != case_places.KIND for kind in kinds[max(seen[number], 0) :])
        ]
    )


def _not_waiting(
    _connection: Connection, _rules: CityRules, rows: pl.DataFrame, actor: Actor
) -> pl.DataFrame:
    """Find the cases that cannot be dispatched as they stand."""
    words = {}
    for status in rows["status"].unique().to_list():
        if status not in WAITING:
            try:
                check(_standing(status), Event(kind="dispatch", at=moment(), role=actor.role, unit="-"))
            except TransitionError as error:
                words[status] = str(error)
    found = rows.filter(pl.col("status").is_in(list(words)))
    return _whys(
        [(number, "state", words[status]) for number, status in found.select("id", "status").iter_rows()]
    )


def _barred(connection: Connection, rules: CityRules, rows: pl.DataFrame, actor: Actor) -> pl.DataFrame:
    """Find the cases that somebody else than the actor must accept or dispatch."""
    found: list[tuple[int, Why, str]] = []
    for status in WAITING:
        ids = rows.filter(pl.col("status") == status)["id"].to_list()
        barred = rules.second_person.barred_cases(connection, ids, actor=actor, way=_way(status, actor))
        found += [(number, "second_person", words) for number, words in barred.items()]
    return _whys(found)


def _assigned(connection: Connection, rules: CityRules, rows: pl.DataFrame, unit: str | None) -> pl.DataFrame:
    """Add where cases go (`to_unit`, null where no rule says) and why (`reason`)."""
    if unit is not None:
        return rows.with_columns(to_unit=pl.lit(unit), reason=pl.lit(""))
    ids = rows["place_id"].drop_nulls().unique().to_list()
    kinds = {
        number: kind
        for start in range(0, len(ids), _AT_ONCE)
        for number, kind in fetch(
            connection, select(PLACE.c.id, PLACE.c.kind).where(PLACE.c.id.in_(ids[start : start + _AT_ONCE]))
        )
    }
    place = pl.col("place_id").replace_strict(kinds, default=None, return_dtype=pl.String)
    found = rules.routing.assign(
        rows.select("category", "areas", place=place), why=True, labels=_labels(connection, rules)
    )
    return rows.with_columns(to_unit=found["unit"], reason=found["why"])


def _labels(connection: Connection, rules: CityRules) -> dict[str, str]:
    """Return what people read for categories, kinds of places and units, in the language in use."""
    locale = current_locale()
    rows = connection.execute(select(CATEGORY.c.slug, CATEGORY.c.zh, CATEGORY.c.en)).all()
    table = pl.DataFrame(
        [tuple(row) for row in rows], schema=dict.fromkeys(("slug", "zh", "en"), pl.String), orient="row"
    )
    kinds = {slug: place_kinds.label(slug) for slug in place_kinds.kinds()}
    return kinds | {name: unit.label(locale) for name, unit in rules.units.items()} | labels(table, locale)
