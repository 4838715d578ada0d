"""`gezhi teams …`: the field teams of a city: listed, added, changed, retired and taken back."""

import json
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from cli_db import StoreUrl, clear_errors
from cli_field import opened
from data.actors import OPERATOR
from geo.errors import TeamError
from i18n import current_locale
from i18n import gettext as _

if TYPE_CHECKING:
    from data.store import Store
    from data.teams import Team

teams = typer.Typer(name="teams", no_args_is_help=True, help="The field teams of the city.")
_out = Console(highlight=False)

_Unit = Annotated[str | None, typer.Option(help="The unit that it works for; '' for none.")]
_Start = Annotated[
    str | None,
    typer.Option(help="Name of the street, compound or area that it starts from; '' for none."),
]


@teams.command("list")
def list_(
    store: StoreUrl = None,
    everyone: Annotated[bool, typer.Option("--all", help="Those that retired too.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """List the teams: number, name, unit, where they start from, how many cells they have."""
    with clear_errors(), opened(store) as target:
        counted = dict(target.territories(actor=OPERATOR)["team_id"].value_counts().iter_rows())
        found = target.teams(actor=OPERATOR, retired=everyone)
        rows = [(team, _start_name(target, team), counted.get(team.id, 0)) for team in found]
    if as_json:
        print(json.dumps({"teams": [_plain(*row) for row in rows]}, ensure_ascii=False))
        return
    if not rows:
        _out.print(_("There are no field teams yet. Add some: gezhi teams add NAME NAME …"), markup=False)
        return
    table = Table(box=None, padding=(0, 2, 0, 0))
    for words in (_("No."), _("Name"), _("Works for"), _("Starts from"), _("Cells"), ""):
        table.add_column(words, justify="right" if words in (_("No."), _("Cells")) else "left")
    for team, start, n in rows:
        gone = _("retired") if team.retired_at else ""
        table.add_row(str(team.id), team.label(current_locale()), team.unit or "", start, str(n), gone)
    _out.print(table)


@teams.command()
def add(
    names: Annotated[list[str], typer.Argument(metavar="NAME…", help="Names of the new teams.")],
    store: StoreUrl = None,
    unit: _Unit = None,
    start: _Start = None,
) -> None:
    """Add teams; each gets the next number. Propose territories on the page Teams to give them cells."""
    with clear_errors(), opened(store) as target:
        place = _place(target, start)
        for name in names:
            team = target.add_team(name, actor=OPERATOR, unit=unit or None, place_id=place)
            _out.print(f"{team.id} · {team.name}", markup=False)


@teams.command()
def change(
    number: Annotated[int, typer.Argument(help="Number of the team.")],
    store: StoreUrl = None,
    name: Annotated[str | None, typer.Option(help="Its new name.")] = None,
    en: Annotated[str | None, typer.Option(help="Its English name.")] = None,
    unit: _Unit = None,
    start: _Start = None,
    retire: Annotated[
        bool | None, typer.Option("--retire/--back", help="Retire the team, or take it back.")
    ] = None,
) -> None:
    """Rename a team, give it another unit or start, retire it or take it back; the rest stays as it is."""
    with clear_errors(), opened(store) as target:
        found = [team for team in target.teams(actor=OPERATOR, retired=True) if team.id == number]
        if not found:
            raise TeamError(_("There is no team {id}.", id=number))
        team = target.change_team(
            number,
            actor=OPERATOR,
            version=found[0].version,
            name=name,
            en=en,
            unit=unit,
            place_id=_place(target, start),
            retired=retire,
        )
        said = [str(team.id), team.name, team.en, team.unit or "", _start_name(target, team)]
        said += [_("retired")] if team.retired_at else []
    _out.print(" · ".join(one for one in said if one), markup=False)


def _place(store: "Store", named: str | None) -> int | None:
    """Return the place that somebody names; the word for none where the name is empty."""
    from data.gazetteer import Gazetteer
    from data.place_areas import AREA_KINDS
    from data.team_starts import place_named
    from data.teams import NO_PLACE

    if named is None:
        return None
    if not named.strip():
        return NO_PLACE
    return place_named(Gazetteer(store.places(actor=OPERATOR), area_kinds=AREA_KINDS), named).place_id


def _start_name(store: "Store", team: "Team") -> str:
    return (store.place(team.place_id, actor=OPERATOR).name or "") if team.place_id is not None else ""


def _plain(team: "Team", start: str, cells: int) -> dict[str, object]:
    named = {"id": team.id, "name": team.name, "en": team.en, "unit": team.unit}
    where = {"place_id": team.place_id, "start": start, "cells": cells}
    return named | where | {"retired": team.retired_at is not None}
