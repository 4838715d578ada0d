"""Card: places as the lines of a table, each the way to its page and to the map."""

import math
from collections.abc import Mapping
from html import escape
from typing import Any, Final

import polars as pl

from app_pages import session
from app_pages.place_words import area_name, change_words, is_increase, rate_words
from data.place_rates import Measure
from i18n import gettext as _

#: Around a place on the map, and the map that it is to fit into, in pixels.
_ROOM: Final = 1.6
_MAP_PX: Final = 600
_ZOOMS: Final = (12, 18)
_TILE_PX: Final = 256
#: The part of the uncertain rates that the scale of whiskers holds.
_MOST: Final = 0.9


def table(rows: pl.DataFrame, measure: Measure, *, first: int = 1, sums: str = "") -> str:
    """Write places as an HTML table; every text of theirs is escaped.

    Parameters
    ----------
    rows
        The columns of `place_league.league`.
    first
        The number of the first line.
    sums
        A last line as HTML.
    """
    changed = rows["before"].null_count() < rows.height
    most = scale_of(rows)
    heads = [
        ("", ""),
        ("gz-name", _("Place")),
        ("gz-n", _("Reports")),
        ("gz-n", _("Open")),
        ("gz-n", _("Overdue")),
        ("gz-rate", measure.words),
        ("gz-n", _("Change")) if changed else None,
        ("", ""),
    ]
    head = "".join(
        f'<th class="{name}" scope="col">{escape(words)}</th>' for name, words in filter(None, heads)
    )
    lines = "".join(
        _line(row, number, most, changed=changed)
        for number, row in enumerate(rows.iter_rows(named=True), first)
    )
    return f'<table class="gz-places"><thead><tr>{head}</tr></thead><tbody>{lines}</tbody>{sums}</table>'


def sums_line(words: str, n: int, open_: int, late: int) -> str:
    """Write the line below a table that says what all of it is together."""
    row = {"n": n, "open": open_, "late": late}
    name = f'<td class="gz-name">{escape(words)}</td>'
    return f'<tfoot><tr><td class="gz-rank"></td>{name}{_counted(row)}<td class="gz-rest"></td></tr></tfoot>'


def _line(row: Mapping[str, Any], number: int, most: float, *, changed: bool) -> str:
    link, on_map = escape(session.place_link(row["id"])), escape(map_link(row))
    area = f"<small>{escape(area_name(row))}</small>" if area_name(row) else ""
    change = change_words(row["n"], row["before"])
    tone = " gz-up" if changed and is_increase(row["n"], row["before"]) else ""
    words = escape(_("Show on the map"))
    go = f'<a href="{on_map}" target="_self" title="{words}" aria-label="{words}">⬡</a>'
    cells = [
        f'<td class="gz-rank">{number}</td>',
        f'<td class="gz-name"><a href="{link}" target="_self">{escape(row["label"])}</a>{area}</td>',
        _counted(row),
        f'<td class="gz-rate">{rate_cell(row, most)}</td>',
        f'<td class="gz-n gz-change{tone}">{escape(change)}</td>' if changed else "",
        f'<td class="gz-go">{go}</td>',
    ]
    return f'<tr data-place="{row["id"]}">{"".join(cells)}</tr>'


def _counted(row: Mapping[str, Any]) -> str:
    named = (("n", _("Reports")), ("open", _("Open")), ("late", _("Overdue")))
    return "".join(
        f'<td class="gz-n{"" if row[name] else " gz-zero"}" data-words="{escape(words)}">{row[name]:,}</td>'
        for name, words in named
    )


def scale_of(rows: pl.DataFrame) -> float:
    """Return the rate at the right end of the whiskers: the highest of those that are certain.

    Where none is, it is one that most stay below: one report on the shortest lane would flatten all others.
    """
    certain = rows.filter(~pl.col("uncertain"))["high"].max()
    typical = rows.filter(pl.col("n") > 0)["high"].quantile(_MOST) if certain is None else certain
    return float(typical) if isinstance(typical, int | float) else 0.0


def rate_cell(row: Mapping[str, Any], most: float) -> str:
    """Write a rate with its interval as a whisker, on a scale from 0 to `most`."""
    if row["rate"] is None:
        nothing = escape(_("no figure"))
        return f'<span class="gz-nothing">{nothing}</span>'
    low, high, rate = (
        min(100.0, 100 * row[name] / most) if most else 0.0 for name in ("low", "high", "rate")
    )
    between = escape(f"{rate_words(row['low'])} – {rate_words(row['high'])}")
    unsure = ' class="gz-unsure"' if row["uncertain"] else ""
    title = escape(
        _("95 % interval {low} to {high}", low=rate_words(row["low"]), high=rate_words(row["high"]))
    )
    return (
        f'<span{unsure} title="{title}"><b>{rate_words(row["rate"])}</b>'
        f'<i class="gz-whisker"><i style="left:{low:.1f}%;width:{max(high - low, 0.5):.1f}%"></i>'
        f'<i style="left:{rate:.1f}%"></i></i><small>{between}</small></span>'
    )


def map_link(row: Mapping[str, Any]) -> str:
    """Return the address of the map that shows a place, its kind coloured, it itself chosen."""
    lat, lon = (row["south"] + row["north"]) / 2, (row["west"] + row["east"]) / 2
    return session.map_link(
        show=row["kind"], at=str(row["id"]), lat=f"{lat:.5f}", lon=f"{lon:.5f}", zoom=str(fitting_zoom(row))
    )


def fitting_zoom(row: Mapping[str, Any]) -> int:
    """Return the zoom at which a place and some room around it fit into the map."""
    wide = (row["east"] - row["west"]) / 360
    high = (row["north"] - row["south"]) / 360 / max(math.cos(math.radians(row["south"])), 0.1)
    part = max(wide, high) * _ROOM
    if part <= 0:
        return _ZOOMS[1]
    zoom = math.floor(math.log2(_MAP_PX / _TILE_PX / part))
    return min(max(zoom, _ZOOMS[0]), _ZOOMS[1])
