"""A field team's day as its phone gets it: who, where, what first, and what can be done."""

from datetime import datetime
from typing import Any

from data import field_ground
from data.actors import Actor
from data.categories import GROUPS, group_label, labels
from data.clock import moment
from data.field_acts import reasons
from data.field_forms import FORM, store_name
from data.field_hot import hot_classes
from data.field_team import one_of
from data.workspace import Workspace
from geo.errors import TeamError
from i18n import current_locale
from i18n import gettext as _


def day(here: Workspace, *, team: int | None = None, now: datetime | None = None) -> dict[str, Any]:
    """Return the day of a team; `docs/field_answers.md` has its form.

    Parameters
    ----------
    here
        As its viewer sees it: somebody of the team, or who heads the whole city.
    team
        Its number; the viewer's own where None.

    Raises
    ------
    NotAllowedError
        It is another team than the viewer's own.
    TeamError
        There is no such team, or none is named.
    """
    at = now or moment()
    viewer = team_viewer(here, team)
    number = viewer.team or 0
    (found,) = here.store.teams(actor=viewer)
    edition = here.store.edition_in_force(actor=viewer)
    cases, left_out = here.store.field_cases(actor=viewer, hot=hot_classes(here.cube), now=at)
    locale = current_locale()
    return {
        "form": FORM,
        "store": store_name(here.store.identity),
        "at": _text(at),
        "locale": locale,
        "city": here.title(locale),
        "synthetic": here.synthetic,
        "tz": here.tz,
        "team": {"id": number, "number": number, "name": found.label(locale)},
        "edition": None
        if edition is None
        else {"id": edition.id, "name": edition.name, "published_at": _text(edition.published_at or at)},
        **field_ground.ground(here.store, edition, actor=viewer),
        "cases": cases,
        "left_out": left_out,
        "done": here.store.field_done(actor=viewer, now=at),
        "categories": _categories(here, viewer),
        "reasons": reasons(),
        "route": None,
    }


def team_viewer(here: Workspace, team: int | None, *, retired: bool = False) -> Actor:
    """Return the viewer as somebody of a team, with the errors of `day`; of a retired one too if asked."""
    viewer = one_of(team, actor=here.viewer)
    if not here.store.teams(actor=viewer, retired=retired):
        raise TeamError(_("There is no team {id}.", id=viewer.team))
    return viewer


def _categories(here: Workspace, viewer: Actor) -> list[dict[str, str]]:
    """Return the categories that can be reported, by group in the order in which people are shown them."""
    table = here.store.categories(actor=viewer)
    words = labels(table, current_locale())
    order = {group: place for place, group in enumerate(GROUPS)}
    rows = sorted(table.select("slug", "group").iter_rows(), key=lambda row: order.get(row[1], len(order)))
    return [
        {"code": slug, "name": words.get(slug, slug), "group": group_label(group)} for slug, group in rows
    ]


def _text(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
