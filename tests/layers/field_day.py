"""A made-up day of a field team, in the form that the phone page takes."""

from datetime import UTC, datetime, timedelta
from typing import Any

import h3
import numpy as np

LON, LAT = 116.862, 38.304
RESOLUTION = 10

_CATEGORIES = (
    ("illegal_parking", "illegal parking", "机动车违停", "parking"),
    ("bike_parking", "bicycles left about", "非机动车乱停放", "parking"),
    ("shared_bikes", "shared bicycles left about", "共享单车乱停放", "parking"),
    ("zombie_vehicle", "abandoned vehicle", "僵尸车", "parking"),
    ("overhead_cables", "overhead cables", "飞线、架空线缆", "cables"),
    ("flyposting", "flyposting", "牛皮癣、非法张贴", "posters"),
    ("fire_lane_blocked", "blocked fire lane", "占用消防通道", "safety"),
    ("shop_spill_out", "trading outside the shop", "店外经营", "trading"),
    ("street_vendor", "street vending", "占道经营", "trading"),
    ("piled_goods", "piled-up goods", "乱堆杂物", "cleanliness"),
    ("exposed_rubbish", "exposed rubbish", "暴露垃圾", "cleanliness"),
    ("full_bin", "overflowing bin", "垃圾箱满溢", "cleanliness"),
)
_ACTS = ("start", "fix", "photo", "note", "not_found", "needs_help", "not_mine")
_WORDS: dict[str, dict[str, Any]] = {
    "en": {
        "city": "Yunhe Demo Zone",
        "team": "Team 3 · Railway Street",
        "edition": "November",
        "streets": (
            "Renmin Road",
            "Jiefang Road",
            "Qingchi Street",
            "Back lane 4",
            "Huanghe Road",
            "Xinhua Lane",
        ),
        "compounds": ("Gardens of Peace", "Railway Compound", "East Lake"),
        "said": (
            "Three cars on the pavement, pushchairs have to use the road.",
            "",
            "Hangs across the entrance at head height.",
        ),
        "address": "No. {n}, {street}",
        "status": {
            "dispatched": "Dispatched",
            "in_progress": "In progress",
            "fixed": "Fixed, to be verified",
        },
        "acts": ("Start work", "Fixed", "Photo", "Note", "Not found", "Needs help", "Not mine"),
        "hot": "Consecutive hot spot",
        "reasons": ("Nothing there any more", "The place is described wrongly", "No way in"),
    },
    "zh": {
        "city": "运河示范区",
        "team": "3队 · 铁路街分队",
        "edition": "十一月",
        "streets": ("人民路", "解放路", "清池大道", "四号背街", "黄河路", "新华巷"),
        "compounds": ("和平花园", "铁路小区", "东湖家园"),
        "said": ("三辆车停在人行道上，婴儿车只能走马路。", "", "线缆垂到单元门口，碰头高度。"),
        "address": "{street}{n}号",
        "status": {"dispatched": "已派遣", "in_progress": "处理中", "fixed": "已处理，待核实"},
        "acts": ("开始处理", "已处理", "照片", "备注", "未发现问题", "需要支援", "不属于我队"),
        "hot": "连续热点",
        "reasons": ("现场已无问题", "位置描述有误", "无法进入"),
    },
}
_NEEDS: dict[str, list[str]] = {
    "photo": ["photo"],
    "note": ["note"],
    "not_found": ["reason"],
    "needs_help": ["reason"],
    "not_mine": ["reason"],
}


def made_up(*, n: int = 24, locale: str = "en", seed: int = 3, rings: int = 3) -> dict[str, Any]:
    """Return a day with `n` open cases in the cells within so many rings; a seed gives one day."""
    words = _WORDS[locale]
    rng = np.random.default_rng(seed)
    now = datetime.now(UTC).replace(microsecond=0)
    cells = sorted(h3.grid_disk(h3.latlng_to_cell(LAT, LON, RESOLUTION), rings))
    cases = [
        _case(i, rng=rng, cell=cells[int(rng.integers(len(cells)))], now=now, locale=locale) for i in range(n)
    ]
    cases.sort(key=lambda one: (one["status"] == "fixed", -one["urgency"]))
    corners = [[round(x, 6) for lat, lon in h3.cell_to_boundary(cell) for x in (lon, lat)] for cell in cells]
    lons, lats = [x for c in corners for x in c[::2]], [x for c in corners for x in c[1::2]]
    return {
        "form": 1,
        "store": "one",
        "at": now.isoformat(),
        "locale": locale,
        "city": words["city"],
        "synthetic": True,
        "tz": "Asia/Shanghai",
        "team": {"id": 3, "number": 3, "name": words["team"]},
        "edition": {"id": 7, "name": words["edition"], "published_at": now.isoformat()},
        "box": [min(lons), min(lats), max(lons), max(lats)],
        "cells": [[cell, flat] for cell, flat in zip(cells, corners, strict=True)],
        "ground": _ground(words),
        "cases": cases,
        "left_out": 0,
        "done": [],
        "categories": [
            {"code": code, "name": _name(code, locale), "group": group}
            for code, _en, _zh, group in _CATEGORIES
        ],
        "reasons": {act: list(words["reasons"]) for act in ("not_found", "not_mine", "needs_help")},
        "route": None,
    }


def acts(status: str, locale: str = "en") -> list[dict[str, Any]]:
    """Return what a team can do at a case of a status."""
    offered = {
        "dispatched": ("start", "fix", "photo", "note", "not_found", "needs_help", "not_mine"),
        "in_progress": ("fix", "photo", "note", "not_found", "needs_help", "not_mine"),
    }.get(status, ("photo", "note"))
    labels = dict(zip(_ACTS, _WORDS[locale]["acts"], strict=True))
    return [{"act": act, "label": labels[act], "needs": _NEEDS.get(act, [])} for act in offered]


def status_name(status: str, locale: str = "en") -> str:
    """Return the words of a status."""
    found: str = _WORDS[locale]["status"][status]
    return found


def _name(code: str, locale: str) -> str:
    return next(zh if locale == "zh" else en for slug, en, zh, _group in _CATEGORIES if slug == code)


def _case(i: int, *, rng: np.random.Generator, cell: str, now: datetime, locale: str) -> dict[str, Any]:
    words = _WORDS[locale]
    lat, lon = h3.cell_to_latlng(cell)
    lat, lon = lat + float(rng.normal(0, 2e-4)), lon + float(rng.normal(0, 2e-4))
    code = _CATEGORIES[int(rng.choice(len(_CATEGORIES), p=[0.25, *[0.75 / 11] * 11]))][0]
    hours = float(rng.choice([-70, -20, -3, 2, 7, 20, 45, 90, 150]))
    status = str(rng.choice(["dispatched", "in_progress", "fixed"], p=[0.75, 0.1, 0.15]))
    street = words["streets"][int(rng.integers(len(words["streets"])))]
    return {
        "id": 1000 + i,
        "version": 3,
        "category": code,
        "category_name": _name(code, locale),
        "status": status,
        "status_name": status_name(status, locale),
        "lon": round(lon, 6),
        "lat": round(lat, 6),
        "cell": cell,
        "place": words["compounds"][i % 3] if i % 4 == 0 else street,
        "address": words["address"].format(n=int(rng.integers(2, 90)), street=street),
        "description": words["said"][i % 3],
        "reported_at": (now - timedelta(hours=float(rng.integers(2, 400)))).isoformat(),
        "due_at": (now + timedelta(hours=hours)).isoformat() if i % 7 else None,
        "hours_left": hours if i % 7 else None,
        "urgency": max(0, min(100, round(60 - hours / 2))) if i % 7 else 5,
        "hot": "consecutive_hot" if i % 5 == 1 else None,
        "hot_words": words["hot"] if i % 5 == 1 else None,
        "repeats": int(rng.choice([0, 0, 0, 1, 4])),
        "help": i == 6,
        "photos": [],
        "acts": acts(status, locale),
    }


def _ground(words: dict[str, Any]) -> dict[str, Any]:
    """Lay a grid of streets, and compounds between them."""
    names = words["streets"]
    streets = []
    for i, offset in enumerate(np.linspace(-0.009, 0.009, 7)):
        kind = "main" if i % 3 == 0 else "side" if i % 2 else "lane"
        along = [
            [
                LON - 0.014,
                LAT + offset * 0.8,
                LON,
                LAT + offset * 0.8,
                LON + 0.014,
                LAT + offset * 0.8 + 0.0006,
            ]
        ]
        across = [[LON + offset * 1.3, LAT - 0.01, LON + offset * 1.3 + 0.0004, LAT + 0.01]]
        streets.append({"name": names[i % len(names)], "kind": kind, "lines": along})
        streets.append({"name": names[(i + 3) % len(names)], "kind": kind, "lines": across})
    compounds = [
        {"name": name, "rings": [[x, y, x + 0.0032, y, x + 0.0032, y + 0.0019, x, y + 0.0019, x, y]]}
        for name, (x, y) in zip(
            words["compounds"],
            ((LON - 0.0036, LAT + 0.0003), (LON + 0.0004, LAT - 0.0044), (LON - 0.0075, LAT - 0.0044)),
            strict=True,
        )
    ]
    return {"streets": streets, "compounds": compounds}
