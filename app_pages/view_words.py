"""A view in words: what it lets through and how it shows it, part by part."""

from collections.abc import Sequence
from typing import Final

from app_pages import hours
from app_pages.filters import used_categories
from app_pages.hot_choices import view_of_hot
from app_pages.place_words import kinds_label
from app_pages.view import CUSTOM, HEAT, HOT, PERIODS, POINTS, View
from data import categories as category_table
from data.filters import NO_UNIT
from data.measures import MEASURES, measure
from data.place_areas import BETWEEN
from data.statuses import label
from data.workspace import Workspace
from geo.errors import StoreError
from i18n import N_, gettext, listed, ngettext
from i18n import gettext as _

#: Of a longer list of names the first are said, and how many more there are.
_NAMED: Final = 3
_PERIODS: Final = {
    "7d": N_("last 7 days"),
    "30d": N_("last 30 days"),
    "90d": N_("last 90 days"),
    "365d": N_("last 365 days"),
}
_AGAINST: Final = {
    "before": N_("beside the period before"),
    "year": N_("beside a year earlier"),
    CUSTOM: N_("beside another period"),
}


def view_words(here: Workspace, view: View) -> list[str]:
    """Say what a view means, the most telling first; texts of the city are among them, so escape it.

    A view that lets everything through says so.
    """
    said = [*_what(here, view), *_where(here, view), *_when(view)]
    return (said or [_("all reports")]) + _how(view)


def _what(here: Workspace, view: View) -> list[str]:
    where = view.where
    words = dict(used_categories(here).select("slug", "label").iter_rows())
    kinds = [words.get(slug, slug) for slug in where.categories] or [
        category_table.group_label(group) for group in view.groups
    ]
    units = [_("No unit yet") if name == NO_UNIT else name for name in where.units]
    return [
        _some(names) for names in (kinds, list(map(label, where.statuses)), where.sources, units) if names
    ]


def _where(here: Workspace, view: View) -> list[str]:
    where = view.where
    said = []
    if where.areas:
        paths = dict(here.store.areas(actor=here.viewer).select("id", "path").iter_rows())
        said.append(
            _some([paths.get(area, _("area {id}", id=area)).split(BETWEEN)[-1] for area in where.areas])
        )
    if where.places:
        said.append(_some([_place(here, place) for place in where.places]))
    if where.cells:
        said.append(ngettext("{n} selected cell", "{n} selected cells", len(where.cells)))
    if where.exempt:
        said.append(_("without exempt zones") if where.exempt == "without" else _("only in exempt zones"))
    return said


def _place(here: Workspace, place_id: int) -> str:
    try:
        name = here.store.place(place_id, actor=here.viewer).name
    except StoreError:
        name = None
    return name or _("place {id}", id=place_id)


def _when(view: View) -> list[str]:
    where, said = view.where, []
    if view.period in _PERIODS:
        said.append(gettext(_PERIODS[view.period]))
    elif view.period not in PERIODS and where.start and where.end:
        said.append(_("{first} to {last}", first=where.start.isoformat(), last=where.end.isoformat()))
    elif view.period not in PERIODS and where.start:
        said.append(_("from {first} on", first=where.start.isoformat()))
    elif view.period not in PERIODS and where.end:
        said.append(_("up to {last}", last=where.end.isoformat()))
    if where.hours:
        said.append(hours.words(where.hours))
    return said


def _how(view: View) -> list[str]:
    said = []
    if view.show == HEAT:
        said.append(_("as heat over {m} m", m=view.bandwidth) if view.bandwidth else _("as heat"))
        if view.along:
            said.append(_("along streets"))
    elif view.show == HOT:
        said += view_of_hot(view)
    elif view.show == POINTS:
        said.append(_("as single points"))
    elif view.show:
        said.append(kinds_label(view.show))
    if view.measure != MEASURES[0] and view.show != HOT:
        said.append(measure(view.measure).words)
    if view.against:
        said.append(gettext(_AGAINST[view.against]))
    return said


def _some(names: Sequence[str]) -> str:
    shown = list(names[:_NAMED])
    more = len(names) - len(shown)
    return listed([*shown, _("{n} more", n=more)] if more else shown)
