"""A rota with all that is known around it: teams, compounds, turns before, and what it would come to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from app_pages import session
from data import rota_plan
from data.city_days import today as city_today
from data.rights import has, is_scoped
from data.rotas import NEEDS, READ_DUTIES, Rota
from data.workspace import Workspace
from i18n import current_locale
from i18n import gettext as _
from reports.rota_sheet import RotaSheet, SheetPlace, SheetTeam

#: Fridays to come that are offered.
_AHEAD = 4


@dataclass(frozen=True)
class Board:
    """What the page shows of one day.

    Attributes
    ----------
    rota
        The draft of the day, else the one that holds; None where there is neither.
    held
        The one that holds.
    duties, amounts
        Of `rota`: `data.rotas.READ_DUTIES` and `NEEDS`; empty without one.
    turns
        Those before the day: `data.rotas.TURNS`.
    teams, places
        Names by number, in the reader's language; `there` are the teams that have not retired.
    may_write
        Whether the reader may plan and publish.
    """

    day: date
    today: date
    rota: Rota | None
    held: Rota | None
    duties: pl.DataFrame
    amounts: pl.DataFrame
    turns: pl.DataFrame
    teams: Mapping[int, str]
    there: Sequence[int]
    places: Mapping[int, str]
    may_write: bool

    def standing(self, duties: pl.DataFrame | None = None) -> pl.DataFrame:
        """Say what these duties come to, those of the rota where None: `data.rota_plan.STANDING`."""
        teams = self.there if self.rota is not None and self.rota.state == "draft" else ()
        return rota_plan.standing(
            self.duties if duties is None else duties, self.amounts, self.turns, teams=teams
        )

    def moved(self, team_id: int, place_id: int | None, excuse: str) -> pl.DataFrame:
        """Return the duties with a team sent elsewhere by hand, or excused."""
        row = pl.DataFrame(
            [(team_id, place_id, excuse if place_id is None else "", True, None)],
            schema=dict(READ_DUTIES),
            orient="row",
        )
        others = self.duties.filter(pl.col("team_id") != team_id)
        return pl.concat([others, row]).sort("team_id")


def days_offered(rotas: Sequence[Rota], today: date) -> list[date]:
    """Return the Fridays to come and all days that have a rota, the latest first."""
    first = rota_plan.next_friday(today)
    ahead = {first + timedelta(weeks=n) for n in range(_AHEAD)}
    return sorted(ahead | {rota.day for rota in rotas}, reverse=True)


def read(here: Workspace, day: date, rotas: Sequence[Rota]) -> Board:
    """Read what is known of a day."""
    actor, locale = session.actor(here), current_locale()
    own = [rota for rota in rotas if rota.day == day]
    draft = next((rota for rota in own if rota.state == "draft"), None)
    held = next((rota for rota in own if rota.state == "holds"), None)
    shown = draft or held
    teams = here.store.teams(actor=actor, retired=True)
    duties = here.store.duties(shown.id, actor=actor) if shown else pl.DataFrame(schema=dict(READ_DUTIES))
    whole = not is_scoped(actor)
    amounts = (
        here.store.rota_needs(shown.id, actor=actor) if shown and whole else pl.DataFrame(schema=dict(NEEDS))
    )
    return Board(
        day=day,
        today=city_today(here.tz),
        rota=shown,
        held=held,
        duties=duties,
        amounts=amounts,
        turns=here.store.turns(before=day, actor=actor),
        teams={team.id: team.label(locale) for team in teams},
        there=[team.id for team in teams if team.retired_at is None],
        places={one.id: one.label(locale) for one in rota_plan.compounds(here.store, actor=actor)},
        may_write=has(actor, "rules") and whole,
    )


def sheet(here: Workspace, board: Board, rota: Rota) -> RotaSheet:
    """Return what is printed of a rota and written as a table."""
    amounts = dict(board.amounts.iter_rows())
    sent: dict[int, list[SheetTeam]] = {}
    excused = []
    for row in board.duties.iter_rows(named=True):
        team = SheetTeam(row["team_id"], board.teams.get(row["team_id"], ""), row["excuse"], row["came"])
        if row["place_id"] is None:
            excused.append(team)
        else:
            sent.setdefault(row["place_id"], []).append(team)
    order = sorted({*amounts, *sent}, key=lambda place: (-amounts.get(place, 0.0), place))
    return RotaSheet(
        city=here.title(current_locale()),
        day=rota.day,
        draft=rota.state == "draft",
        note=rota.note,
        about=_("Demo: synthetic data, no real place or person") if here.synthetic else "",
        places=[
            SheetPlace(board.places.get(place, str(place)), amounts.get(place, 0.0), sent.get(place, []))
            for place in order
        ],
        excused=excused,
    )
