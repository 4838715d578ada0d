"""`gezhi dispatch`: accept and dispatch the cases that wait, many at once."""

import json
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from cli_db import StoreUrl, clear_errors, progress_bar
from cli_field import opened
from data.actors import OPERATOR
from data.settings import settings
from geo.errors import FilterError
from i18n import current_locale
from i18n import gettext as _

if TYPE_CHECKING:
    import polars as pl

    from data.dispatching import Dispatched
    from data.store import Store
    from data.waiting_cases import Waiting

_out = Console(highlight=False)


def dispatch(
    store: StoreUrl = None,
    since: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Leave out what was reported before this day."),
    ] = None,
    category: Annotated[list[str] | None, typer.Option(help="Category slug; may be repeated.")] = None,
    unit: Annotated[
        str | None, typer.Option(help="Send all of them to this unit; else the city's rules say for each.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be done, and change nothing.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Accept and dispatch every case that waits; what is stopped goes on when the same is asked again.

    The exit code is 1 where a case could not be dispatched.
    """
    with clear_errors(), opened(store) as target:
        tz = target.fact("tz", actor=OPERATOR) or settings().tz
        _check_categories(target, category or [])
        found = target.waiting_cases(
            actor=OPERATOR, to=unit, since=_midnight(since, tz), categories=category or ()
        )
        told = _plain_waiting(found)
        if not as_json:
            _print_waiting(target, found, tz)
        if dry_run:
            if as_json:
                print(json.dumps(told, ensure_ascii=False))
            return
        done = _dispatch(target, found, unit, silent=as_json)
        if as_json:
            print(json.dumps(told | _plain_done(done), ensure_ascii=False))
        else:
            _print_done(done)
    if not done.refused.is_empty():
        raise typer.Exit(1)


def _midnight(day: datetime | None, tz: str) -> datetime | None:
    from data.city_days import day_span

    return None if day is None else day_span(tz, day.date())[0]


def _check_categories(store: "Store", wanted: list[str]) -> None:
    known = store.categories(actor=OPERATOR)["slug"].to_list()
    if unknown := [slug for slug in wanted if slug not in known]:
        raise FilterError(
            _("'{name}' is not a category. Expected one of {known}.", name=unknown[0], known=", ".join(known))
        )


def _dispatch(store: "Store", found: "Waiting", unit: str | None, *, silent: bool) -> "Dispatched":
    seen = 0
    with progress_bar(silent=silent) as report:

        def moved(step: "Dispatched") -> None:
            nonlocal seen
            seen += step.seen
            report(seen, found.cases.height, _("dispatching"))

        return store.dispatch_many(found.cases, actor=OPERATOR, unit=unit, progress=moved)


def _print_waiting(store: "Store", found: "Waiting", tz: str) -> None:
    from data import dispatch_words

    for words in (dispatch_words.heading(found), *dispatch_words.lines(found, tz)):
        _out.print(words, markup=False)
    if found.ready.is_empty():
        return
    units = {name: unit.label(current_locale()) for name, unit in store.units(actor=OPERATOR).items()}
    teams = {team.id: team.label(current_locale()) for team in store.teams(actor=OPERATOR, retired=True)}
    _print_counts(_("Unit"), found.by("unit"), units, "")
    if teams:
        _print_counts(_("Team"), found.by("team_id"), teams, _("in nobody's cells"))


def _print_counts(title: str, counted: "pl.DataFrame", words: dict[Any, str], nobody: str) -> None:
    table = Table(box=None, padding=(0, 2, 0, 0))
    table.add_column(title)
    table.add_column(_("Cases"), justify="right")
    for name, n in counted.iter_rows():
        table.add_row(nobody if name is None else words.get(name, str(name)), f"{n:,}")
    _out.print(table)


def _print_done(done: "Dispatched") -> None:
    from data import dispatch_words

    for words in dispatch_words.done_lines(done):
        _out.print(words, markup=False)
    for number, words in done.refused.select("issue_id", "words").head(20).iter_rows():
        _out.print(f"  {number} · {words}", markup=False)
    if (more := done.refused.height - 20) > 0:
        _out.print(_("  and {n} more; --json names all of them", n=more), markup=False)


def _plain_waiting(found: "Waiting") -> dict[str, Any]:
    return {
        "ready": found.ready.height,
        "without_rule": found.without_rule,
        "older": found.older,
        "sent": found.sent,
        "resting": found.resting,
        "units": dict(found.by("unit").iter_rows()),
        "teams": {"" if team is None else str(team): n for team, n in found.by("team_id").iter_rows()},
    }


def _plain_done(done: "Dispatched") -> dict[str, Any]:
    refused = done.refused.rename({"issue_id": "case"}).to_dicts()
    return {"dispatched": done.done.height, "sent_before": done.sent, "refused": refused}
