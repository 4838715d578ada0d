"""The store's part for duplicates: suggested at intake and in review, and those that are none remembered."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

import numpy as np
import polars as pl
from sqlalchemy import Connection, insert, select

from data import case_rows, cases, known_cases
from data.actors import Actor
from data.case_store import CaseStore
from data.clock import now
from data.duplicate_rules import default_rules
from data.duplicates import NEEDED, OPTIONAL, explain, find_candidates
from data.known_cases import Box, KnownHashes
from data.merge_order import merge_order
from data.records import APART
from data.rights import scope
from data.schema import UTC
from data.statuses import STATUS_GROUPS
from data.transitions import ROLES, possible, word
from data.usual_reports import Usual
from geo.errors import NotAllowedError, StoreError, TransitionError
from i18n import gettext as _

#: The columns of a suggestion at intake. `sure` marks what is nearly certain; `hours` is positive where the
#: case was reported earlier.
SIMILAR: Final = (
    "issue_id", "score", "sure", "why", "category", "status", "reported_at", "distance_m", "hours",
)  # fmt: skip
#: The columns of a suggestion in review: join `issue_id` to `into`.
REVIEWED: Final = (
    "step", "into", "issue_id", "score", "sure", "why", "category", "into_category", "distance_m", "hours",
)  # fmt: skip

_METRES_PER_DEGREE: Final = 110_500.0
#: How far around a candidate reports tell what is usual there.
_USUAL_M: Final = 160.0
#: In review the reports of so many days tell what is usual.
_REVIEW: Final = timedelta(days=365)
#: What is usual is learned anew when the store has grown by so much.
_GROWN: Final = 1.1
_GROWN_ROWS: Final = 200


class DuplicateStore(CaseStore):
    """The methods of `Store` that know which cases may be the same."""

    _hashes: KnownHashes
    _usual: tuple[int, Usual] | None = None

    def similar(self, report: Mapping[str, Any], *, actor: Actor, limit: int = 5) -> pl.DataFrame:
        """Find the open cases that a report is probably of the same thing as, before it is written.

        Cases of every unit are among them: a duplicate may repeat another unit's case. Of a case nothing is
        told but what the columns say.

        Parameters
        ----------
        report
            category, lon, lat; and where known reported_at, description, photo_hashes (a list of `hash` of
            `inspect_photo`). Others are passed over.
        limit
            At most so many, the best.

        Returns
        -------
        The columns `SIMILAR`, the best first, in words of the language in use.

        Raises
        ------
        StoreError
            A report without category or position.
        """
        if missing := [name for name in ("category", "lon", "lat") if report.get(name) is None]:
            raise StoreError(_("These must not be empty: {names}.", names=", ".join(missing)))
        rules = default_rules()
        given = {name: report[name] for name in (*NEEDED, *OPTIONAL) if name in report}
        row = {
            "reported_at": case_rows.to_moment(now()),
            **given,
            "id": None,
            "closed_at": None,
            "status": None,
        }
        new = pl.DataFrame([row], schema_overrides={"id": pl.Int64, "reported_at": UTC, **OPTIONAL})
        pairs = rules.pairs(new["category"])
        reach_m = float(pairs["within_m"].to_numpy().max()) + _USUAL_M
        with self._reading(actor, "report") as connection:
            box = _box(float(row["lon"]), float(row["lat"]), reach_m)
            near = known_cases.around(connection, box, pairs["other"].unique().to_list())
            known = near.filter(pl.col("status").is_in(STATUS_GROUPS["open"]))
            if hashes := given.get("photo_hashes"):
                known = self._with_photos(connection, known, hashes, int(rules.weights.like_photo_bits) - 1)
            if known.is_empty():
                return _no_rows(known, SIMILAR)
            usual = self._learned(connection)
        found = find_candidates(new, known, rules=rules, usual=usual, history=near, limit=limit)
        return (
            found.with_columns(explain(found, rules=rules), sure=pl.col("score") >= rules.weights.sure)
            .drop("category", "id")
            .rename({"other": "category", "candidate": "issue_id"})
            .join(known.select("status", "reported_at", issue_id="id"), on="issue_id", maintain_order="left")
            .select(SIMILAR)
        )

    def duplicates(self, *, actor: Actor, unit: str | None = None, limit: int = 100) -> pl.DataFrame:
        """Suggest which open cases to join, among those in the actor's part of the city.

        Pairs that were found to be `apart` are left out. Each step can be taken (`merge`) or left by itself.

        Parameters
        ----------
        unit
            Only pairs of which one case at least is this unit's.
        limit
            At most so many steps, groups by their surest pair.

        Returns
        -------
        The columns `REVIEWED`: of a group the case stays that has come furthest, then the one reported
        first.
        """
        rules = default_rules()
        since = now() - _REVIEW // timedelta(microseconds=1)
        with self._reading(actor) as connection:
            known = known_cases.open_ones(connection, where=scope(actor))
            new = known if unit is None else known.filter(pl.col("unit") == unit)
            if new.is_empty():
                return _no_rows(known, REVIEWED)
            history = known_cases.history(connection, since=since)
            usual = self._learned(connection)
            apart = known_cases.apart_pairs(connection)
        covered = min(usual.hours, _REVIEW / timedelta(hours=1))
        usual = replace(usual, hours=covered)
        found = find_candidates(new, known, rules=rules, usual=usual, history=history)
        ends = {"one": pl.min_horizontal("id", "candidate"), "other_id": pl.max_horizontal("id", "candidate")}
        found = found.with_columns(**ends).join(
            apart, left_on=["one", "other_id"], right_on=["one", "other"], how="anti", maintain_order="left"
        )
        steps = merge_order(found, known, rules=rules).head(limit)
        turned = found.with_columns(
            id="candidate", candidate="id", category="other", other="category", hours=-pl.col("hours")
        )
        both = pl.concat([found, turned]).unique(["id", "candidate"], keep="first", maintain_order=True)
        shown = steps.drop("score").join(
            both, left_on=["id", "into"], right_on=["id", "candidate"], maintain_order="left"
        )
        return shown.with_columns(
            explain(shown, rules=rules), sure=pl.col("score") >= rules.weights.sure
        ).select(
            pl.col(name).alias(alias)
            for alias, name in zip(
                REVIEWED, ("step", "into", "id", *REVIEWED[3:7], "other", *REVIEWED[8:]), strict=True
            )
        )

    def apart(self, case: int, other: int, *, actor: Actor, reason: str) -> None:
        """Remember that two cases are not the same, so that review does not offer them again.

        It is for whoever may merge. A merge by hand stays possible, and what was said first stays.

        Raises
        ------
        StoreError
            There is no such case.
        NotAllowedError
            The actor's role may not merge, or the first case lies in somebody else's part of the city.
        TransitionError
            There is no reason, or the two are one.
        """
        with self._writing(actor, "act") as connection:
            _check_may_judge(actor)
            if case == other:
                raise TransitionError(_("Case {case} is the same as itself.", case=case))
            if not reason.strip():
                raise TransitionError(_("Say why the two cases are not the same."))
            cases.look_up(connection, case, actor=actor)
            cases.look_up(connection, other, actor=cases.unscoped(actor))
            pair = {"one": min(case, other), "other": max(case, other)}
            if connection.execute(select(APART.c.at).filter_by(**pair)).first() is None:
                said = {"at": now(), "actor": actor.name, "role": actor.role, "reason": reason}
                connection.execute(insert(APART).values(**pair, **said))

    def _learned(self, connection: Connection) -> Usual:
        """Return what is usual in the city, learned some time before while the store has hardly grown."""
        last = known_cases.last_id(connection)
        if self._usual is None or last > self._usual[0] * _GROWN + _GROWN_ROWS:
            self._usual = (last, known_cases.learn(connection))
        return self._usual[1]

    def _with_photos(
        self, connection: Connection, known: pl.DataFrame, hashes: list[int], within_bits: int
    ) -> pl.DataFrame:
        """Add the open cases that show a photo like these, however far away, and their hashes to all."""
        alike = self._hashes.alike(connection, hashes, within_bits=within_bits)
        farther = alike.filter(~pl.col("id").is_in(known["id"].implode()))["id"].to_list()
        more = known_cases.with_ids(connection, farther).filter(pl.col("status").is_in(STATUS_GROUPS["open"]))
        return pl.concat([known, more]).join(alike, on="id", how="left", maintain_order="left")


def _box(lon: float, lat: float, metres: float) -> Box:
    north = metres / _METRES_PER_DEGREE
    east = north / float(np.cos(np.radians(min(89.0, abs(lat) + north))))
    return lon - east, lat - north, lon + east, lat + north


def _no_rows(known: pl.DataFrame, columns: tuple[str, ...]) -> pl.DataFrame:
    kinds = {"step": pl.UInt32, "score": pl.Float64, "sure": pl.Boolean, "why": pl.String}
    kinds |= {"into": pl.Int64, "issue_id": pl.Int64, "into_category": pl.String}
    kinds |= {"distance_m": pl.Float64, "hours": pl.Float64}
    return pl.DataFrame(schema={name: kinds.get(name) or known.schema[name] for name in columns})


def _check_may_judge(actor: Actor) -> None:
    if "merge" not in possible("reported", actor.role):
        raise NotAllowedError(
            _(
                "Not allowed to the role '{role}': say that cases are not the same. That is for: {roles}.",
                role=word(actor.role),
                roles=", ".join(word(role) for role in ROLES if "merge" in possible("reported", role)),
            )
        )
