"""The parts of the analysis page, each drawn by a card of its own. Knows no Streamlit."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from app_pages import effect_card, forecast_card, return_card
from data.workspace import Workspace
from i18n import N_


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the page: what it is called, the question that it answers, and what draws it.

    Title and question are message ids (`i18n.N_`); `own` are the parameters of the address that are its own.
    """

    title: str
    asks: str
    render: Callable[[Workspace], None]
    own: tuple[str, ...] = ()


#: The parts by their name in the address, in the order of the page; without any there is no such page.
PARTS: Final[Mapping[str, Part]] = {
    "effect": Part(N_("Effect"), N_("Did the drive work?"), effect_card.render, own=("drive",)),
    "return": Part(
        N_("Return"), N_("Does what was closed come back?"), return_card.render, own=("by", "days", "near")
    ),
    "forecast": Part(
        N_("Forecast"), N_("Where should we go next, and can the answer be trusted?"), forecast_card.render
    ),
}
