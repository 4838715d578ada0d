"""The parts of the page of field teams, each drawn by a card of its own."""

from collections.abc import Mapping
from typing import Final

from app_pages import rota_card, teams_answers, teams_links, teams_routes, territories_part, watch_card
from app_pages.parts import Part
from i18n import N_

#: The parts by their name in the address, in the order of the page; without any there is no such page.
PARTS: Final[Mapping[str, Part]] = {
    "today": Part(N_("Today"), N_("What is going on, and where was nobody?"), watch_card.render),
    "territories": Part(
        N_("Territories"),
        N_("Whose cells are these, and is the work shared evenly?"),
        territories_part.render,
        own=("edition",),
    ),
    "rota": Part(
        N_("Friday rota"),
        N_("Who goes where on Friday, and is that fair?"),
        rota_card.render,
        own=("friday",),
    ),
    "answers": Part(
        N_("Answers"), N_("What did the teams answer that somebody has to decide?"), teams_answers.render
    ),
    "routes": Part(
        N_("Routes"), N_("Where do the teams go today, and what is left out?"), teams_routes.render
    ),
    "links": Part(
        N_("Teams and links"),
        N_("Who are the teams, and how do they come in?"),
        teams_links.render,
        own=("team",),
    ),
}
