"""The parts of the analysis page, each drawn by a card of its own."""

from collections.abc import Mapping
from typing import Final

from app_pages import effect_card, forecast_card, patrols_card, return_card
from app_pages.parts import Part
from i18n import N_

#: The parts by their name in the address, in the order of the page; without any there is no such page.
PARTS: Final[Mapping[str, Part]] = {
    "effect": Part(N_("Effect"), N_("Did the drive work?"), effect_card.render, own=("drive",)),
    "return": Part(
        N_("Return"), N_("Does what was closed come back?"), return_card.render, own=("by", "days", "near")
    ),
    "forecast": Part(
        N_("Forecast"), N_("Where should we go next, and can the answer be trusted?"), forecast_card.render
    ),
    "patrols": Part(
        N_("Patrols"),
        N_("Where does nobody look, and which hot spots are the patrols' doing?"),
        patrols_card.render,
    ),
}
