"""The tables of supervision as HTML: a day, what was done last, coverage. Every text is escaped."""

from collections.abc import Mapping
from datetime import datetime
from html import escape
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from app_pages import session
from app_pages.case_words import span_words
from app_pages.figure_table import count, figure_table
from data.coverage import NOBODYS
from data.field_acts import ACTS
from data.transitions import word
from i18n import gettext
from i18n import gettext as _

#: What stands where there is nothing; a telephone leaves it out.
_NOTHING = '<span class="gz-none">–</span>'


def day_table(rows: pl.DataFrame, teams: Mapping[int, str], zone: ZoneInfo) -> str:
    """Write how a day stands for each team; `rows` has the columns `data.coverage.DAY`."""
    lines = []
    for row in rows.iter_rows(named=True):
        cells = f"{row['visited']:,} / {row['cells']:,}" if row["cells"] else "–"
        heard = f"{row['last_at'].astimezone(zone):%H:%M}" if row["last_at"] else _NOTHING
        late = f'<span class="gz-up">{row["overdue"]:,}</span>' if row["overdue"] else count(0)
        figures = [cells, count(row["answers"]), count(row["reported"]), count(row["closed"])]
        figures += [f"{row['open']:,}", late, heard]
        lines.append([team_words(row["team_id"], teams), *figures])
    heads = (
        *(_("Team"), _("Cells visited"), _("Done on site"), _("Reported"), _("Closed")),
        *(_("Open now"), _("Overdue now"), _("Last")),
    )
    return figure_table(heads, lines, numbers=range(1, len(heads)), css="gz-watch")


def coverage_table(rows: pl.DataFrame, teams: Mapping[int, str], days: int) -> str:
    """Write coverage over some days by team, the least covered first.

    `rows` has the columns `data.coverage.TEAMS`.
    """
    share = pl.col("visited") / pl.col("cells")
    lines = []
    for row in rows.sort(share, -pl.col("longest"), "team_id").iter_rows(named=True):
        part = row["visited"] / row["cells"]
        bar = f'<span class="gz-part"><i style="width: {part:.0%}"></i></span>'
        longest = _("{n} d", n=row["longest"])
        if row["longest"] >= days:
            words = escape(_("{n} d and more", n=days))
            longest = f'<span class="gz-up">{words}</span>'
        seen = f"{row['visited']:,} / {row['cells']:,}"
        figures = [longest, wait_words(row["median_hours"]), f"{row['reports']:,}", count(row["waiting"])]
        lines.append([team_words(row["team_id"], teams), seen, bar, *figures])
    heads = (
        *(_("Team"), _("Cells visited"), "", _("Longest without"), _("Median time to first visit")),
        *(_("Reports"), _("still waiting")),
    )
    return figure_table(heads, lines, numbers=(1, 3, 4, 5, 6), css="gz-watch gz-cover")


def done_list(
    rows: pl.DataFrame, teams: Mapping[int, str], categories: Mapping[str, str], zone: ZoneInfo
) -> str:
    """Write what was done on site; `rows` has the columns `data.onsite.ON_SITE` and `team`."""
    items = "".join(_done(row, teams, categories, zone) for row in rows.iter_rows(named=True))
    return f'<ol class="gz-done-list">{items}</ol>'


def act_words(kind: str) -> str:
    """Say what was done: a team's answer, else the event."""
    return gettext(ACTS[kind]) if kind in ACTS else word(kind)


def wait_words(hours: float | None) -> str:
    """Say how long, in hours up to two days and in days after that; a dash where it is not reached."""
    if hours is None:
        return "–"
    if hours < 1:
        return _("{n} min", n=round(hours * 60))
    return _("{n} h", n=f"{hours:.0f}") if hours < 48 else _("{n} d", n=f"{hours / 24:.1f}")


def ago_words(at: datetime, now: datetime) -> str:
    """Say how long ago."""
    return _("{time} ago", time=span_words(now - at))


def team_words(team_id: int, teams: Mapping[int, str]) -> str:
    """Write a team's number and name as HTML; what lies in no team's cells says so."""
    if team_id == NOBODYS:
        words = escape(_("Cells of no team"))
        return f"<em>{words}</em>"
    return f"<b>{team_id}</b> {escape(teams.get(team_id, ''))}"


def _done(
    row: Mapping[str, Any], teams: Mapping[int, str], categories: Mapping[str, str], zone: ZoneInfo
) -> str:
    what = categories.get(row["category"], row["category"])
    case = f"{what} · {row['issue_id']}"
    link = escape(session.case_link(row["issue_id"]))
    return (
        f"<li><time>{row['at'].astimezone(zone):%H:%M}</time><span>{team_words(row['team'], teams)}</span>"
        f"<strong>{escape(act_words(row['kind']))}</strong>"
        f'<a href="{link}" target="_self">{escape(case)}</a></li>'
    )
