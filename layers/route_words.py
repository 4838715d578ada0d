"""The words of the route on a field team's phone, in the locale in use; part of `layers.field_words`."""

from i18n import gettext as _


def labels() -> dict[str, str]:
    """Return every word that the scripts of the route show, and that the rest of the page does not."""
    return {
        "route": _("Route of the shift"),
        "route_next": _("next"),
        "route_end": _("Back at the start"),
        "route_here": _("at the same place"),
        "route_stay_one": _("1 min there"),
        "route_stay": _("{n} min there"),
        "route_wait_one": _("wait 1 min"),
        "route_wait": _("wait {n} min"),
        "route_late": _("after its deadline"),
        "route_due": _("due {at}"),
        "route_left": _("Not on the route"),
        "route_lacks_one": _("1 min short"),
        "route_lacks": _("{n} min short"),
        "route_done": _("Done in this shift"),
        "route_case": _("Case {id}"),
        "route_empty": _("There is nothing to go to."),
        "route_mine": _("From where you are, for you alone."),
        "route_of_team": _("The team's"),
        "route_later": _("The next shift begins {at}."),
        "route_offline": _("No network."),
        "route_as_of": _("The route is of {at}."),
        "route_from_here": _("From here"),
        "route_shift": _("The shift"),
        "route_begins": _("Begins"),
        "route_ends": _("Ends"),
        "route_start": _("Starts from"),
        "route_start_hint": _("Where the team meets; kept for all of the team"),
        "route_start_team": _("the team's place"),
        "route_start_map": _("middle of the map"),
        "route_back": _("Back to the start"),
        "route_most": _("At most so many cases"),
        "route_capacity": _("At most so much to carry"),
        "route_capacity_hint": _("As your city counts it: bags, bicycles"),
        "route_any": _("any"),
        "route_plan": _("Plan for the team"),
        "get_kml": _("Route as KML"),
    }
