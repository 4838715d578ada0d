"""The scripts and styles that the maps need, each one a file of this package: nothing comes from outside.

Served by name: `url("gezhi.js")` is the address that a page puts into its links, and the route behind it
answers with `asset("gezhi.js")`. The project's own scripts are small files that are handed out joined, so
that a phone asks once.
"""

import base64
import hashlib
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from geo.errors import AssetError

FOLDER: Final = Path(__file__).parent
VENDOR: Final = FOLDER / "vendor"
LOCK: Final = FOLDER / "lock.json"

#: The project's own scripts in the order in which they must run.
SCRIPTS: Final = (
    "words",
    "query",
    "wire",
    "projection",
    "geometry",
    "request",
    "archive",
    "tile",
    "tiles",
    "canvas",
    "stamps",
    "hexes",
    "hot_marks",
    "hot_canvas",
    "marks",
    "place",
    "places",
    "labels",
    "shapes",
    "shape_paths",
    "shape_canvas",
    "point_wire",
    "cluster_shapes",
    "clusters",
    "spider",
    "cluster_tip",
    "popup",
    "tip",
    "hot_tip",
    "figures",
    "legend",
    "cell_legend",
    "hot_legend",
    "divider",
    "swipe",
    "point_legend",
    "notice",
    "home",
    "go",
    "address",
    "streamlit",
    "selection",
    "rate_legend",
    "heat_wire",
    "heat_canvas",
    "heat_legend",
    "street_wire",
    "street_canvas",
    "ground",
    "cells",
    "hot",
    "rates",
    "density",
    "heat",
    "along",
    "datums",
    "raster",
    "base_choice",
    "base",
    "pins",
    "spot",
    "options",
    "search",
    "picture_map",
    "picture_key",
    "picture_sheet",
    "picture",
    "select_set",
    "corners",
    "select_shapes",
    "select_canvas",
    "select_draft",
    "select_strokes",
    "select_help",
    "select_bar",
    "select",
    "conductor",
)

#: Those of the page around the map: charts, time line and what is active.
EXPLORER_SCRIPTS: Final = (
    "words",
    "query",
    "frames",
    "choices",
    "bars",
    "week",
    "charts",
    "range",
    "player",
    "timeline",
    "sidebar",
    "active",
    "explorer",
)

#: Those of the phone page of a field team, a page of its own without Streamlit and without hexagons' library.
FIELD_SCRIPTS: Final = (
    "words",
    "datums",
    "field_dom",
    "field_icons",
    "field_text",
    "field_storage",
    "field_online",
    "field_queue",
    "field_cases",
    "field_position",
    "field_photo",
    "field_ways",
    "field_territory",
    "field_names",
    "field_marks",
    "field_map",
    "field_sheet",
    "field_toast",
    "field_list",
    "field_card",
    "field_route",
    "field_route_view",
    "field_acts",
    "field_report",
    "field_waiting",
    "field_menu",
    "field_states",
    "field_address",
    "field_theme",
    "field_viewer",
    "field_frame",
    "field_membership",
    "field_start",
)
#: Those of the map of territories, which other maps do not need, and of the board beside it.
TERRITORY_SCRIPTS: Final = (
    "territory_model",
    "territory_canvas",
    "territory_saver",
    "territory_bar",
    "territory_wishes",
    "territories",
)
BOARD_SCRIPTS: Final = ("words", "territory_board")

#: The map's own styles, in the order in which they count.
STYLES: Final = (
    "map",
    "legend",
    "swipe",
    "heat",
    "online",
    "messages",
    "controls",
    "search",
    "points",
    "select",
)

#: Those of the phone page.
FIELD_STYLES: Final = ("field", "field_route")

_MEDIA_TYPES: Final = {".js": "text/javascript", ".css": "text/css", ".png": "image/png"}


@dataclass(frozen=True, slots=True)
class Asset:
    """One file as the browser gets it."""

    name: str
    media_type: str
    content: bytes

    @property
    def version(self) -> str:
        """The first 16 hex digits of the content's SHA-256: a new content has a new address."""
        return hashlib.sha256(self.content).hexdigest()[:16]

    @property
    def text(self) -> str:
        """The content as text, to be put into a page."""
        return self.content.decode()


@cache
def asset(name: str) -> Asset:
    """Return the asset of that name.

    Parameters
    ----------
    name
        One of `names()`, such as `gezhi.js`, `leaflet.css` or `images/layers.png`.

    Raises
    ------
    AssetError
        No asset has that name, or its file is missing from the installation.
    """
    if name not in names():
        raise AssetError(f"'{name}' is not an asset. Expected one of {', '.join(names())}.")
    try:
        content = b"\n".join(path.read_bytes() for path in _files()[name])
    except OSError as error:
        raise AssetError(f"Asset '{name}' cannot be read: {error}. Install the package again.") from error
    return Asset(name, _MEDIA_TYPES[Path(name).suffix], content)


def names() -> tuple[str, ...]:
    """Return the names of all assets."""
    return tuple(_files())


def url(name: str, *, prefix: str = "/assets") -> str:
    """Return the address of an asset; it may be cached for ever, as a new content has a new one."""
    return f"{prefix}/{name}?v={asset(name).version}"


def stylesheet(name: str) -> str:
    """Return a style sheet with its pictures inside, for a page that stands alone."""

    def inline(match: re.Match[str]) -> str:
        picture = asset(match[1])
        return f"url(data:{picture.media_type};base64,{base64.b64encode(picture.content).decode()})"

    return re.sub(r"url\((images/[\w.-]+)\)", inline, asset(name).text)


@cache
def part(name: str) -> str:
    """Return the script or the style of a Streamlit component of ours: `copy.js`, `copy.css`.

    Raises
    ------
    AssetError
        It is missing from the installation.
    """
    path = FOLDER / Path(name).suffix.removeprefix(".") / name
    try:
        return path.read_text("utf-8")
    except OSError as error:
        raise AssetError(f"'{name}' cannot be read: {error}. Install the package again.") from error


@cache
def _files() -> dict[str, tuple[Path, ...]]:
    """Map each asset's name to the files that it is made of, in order."""
    files = {
        "start.js": (FOLDER / "js" / "start.js",),
        "gezhi.js": tuple(FOLDER / "js" / f"{name}.js" for name in SCRIPTS),
        "explorer.js": tuple(FOLDER / "js" / f"{name}.js" for name in EXPLORER_SCRIPTS),
        "field.js": tuple(FOLDER / "js" / f"{name}.js" for name in FIELD_SCRIPTS),
        "field.css": tuple(FOLDER / "css" / f"{name}.css" for name in FIELD_STYLES),
        "territories.js": tuple(FOLDER / "js" / f"{name}.js" for name in TERRITORY_SCRIPTS),
        "territories.css": (FOLDER / "css" / "territories.css",),
        "territory_board.js": tuple(FOLDER / "js" / f"{name}.js" for name in BOARD_SCRIPTS),
        "territory_board.css": (FOLDER / "css" / "territory_board.css",),
        "explorer.css": (FOLDER / "css" / "explorer.css",),
        "gezhi.css": tuple(FOLDER / "css" / f"{name}.css" for name in STYLES),
    }
    for package in sorted(VENDOR.iterdir()):
        for path in sorted(package.rglob("*")):
            if path.suffix in _MEDIA_TYPES:
                files[path.relative_to(package).as_posix()] = (path,)
    return files
