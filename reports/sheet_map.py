"""The map of a printed sheet: a team's cells, streets and numbered cases as one SVG, in millimetres.

It reads the day of a team as `/api/field/day` gives it. Numbers that would lie over each other are moved
apart, each with a line to its place.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from scipy.spatial import KDTree

from i18n import gettext as _

Floats = npt.NDArray[np.float64]

#: Letters from here on are as wide as they are high.
WIDE: Final = 0x2E80

_KM_PER_DEGREE: Final = 111.195  # of latitude
_MARGIN_MM: Final = 7.0
_LEAST_HEIGHT_MM: Final = 60.0
#: A single case has no extent of its own: so much ground is shown at least.
_LEAST_KM: Final = 0.3
_BADGE_MM: Final = 2.5
_SMALL_BADGE_MM: Final = 1.8
#: From so many cases on the numbers are set small.
_MANY: Final = 70
_ROUNDS: Final = 400
#: Of the way to its place that a number is drawn back in each of the first rounds; then it is only pushed.
_BACK: Final = 0.02
_BACK_ROUNDS: Final = 100
_TOUCH_MM: Final = 0.02  # nobody sees two numbers overlap by that
_STREET_MM: Final[Mapping[str, float]] = {"main": 1.5, "side": 1.0, "lane": 0.55}
_NAME_MM: Final = 2.5  # height of a street's name
_SCALE_MM: Final = 45.0  # longest bar of the scale
_ROUND_M: Final = (10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000)


@dataclass(frozen=True, slots=True)
class _Paper:
    """From degrees to millimetres on the paper."""

    west: float
    north: float
    x_mm: float  # of a degree of longitude
    y_mm: float
    left: float
    top: float
    width: float
    height: float

    def points(self, flat: Iterable[float]) -> Floats:
        """Return shape (n, 2) of lon, lat, lon, lat, …"""
        degrees = np.asarray(list(flat), dtype=np.float64).reshape(-1, 2)
        x = self.left + (degrees[:, 0] - self.west) * self.x_mm
        return np.column_stack([x, self.top + (self.north - degrees[:, 1]) * self.y_mm])

    @property
    def mm_per_km(self) -> float:
        return self.y_mm / _KM_PER_DEGREE


def sheet_map(
    day: Mapping[str, Any], numbered: Sequence[tuple[int, float, float]], *, wide: float, high: float
) -> str:
    """Draw the map.

    Parameters
    ----------
    day
        `cells`, `ground` and `route` are read; degrees of WGS-84.
    numbered
        Number, longitude and latitude of each case.
    wide, high
        Its width on the paper and the most that it may be high, in millimetres.

    Returns
    -------
    An `svg` element; empty where there is neither a cell nor a case.
    """
    paper = _paper(day, numbered, wide, high)
    if paper is None:
        return ""
    rings = [paper.points(ring) for _cell, ring in day["cells"]]
    ground = day.get("ground") or {}
    badge = _SMALL_BADGE_MM if len(numbered) > _MANY else _BADGE_MM
    true = paper.points([degree for _n, *place in numbered for degree in place])
    moved = _apart(true, radius=badge + 0.2, width=paper.width, height=paper.height)
    taken = [(x, y, badge) for x, y in moved.tolist()]
    parts = [
        *(_area(paper, ring) for one in ground.get("compounds", ()) for ring in one["rings"]),
        *(_line(ring, "cell", closed=True) for ring in rings),
        *(_street(paper, one, "casing") for one in ground.get("streets", ())),
        *(_street(paper, one, "street") for one in ground.get("streets", ())),
        *(_line(edge, "border") for edge in _border(rings)),
        *_way(paper, day.get("route")),
        *_names(paper, ground, taken),
        *(_badge(n, at, own, badge) for (n, *_p), at, own in zip(numbered, moved, true, strict=True)),
        _scale(paper),
    ]
    size = f'width="{paper.width:g}mm" height="{paper.height:.1f}mm"'
    box = f'viewBox="0 0 {paper.width:g} {paper.height:.1f}"'
    words = escape(_("Map of the team's cells and cases"))
    return f'<svg class="map" role="img" aria-label="{words}" {size} {box}>{"".join(parts)}</svg>'


def _paper(
    day: Mapping[str, Any], numbered: Sequence[tuple[int, float, float]], wide: float, high: float
) -> _Paper | None:
    degrees = [tuple(place) for _n, *place in numbered]
    for _cell, ring in day["cells"]:
        degrees += zip(ring[::2], ring[1::2], strict=True)
    if not degrees:
        return None
    lons, lats = np.array(degrees).T
    middle, narrow = (lats.min() + lats.max()) / 2, math.cos(math.radians((lats.min() + lats.max()) / 2))
    east = max(float(np.ptp(lons)) * narrow, _LEAST_KM / _KM_PER_DEGREE)
    north = max(float(np.ptp(lats)), _LEAST_KM / _KM_PER_DEGREE)
    scale = min((wide - 2 * _MARGIN_MM) / east, (high - 2 * _MARGIN_MM) / north)
    height = max(north * scale + 2 * _MARGIN_MM, _LEAST_HEIGHT_MM)
    return _Paper(
        west=(lons.min() + lons.max()) / 2 - east / narrow / 2,
        north=middle + north / 2,
        x_mm=scale * narrow,
        y_mm=scale,
        left=(wide - east * scale) / 2,
        top=(height - north * scale) / 2,
        width=wide,
        height=height,
    )


def _apart(places: Floats, *, radius: float, width: float, height: float) -> Floats:
    """Move numbers off each other, each as near to its place as that allows."""
    if not len(places):
        return places
    turn = np.arange(len(places)) * math.radians(137.5)  # those at one place part in all directions
    found: Floats = places + 0.01 * np.column_stack([np.cos(turn), np.sin(turn)])
    low, high = np.array([radius, radius]), np.array([width - radius, height - radius])
    for step in range(_ROUNDS):
        one, other = KDTree(found).query_pairs(2 * radius, output_type="ndarray").T
        delta = found[one] - found[other]
        far = np.hypot(delta[:, 0], delta[:, 1])
        if not len(far) or far.min() > 2 * radius - _TOUCH_MM:
            break
        push = ((2 * radius - far) / np.maximum(far, 1e-6) / 2)[:, None] * delta
        moved = found + (_BACK if step < _BACK_ROUNDS else 0) * (places - found)
        np.add.at(moved, one, push)
        np.subtract.at(moved, other, push)
        found = np.clip(moved, low, high)
    return found


def _path(points: Floats, *, closed: bool = False) -> str:
    return "M" + "L".join(f"{x:.2f} {y:.2f}" for x, y in points.tolist()) + ("Z" if closed else "")


def _line(points: Floats, name: str, *, closed: bool = False) -> str:
    return f'<path class="{name}" d="{_path(points, closed=closed)}"/>'


def _area(paper: _Paper, ring: Sequence[float]) -> str:
    return _line(paper.points(_flat(ring)), "compound", closed=True)


def _street(paper: _Paper, street: Mapping[str, Any], name: str) -> str:
    wide = _STREET_MM.get(street.get("kind") or "", _STREET_MM["lane"]) + (0.3 if name == "casing" else 0)
    drawn = "".join(_path(paper.points(_flat(line))) for line in street["lines"] if len(line))
    return f'<path class="{name}" stroke-width="{wide:.2f}" d="{drawn}"/>' if drawn else ""


def _flat(line: Sequence[Any]) -> list[float]:
    """Return lon, lat, lon, lat, … of that, or of pairs."""
    return [degree for pair in line for degree in pair] if isinstance(line[0], list | tuple) else list(line)


def _way(paper: _Paper, route: Mapping[str, Any] | None) -> list[str]:
    """Draw the legs of a route: along streets, and dashed where they are straight lines."""
    if not route:
        return []
    legs = [stop["leg"] for stop in route["stops"]] + ([route["home"]] if route.get("home") else [])
    return [
        _line(paper.points(leg["way"]), "leg straight" if leg["why"] else "leg")
        for leg in legs
        if len(leg["way"]) > 2  # one point is no line
    ]


def _border(rings: Sequence[Floats]) -> list[Floats]:
    """Return the edges that only one cell has."""
    edges = [
        (ring[i], ring[(i + 1) % len(ring)])
        for ring in rings
        for i in range(len(ring))
        if not np.allclose(ring[i], ring[(i + 1) % len(ring)])
    ]
    keys = [frozenset((_key(a), _key(b))) for a, b in edges]
    counted = Counter(keys)
    return [np.array(edge) for key, edge in zip(keys, edges, strict=True) if counted[key] == 1]


def _key(point: Floats) -> tuple[int, int]:
    return round(float(point[0]) * 5), round(float(point[1]) * 5)  # fifths of a millimetre


def _names(paper: _Paper, ground: Mapping[str, Any], taken: list[tuple[float, float, float]]) -> list[str]:
    """Write the names that have room: of streets along them, of compounds in their middle."""
    found = []
    for street in sorted(ground.get("streets", ()), key=lambda one: _RANKS.get(one.get("kind") or "", 3)):
        name = str(street.get("name") or "")
        pieces = [paper.points(_flat(line)) for line in street["lines"] if len(line)]
        for start, end in _longest(pieces):
            middle, along = (start + end) / 2, end - start
            if np.hypot(*along) < _length(name) or not name:
                continue
            angle = math.degrees(math.atan2(along[1], along[0]))
            angle -= 180 if angle > 90 else -180 if angle <= -90 else 0  # never upside down
            if _put(paper, middle, angle, name, taken):
                found.append(_text(middle, angle, name, "name"))
                break
    for compound in ground.get("compounds", ()):
        name = str(compound.get("name") or "")
        if name and compound["rings"]:
            ring = paper.points(_flat(compound["rings"][0]))
            middle, high = (ring.min(axis=0) + ring.max(axis=0)) / 2, float(np.ptp(ring[:, 1]))
            for down in (0.0, -0.2, 0.2, -0.4, 0.4):
                at = middle + np.array([0.0, down * high])
                if _put(paper, at, 0, name, taken):
                    found.append(_text(at, 0, name, "estate"))
                    break
    return found


_RANKS: Final[Mapping[str, int]] = {"main": 0, "side": 1, "lane": 2}


def _longest(pieces: Sequence[Floats]) -> list[tuple[Floats, Floats]]:
    """Return the straight pieces of a street, the longest first."""
    straight = [(a, b) for piece in pieces for a, b in pairwise(piece)]
    return sorted(straight, key=lambda one: -float(np.hypot(*(one[1] - one[0]))))[:6]


def _length(name: str) -> float:
    return sum(1.0 if ord(letter) >= WIDE else 0.56 for letter in name) * _NAME_MM


def _put(
    paper: _Paper, middle: Floats, angle: float, name: str, taken: list[tuple[float, float, float]]
) -> bool:
    """Take the room of a name, a row of circles; say whether it was free."""
    half = _length(name) / 2
    along = np.array([math.cos(math.radians(angle)), math.sin(math.radians(angle))])
    steps = np.arange(-half, half + 0.1, _NAME_MM / 2)
    own = [(*(middle + step * along).tolist(), _NAME_MM / 2) for step in steps]
    inside = all(r < x < paper.width - r and r < y < paper.height - r for x, y, r in own)
    if not inside or any(math.hypot(x - a, y - b) < r + s for x, y, r in own for a, b, s in taken):
        return False
    taken.extend(own)
    return True


def _text(at: Floats, angle: float, name: str, kind: str) -> str:
    turned = f"translate({at[0]:.2f} {at[1]:.2f}) rotate({angle:.1f})"
    return f'<text class="{kind}" transform="{turned}" dy="0.35em">{escape(name)}</text>'


def _badge(number: int, at: Floats, own: Floats, radius: float) -> str:
    (x, y), (a, b) = at.tolist(), own.tolist()
    lead = ""
    if math.hypot(x - a, y - b) > radius / 2:
        lead = f'<path class="lead" d="M{x:.2f} {y:.2f}L{a:.2f} {b:.2f}"/>'
        lead += f'<circle class="spot" cx="{a:.2f}" cy="{b:.2f}" r="0.5"/>'
    size = radius * (1.25 if number < 100 else 0.95)
    return (
        f'{lead}<circle class="badge" cx="{x:.2f}" cy="{y:.2f}" r="{radius:g}"/>'
        f'<text class="number" x="{x:.2f}" y="{y:.2f}" dy="0.35em" font-size="{size:.2f}">{number}</text>'
    )


def _scale(paper: _Paper) -> str:
    """Draw the bar of the scale and where north is."""
    mm_per_m = paper.mm_per_km / 1_000
    metres = max((m for m in _ROUND_M if m * mm_per_m <= _SCALE_MM), default=_ROUND_M[0])
    wide, y = metres * mm_per_m, paper.height - 2.5
    said = f"{metres // 1_000} km" if metres >= 1_000 else f"{metres} m"
    north, letter = paper.width - 5, escape(_("N"))
    return (
        f'<path class="scale" d="M3 {y - 1:.2f}V{y:.2f}H{3 + wide:.2f}V{y - 1:.2f}"/>'
        f'<text class="said" x="{3 + wide / 2:.2f}" y="{y - 1:.2f}">{said}</text>'
        f'<path class="north" d="M{north:g} 3l1.6 5l-1.6 -1.2l-1.6 1.2Z"/>'
        f'<text class="said" x="{north:g}" y="11.2">{letter}</text>'
    )
