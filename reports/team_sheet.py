"""A field team's day on paper: A4 pages with map, list and a code per case, as HTML that a browser prints.

It reads the day of a team as `/api/field/day` gives it: a sheet holds what that team may see, no more.
"""

import base64
import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache, lru_cache
from html import escape
from itertools import accumulate
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import segno

from i18n import current_locale, ngettext
from i18n import gettext as _
from reports.sheet_map import WIDE, sheet_map

_PRINT: Final = "print()"
#: The button may print; no other script runs here, whatever somebody wrote into a report.
_POLICY: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-hashes' "
    f"'sha256-{base64.b64encode(hashlib.sha256(_PRINT.encode()).digest()).decode()}'"
)
_MAP_MM: Final = 186.0
_MAP_HIGH_MM: Final = 120.0
#: What can be done with a case that is the team's own work.
_WORK: Final = frozenset({"start", "fix"})
#: So much of a description is printed, a Chinese letter counted twice; the code leads to the rest.
_MOST_WIDE: Final = 200
_STYLE: Final = Path(__file__).with_name("team_sheet.css")
_NOT_PLAIN: Final = re.compile(r"[^0-9A-Za-z\u0080-\uffff ]")


def team_sheet(day: Mapping[str, Any], *, address: str = "") -> str:
    """Return the sheet of a team as one HTML document in the locale in use; it asks for no other file.

    Parameters
    ----------
    day
        As `/api/field/day` has it, `route` as `/api/field/route` or None. The cases that are the team's work
        are numbered: those on the route as they come, then the rest in the order of the day.
    address
        The server's own address as phones see it, such as `https://city.example:8501`; without one the
        sheet has no codes and says so.
    """
    work = _in_order(day)
    at = datetime.fromisoformat(day["at"]).astimezone(ZoneInfo(day["tz"]))
    arrivals = {stop["case"]: stop["arrives_at"] for stop in _stops(day)}
    rows = [_row(n, case, at, address, arrivals.get(case["id"])) for n, case in enumerate(work, 1)]
    numbered = [(n, case["lon"], case["lat"]) for n, case in enumerate(work, 1)]
    title = " · ".join((_team(day), day["team"]["name"], _moment(at)))
    nothing = escape(_("Nothing to do in these cells."))
    body = [
        f"<header>{_head(day, at)}</header>",
        f'<p class="sums">{escape(_sums(work, day))}</p>',
        _route(day, at),
        sheet_map(day, numbered, wide=_MAP_MM, high=_MAP_HIGH_MM),
        _table(rows, title) if rows else f'<p class="none">{nothing}</p>',
        f'<p class="foot">{escape(_foot(bool(address)))}</p>',
    ]
    language = "zh-CN" if current_locale() == "zh" else "en"
    press = escape(_("Print"))
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=840">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        f"<title>{escape(title)}</title><style>{_page_words(title)}{_style()}</style></head>"
        f'<body><button type="button" onclick="{_PRINT}">{press}</button>'
        f"<main>{''.join(body)}</main></body></html>"
    )


def sheet_name(day: Mapping[str, Any]) -> str:
    """Return the name of the reader's copy."""
    at = datetime.fromisoformat(day["at"]).astimezone(ZoneInfo(day["tz"]))
    return f"gezhi-team-{day['team']['number']}-{at:%Y-%m-%d}.html"


def _in_order(day: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the cases that are the team's own work: those on its route as they come, then the rest."""
    work = [case for case in day["cases"] if _WORK & {act["act"] for act in case["acts"]}]
    places = {stop["case"]: place for place, stop in enumerate(_stops(day))}
    return sorted(work, key=lambda case: places.get(case["id"], len(places)))


def _stops(day: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return list((day.get("route") or {}).get("stops", ()))


def _route(day: Mapping[str, Any], at: datetime) -> str:
    """Tell the route of the shift."""
    route = day.get("route")
    if not route or not route["stops"]:
        return ""
    begins = _short_moment(route["shift"]["begins_at"], at)
    said = (
        _("Route from {time}: {words} (dashed where no street leads)", time=begins, words=route["words"])
        if route["straight"]
        else _("Route from {time}: {words}", time=begins, words=route["words"])
    )
    return f'<p class="way">{escape(said)}</p>'


def _head(day: Mapping[str, Any], at: datetime) -> str:
    team, edition = day["team"], day.get("edition")
    said = [day["city"], _("as of {time}", time=_moment(at))]
    if edition:
        said.append(_("territories: {name}", name=edition["name"]))
    synthetic = escape(_("Synthetic data: no real place or person"))
    made_up = f'<p class="made-up">{synthetic}</p>'
    return (
        f"<h1><b>{escape(_team(day))}</b> {escape(team['name'])}</h1><p>{escape(' · '.join(said))}</p>"
        f"{made_up if day.get('synthetic') else ''}"
    )


def _team(day: Mapping[str, Any]) -> str:
    return _("Team {number}", number=day["team"]["number"])


def _sums(work: Sequence[Mapping[str, Any]], day: Mapping[str, Any]) -> str:
    n = len(day["cells"])
    said = [
        ngettext("{n} case", "{n} cases", len(work)),
        ngettext("{n} cell", "{n} cells", n),
    ]
    if late := sum(_is_late(case) for case in work):
        said.append(ngettext("{n} past its deadline", "{n} past their deadlines", late))
    if more := day.get("left_out"):
        said.append(_("{n} less urgent ones are not listed", n=more))
    if other := len(day["cases"]) - len(work):
        said.append(
            ngettext("{n} more that somebody else deals with", "{n} more that others deal with", other)
        )
    return " · ".join(said)


def _table(rows: Sequence[str], title: str) -> str:
    heads = ("#", _("What and where"), _("Times"), _("What was done"), _("Code"))
    cells = "".join(f"<th>{escape(head)}</th>" for head in heads)
    running = f'<tr class="running"><th colspan="{len(heads)}">{escape(title)}</th></tr>'
    widths = (
        '<colgroup><col class="no"><col><col class="when"><col class="done"><col class="code"></colgroup>'
    )
    return f"<table>{widths}<thead>{running}<tr>{cells}</tr></thead><tbody>{''.join(rows)}</tbody></table>"


def _row(number: int, case: Mapping[str, Any], day: datetime, address: str, arrives: str | None) -> str:
    place, at = case.get("place") or "", case.get("address") or ""
    where = at if place in at else " · ".join(filter(None, (place, at)))
    marks = [case["status_name"]]
    if case.get("repeats"):
        marks.append(ngettext("reported once more", "reported {n} times more", case["repeats"]))
    if case.get("help"):
        marks.append(_("needs help"))
    if case.get("hot_words"):
        marks.append(case["hot_words"])
    what = (
        f"<b>{escape(case['category_name'])}</b> <small>{case['id']}</small>"
        f"<br>{escape(where)}"
        f"<p>{escape(_short(case.get('description') or ''))}</p><small>{escape(' · '.join(marks))}</small>"
    )
    return (
        f'<tr><td class="no">{number}</td><td>{what}</td><td class="when">{_times(case, day, arrives)}</td>'
        f'<td class="done">{_boxes()}</td><td class="code">{_code(case["id"], address)}</td></tr>'
    )


def _times(case: Mapping[str, Any], day: datetime, arrives: str | None) -> str:
    said = []
    if arrives is not None:
        there = _("there at {time}", time=_clock(arrives, day))
        said.append(f"<b>{escape(there)}</b>")
    said.append(escape(_("reported {time}", time=_short_moment(case["reported_at"], day))))
    if case.get("due_at"):
        time = _short_moment(case["due_at"], day)
        if _is_late(case):
            late = escape(_("was due {time}", time=time))
            said.append(f'<b class="late">{late}</b>')
        else:
            said.append(escape(_("due {time}", time=time)))
    return "<br>".join(said)


def _boxes() -> str:
    """Return what is ticked by hand, and a line to write on."""
    boxes = (_("fixed"), _("not found"), _("needs help"), _("not ours"))
    ticks = "".join(f"<span><i></i>{escape(words)}</span>" for words in boxes)
    return f'<div>{ticks}</div><div class="write"></div>'


def _code(id: int, address: str) -> str:  # noqa: A002 - what it is called everywhere
    return _drawn(f"{address.rstrip('/')}/field#case={id}") if address else ""


@lru_cache(maxsize=4_096)
def _drawn(address: str) -> str:
    """Draw a code; a case keeps its own for as long as it is open."""
    made = segno.make(address, error="m", micro=False)
    return str(made.svg_inline(border=2, omitsize=True, svgclass="qr", lineclass=None))


def _is_late(case: Mapping[str, Any]) -> bool:
    return case.get("hours_left") is not None and case["hours_left"] < 0


def _short(text: str) -> str:
    said = " ".join(text.split())
    widths = accumulate(2 if ord(letter) >= WIDE else 1 for letter in said)
    fits = sum(wide <= _MOST_WIDE for wide in widths)
    return said if fits == len(said) else said[: fits - 1].rstrip() + "…"


def _foot(has_codes: bool) -> str:
    said = _("Tick what you did. Whoever enters it later takes the number of the case from its row.")
    if has_codes:
        return said
    lacking = _("There are no codes on this sheet: the address of the server is not set (GEZHI_ADDRESS).")
    return f"{said} {lacking}"


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M}"


def _clock(iso: str, day: datetime) -> str:
    return f"{datetime.fromisoformat(iso).astimezone(day.tzinfo):%H:%M}"


def _short_moment(iso: str, day: datetime) -> str:
    """Return a moment without the year where that is the sheet's own."""
    at = datetime.fromisoformat(iso).astimezone(day.tzinfo)
    return f"{at:%m-%d %H:%M}" if at.year == day.year else _moment(at)


def _page_words(title: str) -> str:
    """Return the style that numbers the pages; the title cannot end the string that it stands in."""
    safe = _NOT_PLAIN.sub(lambda found: f"\\{ord(found[0]):06x}", title)
    return f'@page{{@bottom-left{{content:"{safe}"}}}}'


@cache
def _style() -> str:
    return _STYLE.read_text("utf-8")
