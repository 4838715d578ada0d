"""The demo zone: a synthetic piece of a city with two years of reports that hold a truth to find.

Streets, names and figures are invented; only the size is that of a real development zone, and the position
is near Cangzhou. `build` writes it to a store, `make` hands it out as frames, `export_csv` writes it as a
city would.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import geopandas as gpd
import polars as pl

from data.actors import SYSTEM, Actor
from data.categories import delivered
from data.demo.chances import Truth
from data.demo.drives import FACT as DRIVES
from data.demo.drives import write as write_drives
from data.demo.duties import routing_table, unit_table
from data.demo.process import TZ, Process
from data.demo.rhythm import SOURCES
from data.demo.rotas import write as write_rotas
from data.demo.teams import write as write_teams
from data.demo.territories import write as write_territories
from data.demo.zone import NAME, SHOPS, SOURCE, demo_zone
from data.schema import UTC
from data.store import Store, Written
from data.visits import VISITS_VERSION
from geo.errors import StoreError
from i18n import gettext as _

__all__ = [
    "NAME",
    "SHOPS",
    "SOURCE",
    "SOURCES",
    "TZ",
    "Demo",
    "Truth",
    "build",
    "complete",
    "export_csv",
    "make",
]

#: Told (reports done, reports in all, what is being done).
Progress = Callable[[int, int | None, str], None]

#: Raised when the same seed gives other reports than before.
_EDITION: Final = 1
_FACT: Final = "demo"

_EXPORT_COLUMNS: Final = {
    "external_id": "编号",
    "source": "来源",
    "kind": "问题类型",
    "description": "问题描述",
    "status": "状态",
    "reported_at": "上报时间",
    "closed_at": "结案时间",
    "lon": "经度",
    "lat": "纬度",
    "address": "地址",
    "unit": "责任单位",
}
_EXPORT_SOURCES: Final = {"patrol": "巡查", "hotline": "热线", "QR": "二维码"}
_EXPORT_STATUSES: Final = {
    "reported": "待受理",
    "accepted": "已受理",
    "dispatched": "已派遣",
    "in_progress": "处理中",
    "fixed": "待核实",
    "closed": "已结案",
    "rejected": "不予受理",
    "suspended": "挂账",
    "merged": "重复件",
}


@dataclass(frozen=True, slots=True)
class Demo:
    """The demo zone as frames.

    Attributes
    ----------
    places
        Columns kind, name, source, external_id, attributes, geometry (EPSG:4326).
    reports
        The columns of `data.schema.REPORT`, in order of time.
    planted
        The story behind each row of `reports`; null where there is none.
    truth
        What is planted, as frames.
    """

    places: gpd.GeoDataFrame
    reports: pl.DataFrame
    planted: pl.Series
    truth: Truth


def make(*, reports: int = 40_000, seed: int = 1, end: date | None = None) -> Demo:
    """Make the zone in memory.

    Parameters
    ----------
    reports
        Their exact number.
    seed
        The same seed, number and end give the same reports.
    end
        The last day; the latest full day in the zone's time zone by default.
    """
    process = Process(reports=reports, seed=seed, end=end or _last_day())
    frames, planted = zip(*process.batches(), strict=True)
    return Demo(demo_zone().places.copy(), pl.concat(frames), pl.concat(planted), process.truth)


def build(
    store: Store,
    *,
    reports: int = 40_000,
    seed: int = 1,
    end: date | None = None,
    actor: Actor = SYSTEM,
    progress: Progress | None = None,
) -> Written:
    """Write the zone to a store: facts, places, units, reports, visits, drives, territories, rotas.

    Building the same zone again changes nothing; without `end` that is the zone that is there already. One
    that an older program made gets its visits, drives, teams, territories and rotas.

    Raises
    ------
    StoreError
        The store holds other reports: real and synthetic ones are never mixed, and nothing is deleted.
    """
    wanted = {"edition": _EDITION, "reports": reports, "seed": seed}
    if store.last_seq(actor=actor) > 0:
        _check_same(store, wanted | ({"end": end.isoformat()} if end else {}), actor=actor)
        complete(store, actor=actor)
        return Written(unchanged=reports)
    end = end or _last_day()
    facts = {"synthetic": "1", "tz": TZ, "title": NAME[1], "title_zh": NAME[0], "title_en": NAME[1]}
    facts[_FACT] = json.dumps(wanted | {"end": end.isoformat()})
    for name, value in facts.items():
        store.set_fact(name, value, actor=actor)
    store.write_categories(delivered(), actor=actor)
    store.write_places(demo_zone().places, actor=actor)
    store.write_table("units", unit_table(), actor=actor)
    store.write_table("routing", routing_table(), actor=actor)
    process = Process(reports=reports, seed=seed, end=end)
    written = Written()
    with store.import_transaction(actor=actor) as batch:
        for frame, _planted in process.batches():
            written += batch.write_reports(frame)
            if progress:
                progress(written.taken, reports, _("writing the demo zone"))
    _write_visits(store, process.truth, actor=actor)
    store.locate(actor=actor)
    write_drives(store, process.truth)
    write_teams(store)
    write_territories(store)
    write_rotas(store, end, tz=TZ)
    return written


def complete(store: Store, *, actor: Actor = SYSTEM) -> bool:
    """Give a demo zone that an older program made what it lacks: teams, territories, rotas, visits, drives.

    Returns
    -------
    Whether anything was written; never in a store of other reports.
    """
    there = json.loads(store.fact(_FACT, "{}", actor=actor) or "{}")
    no_visits, no_drives = (store.fact(name, actor=actor) is None for name in (VISITS_VERSION, DRIVES))
    if there.get("edition") != _EDITION:
        return False
    end = date.fromisoformat(there["end"])
    teams = bool(write_teams(store)) | bool(write_territories(store)) | bool(write_rotas(store, end, tz=TZ))
    if not (no_visits or no_drives):
        return teams
    truth = Process(reports=there["reports"], seed=there["seed"], end=end).truth
    if no_drives:
        write_drives(store, truth)
    return bool(no_visits and _write_visits(store, truth, actor=actor).taken) or no_drives or teams


def visit_rows(truth: Truth, areas: pl.DataFrame) -> pl.DataFrame:
    """Return the planted visits as a store takes them: the columns of `data.visits.VISITS`, none with 0.

    Parameters
    ----------
    areas
        The store's chain, as `Store.areas` returns it; a grid that it lacks has no visits.
    """
    grids = areas.filter(kind="grid").select(pl.col("name").alias("grid"), pl.col("id").alias("area_id"))
    return (
        truth.visits.filter(pl.col("visits") > 0)
        .join(grids, on="grid", how="inner", maintain_order="left")
        .select(
            source=pl.lit(SOURCE),
            external_id=pl.format("{} {}", "grid", pl.col("day").cast(pl.Date)),
            at=pl.lit(None, dtype=UTC),
            day=pl.col("day").cast(pl.Date),
            lon=pl.lit(None, dtype=pl.Float64),
            lat=pl.lit(None, dtype=pl.Float64),
            area_id="area_id",
            n=pl.col("visits").cast(pl.Int64),
        )
    )


def export_csv(path: Path, *, reports: int = 40_000, seed: int = 1, end: date | None = None) -> Path:
    """Write the zone's reports as a city would: CSV in UTF-8 with its mark, Chinese words, local times.

    Returns
    -------
    The path, for reading on.
    """
    local = [
        pl.col(name).dt.convert_time_zone(TZ).dt.strftime("%Y-%m-%d %H:%M:%S")
        for name in ("reported_at", "closed_at")
    ]
    frame = make(reports=reports, seed=seed, end=end).reports.with_columns(
        *local,
        source=pl.col("source").replace_strict(_EXPORT_SOURCES),
        status=pl.col("status").replace_strict(_EXPORT_STATUSES),
    )
    columns = [pl.col(name).alias(header) for name, header in _EXPORT_COLUMNS.items()]
    frame.select(columns).write_csv(path, include_bom=True)
    return path


def _write_visits(store: Store, truth: Truth, *, actor: Actor) -> Written:
    return store.write_visits(visit_rows(truth, store.areas(actor=actor)), actor=actor)


def _last_day() -> date:
    return datetime.now(ZoneInfo(TZ)).date() - timedelta(days=1)


def _check_same(store: Store, wanted: dict[str, object], *, actor: Actor) -> None:
    there = json.loads(store.fact(_FACT, "{}", actor=actor) or "{}")
    if not there:
        raise StoreError(
            _("This store holds other reports; the demo zone needs an empty one. Choose it with --store.")
        )
    if wanted != {name: there.get(name) for name in wanted}:
        raise StoreError(
            _(
                "This store holds another demo zone ({reports} reports, seed {seed}, up to {end}). "
                "Choose another store with --store.",
                reports=there.get("reports"),
                seed=there.get("seed"),
                end=there.get("end"),
            )
        )
