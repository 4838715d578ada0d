"""A small drawing of streets and grounds, as SVG that stands alone: north is up, names are escaped."""

from html import escape
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from shapely.geometry import box
from shapely.geometry.base import BaseGeometry

from app_pages import session
from data.workspace import Workspace
from geo.distances import from_local_m, to_local_m
from i18n import current_locale
from layers.palettes import Theme

_GROUNDS: Final = ("compound", "park", "water", "school", "market")
_LINES: Final = ("street", "railway")
#: Names are left out of streets shorter than this part of the drawing's width, and closer to another name.
_SHORTEST_NAMED: Final = 0.21
_NAMES_APART: Final = 0.13
#: The width for which sizes of letters and lines are given.
_USUAL_WIDTH_M: Final = 420.0

_COLOURS: Final[dict[Theme, dict[str, str]]] = {
    "light": {
        "ground": "#f1efea", "ink": "#3c4855", "built": "#e6e3dc", "park": "#d5e3d0", "water": "#c3d9e6",
        "street": "#ffffff", "cell": "#1f6f8b", "here": "#a63a26", "place": "#c2410c", "halo": "#ffffff",
    },
    "dark": {
        "ground": "#171d24", "ink": "#b9c4cf", "built": "#20272f", "park": "#1f2d24", "water": "#1b3040",
        "street": "#39434f", "cell": "#56b4d3", "here": "#f19b86", "place": "#fb923c", "halo": "#12171d",
    },
}  # fmt: skip
_STYLE: Final = (
    "svg{background:var(--ground)}path{fill:none}"
    ".compound,.school,.market{fill:var(--built)}.park{fill:var(--park)}.water{fill:var(--water)}"
    ".street{stroke:var(--street);stroke-width:calc(7px*var(--u));stroke-linecap:round}"
    ".railway{stroke:var(--ink);stroke-width:calc(2px*var(--u));opacity:.6;"
    "stroke-dasharray:calc(8px*var(--u)) calc(5px*var(--u))}"
    ".cell{fill:var(--cell);fill-opacity:.14;stroke:var(--cell);stroke-width:calc(2px*var(--u))}"
    ".way{stroke:var(--place);stroke-width:calc(5px*var(--u));stroke-linecap:round;stroke-linejoin:round}"
    ".field{fill:var(--place);fill-opacity:.16;stroke:var(--place);stroke-width:calc(2.5px*var(--u))}"
    "text{font:calc(11px*var(--u)) 'Source Sans','Noto Sans CJK SC','Microsoft YaHei','PingFang SC',"
    "sans-serif;text-anchor:middle;fill:var(--ink);paint-order:stroke;stroke:var(--ground);stroke-width:calc(3px*var(--u))}"
    ".number{font-weight:700;fill:var(--cell)}.halo{fill:var(--halo)}.here{fill:var(--here)}"
)

Metres = npt.NDArray[np.float64]


def drawing(
    here: Workspace,
    around: tuple[float, float],
    half_m: tuple[float, float],
    theme: Theme,
    *,
    below: str = "",
    above: str = "",
) -> str:
    """Return a drawing of what is around a position (longitude, latitude).

    Parameters
    ----------
    half_m
        Half of the width and of the height on the ground, in metres.
    below, above
        More SVG, in metres from the middle, y down: under the names and over everything.
    """
    (west, east), (south, north) = from_local_m(
        [-half_m[0], half_m[0]], [-half_m[1], half_m[1]], around=around
    )
    frame = box(west, south, east, north)
    found = here.store.places(
        actor=session.actor(here), kinds=(*_GROUNDS, *_LINES), bbox=(west, south, east, north)
    )
    grounds: list[str] = []
    lines: list[str] = []
    names: list[tuple[float, tuple[float, float], float, str]] = []
    for place in found.itertuples():
        shape = place.geometry.intersection(frame)
        if shape.is_empty:
            continue
        if place.kind in _LINES:
            path, length, middle, angle = line(shape, around)
            lines.append(f'<path class="{place.kind}" d="{path}"/>')
            if place.name and length > _SHORTEST_NAMED * 2 * half_m[0]:
                names.append((length, middle, angle, _name(place)))
        elif shape.geom_type in ("Polygon", "MultiPolygon"):
            grounds.append(f'<path class="{place.kind}" d="{rings(shape, around)}"/>')
    size = f"{-half_m[0]:g} {-half_m[1]:g} {2 * half_m[0]:g} {2 * half_m[1]:g}"
    unit = f"--u:{2 * half_m[0] / _USUAL_WIDTH_M:.3f};"
    colours = unit + "".join(f"--{name}:{colour};" for name, colour in _COLOURS[theme].items())
    labels = _labels(names, _NAMES_APART * 2 * half_m[0])
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{size}"><style>svg{{{colours}}}{_STYLE}</style>'
        f"{''.join(grounds)}{''.join(lines)}{below}{labels}{above}</svg>"
    )


def line(shape: BaseGeometry, around: tuple[float, float]) -> tuple[str, float, tuple[float, float], float]:
    """Return the path of a line, its length in metres, its middle and its angle there in degrees."""
    parts = [part for part in getattr(shape, "geoms", [shape]) if part.geom_type == "LineString"]
    drawn: list[tuple[float, Metres, Metres]] = []
    for part in parts:
        ring = np.asarray(part.coords)
        x, y = to_local_m(ring[:, 0], ring[:, 1], around=around)
        drawn.append((float(np.hypot(np.diff(x), np.diff(y)).sum()), x, y))
    if not drawn:
        return "", 0.0, (0.0, 0.0), 0.0
    length, x, y = max(drawn, key=lambda line: line[0])
    n = len(x) // 2
    before = max(n - 1, 0)
    angle = float(np.degrees(np.arctan2(-(y[n] - y[before]), x[n] - x[before])))
    upright = (angle + 90) % 180 - 90
    middle = (float(x[n] + x[before]) / 2, float(y[n] + y[before]) / 2)
    return "".join(path(own_x, own_y) for _length, own_x, own_y in drawn), length, middle, upright


def rings(shape: BaseGeometry, around: tuple[float, float]) -> str:
    """Return the path of an area, its holes left open."""
    paths = []
    for part in getattr(shape, "geoms", [shape]):
        for own in (part.exterior, *part.interiors):
            ring = np.asarray(own.coords)
            paths.append(path(*to_local_m(ring[:, 0], ring[:, 1], around=around)) + "Z")
    return "".join(paths)


def path(x: Metres, y: Metres) -> str:
    """Return the path through positions in metres from the middle, north up."""
    return "M" + "L".join(f"{east:.1f} {-north:.1f}" for east, north in zip(x, y, strict=True))


def _labels(names: list[tuple[float, tuple[float, float], float, str]], apart_m: float) -> str:
    """Write the names, the longest lines first; one that would lie on another is left out."""
    drawn: list[tuple[float, float]] = []
    texts = []
    for _length, (east, north), angle, name in sorted(names, reverse=True):
        if any(np.hypot(east - x, north - y) < apart_m for x, y in drawn):
            continue
        drawn.append((east, north))
        turned = f"translate({east:.1f} {-north:.1f}) rotate({angle:.0f})"
        texts.append(f'<text transform="{turned}" dy="0.35em">{escape(name)}</text>')
    return "".join(texts)


def _name(place: Any) -> str:
    details = place.attributes if isinstance(place.attributes, dict) else {}
    return str((details.get("name_en") if current_locale() == "en" else None) or place.name)
