"""Places: which polygon or line a point belongs to.

A point belongs to the polygon that it lies in, else to the nearest line within some metres, else to open
ground; for some points the line may come first. Coordinates are WGS-84 degrees. The modules beside this one
hold the parts; everything is used from here.
"""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Thread
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt
import polars as pl
import shapely

from geo.places_grid import Floats, Ints, LineGrid, PolygonGrid, by_area, order_near, segments_of
from geo.places_in_cells import places_of_cells
from geo.places_input import choice_of, metres_of, points_of, shapes_of
from geo.places_measures import areas_m2, lengths_m
from geo.places_repair import Repaired, overlaps, repair

__all__ = [
    "LINE",
    "MOST_WITHIN_M",
    "NOWHERE",
    "OPEN_GROUND",
    "POLYGON",
    "WITHIN_M",
    "Located",
    "PlaceIndex",
    "Repaired",
    "areas_m2",
    "lengths_m",
    "locate",
    "overlaps",
    "places_of_cells",
    "repair",
    "warm",
    "warm_in_background",
]

#: Longitudes, latitudes, and the rows in the order in which to ask about them.
Here: TypeAlias = tuple[Floats, Floats, Ints]

#: What a point belongs to, as in `Located.won`. Without coordinates it is nowhere.
NOWHERE: Final = 0
OPEN_GROUND: Final = 1
POLYGON: Final = 2
LINE: Final = 3
_WORDS: Final = ("nowhere", "open_ground", "polygon", "line")

#: How far a line may be from a point that belongs to it, unless said otherwise.
WITHIN_M: Final = 30.0
#: The farthest that may be asked for: up to here the plane around a point is true to 0.1 % within 50° of the
#: equator, and to 0.001 % at 100 m.
MOST_WITHIN_M: Final = 5_000.0


@dataclass(frozen=True, slots=True, eq=False)
class Located:
    """What each of n points belongs to, in their order.

    Attributes
    ----------
    polygon
        int32: row of the smallest polygon that holds the point, -1 for none; also where a line won.
    line
        int32: row of the nearest line within the distance allowed, -1 for none; also where a
        polygon won.
    distance_m
        float64: metres to that line, to the millimetre; NaN for none.
    won
        uint8: `NOWHERE`, `OPEN_GROUND`, `POLYGON` or `LINE`.
    in_several
        bool: whether the point lies in more polygons than one.
    """

    polygon: npt.NDArray[np.int32]
    line: npt.NDArray[np.int32]
    distance_m: npt.NDArray[np.float64]
    won: npt.NDArray[np.uint8]
    in_several: npt.NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.won)

    @property
    def place(self) -> npt.NDArray[np.int32]:
        """Row of the polygon or line that won, -1 for open ground and nowhere."""
        neither = np.int32(-1)
        return np.where(self.won == POLYGON, self.polygon, np.where(self.won == LINE, self.line, neither))

    def frame(self) -> pl.DataFrame:
        """Return columns polygon, line (null for none), distance_m, won (words), in_several."""
        return pl.DataFrame(
            {
                "polygon": self.polygon,
                "line": self.line,
                "distance_m": pl.Series(self.distance_m, nan_to_null=True),
                "won": pl.Series(self.won).cat.to(pl.Enum(_WORDS)),
                "in_several": self.in_several,
            }
        ).with_columns(pl.when(pl.col(name) >= 0).then(name).alias(name) for name in ("polygon", "line"))


def locate(
    points: Any, polygons: Any, lines: Any, *, within_m: Any = WITHIN_M, line_first: Any = False
) -> Located:
    """Find the polygon or the line that each point belongs to; `PlaceIndex` for more than one batch.

    Parameters, answers and errors are those of `PlaceIndex` and `PlaceIndex.locate`.
    """
    return PlaceIndex(polygons, lines).locate(points, within_m=within_m, line_first=line_first)


def _lay_lines(lines: Any) -> tuple[int, LineGrid | None]:
    """Return how many lines there are, and their grid."""
    streets = shapes_of(lines, "lines")
    segments, line = segments_of(streets)
    return len(streets), LineGrid.build(segments, line) if len(segments) else None


@dataclass(init=False, eq=False, slots=True)
class PlaceIndex:
    """Polygons and lines, prepared to be asked about any number of points; not changed by asking.

    Parameters
    ----------
    polygons
        Shapely polygons and multi-polygons, valid (see `repair`), or a GeoSeries or GeoDataFrame in WGS-84;
        None for no polygons. None and empty ones hold no point.
    lines
        Shapely lines and multi-lines in the same forms; one without length is the point that it stands on.

    Edges and segments are straight in degrees, as GeoJSON has it, and longitudes are plain numbers: what
    crosses the antimeridian must be cut there, and nothing is looked for on its other side.

    Raises
    ------
    PlaceError
        Other geometries, coordinates missing or infinite, invalid polygons.
    CrsError
        A frame without a system or in another than WGS-84, coordinates that are no degrees.
    """

    polygon_count: int
    line_count: int
    _polygons: PolygonGrid | None = field(repr=False)
    _lines: LineGrid | None = field(repr=False)
    _rows: npt.NDArray[np.int32] = field(repr=False)  # the polygon in each place of the order by area

    def __init__(self, polygons: Any, lines: Any) -> None:
        # Side by side: shapely and the kernels let go of Python's lock.
        with ThreadPoolExecutor(1) as beside:
            laid = beside.submit(_lay_lines, lines)
            areas = shapes_of(polygons, "polygons")
            order = by_area(areas)
            edges, polygon = segments_of(areas[order])
            bounds = shapely.bounds(areas[order])
            self._polygons = PolygonGrid.build(edges, polygon, bounds) if len(edges) else None
            self.line_count, self._lines = laid.result()
        self.polygon_count = len(areas)
        # The last entry, for "none", is found by -1.
        self._rows = np.append(order, -1).astype(np.int32)

    def locate(self, points: Any, *, within_m: Any = WITHIN_M, line_first: Any = False) -> Located:
        """Find the polygon or the line that each point belongs to.

        Parameters
        ----------
        points
            n points in WGS-84 degrees: a pair of longitudes and latitudes, an array of shape (n, 2), a frame
            with the columns `lon` and `lat`, shapely points, a GeoSeries or a GeoDataFrame.
        within_m
            How far a line may be, in metres, 0 to `MOST_WITHIN_M`; one for all or shape (n,).
        line_first
            Whether a line comes before a polygon; one bool for all or shape (n,).

        Returns
        -------
        What each point belongs to. A point on an edge, the shared one of two polygons too, lies in the
        polygon, as with shapely's `intersects`; of several polygons the one with the smallest area wins, of
        equally large ones the first. Of several lines the nearest wins, of those equally near to the
        millimetre the first; a line that is `within_m` away to the millimetre is within it. A point whose
        coordinates are missing, infinite or off the globe is `NOWHERE`.

        Raises
        ------
        FrameError
            Points in a form that is not known; distances or choices that are not as many as the points,
            missing, negative or too large.
        CrsError
            Points of which most are no degrees; a frame without a system or in another than WGS-84.
        """
        from geo.compiled import in_chunks

        lon, lat = points_of(points)
        metres, line_wins = metres_of(within_m, len(lon), most=MOST_WITHIN_M), choice_of(line_first, len(lon))
        found = Located(
            polygon=np.full(len(lon), -1, np.int32),
            line=np.full(len(lon), -1, np.int32),
            distance_m=np.full(len(lon), np.nan),
            won=np.zeros(len(lon), np.uint8),
            in_several=np.zeros(len(lon), np.bool_),
        )

        def run(begin: int, end: int) -> None:
            some = slice(begin, end)
            here = self._ordered(lon[some], lat[some])
            self._fill_polygons(here, found.polygon[some], found.in_several[some])
            near = metres if len(metres) == 1 else metres[some]
            self._fill_lines(here, near, found.line[some], found.distance_m[some])
            on_globe = (np.abs(here[0]) <= 180) & (np.abs(here[1]) <= 90)
            in_polygon, at_line = found.polygon[some] >= 0, found.line[some] >= 0
            by_line = at_line & (line_wins[some] | ~in_polygon)
            found.won[some] = np.where(by_line, LINE, np.where(in_polygon, POLYGON, on_globe))

        in_chunks(run, len(lon))
        return found

    def _ordered(self, lon: Floats, lat: Floats) -> Here:
        grid = self._lines or self._polygons
        rows = np.arange(0, dtype=np.int32) if grid is None else order_near(lon, lat, grid.tiles)
        return lon, lat, rows

    def _fill_polygons(self, here: Here, polygon: Any, in_several: Any) -> None:
        from geo import places_kernels

        grid = self._polygons
        if grid is not None:
            places_kernels.containing(
                *here,
                grid.start,
                grid.items,
                grid.bins,
                grid.bin_start,
                grid.edges,
                *grid.tiles.parts,
                polygon,
                in_several,
            )
            polygon[:] = self._rows[polygon]

    def _fill_lines(self, here: Here, within_m: Any, line: Any, distance_m: Any) -> None:
        from geo import places_kernels

        grid = self._lines
        if grid is not None:
            places_kernels.nearest(
                *here, within_m, grid.start, grid.segments, grid.lines, *grid.tiles.parts, line, distance_m
            )


def warm() -> float:
    """Compile what `locate` needs, or load it from numba's cache; return the seconds that this took.

    The first time on a machine takes seconds, afterwards tenths. Without it the first call pays.
    """
    begun = time.perf_counter()
    from geo import places_kernels  # noqa: F401 (compiles when it is imported)

    return time.perf_counter() - begun


def warm_in_background() -> Thread:
    """Start `warm` in a thread of its own and return it; a call of `locate` meanwhile waits for it."""
    thread = Thread(target=warm, name="warm-places", daemon=True)
    thread.start()
    return thread
