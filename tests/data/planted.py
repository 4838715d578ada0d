"""Synthetic reports with known truth: which of them are of the same thing.

Made by other laws than the score assumes: positions scatter with heavy tails and by wrong geocoding,
repeats come evenly while a thing is there, words are chosen, mistyped and passed on, chronic places have
the same thing again after it was fixed, which is no duplicate.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import numpy as np
import polars as pl

LON, LAT = 116.87, 38.27
START: Final = datetime(2023, 1, 1, tzinfo=UTC)
_METRES_PER_DEGREE: Final = 111_195.0

#: Category: how common, hours that such a thing stays, share of its reports that come under which other.
_KINDS: Final = {
    "illegal_parking": (9.0, 3.0, "fire_lane_blocked"),
    "bike_parking": (4.0, 20.0, "shared_bikes"),
    "shared_bikes": (3.0, 24.0, "bike_parking"),
    "overhead_cables": (2.0, 400.0, "fallen_cable"),
    "flyposting": (3.0, 150.0, "illegal_advert"),
    "fire_lane_blocked": (1.5, 10.0, "illegal_parking"),
    "manhole": (0.8, 90.0, "dirty_street"),
    "shop_spill_out": (3.0, 8.0, "street_vendor"),
    "street_vendor": (3.0, 4.0, "shop_spill_out"),
    "piled_goods": (2.0, 120.0, "piled_rubbish"),
    "exposed_rubbish": (4.0, 20.0, "full_bin"),
    "full_bin": (2.5, 18.0, "exposed_rubbish"),
}
_WORDS: Final = {
    "illegal_parking": ("{place}有车违停", "{place}旁边停满了车，过不去", "违停", "小车停在{place}人行道上"),
    "bike_parking": ("{place}电动车乱停", "非机动车乱停放，{place}", "电动车挡路"),
    "shared_bikes": ("{place}共享单车倒了一片", "共享单车乱放", "{place}堆了很多共享单车"),
    "overhead_cables": ("{place}飞线充电", "{place}门口电线乱拉", "私拉电线，有安全隐患"),
    "flyposting": ("{place}墙上小广告", "牛皮癣太多，{place}", "小广告没人清理"),
    "fire_lane_blocked": ("{place}消防通道被占", "消防通道停车，{place}", "消防通道堵了"),
    "manhole": ("{place}井盖坏了", "{place}井盖松动，车一压就响", "井盖破损"),
    "shop_spill_out": ("{place}店外经营", "{place}把桌子摆到外面", "店铺占用人行道"),
    "street_vendor": ("{place}有人摆摊", "{place}流动摊贩占道", "占道经营"),
    "piled_goods": ("{place}楼道堆杂物", "{place}乱堆东西没人管", "杂物乱堆"),
    "exposed_rubbish": ("{place}一堆垃圾", "垃圾没人收，{place}", "暴露垃圾", "{place}垃圾好几天了，很臭"),
    "full_bin": ("{place}垃圾桶满了", "垃圾桶满溢", "{place}垃圾箱溢出来了"),
}
_PLACES: Final = [
    f"{name}{kind}"
    for name in "青禾锦川望麓云栖明德和平安泰新华"
    for kind in ("小区东门", "路口", "超市", "巷")
]


@dataclass(frozen=True)
class Planted:
    """Reports as `find_candidates` takes them, and of which thing each one is."""

    reports: pl.DataFrame
    thing: np.ndarray

    def true_pairs(self, candidates: pl.DataFrame) -> np.ndarray:
        """Tell for each candidate whether it is of the same thing as its report."""
        ids = candidates.select("id", "candidate").to_numpy()
        return self.thing[ids[:, 0]] == self.thing[ids[:, 1]]

    def earlier(self) -> np.ndarray:
        """Tell for each report whether an earlier one of the same thing exists."""
        first = self.reports.with_columns(thing=self.thing).select(
            pl.col("id") != pl.col("id").sort_by("reported_at", "id").first().over("thing")
        )
        return first.to_series().to_numpy()


def plant(things: int, *, seed: int, days: float = 365.0, side_m: float = 6000.0) -> Planted:
    """Make the reports of so many things in a square city.

    Returns
    -------
    Reports in the order of time; ids are row numbers.
    """
    rng = np.random.default_rng(seed)
    kinds = list(_KINDS)
    share = np.array([_KINDS[kind][0] for kind in kinds])
    chronic = rng.uniform(0, side_m, (max(1, things // 60), 2))
    chronic_kind = rng.choice(len(kinds), len(chronic), p=share / share.sum())
    again = rng.random(things) < 0.35  # of all things, so many are at a chronic place
    spot = rng.integers(0, len(chronic), things)
    where = np.where(
        again[:, None], chronic[spot] + rng.normal(0, 4, (things, 2)), _on_streets(rng, things, side_m)
    )
    kind = np.where(again, chronic_kind[spot], rng.choice(len(kinds), things, p=share / share.sum()))
    begins = rng.uniform(0, days * 24, things)
    stays = np.array([_KINDS[name][1] for name in kinds])[kind] * rng.lognormal(0, 0.6, things)
    repeats = rng.negative_binomial(0.5, 0.5 / (0.5 + 0.25), things)
    thing = np.repeat(np.arange(things), repeats + 1)
    n = len(thing)
    hour = begins[thing] + rng.uniform(0, 1, n) * stays[thing]
    place = where[thing] + _errors_m(rng, n)
    closed = begins[thing] + stays[thing] * rng.uniform(1.0, 1.5, things)[thing]
    other = np.array(
        [kinds.index(_KINDS[name][2]) if _KINDS[name][2] in kinds else i for i, name in enumerate(kinds)]
    )
    category = np.where(rng.random(n) < 0.06, other[kind[thing]], kind[thing])
    text, photo = _said_and_shown(rng, thing, [kinds[k] for k in kind], again, spot)
    order = np.argsort(hour)
    epoch_us = int(START.timestamp() * 1e6)
    moments = {
        name: pl.Series(name, epoch_us + (value[order] * 3.6e9).astype(np.int64)).cast(
            pl.Datetime("us", "UTC")
        )
        for name, value in (("reported_at", hour), ("closed_at", closed))
    }
    scale = _METRES_PER_DEGREE * np.cos(np.radians(LAT))
    reports = pl.DataFrame(
        {
            "id": np.arange(n),
            "lon": LON + place[order, 0] / scale,
            "lat": LAT + place[order, 1] / _METRES_PER_DEGREE,
            "category": [kinds[k] for k in category[order]],
            "description": [text[row] for row in order],
            "photo_hashes": pl.Series([photo[row] for row in order], dtype=pl.List(pl.UInt64)),
            **moments,
        }
    )
    return Planted(reports, thing[order])


def _on_streets(rng: np.random.Generator, n: int, side_m: float) -> np.ndarray:
    """Draw places along a grid of streets 120 m apart."""
    along, across = (
        rng.uniform(0, side_m, n),
        np.round(rng.uniform(0, side_m, n) / 120) * 120 + rng.normal(0, 6, n),
    )
    return np.where(rng.random((n, 1)) < 0.5, np.c_[along, across], np.c_[across, along])


def _errors_m(rng: np.random.Generator, n: int) -> np.ndarray:
    """Draw what positions are off: a phone's heavy tails, a compound's middle, a slip of the finger."""
    phone = rng.standard_t(3, (n, 2)) * 6
    cause = rng.random((n, 1))
    middle = rng.normal(0, 45, (n, 2))
    slip = rng.uniform(-500, 500, (n, 2))
    return np.where(cause < 0.005, slip, np.where(cause < 0.06, middle, phone))


def _said_and_shown(
    rng: np.random.Generator, thing: np.ndarray, kind: list[str], again: np.ndarray, spot: np.ndarray
) -> tuple[list[str | None], list[list[int]]]:
    """Return texts and photo hashes; a report may pass on the text and photo of the one before."""
    texts: list[str | None] = []
    photos: list[list[int]] = []
    for row, number in enumerate(thing):
        passed_on = row > 0 and thing[row - 1] == number and rng.random() < 0.2
        if passed_on:
            texts.append(texts[-1])
            photos.append([_sent_on(rng, bits) for bits in photos[-1]])
            continue
        seed = spot[number] if again[number] else number
        place = _PLACES[int(seed) % len(_PLACES)] if rng.random() < 0.6 else ""
        words = _WORDS[kind[number]]
        text = words[int(rng.integers(len(words)))].format(place=place)
        texts.append(None if rng.random() < 0.3 else _mistyped(rng, text))
        photos.append([int(rng.integers(0, 2**63))] if rng.random() < 0.5 else [])
    return texts, photos


def _sent_on(rng: np.random.Generator, bits: int) -> int:
    """Flip the few bits of a hash that compressing again flips."""
    for place in rng.integers(0, 63, rng.integers(0, 4)):
        bits ^= 1 << int(place)
    return bits


def _mistyped(rng: np.random.Generator, text: str) -> str:
    if len(text) > 3 and rng.random() < 0.15:
        place = int(rng.integers(len(text) - 1))
        return text[:place] + text[place + 1 :]
    return text + "！" * int(rng.integers(0, 2))
