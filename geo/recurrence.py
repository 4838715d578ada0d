"""Whether what was closed came back: the same problem reported again at the same spot, soon after.

A closed case *returned* if a report of the same category was made after its closing, at most so many days
later, at the same spot: in the same cell, or within so many metres. Only cases whose whole window has passed
are judged: one that was closed last week cannot yet have stayed away for thirty days.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from geo.cell_ids import check
from geo.distances import to_local_m
from geo.errors import AnalysisError

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Values = npt.NDArray[np.float64]

DAY_MIN: Final = 1440
#: The normal quantile of the 95 % interval.
_Z: Final = 1.959_963_984_540_054
#: Minutes are below this, so that a group and a minute make one number: until the year 4000.
_SPAN: Final = 1 << 31
#: Reports are fewer than this, so that a minute and a row make one number.
_MOST: Final = 1 << 31
#: Pairs of a closed case and a report that are looked at together.
_PAIRS: Final = 4_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Events:
    """Reports or closed cases.

    Attributes
    ----------
    kind
        Shape (n,), whole numbers of 0 or more: the category.
    minute
        Shape (n,): when it was reported, or closed, in minutes of one clock, 0 or more.
    """

    kind: Ints
    minute: Ints

    @classmethod
    def of(cls, kind: npt.ArrayLike, minute: npt.ArrayLike) -> "Events":
        """Check and take up.

        Raises
        ------
        AnalysisError
            Numbers that are negative or too large, or of different lengths.
        """
        kinds, minutes = np.asarray(kind, np.int64), np.asarray(minute, np.int64)
        if kinds.shape != minutes.shape or kinds.ndim != 1:
            raise AnalysisError("A category and a minute for each event, please: the columns differ.")
        if kinds.size and (kinds.min() < 0 or minutes.min() < 0 or minutes.max() >= _SPAN):
            raise AnalysisError("Categories or minutes that are negative or too large.")
        return cls(kinds, minutes)


def window_is_over(closed: Events, *, days: int, until: int) -> Bools:
    """Return which closed cases can be judged: all of their window lies before the minute `until`.

    Raises
    ------
    AnalysisError
        Days that are not above 0.
    """
    _checked(days)
    known: Bools = closed.minute + days * DAY_MIN <= until
    return known


def first_return_in_cell(
    closed: Events, closed_cells: Any, reports: Events, report_cells: Any, *, days: int
) -> Ints:
    """Find the first report of the same category in the same cell after each closed case.

    Parameters
    ----------
    closed, closed_cells
        Closed cases and the cell of each.
    reports, report_cells
        Every report that may be a return, and the cell of each; the closed cases' own reports may be among
        them, since a report is older than its closing.
    days
        The window.

    Returns
    -------
    Shape (closed,): the row of that report, made after the closing and at most `days` × 24 hours later; -1
    where none was.

    Raises
    ------
    AnalysisError
        A window of less than a day, or columns of different lengths.
    CellError
        Ids that are no cells.
    """
    _checked(days)
    ours, theirs = check(closed_cells), check(report_cells)
    if len(ours) != len(closed.kind) or len(theirs) != len(reports.kind):
        raise AnalysisError("A cell for each event, please: the columns differ in length.")
    spots = np.unique(np.concatenate([ours, theirs]), return_inverse=True)[1].astype(np.int64)
    kinds = int(max(closed.kind.max(initial=0), reports.kind.max(initial=0))) + 1
    pairs = spots * kinds + np.concatenate([closed.kind, reports.kind])
    # Numbered without gaps, so that a minute fits behind each.
    groups = np.unique(pairs, return_inverse=True)[1].astype(np.int64)
    keys = groups[len(ours) :] * _SPAN + reports.minute
    order = np.argsort(keys, kind="stable")
    first, last = _between(keys[order], groups[: len(ours)], closed.minute, closed.minute + days * DAY_MIN)
    found = np.full(len(ours), -1)
    came = last > first
    found[came] = order[first[came]]
    return found


def first_return_within(
    closed: Events,
    closed_at: tuple[npt.ArrayLike, npt.ArrayLike],
    reports: Events,
    reports_at: tuple[npt.ArrayLike, npt.ArrayLike],
    *,
    days: int,
    within_m: float,
) -> Ints:
    """Find the first report of the same category within so many metres after each closed case.

    Parameters
    ----------
    closed_at, reports_at
        Longitudes and latitudes, WGS-84 degrees.
    within_m
        Metres on the ground, more than 0.

    Returns
    -------
    As for `first_return_in_cell`.

    Raises
    ------
    AnalysisError
        A window of less than a day, a distance of nothing, or columns of different lengths.
    """
    _checked(days)
    if not (np.isfinite(within_m) and within_m > 0):
        raise AnalysisError(f"{within_m!r} is no distance. Expected metres, more than 0.")
    own, others = (np.stack([np.asarray(side, np.float64) for side in at]) for at in (closed_at, reports_at))
    if own.shape[1] != len(closed.kind) or others.shape[1] != len(reports.kind):
        raise AnalysisError("A place for each event, please: the columns differ in length.")
    if not own.shape[1] or not others.shape[1]:
        return np.full(own.shape[1], -1)
    middle = (float(others[0].mean()), float(others[1].mean()))
    own_m, others_m = (np.stack(to_local_m(lon, lat, around=middle)) for lon, lat in (own, others))
    squares = _Squares(others_m, reports.kind, within_m)
    keys = squares.find(others_m, reports.kind) * _SPAN + reports.minute
    order = np.argsort(keys, kind="stable")
    keys, others_m = keys[order], others_m[:, order]
    # In the order of the squares, neighbouring questions read neighbouring memory: several times faster.
    asked = np.lexsort((closed.minute, squares.codes(own_m, closed.kind)))
    own_m, kinds, after = own_m[:, asked], closed.kind[asked], closed.minute[asked]
    # The first return so far as minute and place in one number; later squares are searched only up to it.
    none = (after + days * DAY_MIN + 1) * _MOST
    best, minutes = none.copy(), (keys % _SPAN) * _MOST
    for step in product((-1, 0, 1), (-1, 0, 1)):
        group = squares.find(own_m, kinds, step)
        rows = np.flatnonzero(group >= 0)
        ranges = _between(keys, group[rows], after[rows], best[rows] // _MOST)
        for row, at in _pairs(rows, *ranges):
            away = others_m[:, at] - own_m[:, row]
            near = (away**2).sum(axis=0) <= within_m**2
            np.minimum.at(best, row[near], minutes[at[near]] + at[near])
    found = np.full(len(asked), -1)
    found[asked] = np.where(best < none, order[np.where(best < none, best % _MOST, 0)], -1)
    return found


def shares(
    returned: npt.ArrayLike, judged: npt.ArrayLike, together: npt.ArrayLike = 1.0
) -> tuple[Values, Values, Values]:
    """Return shares with their 95 % intervals, that are right for few cases too.

    Parameters
    ----------
    returned, judged
        Shape (n,): how many came back, of how many.
    together
        Shape (n,): how many cases one report brings back together, as the returned cases meet it (Σm²/Σm for
        groups of m); 1 or more. Such cases tell less than as many that each came back by a report of its
        own: the interval is that of (1 - share) · together + share times fewer cases.

    Returns
    -------
    Share, low and high end, each of shape (n,); NaN, 0 and 1 where nothing was judged.

    Raises
    ------
    AnalysisError
        More came back than were judged, or fewer than none; groups of less than 1.

    Source: E. B. Wilson (1927), Journal of the American Statistical Association 22, 209-212.
    """
    hits, n = np.asarray(returned, np.float64), np.asarray(judged, np.float64)
    groups = np.asarray(together, np.float64)
    if (hits < 0).any() or (hits > n).any() or not (groups >= 1).all():
        raise AnalysisError("More came back than were judged, or fewer than none.")
    share = hits / np.where(n > 0, n, 1)
    size = np.where(n > 0, n / ((1 - share) * groups + share), 1)
    middle = (share + _Z**2 / (2 * size)) / (1 + _Z**2 / size)
    half = _Z / (1 + _Z**2 / size) * np.sqrt(share * (1 - share) / size + (_Z / (2 * size)) ** 2)
    none = n == 0
    return (
        np.where(none, np.nan, share),
        np.where(none, 0.0, np.where(hits == 0, 0.0, middle - half)),
        np.where(none, 1.0, np.where(hits == n, 1.0, middle + half)),
    )


class _Squares:
    """Squares of the plane, each with one category, numbered from 0 on; those in which something lies."""

    def __init__(self, metres: Values, kind: Ints, size_m: float) -> None:
        self._size_m = size_m
        squares = self._squares(metres)
        self._low, self._high = squares.min(axis=1), squares.max(axis=1)
        self._kinds = int(kind.max()) + 1
        self._known = np.unique(self._codes(squares, kind))

    def codes(self, metres: Values, kind: Ints) -> Ints:
        """Return a number for the square and the category of each point; equal ones are in one square."""
        return self._codes(self._squares(metres), kind)

    def find(self, metres: Values, kind: Ints, step: tuple[int, int] = (0, 0)) -> Ints:
        """Return the numbers of the squares so many steps beside points; -1 where nothing lies in one."""
        squares = self._squares(metres) + np.array(step)[:, None]
        inside = (squares >= self._low[:, None]) & (squares <= self._high[:, None])
        codes = self._codes(squares, kind)
        at = np.minimum(np.searchsorted(self._known, codes), len(self._known) - 1)
        there = inside.all(axis=0) & (kind < self._kinds) & (self._known[at] == codes)
        return np.where(there, at, -1)

    def _squares(self, metres: Values) -> Ints:
        return np.floor(metres / self._size_m).astype(np.int64)

    def _codes(self, squares: Ints, kind: Ints) -> Ints:
        east, north = squares - self._low[:, None]
        codes: Ints = (east * (self._high[1] - self._low[1] + 1) + north) * self._kinds + kind
        return codes


def _pairs(rows: Ints, first: Ints, last: Ints) -> Iterator[tuple[Ints, Ints]]:
    """Yield rows with each place of the range that they have, so many that about `_PAIRS` are in memory."""
    ends = np.cumsum(last - first)
    begin = 0
    while begin < len(rows):
        done = ends[begin - 1] if begin else 0
        end = max(begin + 1, int(np.searchsorted(ends, done + _PAIRS, side="right")))
        n = (last - first)[begin:end]
        places = np.arange(int(n.sum())) - np.repeat(np.cumsum(n) - n, n) + np.repeat(first[begin:end], n)
        yield np.repeat(rows[begin:end], n), places
        begin = end


def _between(keys: Ints, group: Ints, after: Ints, upto: Ints) -> tuple[Ints, Ints]:
    """Return where the reports of a group lie that came after a minute and up to another one."""
    start = group * _SPAN + after
    end = np.minimum(group * _SPAN + upto, (group + 1) * _SPAN - 1)
    return np.searchsorted(keys, start, side="right"), np.searchsorted(keys, end, side="right")


def _checked(days: int) -> None:
    if isinstance(days, bool) or not isinstance(days, int | np.integer) or days < 1:
        raise AnalysisError(f"{days!r} is no window. Expected whole days, 1 or more.")
