"""The last Friday rotas of the demo zone, with who came: as a zone would have written them down."""

from datetime import date, timedelta
from typing import Final

import polars as pl

from data import rota_plan
from data.actors import SYSTEM
from data.city_days import day_span
from data.store import Store
from geo.errors import ConflictError

_FRIDAYS: Final = 2
_FRIDAY: Final = 4
_NEEDED: Final = ("id", "place_id", "reported_at", "closed_at")
#: Of each Friday, how far down the list of teams the one is that is excused, and the one that stays away.
_EXCUSED: Final = ((3, "队长外出培训 · leader on a course"), (11, "社区体检日 · community health day"))
_AWAY: Final = ((14,), (5, 16))


def write(store: Store, end: date, *, tz: str) -> int:
    """Write the last Friday rotas up to a day, in a zone that has teams and never had a rota.

    Returns
    -------
    How many those are.
    """
    teams = [team.id for team in store.teams(actor=SYSTEM)]
    places = [compound.id for compound in rota_plan.compounds(store, actor=SYSTEM)]
    if store.rotas(actor=SYSTEM) or not teams or not places:
        return 0
    cases = pl.concat(store.changed_since(0, actor=SYSTEM, columns=_NEEDED))
    last = end - timedelta(days=(end.weekday() - _FRIDAY) % 7)
    for n in range(_FRIDAYS):
        day = last - timedelta(weeks=_FRIDAYS - 1 - n)
        number, words = _EXCUSED[n]
        excuses = {teams[number % len(teams)]: words}
        needs = _open_then(cases, places, day, tz)
        past = store.turns(before=day, actor=SYSTEM)
        duties = rota_plan.proposed(needs, teams, past, excuses=excuses, by_hand={}, seed=day.toordinal())
        made = store.draft_rota(day, duties, needs, actor=SYSTEM)
        try:
            held = store.publish_rota(made.id, actor=SYSTEM, version=made.version, replaces=None)
        except ConflictError:  # another program opens the zone at this moment, and was first
            store.drop_rota(made.id, actor=SYSTEM, version=made.version)
            return n
        away = {teams[number % len(teams)] for number in _AWAY[n]}
        sent = duties.filter(pl.col("place_id").is_not_null())["team_id"]
        came: dict[int, bool | None] = {team: team not in away for team in sent}
        store.note_attendance(held.id, came, actor=SYSTEM, version=held.version)
    return _FRIDAYS


def _open_then(cases: pl.DataFrame, places: list[int], day: date, tz: str) -> pl.DataFrame:
    """Count the cases that were open at each place when a day began."""
    begins = day_span(tz, day)[0]
    there = cases.filter(
        pl.col("reported_at") < begins, pl.col("closed_at").is_null() | (pl.col("closed_at") >= begins)
    )
    counted = there.group_by("place_id").agg(amount=pl.len().cast(pl.Float64))
    every = pl.DataFrame({"place_id": pl.Series(places, dtype=pl.Int64)})
    return every.join(counted, on="place_id", how="left").with_columns(pl.col("amount").fill_null(0.0))
