"""`gezhi basemap …`: the base of the map as tiles."""

import typer
from rich.console import Console

from cli_db import StoreUrl, clear_errors, progress_bar
from data.actors import OPERATOR
from data.settings import settings
from i18n import gettext as _

basemap = typer.Typer(name="basemap", no_args_is_help=True, help="The base of the map.")
_out = Console(highlight=False)


@basemap.callback()
def _commands() -> None:
    """Keep `build` a command of its own while it is the only one."""


@basemap.command()
def build(store: StoreUrl = None) -> None:
    """Build the tiles of a store's places; the app does so by itself when places change."""
    from data.basemap import build as write
    from data.store import Store
    from data.workspace import basemap_path

    with (
        clear_errors(),
        Store.open(store or settings().store_url, create=False) as opened,
        progress_bar() as report,
    ):
        path = basemap_path(opened, settings())
        phase = _("building")
        built = write(opened, path, actor=OPERATOR, progress=lambda done, total: report(done, total, phase))
    _out.print(
        _(
            "{tiles} tiles, {size} MB, in {seconds} s: {path}",
            tiles=built.tiles,
            size=f"{built.bytes / 1e6:.1f}",
            seconds=f"{built.seconds:.1f}",
            path=path,
        ),
        markup=False,
        soft_wrap=True,
    )
