"""What is active: a chip for each side of a view, and the view without it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final, TypeVar

from app_pages import hours
from app_pages.filter_places import area_words, place_name
from app_pages.filters import used_categories
from app_pages.hot_choices import unusual
from app_pages.view import CUSTOM, HOT, View
from data import categories as category_table
from data.filters import NO_UNIT, Filter
from data.statuses import label
from data.workspace import Workspace
from i18n import current_locale, listed, ngettext
from i18n import gettext as _

Name = TypeVar("Name")

#: More names than these are told by their number.
_MOST_NAMES: Final = 3

#: How each side is taken off a view.
_WITHOUT: Final[dict[str, Callable[[View], View]]] = {
    "period": lambda view: view.but(period="all", where=view.where.but(start=None, end=None)),
    "group": lambda view: view.but(groups=()),
    "category": lambda view: view.but(where=view.where.but(categories=())),
    "status": lambda view: view.but(where=view.where.but(statuses=())),
    "source": lambda view: view.but(where=view.where.but(sources=())),
    "unit": lambda view: view.but(where=view.where.but(units=())),
    "hours": lambda view: view.but(where=view.where.but(hours=())),
    "area": lambda view: view.but(where=view.where.but(areas=())),
    "place": lambda view: view.but(where=view.where.but(places=())),
    "exempt": lambda view: view.but(where=view.where.but(exempt="")),
    "in": lambda view: view.but(where=view.where.but(cells=())),
    "against": lambda view: view.but(against="", against_days=None),
    "hot": View.usual_hot,
}


@dataclass(frozen=True, slots=True)
class Chip:
    """A side that is active: its name in the address, what people call it, and what is chosen."""

    side: str
    title: str
    words: str


def without(view: View, side: str) -> View:
    """Return the view with one side taken off; a side that is none changes nothing."""
    return _WITHOUT[side](view) if side in _WITHOUT else view


def chips(here: Workspace, view: View, where: Filter) -> list[Chip]:
    """Return a chip for every active side of a view; `where` is what it means, its period spelt out."""
    chosen = view.where
    table = here.store.categories(actor=here.viewer)
    labels = category_table.labels(table, current_locale())
    found = [
        Chip("period", _("Period"), _period(where) if view.period != "all" else ""),
        Chip("group", _("Kind of problem"), _names(view.groups, category_table.group_label)),
        Chip("category", _("Category"), _names(chosen.categories, lambda slug: labels.get(slug, slug))),
        Chip("status", _("Status"), _names(chosen.statuses, label)),
        Chip("source", _("Source"), _names(chosen.sources, _)),
        Chip("unit", _("Unit"), _names(chosen.units, lambda unit: _("no unit") if unit == NO_UNIT else unit)),
        Chip("hours", _("Hours"), hours.words(chosen.hours)),
        Chip("area", _("Area"), _names(chosen.areas, lambda area: area_words(here, area))),
        Chip("place", _("Place"), _names(chosen.places, lambda place: place_name(here, place))),
        Chip(
            "exempt",
            _("Exempt zones"),
            {"without": _("left out"), "only": _("only these")}.get(chosen.exempt, ""),
        ),
        Chip("in", _("Selection"), _cells(len(chosen.cells))),
        Chip("against", _("Compared with"), _against(view)),
        Chip("hot", _("Hot spots"), " · ".join(unusual(view)) if view.show == HOT else ""),
    ]
    return [chip for chip in found if chip.words]


def in_words(here: Workspace, where: Filter) -> str:
    """Say a filter in a line, for a document; empty where everything is meant."""
    view = View(where=where, period=CUSTOM if where.start or where.end else "all")
    return " · ".join(f"{chip.title}: {chip.words}" for chip in chips(here, view, where))


def implied(view: View) -> list[str]:
    """Return the sides that are chosen as a whole group, not name by name."""
    category = ["category"] if view.groups and not view.where.categories else []
    status = ["status"] if {"open", "done"} & set(view.where.statuses) else []
    return category + status


def chosen(here: Workspace, view: View, params: Mapping[str, str]) -> View:
    """Return the view with sides of its filter chosen in a chart, its groups and quick period to suit them.

    Parameters
    ----------
    params
        The sides as they stand in an address; an empty one is open.

    Raises
    ------
    FilterError
        A value that a filter cannot have.
    """
    where = Filter.from_params({**view.where.to_params(), **params})
    groups, period = view.groups, view.period
    if "category" in params:
        kinds = dict(used_categories(here).select("slug", "group").iter_rows())
        inside = where.categories and all(kinds.get(name) in groups for name in where.categories)
        groups = groups if inside else ()
    if {"from", "to"} & params.keys():
        period = CUSTOM if where.start or where.end else "all"
    return view.but(where=where, groups=groups, period=period)


def _period(where: Filter) -> str:
    if where.start and where.end:
        return _("{first} to {last}", first=where.start.isoformat(), last=where.end.isoformat())
    if where.start:
        return _("from {day} on", day=where.start.isoformat())
    return _("up to {day}", day=where.end.isoformat()) if where.end else ""


def _names(names: Iterable[Name], words: Callable[[Name], str]) -> str:
    every = list(names)
    if len(every) > _MOST_NAMES:
        first = [words(name) for name in every[: _MOST_NAMES - 1]]
        return listed([*first, _("{n} more", n=len(every) - len(first))])
    return listed([words(name) for name in every]) if every else ""


def _cells(n: int) -> str:
    return ngettext("{n} cell", "{n} cells", n) if n else ""


def _against(view: View) -> str:
    if view.against == CUSTOM:
        if not view.against_days:
            return ""
        first, last = view.against_days
        return _("{first} to {last}", first=first.isoformat(), last=last.isoformat())
    return {"before": _("the period before"), "year": _("a year earlier")}.get(view.against, "")
