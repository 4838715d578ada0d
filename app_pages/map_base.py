"""Card: what lies under the figures of the map: own streets, or an online map that the settings name."""

from dataclasses import asdict

from api.tiles import tiles_address
from data.place_tables import places_version
from data.settings import settings
from data.workspace import Workspace
from layers.base import BaseLayer
from layers.online import OnlineMap
from layers.palettes import Theme


def layer(here: Workspace, theme: Theme) -> BaseLayer:
    """Make the layer; which of them is shown the map's script keeps in the address."""
    return BaseLayer(
        theme=theme,
        version=places_version(here.store, actor=here.viewer),
        tiles=tiles_address(here),
        online=[OnlineMap(**asdict(service)) for service in settings().tile_services],
    )
