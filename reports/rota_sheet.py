"""A rota as a sheet to print, with boxes for who came, and as a table for other programs."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from typing import Final

from i18n import current_locale
from i18n import gettext as _
from reports.files import harmless

CSV_TYPE: Final = "text/csv; charset=utf-8"
HTML_TYPE: Final = "text/html; charset=utf-8"

_STYLE: Final = """
@page { size: A4; margin: 14mm 13mm; }
* { box-sizing: border-box; }
body { font: 11pt/1.4 "Noto Sans CJK SC", "Source Han Sans SC", "PingFang SC", "Microsoft YaHei", sans-serif;
  color: #111; margin: 0 auto; max-width: 184mm; }
h1 { font-size: 17pt; margin: 0 0 1mm; }
p { margin: 0 0 4mm; color: #444; font-size: 10pt; }
p.gz-note { color: #111; border-left: 1mm solid #1f6f8b; padding-left: 3mm; white-space: pre-line; }
table { width: 100%; border-collapse: collapse; }
th, td { text-align: left; vertical-align: top; padding: 1.6mm 2mm; border-bottom: 0.2mm solid #bbb; }
th { font-size: 9pt; color: #444; border-bottom: 0.4mm solid #111; }
td.n, th.n { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
tr { break-inside: avoid; }
ul { list-style: none; margin: 0; padding: 0; }
li { display: flex; gap: 2mm; align-items: baseline; padding: 0.5mm 0; }
li i { flex: none; width: 3.6mm; height: 3.6mm; border: 0.3mm solid #111; translate: 0 0.4mm; }
li b { min-width: 6mm; font-variant-numeric: tabular-nums; }
td.w { width: 46mm; }
"""


@dataclass(frozen=True, slots=True)
class SheetTeam:
    """A team on a sheet: its number, its name, why it is excused, and whether it came (None: not noted)."""

    number: int
    name: str
    excuse: str = ""
    came: bool | None = None


@dataclass(frozen=True, slots=True)
class SheetPlace:
    """A compound on a sheet: its name, the work expected there in cases, and who goes there."""

    name: str
    amount: float
    teams: Sequence[SheetTeam]


@dataclass(frozen=True, slots=True)
class RotaSheet:
    """What a sheet says.

    Attributes
    ----------
    city
        The city's name.
    draft
        Whether nobody goes by it yet; the sheet says so.
    about
        A line on where it comes from, such as that the city is made up; may be empty.
    """

    city: str
    day: date
    draft: bool
    note: str
    about: str
    places: Sequence[SheetPlace]
    excused: Sequence[SheetTeam]


def write_sheet(sheet: RotaSheet) -> bytes:
    """Return the sheet as one HTML file that prints on A4 and asks for nothing else."""
    title = _("Friday rota {day}", day=sheet.day.isoformat())
    if sheet.draft:
        title = _("{title} (draft)", title=title)
    said = " · ".join(part for part in (sheet.city, sheet.about) if part)
    note = f'<p class="gz-note">{escape(sheet.note)}</p>' if sheet.note else ""
    rows = "".join(_place_row(place) for place in sheet.places if place.teams)
    heads = "".join(
        f'<th class="{css}">{escape(words)}</th>'
        for words, css in ((_("Compound"), ""), (_("Cases"), "n"), (_("Teams"), ""), (_("Remarks"), "w"))
    )
    html = (
        f'<!doctype html><html lang="{escape(current_locale())}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=840"><title>{escape(title)}</title>'
        f"<style>{_STYLE}</style></head><body><h1>{escape(title)}</h1><p>{escape(said)}</p>{note}"
        f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}{_excused_row(sheet.excused)}</tbody></table>"
        "</body></html>"
    )
    return html.encode()


def write_csv(sheet: RotaSheet) -> bytes:
    """Return a line for each team, with the mark by which a spreadsheet knows UTF-8."""
    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(("day", "team", "team_name", "compound", "expected_cases", "excuse", "came"))
    for place in sheet.places:
        for team in place.teams:
            came = "" if team.came is None else int(team.came)
            row = (sheet.day.isoformat(), team.number, team.name, place.name, f"{place.amount:.2f}", "", came)
            writer.writerow(harmless(value) for value in row)
    for team in sheet.excused:
        row = (sheet.day.isoformat(), team.number, team.name, "", "", team.excuse, "")
        writer.writerow(harmless(value) for value in row)
    return b"\xef\xbb\xbf" + file.getvalue().encode()


def _place_row(place: SheetPlace) -> str:
    teams = "".join(_team_line(team) for team in place.teams)
    return (
        f'<tr><td>{escape(place.name)}</td><td class="n">{place.amount:.0f}</td>'
        f'<td><ul>{teams}</ul></td><td class="w"></td></tr>'
    )


def _team_line(team: SheetTeam) -> str:
    return f"<li><i></i><b>{team.number}</b><span>{escape(team.name)}</span></li>"


def _excused_row(excused: Sequence[SheetTeam]) -> str:
    if not excused:
        return ""
    said = ((team.number, " · ".join(filter(None, (team.name, team.excuse)))) for team in excused)
    items = "".join(f"<li><b>{number}</b><span>{escape(words)}</span></li>" for number, words in said)
    head = escape(_("Excused"))
    return f'<tr><td>{head}</td><td></td><td colspan="2"><ul>{items}</ul></td></tr>'
