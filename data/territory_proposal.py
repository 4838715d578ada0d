"""A proposal of territories for the teams that a city has: even by the work to be expected."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd
import polars as pl
from scipy.optimize import linear_sum_assignment

from data import territory_ground, territory_wishes
from data.actors import Actor
from data.cube import Cube
from data.store import Store
from data.teams import Team
from data.territory_load import expected_work
from data.territory_wishes import Wishes
from geo.cells import Cells, centres, parse
from geo.errors import NotEnoughDataError, TeamError
from i18n import N_
from i18n import gettext as _

#: Farther than any way: a pin decides before it.
_FAR: Final = 1e6

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]

#: Why a compound could not stay with one team, as `geo.territories` says it.
REASONS: Final = (
    N_("Kept whole, a team would have had more than its share."),
    N_("The pins leave no way to keep it whole."),
    N_("It lies on several islands."),
    N_("Its cells are pinned to several teams."),
    N_("Its cells do not hang together."),
    N_("It has more work than one team's share."),
    N_("There are not enough cells beside it for the other teams."),
)


@dataclass(frozen=True, slots=True, eq=False)
class Proposed:
    """Territories as they are proposed.

    Attributes
    ----------
    frame
        The columns of `data.territories.TERRITORIES`.
    heaviest, before
        Heaviest work over the mean of all teams; of the proposal, and of the territories that it began from
        (None where it began from none).
    changed
        How many cells change hands; those that were nobody's are not counted.
    apart
        Compounds that are not with one team, by their names, with the reason (`REASONS`).
    bridges
        How many pairs of cells count as neighbours so that islands have a team.
    """

    frame: pl.DataFrame
    heaviest: float
    before: float | None
    changed: int
    apart: dict[str, str]
    bridges: int


def propose_territories(
    store: Store, cube: Cube, *, teams: Sequence[Team], previous: pl.DataFrame | None, actor: Actor
) -> Proposed:
    """Propose territories of even work; it takes seconds.

    Parameters
    ----------
    teams
        Who is to have cells.
    previous
        The territories there are, so that few cells change hands; None to begin anew. Then each team is
        given the area that lies nearest to where it starts from.

    Raises
    ------
    TeamError, NotEnoughDataError
        No teams; a city without cells, or with fewer cells than teams.
    AnalysisError
        Pins and barriers that leave no way.
    """
    if not teams:
        raise TeamError(_("There are no field teams to give cells to."))
    cells = territory_ground.city_cells(store, cube, actor=actor)
    if len(cells) < len(teams):
        raise NotEnoughDataError(
            _(
                "The city has {n} cells with reports or areas, and {teams} teams. Import reports first.",
                n=len(cells),
                teams=len(teams),
            )
        )
    from geo.territories import propose

    wanted = territory_wishes.wishes(store, actor=actor)
    ids = np.array(sorted(team.id for team in teams), np.int64)
    load = expected_work(store, cube, cells, actor=actor)
    homes = territory_ground.compounds(store, cells, actor=actor)
    pins = _pins(wanted, cells, homes, ids)
    had = None if previous is None else _numbered(previous, cells, ids)
    found = propose(
        load,
        len(ids),
        previous=None if had is None or not len(had) else had,
        pins=pins or None,
        barriers=territory_ground.barriers(store, cells, kinds=wanted.kinds, drawn=wanted.drawn, actor=actor),
        keep_together=homes if wanted.whole else None,
    )
    team = found.teams.to_numpy()
    if had is None or not len(had):
        in_order = sorted(teams, key=lambda one: one.id)
        pinned = {int(np.searchsorted(cells, cell)): number for cell, number in pins.items()}
        team = _nearest(_way(store, in_order, cells, team, actor=actor), team, pinned)[team]
    names = _names(store, list(found.apart), actor)
    return Proposed(
        pl.DataFrame({"cell": cells, "team_id": ids[team]}),
        found.heaviest,
        None if previous is None else heaviest(load, previous, len(ids)),
        found.changed,
        {names[place]: reason for place, reason in found.apart.items()},
        len(found.bridges),
    )


def heaviest(load: "pd.Series[Any]", frame: pl.DataFrame, k: int) -> float:
    """Return the heaviest team's work over the mean of k teams; 1 where there is no work."""
    at = frame.with_columns(load=pl.Series(load.reindex(frame["cell"].to_numpy()).fillna(0.0).to_numpy()))
    loads = at.group_by("team_id").agg(pl.col("load").sum())["load"]
    mean = load.sum() / max(k, 1)
    return float(loads.max()) / mean if mean and len(loads) else 1.0  # type: ignore[arg-type]  # a number


def _pins(
    wanted: Wishes, cells: Cells, homes: dict[int, Cells], ids: npt.NDArray[np.int64]
) -> dict[int, int]:
    """Return the team, as a row of `ids`, that each pinned cell stays with; those of cells win."""
    row_of = {int(number): row for row, number in enumerate(ids)}
    known = set(cells.tolist())
    pins = {
        int(cell): row_of[team]
        for place, team in wanted.homes.items()
        if team in row_of
        for cell in homes.get(place, ())
    }
    for text, team in wanted.pins.items():
        cell = int(parse([text])[0])
        if team in row_of and cell in known:
            pins[cell] = row_of[team]
    return pins


def _numbered(frame: pl.DataFrame, cells: Cells, ids: Rows) -> "pd.Series[Any]":
    """Return the teams there were as rows of `ids`, by cell; of teams and cells that are gone nothing."""
    kept = frame.filter(pl.col("team_id").is_in(ids.tolist()), pl.col("cell").is_in(cells))
    rows = np.searchsorted(ids, kept["team_id"].to_numpy())
    return pd.Series(rows, index=pd.Index(kept["cell"].to_numpy()))


def _way(store: Store, teams: Sequence[Team], cells: Cells, team: Rows, *, actor: Actor) -> Floats:
    """Return how far each area's middle (rows, as in `team`) lies from where each team starts (columns)."""
    k = len(teams)
    lon, lat = centres(cells)
    narrow = np.cos(np.radians(lat.mean()))
    n = np.bincount(team, minlength=k)
    x, y = (np.bincount(team, values, minlength=k) / n for values in (lon * narrow, lat))
    posts = store.places(actor=actor, kinds=["team"]).set_index("id").geometry
    away = np.zeros((k, k))
    for row, one in enumerate(teams):
        if one.place_id in posts.index:
            at = posts[one.place_id].representative_point()
            away[:, row] = np.hypot(x - at.x * narrow, y - at.y)
    return away


def _nearest(away: Floats, team: Rows, pinned: Mapping[int, int]) -> Rows:
    """Return which team gets each area: ways are shortest in sum, and pins decide before them."""
    for row, number in pinned.items():
        away[team[row], number] -= _FAR
    return linear_sum_assignment(away)[1].astype(np.int64)


def _names(store: Store, places: list[int], actor: Actor) -> dict[int, str]:
    return {place: store.place(place, actor=actor).name or str(place) for place in places}
