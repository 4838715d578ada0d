"""`gezhi …`: import files, count, make the demo zone, run the server."""

import json
import locale
import os
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from sqlalchemy import make_url

from cli_basemap import basemap
from cli_db import StoreUrl, clear_errors, db, progress_bar
from cli_dispatch import dispatch
from cli_field import answers
from cli_import import import_
from cli_pack import pack
from cli_places import places
from cli_teams import teams
from cli_visits import visits
from data.filters import Filter
from data.settings import settings
from geo.errors import GezhiError
from i18n import gettext as _
from i18n import match_locale, use_locale

app = typer.Typer(name="gezhi", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
app.add_typer(db)
app.add_typer(basemap)
app.add_typer(teams)
app.command("import")(import_)
app.command("pack")(pack)
app.command("places")(places)
app.command("visits")(visits)
app.command("answers")(answers)
app.command("dispatch")(dispatch)
_out = Console(highlight=False)


@app.callback()
def main() -> None:
    """Gezhi (格治): where a city's problems gather, who has to fix them, and whether fixing them worked."""
    with clear_errors():
        use_locale(match_locale(settings().lang, terminal_language()))


def terminal_language() -> str:
    """Return what the terminal says of its language, such as `zh_CN.UTF-8`, installed as a locale or not."""
    names = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
    said = next((os.environ[name] for name in names if os.environ.get(name)), None)
    language = said or locale.getlocale()[0] or ""
    return "zh" if language.startswith("Chinese") else language.replace(":", ",")  # Windows says it in full


@app.command()
def count(
    resolution: Annotated[int, typer.Option("--resolution", "-r", help="H3 resolution, 7 to 12.")],
    store: StoreUrl = None,
    category: Annotated[list[str] | None, typer.Option(help="Category slug; may be repeated.")] = None,
    status: Annotated[
        list[str] | None, typer.Option(help="A status, or open, or done; may be repeated.")
    ] = None,
    source: Annotated[list[str] | None, typer.Option(help="Source; may be repeated.")] = None,
    start: Annotated[str | None, typer.Option("--from", help="First day, such as 2024-09-01.")] = None,
    end: Annotated[str | None, typer.Option("--to", help="Last day, itself included.")] = None,
    place: Annotated[
        list[str] | None, typer.Option(help="Id of a street or compound; may be repeated.")
    ] = None,
    area: Annotated[
        list[str] | None, typer.Option(help="Id of an area, all below it included; may be repeated.")
    ] = None,
    exempt: Annotated[
        str, typer.Option(help="Reports in exempt zones: without or only; they count where left out.")
    ] = "",
    output: Annotated[str, typer.Option("--format", help="csv or json.")] = "csv",
) -> None:
    """Print the number of reports in each cell."""
    from data.workspace import cube_of
    from geo import cells

    with clear_errors():
        if resolution not in cells.RESOLUTIONS:
            raise GezhiError(_("Resolution {resolution} is not offered: 7 to 12 are.", resolution=resolution))
        if output not in {"csv", "json"}:
            raise GezhiError(_("Format '{name}' is not offered: csv and json are.", name=output))
        where = Filter.from_params(
            {
                "category": category,
                "status": status,
                "source": source,
                "from": start,
                "to": end,
                "place": place,
                "area": area,
                "exempt": exempt,
            }
        )
        counted = cube_of(store or settings().store_url).counts(where, resolution)
        rows = zip(cells.to_text(counted.cells), counted.counts.tolist(), strict=True)
    if output == "json":
        print(json.dumps([{"cell": cell, "count": n} for cell, n in rows]))
    else:
        sys.stdout.write("cell,count\n")
        sys.stdout.writelines(f"{cell},{n}\n" for cell, n in rows)


@app.command()
def demo(
    store: StoreUrl = None,
    reports: Annotated[int, typer.Option(min=1, help="How many reports to make.")] = 40_000,
    seed: Annotated[int, typer.Option(help="The same seed makes the same zone.")] = 1,
) -> None:
    """Make the synthetic demo zone; without --store where the app looks for it."""
    from data import demo as demo_zone
    from data.store import Store
    from data.workspace import demo_url

    url = store or demo_url(settings())
    with clear_errors(), Store.open(url) as target, progress_bar() as report:
        demo_zone.build(target, reports=reports, seed=seed, progress=report)
    shown = make_url(url).render_as_string(hide_password=True)
    _out.print(_("The demo zone is in {url}", url=shown), markup=False, soft_wrap=True)


@app.command()
def serve(
    port: Annotated[int, typer.Option(envvar="PORT", help="Port of the web server.")] = 8501,
    address: Annotated[
        str, typer.Option(help="Address to listen on; 0.0.0.0 for the whole network.")
    ] = "localhost",
    store: StoreUrl = None,
) -> None:
    """Run the app until it is stopped."""
    from data.database import sqlite_file

    url = store or settings().store
    file = sqlite_file(url) if url.startswith("sqlite:///") and ":memory:" not in url else None
    # Streamlit looks for its configuration in the current folder: what is meant from here must say so.
    os.environ["GEZHI_HOME"] = str(settings().home.resolve())
    if url:
        os.environ["GEZHI_STORE"] = f"sqlite:///{file.resolve()}" if file else url
    os.chdir(Path(__file__).parent)
    arguments = ["run", "app.py", "--server.port", str(port), "--server.address", address]
    command = [sys.executable, "-m", "streamlit", *arguments]
    if os.name == "nt":  # there `execv` neither waits nor quotes
        raise typer.Exit(subprocess.call(command))  # noqa: S603 - our own words, no shell
    os.execv(sys.executable, command)


if __name__ == "__main__":
    app(prog_name="gezhi")
