"""Towns from a seed, and where reports in them belong: one report after the other, place by place."""

import json
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import geopandas as gpd
import numpy as np
import polars as pl
import shapely
from shapely.geometry import LineString, box

from data import place_kinds
from data.exempt_hours import read_dates, read_windows
from tests.data.samples import LAT, LON
from tests.geo.places_twin import distances_m, polygon_of

#: The town's half width in degrees; the reports of `samples` lie within and around it.
HALF = 0.05
_CHAIN = ("district", "street_office", "community", "grid")


def town(seed: int, *, compounds: int = 40, streets: int = 60, zones: int = 6) -> gpd.GeoDataFrame:
    """Make compounds that overlap, streets with and without a name, a chain of areas with gaps, zones."""
    rng = np.random.default_rng(seed)
    rows: list[tuple[str, str | None, dict[str, Any], Any]] = []
    for n in range(compounds):
        kind = str(rng.choice(["compound", "compound", "school", "market"]))
        rows.append((kind, f"{kind} {n}", {}, _square(rng, 0.002, 0.012)))
    for n in range(streets):
        at = _point(rng) + np.cumsum(rng.normal(0, 0.004, (4, 2)), axis=0)
        rows.append(("street", f"street {n}" if n % 5 else None, {"level": "side"}, LineString(at.round(7))))
    rows += _areas(rng)
    hours = ("", "mon-fri 08:00-20:00", "22:00-05:00", "sat,sun 06:00-24:00")
    dates = ("", "2024-03-01..2024-09-30", "11-01..02-15")
    named = ("", "parking", "manhole;cables")
    for n in range(zones):
        said = {
            "hours": hours[n % 4],
            "dates": dates[n % 3],
            "categories": named[int(rng.integers(3))],
        }
        rows.append(
            ("exemption", f"zone {n}", {k: v for k, v in said.items() if v}, _square(rng, 0.02, 0.06))
        )
    return frame(rows, source=f"town {seed}")


def frame(rows: list[tuple[str, str | None, dict[str, Any], Any]], *, source: str) -> gpd.GeoDataFrame:
    """Make a frame of places."""
    kinds, names, attributes, shapes = zip(*rows, strict=True)
    columns = {"kind": kinds, "name": names, "attributes": attributes, "source": source}
    ids = [f"{kind} {n}" for n, kind in enumerate(kinds)]
    return gpd.GeoDataFrame(columns | {"external_id": ids}, geometry=list(shapes), crs="EPSG:4326")


def answers(
    places: gpd.GeoDataFrame, reports: pl.DataFrame, first: dict[str, tuple[bool, float]], *, tz: str
) -> pl.DataFrame:
    """Say where reports belong: by looking at every place for every report.

    Parameters
    ----------
    places
        As the store gives them.
    first
        Of each category whether a street comes first, and within how many metres.
    """
    kinds = place_kinds.kinds()
    lon, lat = reports["lon"].to_numpy(), reports["lat"].to_numpy()
    grounds = places[places["kind"].map(lambda kind: kinds[kind].group == "grounds")]
    streets = places[places["kind"] == "street"]
    inside, _n = polygon_of(lon, lat, grounds.geometry.to_numpy())
    away = np.rint(distances_m(lon, lat, streets.geometry.to_numpy()) * 1000) / 1000
    levels = {
        level: (own, polygon_of(lon, lat, own.geometry.to_numpy())[0])
        for level in reversed(_CHAIN)
        for own in [places[places["kind"] == level]]
    }
    zones = places[places["kind"] == "exemption"]
    found = []
    for row, report in enumerate(reports.iter_rows(named=True)):
        street_first, within_m = first[report["category"]]
        ground = None if inside[row] < 0 else int(grounds["id"].iloc[inside[row]])
        street, metres = _street(streets, away[row], within_m)
        if street is not None and (street_first or ground is None) and _name(streets, street):
            place, at = street, metres
        elif ground is not None:
            place, at = ground, 0.0
        else:
            place, at = street, metres
        held = [int(own["id"].iloc[hit[row]]) for own, hit in levels.values() if hit[row] >= 0]
        found.append(
            {
                "place_id": place,
                "place_m": at,
                "area_id": held[0] if held else None,
                "exempt_id": _zone(zones, report, tz),
            }
        )
    schema = {"place_id": pl.Int64, "place_m": pl.Float64, "area_id": pl.Int64, "exempt_id": pl.Int64}
    return pl.DataFrame(found, schema=schema)


def _street(streets: Any, away: np.ndarray, within_m: float) -> tuple[int | None, float | None]:
    """Return the nearest street with a name, else the nearest one without."""
    for named in (True, False):
        near = [
            (away[n], int(number))
            for n, (number, name) in enumerate(zip(streets["id"], streets["name"], strict=True))
            if away[n] <= within_m and bool(isinstance(name, str) and name) == named
        ]
        if near:
            metres, number = min(near)
            return number, float(metres)
    return None, None


def _name(streets: Any, number: int) -> bool:
    return isinstance(streets.loc[streets["id"] == number, "name"].item(), str)


def _zone(zones: Any, report: dict[str, Any], tz: str) -> int | None:
    groups = {"illegal_parking": "parking", "overhead_cables": "cables", "flyposting": "posters"}
    own = {report["category"], groups.get(report["category"], "structures")}
    local = report["reported_at"].astimezone(ZoneInfo(tz))
    point = shapely.Point(report["lon"], report["lat"])
    held = []
    for zone in zones.itertuples():
        said = zone.attributes if isinstance(zone.attributes, dict) else json.loads(zone.attributes)
        names = set(filter(None, said.get("categories", "").split(";")))
        if zone.geometry.intersects(point) and (not names or names & own) and _open(said, local):
            held.append((zone.geometry.area, zone.id))
    return min(held)[1] if held else None


def _open(said: dict[str, Any], local: Any) -> bool:
    windows, dates = read_windows(said.get("hours", "")), read_dates(said.get("dates", ""))
    assert windows is not None and dates is not None

    def dated(day: Any) -> bool:
        if not dates:
            return True
        for first, last in dates:
            own = (day.year, day.month, day.day) if len(first) == 3 else (day.month, day.day)
            if (first <= own <= last) if first <= last else (own >= first or own <= last):
                return True
        return False

    minute, today = local.hour * 60 + local.minute, local.date()
    yesterday = today - timedelta(days=1)
    if not windows:
        return dated(today)
    for days, start, end in windows:
        if start < end:
            if today.weekday() in days and start <= minute < end and dated(today):
                return True
        elif (today.weekday() in days and minute >= start and dated(today)) or (
            yesterday.weekday() in days and minute < end and dated(yesterday)
        ):
            return True
    return False


def _point(rng: np.random.Generator) -> np.ndarray:
    return np.array([LON, LAT]) + rng.uniform(-HALF, HALF, 2)


def _square(rng: np.random.Generator, least: float, most: float) -> Any:
    west, south = _point(rng).round(4)
    width, height = rng.uniform(least, most, 2).round(4)
    return box(west, south, west + width, south + height)


def _areas(rng: np.random.Generator) -> list[tuple[str, str | None, dict[str, Any], Any]]:
    """Cut the town into a chain of rectangles, of which some are missing."""
    west, south, size = LON - HALF, LAT - HALF, 2 * HALF
    rows: list[tuple[str, str | None, dict[str, Any], Any]] = []
    for level, parts in zip(_CHAIN, (1, 2, 4, 8), strict=True):
        step = size / parts
        for n in range(parts * parts):
            if level in ("community", "grid") and rng.random() < 0.2:
                continue
            x, y = west + n % parts * step, south + n // parts * step
            rows.append((level, f"{level} {n}", {}, box(x, y, x + step, y + step)))
    return rows
