"""A team's day as `/api/field/day` gives it, made up: cells, streets, compounds and so many cases."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

import numpy as np

from geo import cells
from geo.cell_shapes import boundaries
from geo.cells import ANALYSIS_RESOLUTION

LON: Final = 116.9
LAT: Final = 38.3
AT: Final = datetime(2026, 3, 4, 1, 30, tzinfo=UTC)
_KINDS: Final = {
    "en": ("Illegal parking", "Overhead cables", "Flyposting", "Waste dumped"),
    "zh": ("违规停车", "飞线", "小广告", "垃圾乱倒"),
}
_PLACES: Final = {
    "en": ("Chunhua Lu", "Hehuan Jie", "Ruilin Compound"),
    "zh": ("春华路", "合欢街", "瑞林小区"),
}
_SAID: Final = {
    "en": "Two vans stand on the footway beside the gate, so that nobody can pass with a pram.",
    "zh": "两辆面包车停在小区门口的人行道上，推婴儿车无法通过，居民多次反映。",
}


def a_day(n: int, *, locale: str = "en", team: int = 3, seed: int = 1) -> dict[str, Any]:
    """Return a day with `n` cases of the team's own work, and one that it may only look at."""
    rng = np.random.default_rng(seed)
    _row, ids = cells.disk(cells.from_points([LON], [LAT], ANALYSIS_RESOLUTION), 3)
    rings = [np.asarray(ring.exterior.coords)[:-1].ravel().tolist() for ring in boundaries(ids)]
    own = list(zip(cells.to_text(ids), rings, strict=True))
    corners = np.concatenate([np.reshape(ring, (-1, 2)) for ring in rings])
    (west, south), (east, north) = corners.min(axis=0), corners.max(axis=0)
    cases = [_case(i, rng, locale) for i in range(1, n + 1)]
    looked_at = _case(n + 1, rng, locale) | {"acts": [{"act": "note", "label": "Note", "needs": ["note"]}]}
    return {
        "form": 1,
        "at": AT.isoformat(),
        "locale": locale,
        "city": "示范区" if locale == "zh" else "Demo zone",
        "synthetic": True,
        "tz": "Asia/Shanghai",
        "team": {
            "id": team,
            "number": team,
            "name": "朝阳里志愿队" if locale == "zh" else "Sunrise volunteers",
        },
        "edition": {"id": 7, "name": "2026-03", "published_at": AT.isoformat()},
        "box": [float(west), float(south), float(east), float(north)],
        "cells": own,
        "ground": _ground(west, south, east, north, _PLACES[locale]),
        "cases": [*cases, looked_at],
        "done": [],
        "categories": [{"code": "parking", "name": _KINDS[locale][0], "group": ""}],
        "reasons": {"not_found": ["gone"], "not_mine": ["private"], "needs_help": ["crane"]},
        "route": None,
    }


def _case(number: int, rng: np.random.Generator, locale: str) -> dict[str, Any]:
    lon, lat = LON + rng.normal(0, 0.0012), LAT + rng.normal(0, 0.001)
    hours = float(rng.uniform(-30, 90))
    return {
        "id": 4_000 + number,
        "version": 2,
        "category": "parking",
        "category_name": _KINDS[locale][number % 4],
        "status": "dispatched",
        "status_name": "已派遣" if locale == "zh" else "dispatched",
        "lon": lon,
        "lat": lat,
        "cell": str(cells.to_text(cells.from_points([lon], [lat], ANALYSIS_RESOLUTION))[0]),
        "place": _PLACES[locale][number % 3],
        "address": f"{_PLACES[locale][number % 3]} {number}",
        "description": _SAID[locale] * (1 + number % 4),
        "reported_at": (AT - timedelta(hours=40)).isoformat(),
        "due_at": (AT + timedelta(hours=hours)).isoformat(),
        "hours_left": hours,
        "urgency": 100 - number % 100,
        "hot": None,
        "hot_words": None,
        "repeats": number % 3,
        "help": number % 9 == 0,
        "photos": [],
        "acts": [
            {"act": "start", "label": "Begin", "needs": []},
            {"act": "fix", "label": "Fixed", "needs": ["photo"]},
            {"act": "not_found", "label": "Not found", "needs": ["reason"]},
        ],
    }


def _ground(west: float, south: float, east: float, north: float, names: tuple[str, ...]) -> dict[str, Any]:
    across = np.linspace(west, east, 7)[1:-1]
    streets = [
        {
            "name": f"{names[0]} {i}" if i else names[0],
            "kind": "lane" if i % 2 else "main",
            "lines": [[float(lon), float(south), float(lon), float(north)]],
        }
        for i, lon in enumerate(across)
    ]
    streets += [
        {
            "name": f"{names[1]} {i}" if i else names[1],
            "kind": "side" if i % 2 else "main",
            "lines": [
                [
                    float(west),
                    float(lat),
                    (float(west) + float(east)) / 2,
                    float(lat),
                    float(east),
                    float(lat),
                ]
            ],
        }
        for i, lat in enumerate(np.linspace(south, north, 6)[1:-1])
    ]
    w, s = float(across[1]) + 0.0004, (south + north) / 2 + 0.0003
    ring = [w, s, w + 0.002, s, w + 0.002, s + 0.0015, w, s + 0.0015, w, s]
    return {"streets": streets, "compounds": [{"name": names[2], "rings": [[float(x) for x in ring]]}]}


def with_route(day: dict[str, Any], *cases: int) -> dict[str, Any]:
    """Return the day with a route by these cases, the last leg of it a straight line, and straight home."""
    begins = datetime.fromisoformat(day["at"])
    at = {case["id"]: (case["lon"], case["lat"]) for case in day["cases"]}
    legs = [
        {"why": "straight line" if case == cases[-1] else None, "way": [LON, LAT, *at[case]]}
        for case in cases
    ]
    stops = [
        {"n": n, "case": case, "arrives_at": (begins + timedelta(minutes=10 * n)).isoformat(), "leg": leg}
        for n, (case, leg) in enumerate(zip(cases, legs, strict=True), 1)
    ]
    route = {
        "shift": {"begins_at": begins.isoformat()},
        "stops": stops,
        "home": {"why": None, "way": [*at[cases[-1]], LON, LAT]},
        "straight": 1,
        "words": f"{len(cases)} stops",
    }
    return day | {"route": route}
