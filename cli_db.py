"""`gezhi db …`: bring a store up to date and prove that it holds."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
from rich.console import Console

from data.settings import settings
from geo.errors import GezhiError
from i18n import gettext as _

db = typer.Typer(name="db", no_args_is_help=True, help="Look after a store.")
_out = Console(highlight=False)
_err = Console(stderr=True, highlight=False)

StoreUrl = Annotated[
    str | None,
    typer.Option(
        "--store",
        help="sqlite:///path or a PostgreSQL URL; GEZHI_STORE sets the default.",
        show_default=False,
    ),
]


@db.command()
def upgrade(store: StoreUrl = None) -> None:
    """Bring a store up to this program's step; nothing happens to one that is there."""
    from data.migration import HEAD
    from data.store import Store

    with clear_errors(), Store.open(store or settings().store_url, create=False) as opened:
        _out.print(_("The store {url} is at step {step}.", url=opened.url, step=HEAD), markup=False)


@contextmanager
def clear_errors() -> Iterator[None]:
    """Turn an error into its words and exit status 2."""
    try:
        yield
    except GezhiError as error:
        _err.print(f"gezhi: {error}", style="red", markup=False)
        raise typer.Exit(2) from error
