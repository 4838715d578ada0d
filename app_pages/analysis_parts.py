"""The parts of the analysis page, each drawn by a card of its own. Knows no Streamlit."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from app_pages import forecast_card
from data.workspace import Workspace
from i18n import N_


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the page: what it is called, the question that it answers, and what draws it.

    Title and question are message ids (`i18n.N_`).
    """

    title: str
    asks: str
    render: Callable[[Workspace], None]


#: The parts by their name in the address, in the order of the page; without any there is no such page.
PARTS: Final[Mapping[str, Part]] = {
    "forecast": Part(
        N_("Forecast"), N_("Where should we go next, and can the answer be trusted?"), forecast_card.render
    ),
}
