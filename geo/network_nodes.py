"""Lines as straight pieces between places that they share, cut where they meet; for `geo.network`."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import shapely

from geo.distances import metres_per_degree

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]

#: Corners that agree to this are one: a tenth of a metre.
_PER_DEGREE: Final = 1_000_000
#: An end this close to another line lies on it.
_TOUCH_M: Final = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Pieces:
    """n straight pieces in the order of their lines; none without length, none twice.

    Attributes
    ----------
    places
        Shape (p, 2): longitude, latitude; each place once.
    ends
        Shape (n, 2): the places where each piece begins and ends.
    line
        Shape (n,): the line that it is a part of.
    follows
        Shape (n,): whether it begins where the piece before it ends, on the same line.
    """

    places: Floats
    ends: Ints
    line: Ints
    follows: npt.NDArray[np.bool_]


def pieces_of(lines: npt.NDArray[np.object_]) -> Pieces:
    """Take lines apart at their corners."""
    parts, line = shapely.get_parts(lines, return_index=True)
    at, part = shapely.get_coordinates(parts, return_index=True)
    return _tidied(at, part.astype(np.int32), line.astype(np.int32))


def joined_at_crossings(pieces: Pieces, *, crossings: str) -> tuple[Pieces, int, bool]:
    """Cut pieces where ends touch them, and where they cross if crossings are junctions.

    Returns
    -------
    The pieces, how many crossings without a common corner there are, and whether they were joined.
    """
    if not len(pieces.ends):
        return pieces, 0, False
    one, other, share, at = _crossings(pieces)
    junctions = int(np.count_nonzero(np.bincount(pieces.ends.ravel()) >= 3))
    join = crossings == "join" or (crossings == "auto" and len(one) >= junctions)
    cuts = [_touches(pieces)]
    if join:
        cuts += [(one, share[0], at), (other, share[1], at)]
    piece, where, places = (np.concatenate(columns) for columns in zip(*cuts, strict=True))
    return _cut(pieces, piece, where, places), len(one), join


def _tidied(at: Floats, part: Ints, line: Ints) -> Pieces:
    """Make pieces of corners, those of a part one after the other; `line` says whose each part is."""
    keys = np.rint(at * _PER_DEGREE).astype(np.int64)
    packed = keys[:, 0] * (1 << 32) + keys[:, 1]
    _, first, place = np.unique(packed, return_index=True, return_inverse=True)
    same = (part[1:] == part[:-1]) & (place[1:] != place[:-1])
    ends = np.column_stack([place[:-1], place[1:]])[same].astype(np.int32)
    owner = part[1:][same]
    # A piece that two lines share, or that one goes back along, is there once.
    low, high = ends.min(axis=1, initial=2**31 - 1), ends.max(axis=1, initial=0)
    _, kept = np.unique(low.astype(np.int64) * (len(first) + 1) + high, return_index=True)
    kept.sort()
    ends, owner = ends[kept], owner[kept]
    follows = np.zeros(len(ends), bool)
    follows[1:] = (owner[1:] == owner[:-1]) & (ends[1:, 0] == ends[:-1, 1])
    return Pieces(at[first], ends, line[owner] if len(owner) else np.zeros(0, np.int32), follows)


def _plane(pieces: Pieces) -> tuple[Floats, Floats]:
    """Return begin and end of each piece in metres on one plane: good enough to see what touches what."""
    middle = pieces.places.mean(axis=0)
    scale = np.array([float(length) for length in metres_per_degree(middle[1])])
    on_plane = (pieces.places - middle) * scale
    return on_plane[pieces.ends[:, 0]], on_plane[pieces.ends[:, 1]]


def _tree(begin: Floats, end: Floats) -> shapely.STRtree:
    lines: Any = shapely.linestrings(np.stack([begin, end], axis=1))
    return shapely.STRtree(lines)


def _crossings(pieces: Pieces) -> tuple[Ints, Ints, tuple[Floats, Floats], Floats]:
    """Find the pairs of pieces that cross inside both.

    Returns
    -------
    The pieces of each pair, where on each it is (0 to 1), and the places in degrees.
    """
    begin, end = _plane(pieces)
    tree = _tree(begin, end)
    one, other = tree.query(tree.geometries, predicate="crosses")
    once = one < other
    one, other = one[once], other[once]
    p, r = begin[one], end[one] - begin[one]
    q, s = begin[other], end[other] - begin[other]
    turned = _cross(r, s)
    flat = turned == 0
    turned = np.where(flat, 1, turned)
    t, u = _cross(q - p, s) / turned, _cross(q - p, r) / turned
    # Nearer to an end than the end reaches by itself: that is a touch.
    slack_t, slack_u = (_TOUCH_M / np.hypot(*way.T) for way in (r, s))
    inside = ~flat & (t > slack_t) & (t < 1 - slack_t) & (u > slack_u) & (u < 1 - slack_u)
    one, other, t, u = one[inside], other[inside], t[inside], u[inside]
    from_, to = (pieces.places[pieces.ends[one, side]] for side in (0, 1))
    return one.astype(np.int32), other.astype(np.int32), (t, u), from_ + (to - from_) * t[:, None]


def _touches(pieces: Pieces) -> tuple[Ints, Floats, Floats]:
    """Find loose ends that lie on another piece: that piece, where on it (0 to 1), and the end."""
    degree = np.bincount(pieces.ends.ravel(), minlength=len(pieces.places))
    own, side = np.nonzero(degree[pieces.ends] == 1)
    loose = pieces.ends[own, side]
    begin, end = _plane(pieces)
    tip = np.where((side == 0)[:, None], begin[own], end[own])
    which, on = _tree(begin, end).query(shapely.points(tip), predicate="dwithin", distance=_TOUCH_M)
    # The pieces next to its own are near it too, where those are short.
    next_to = (pieces.ends[on][:, :, None] == pieces.ends[own[which]][:, None, :]).any(axis=(1, 2))
    which, on = which[~next_to], on[~next_to]
    way = end[on] - begin[on]
    share = ((tip[which] - begin[on]) * way).sum(axis=1) / (way**2).sum(axis=1)
    return on.astype(np.int32), np.clip(share, 0, 1), pieces.places[loose[which]]


def _cut(pieces: Pieces, piece: Ints, share: Floats, at: Floats) -> Pieces:
    """Cut pieces at places on them."""
    n = len(pieces.ends)
    part = np.cumsum(~pieces.follows) - 1
    last = np.append(~pieces.follows[1:], True)
    ends_at = np.flatnonzero(last)
    # Each piece gives its begin; the last of a part its end too.
    rows = np.concatenate([np.arange(n), piece, ends_at])
    places = np.concatenate([np.full(n, 0.0), share, np.full(len(ends_at), 2.0)])
    corners = np.concatenate([pieces.places[pieces.ends[:, 0]], at, pieces.places[pieces.ends[ends_at, 1]]])
    order = np.lexsort([places, rows])
    line_of_part = pieces.line[np.flatnonzero(~pieces.follows)]
    return _tidied(corners[order], part[rows[order]].astype(np.int32), line_of_part)


def _cross(one: Any, other: Any) -> Floats:
    product: Floats = one[:, 0] * other[:, 1] - one[:, 1] * other[:, 0]
    return product
