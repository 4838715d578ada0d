"""What a rota is made of and what came of it: needs of compounds, turns of teams, balances, results."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import pandas as pd
import polars as pl

from data.actors import Actor
from data.city_days import day_span
from data.closed_cases import closed_on
from data.cube import Cube
from data.filters import Filter
from data.rotas import DUTIES, NEEDS, READ_DUTIES
from data.store import Store
from geo import rota as planner

#: The kind of places that teams are sent to.
KIND: Final = "compound"
#: New reports until the day are expected at the pace of so many days.
PACE_DAYS: Final = 56
#: Reports are compared over so many days before and after a rota's day.
BESIDE_DAYS: Final = 28
#: More days than these ahead nothing is expected: the pace says little about them.
_MOST_AHEAD: Final = 28

#: The columns of `needs`: what is expected, of which so many are open now and so many come until then.
EXPECTED: Final[dict[str, pl.DataType | type[pl.DataType]]] = {
    "place_id": pl.Int64,
    "amount": pl.Float64,
    "open": pl.Int64,
    "coming": pl.Float64,
}
#: The columns of `standing`.
STANDING: Final[dict[str, pl.DataType | type[pl.DataType]]] = {
    **READ_DUTIES,
    "share": pl.Float64,  # of the work at its place; null for who is excused
    "before": pl.Float64,  # balance
    "after": pl.Float64,
    "ago": pl.Int64,  # its own turns since it was there, 1 for the last; null for never
}
#: The columns of `results`.
RESULTS: Final[dict[str, pl.DataType | type[pl.DataType]]] = {
    "place_id": pl.Int64,
    "amount": pl.Float64,
    "sent": pl.Int64,
    "came": pl.Int64,  # null where nobody noted it
    "done": pl.Int64,  # cases closed, or reported as fixed, on the day
    "before": pl.Float64,  # reports a week
    "after": pl.Float64,  # null before there is a whole week
}


@dataclass(frozen=True, slots=True)
class Compound:
    """A place that teams are sent to."""

    id: int
    name: str
    en: str

    def label(self, locale: str) -> str:
        """Return its name in a language."""
        return self.en if locale == "en" and self.en else self.name


def next_friday(today: date) -> date:
    """Return the next Friday: today where it is one."""
    return today + timedelta(days=(4 - today.weekday()) % 7)


def compounds(store: Store, *, actor: Actor) -> list[Compound]:
    """Return the compounds of the city that are there, by name."""
    places = store.places(actor=actor, kinds=[KIND])
    found = [
        Compound(int(row.id), row.name or str(row.id), (row.attributes or {}).get("name_en", ""))
        for row in places.itertuples()
    ]
    return sorted(found, key=lambda one: (one.name, one.id))


def needs(cube: Cube, places: Iterable[int], day: date, *, today: date) -> pl.DataFrame:
    """Say how much work is to be expected at each place on a day, in cases.

    That is what is open there now, and what comes until that day at the pace of the last `PACE_DAYS` days.

    Returns
    -------
    The columns `EXPECTED`, by place.
    """
    ids = sorted(set(places))
    still_open = cube.by_place(Filter(statuses=("open",), places=tuple(ids))) if ids else None
    period = cube.period()
    last = min(today, period[1]) if period else today
    lately = Filter(start=last - timedelta(days=PACE_DAYS - 1), end=last, places=tuple(ids))
    came = cube.by_place(lately) if ids else None
    ahead = min(max((day - today).days, 0), _MOST_AHEAD)
    frame = pl.DataFrame({"place_id": pl.Series(ids, dtype=pl.Int64)})
    for name, counted in (("open", still_open), ("recent", came)):
        own = pl.DataFrame(schema={"place_id": pl.Int64, "n": pl.Int64}) if counted is None else counted
        frame = frame.join(own.select("place_id", pl.col("n").alias(name)), on="place_id", how="left")
    coming = pl.col("recent").fill_null(0) / PACE_DAYS * ahead
    return (
        frame.with_columns(pl.col("open").fill_null(0), coming=coming)
        .with_columns(amount=pl.col("open") + pl.col("coming"))
        .select(pl.col(name).cast(kind) for name, kind in EXPECTED.items())
    )


def history(turns: pl.DataFrame) -> pd.DataFrame:
    """Turn what was into the history that `geo.rota` plans by.

    Who was excused had no turn. Where nobody noted who came, those who were sent count as having come; who
    did not come carried nothing and was nowhere, and the others there did its part too.

    Parameters
    ----------
    turns
        The columns `data.rotas.TURNS`.
    """
    sent = turns.filter(pl.col("place_id").is_not_null()).with_columns(pl.col("came").fill_null(value=True))
    at_place = ["day", "place_id"]
    share = pl.col("need").fill_null(0.0) / pl.col("came").sum().over(at_place).clip(1)
    rows = sent.with_columns(share=pl.when("came").then(share).otherwise(0.0)).select(
        "day", "team_id", pl.when("came").then("place_id"), "share"
    )
    return pd.DataFrame(
        {
            "day": rows["day"].to_list(),
            "team": rows["team_id"].to_list(),
            "compound": pd.Series(rows["place_id"].to_list(), dtype=object),
            "share": rows["share"].to_list(),
        },
        columns=list(planner.HISTORY),
    )


def proposed(
    expected: pl.DataFrame,
    teams: Collection[int],
    turns: pl.DataFrame,
    *,
    excuses: Mapping[int, str],
    by_hand: Mapping[int, int],
    seed: int,
) -> pl.DataFrame:
    """Propose where each team goes.

    Parameters
    ----------
    expected
        Work by place: `place_id` and `amount`.
    excuses
        Why, by team, for those who go nowhere.
    by_hand
        Places by team that somebody has chosen: they stay.

    Returns
    -------
    The columns `data.rotas.DUTIES`, by team.

    Raises
    ------
    AnalysisError, NotEnoughDataError
        As `geo.rota.propose`.
    """
    fixed = {team: place for team, place in by_hand.items() if team in teams and team not in excuses}
    made = planner.propose(
        need_of(expected),
        teams,
        history=history(turns),
        excused=list(excuses),
        fixed=fixed,
        seed=seed,
    )
    rows = [
        (team, None if team in excuses else int(made[team]), excuses.get(team, ""), team in fixed)
        for team in sorted(teams)
    ]
    return pl.DataFrame(rows, schema=dict(DUTIES), orient="row")


def standing(
    duties: pl.DataFrame, expected: pl.DataFrame, turns: pl.DataFrame, *, teams: Collection[int] = ()
) -> pl.DataFrame:
    """Say what each team carries by these duties, how that leaves its balance, and when it was last there.

    Parameters
    ----------
    duties
        The columns `data.rotas.DUTIES`, with `came` or without.
    teams
        Those that have no duty too.

    Returns
    -------
    The columns `STANDING`, by team. The balance after is what there would be if everybody came.
    """
    past = history(turns)
    known = sorted({*duties["team_id"], *teams})
    sent = duties.filter(pl.col("place_id").is_not_null())
    assigned = pd.Series(sent["place_id"].to_list(), index=sent["team_id"].to_list(), dtype=object)
    share = planner.shares(need_of(expected, sent["place_id"]), assigned)
    before = planner.balances(past, known)
    after = before.add(share - share.mean(), fill_value=0.0) if len(share) else before
    ago = planner.ago(past, assigned)
    added = pl.DataFrame(
        {
            "team_id": known,
            "share": [_number(share.get(team)) for team in known],
            "before": [float(before[team]) for team in known],
            "after": [float(after[team]) for team in known],
            "ago": [_number(ago.get(team)) for team in known],
        },
        schema_overrides={"share": pl.Float64, "ago": pl.Float64},
    )
    if "came" not in duties.columns:
        duties = duties.with_columns(came=pl.lit(None, dtype=pl.Boolean))
    joined = added.join(duties, on="team_id", how="left").sort("team_id")
    return joined.select(pl.col(name).cast(kind) for name, kind in STANDING.items())


def gap(balances: pl.Series) -> float:
    """Return how far the team that has carried most is ahead of the one that has carried least, in cases."""
    values = balances.to_list()
    return max(values) - min(values) if values else 0.0


def need_of(expected: pl.DataFrame, places: Iterable[int] = ()) -> "pd.Series[Any]":
    """Return work by place as `geo.rota` takes it; places that it is not known of have none."""
    known = dict(expected.select("place_id", "amount").iter_rows())
    known |= {place: 0.0 for place in places if place not in known}
    return pd.Series(list(known.values()), index=pd.Index(list(known), dtype=object), dtype=float)


def results(
    cube: Cube, duties: pl.DataFrame, amounts: pl.DataFrame, day: date, *, today: date, actor: Actor
) -> pl.DataFrame:
    """Count what came of a rota at each of its places.

    Parameters
    ----------
    duties, amounts
        The columns `data.rotas.READ_DUTIES` and `data.rotas.NEEDS`.
    today
        Days from it on are not counted, nor those after the newest report.

    Returns
    -------
    The columns `RESULTS`, the place with the most work first. Reports a week are those made there in the
    `BESIDE_DAYS` days before the day and after it, or in the days that are over, from a whole week on.
    """
    sent = duties.filter(pl.col("place_id").is_not_null())
    noted = sent["came"].is_not_null().any()
    frame = sent.group_by("place_id").agg(
        sent=pl.len().cast(pl.Int64),
        came=pl.col("came").sum().cast(pl.Int64) if noted else pl.lit(None, dtype=pl.Int64),
    )
    ids = tuple(sorted(frame["place_id"]))
    if not ids:
        return pl.DataFrame(schema=RESULTS)
    period = cube.period()
    until = min(today - timedelta(days=1), period[1] if period else today)
    after_days = min(max((until - day).days, 0), BESIDE_DAYS)
    before = _weekly(cube, ids, day - timedelta(days=BESIDE_DAYS), BESIDE_DAYS, "before")
    after = _weekly(cube, ids, day + timedelta(days=1), after_days if after_days >= 7 else 0, "after")
    done = pl.Series("place_id", _done(cube, day, actor), dtype=pl.Int64).value_counts(name="done")
    found = frame.join(amounts.select(*NEEDS), on="place_id", how="left")
    for counted in (done, before, after):
        found = found.join(counted, on="place_id", how="left")
    return (
        found.with_columns(
            pl.col("amount").fill_null(0.0),
            pl.col("done").fill_null(0),
            pl.col("before").fill_null(0.0),
            pl.col("after").fill_null(0.0)
            if after_days >= 7
            else pl.lit(None, dtype=pl.Float64).alias("after"),
        )
        .select(pl.col(name).cast(kind) for name, kind in RESULTS.items())
        .sort("amount", "place_id", descending=[True, False])
    )


def _done(cube: Cube, day: date, actor: Actor) -> list[int]:
    """Return the places of the cases that were closed or fixed on a day, each case once."""
    since, until = day_span(cube.state.tz, day)
    fixed = cube.store.on_site(since, until=until, actor=actor).filter(pl.col("kind") == "fix")
    closed = closed_on(cube, day, actor=actor)
    both = pl.concat([closed.select("id", "place_id"), fixed.select(id="issue_id", place_id="place_id")])
    return both.unique("id")["place_id"].drop_nulls().to_list()


def _weekly(cube: Cube, places: tuple[int, ...], first: date, days: int, name: str) -> pl.DataFrame:
    if not days:
        return pl.DataFrame(schema={"place_id": pl.Int64, name: pl.Float64})
    where = Filter(places=places, start=first, end=first + timedelta(days=days - 1))
    return cube.by_place(where).select("place_id", (pl.col("n") / days * 7).alias(name))


def _number(value: Any) -> float | None:
    return None if value is None or pd.isna(value) else float(value)
