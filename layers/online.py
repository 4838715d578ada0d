"""An online map of pictures that may lie under the cells."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

#: Datums that the scripts can lay right: GCJ-02 tile by tile (`raster.js`).
DATUMS: Final = ("wgs84", "gcj02")
NAMES: Final = ("online", "satellite")


@dataclass(frozen=True, slots=True)
class OnlineMap:
    """Tiles by address.

    Attributes
    ----------
    name
        `online` (streets) or `satellite`.
    url
        Template with `{z}`, `{x}`, `{y}`, and `{s}` where there are subdomains.
    datum
        `wgs84`, or `gcj02`: then each tile is moved to where it belongs.
    attribution
        Plain text, shown while the map is.
    subdomains
        What may stand for `{s}`.
    max_zoom
        Finest zoom of its tiles; closer up they are stretched.

    Raises
    ------
    ValueError
        Another name, or another datum: BD-09 is cut in a projection of its own.
    """

    name: str
    url: str
    datum: str = "wgs84"
    attribution: str = ""
    subdomains: Sequence[str] = ()
    max_zoom: int = 18

    def __post_init__(self) -> None:
        """Refuse what would lie beside the cells."""
        if self.name not in NAMES:
            raise ValueError(f"'{self.name}' is no online map. Expected one of {', '.join(NAMES)}.")
        if self.datum not in DATUMS:
            raise ValueError(f"Tiles in '{self.datum}' cannot be laid right. Expected {' or '.join(DATUMS)}.")

    @property
    def options(self) -> dict[str, Any]:
        """What the scripts get."""
        return {
            "name": self.name,
            "url": self.url,
            "datum": self.datum,
            "attribution": self.attribution,
            "subdomains": list(self.subdomains),
            "maxZoom": self.max_zoom,
        }
