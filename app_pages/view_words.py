"""A view in words: what it lets through and how it shows it, part by part."""

from typing import Final

from app_pages.active import chips
from app_pages.hot_choices import view_of_hot
from app_pages.place_words import kinds_label
from app_pages.view import CUSTOM, HEAT, HOT, POINTS, View
from data.measures import MEASURES, measure
from data.workspace import Workspace
from i18n import N_, gettext, ngettext
from i18n import gettext as _

#: The sides of a filter, the most telling first.
_TOLD: Final = (
    *("group", "category", "status", "source", "unit", "area", "place", "in", "exempt"),
    *("period", "hours"),
)
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
    words = {chip.side: chip.words for chip in chips(here, view, view.where)} | _without_title(view)
    if "category" in words:
        words.pop("group", None)
    said = [words[side] for side in _TOLD if side in words]
    return (said or [_("all reports")]) + _how(view)


def _without_title(view: View) -> dict[str, str]:
    """Say the sides whose words on a chip tell little without its title, or nothing of a quick period."""
    said = {}
    if view.period in _PERIODS:
        said["period"] = gettext(_PERIODS[view.period])
    if view.where.cells:
        n = len(view.where.cells)
        said["in"] = ngettext("{n} selected cell", "{n} selected cells", n)
    if view.where.exempt:
        without = view.where.exempt == "without"
        said["exempt"] = _("without exempt zones") if without else _("only in exempt zones")
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
