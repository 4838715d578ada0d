"""Cases by the million: their states from events, their deadlines and units, beside one by one."""

import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
import polars as pl

from data import events as event_frames
from data import holidays, lifecycle, replay
from data.categories import delivered
from data.deadlines import judge
from data.events import Event
from data.holidays import Calendar
from data.limits import Limits
from data.routing import Rules
from data.transitions import find, possible
from data.worktime import city_clock
from tests.bench.rows import Row

CASES = 1_000_000
EVENTS = 4 * CASES
#: The slow peers get this share of the cases; their time is scaled up.
SHARE = 1_000
NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
TZ = "Asia/Shanghai"


def rows() -> Iterator[Row]:
    """Measure, seeded: replay of all events, deadlines of all open cases, routing."""
    rng = np.random.default_rng(20_261_122)
    yield from _replaying(rng)
    cases = _cases(rng)
    peer, theirs = _by_pandas(cases["reported_at"].gather_every(SHARE))
    yield from _adding(cases["reported_at"], peer, theirs)
    yield from _judging(rng, cases, peer)
    yield from _routing(cases)


def _replaying(rng: np.random.Generator) -> Iterator[Row]:
    lives = _lives(rng, 2_000)
    one = event_frames.frame(dict(enumerate(lives)))
    copies = EVENTS // one.height + 1
    frame = pl.concat(
        [
            one.with_columns(pl.col("issue_id") + n * len(lives), pl.col("seq") + n * one.height)
            for n in range(copies)
        ]
    )
    figure = f"replay {frame.height / 1e6:.1f}M events of {frame['issue_id'].n_unique() / 1e6:.1f}M cases"
    ours, found = _timed(lambda: replay.replay_frame(frame))
    peer, states = _timed(lambda: [lifecycle.replay(life) for life in lives], times=1)
    same = found["status"].head(len(lives)).to_list() == [state.status for state in states]
    scaled = peer * copies
    yield Row(figure, ours, "s", f"one after the other (1/{copies})", scaled, "<= 10 s", same and ours <= 10)

    texts = [json.dumps(event.payload(), ensure_ascii=False) for life in lives for event in life]
    stored = frame.select("issue_id", "seq", "kind", "at").with_columns(payload=pl.Series(texts * copies))
    ours, decoded = _timed(lambda: event_frames.decode(stored), times=1)
    peer, _ = _timed(lambda: [json.loads(text) for text in texts], times=1)
    figure = f"read {decoded.height / 1e6:.1f}M stored events"
    yield Row(figure, ours, "s", f"json.loads (1/{copies})", peer * copies, "<= 10 s", ours <= 10)


def _by_pandas(start: pl.Series) -> tuple[float, Any]:
    """Add four working hours with pandas; return the seconds it took, and the moments in UTC."""
    hours = pd.offsets.CustomBusinessHour(
        n=4,
        weekmask="1111111",
        holidays=holidays.all_days()[~Calendar.read().working],
        start=["08:30", "14:00"],
        end=["12:00", "18:00"],
    )
    local = start.dt.convert_time_zone(TZ).dt.replace_time_zone(None).to_list()
    stamps = [pd.Timestamp(moment) for moment in local]
    took, added = _timed(lambda: [stamp + hours for stamp in stamps], times=1)
    moments = pd.DatetimeIndex(added).tz_localize(TZ).tz_convert("UTC").tz_localize(None)
    return took, moments.to_numpy("datetime64[us]")


def _adding(start: pl.Series, peer: float, theirs: Any) -> Iterator[Row]:
    clock = city_clock(TZ)
    ours, end = _timed(lambda: clock.add_work(start, 4, "work_hours"))
    # A span that ends with a shift pandas ends with the next one's start: no work lies between.
    equal = bool(np.all(clock.work_between(end[::SHARE], theirs) == 0))
    yield Row(
        "4 working hours after 1M moments",
        ours,
        "s",
        f"pandas.offsets.CustomBusinessHour (1/{SHARE})",
        peer * SHARE,
        "equal to pandas, faster",
        equal and ours < peer * SHARE,
    )
    ours, _ = _timed(lambda: clock.work_between(start, NOW))
    yield Row("working hours since 1M moments", ours, "s", "", None, "", None)


def _judging(rng: np.random.Generator, cases: pl.DataFrame, peer: float) -> Iterator[Row]:
    clock, limits = city_clock(TZ), Limits.read()
    start = cases["reported_at"].gather(np.arange(0, CASES, 10))
    pauses = pl.DataFrame({"issue_id": np.arange(0, CASES, 10), "start": start}).with_columns(
        end=pl.col("start") + pl.duration(days=2)
    )
    extensions = pl.DataFrame(
        {
            "issue_id": rng.integers(0, CASES, CASES // 20),
            "amount": np.full(CASES // 20, 2.0),
            "unit": np.array(["work_hours", "work_days"])[rng.integers(0, 2, CASES // 20)],
        }
    )
    ours, found = _timed(lambda: judge(cases, limits, clock, now=NOW, pauses=pauses, extensions=extensions))
    yield Row(
        f"due, overdue, time left of 1M open cases, {found['overdue'].mean():.0%} overdue",
        ours,
        "s",
        f"pandas.offsets.CustomBusinessHour, due alone (1/{SHARE})",
        peer * SHARE,
        "<= 1 s",
        ours <= 1,
    )


def _routing(cases: pl.DataFrame) -> Iterator[Row]:
    rules = Rules.read()
    ours, found = _timed(lambda: rules.assign(cases))
    few = cases.gather_every(SHARE).select("category", "areas", "place").rows()
    peer, alone = _timed(lambda: [rules.match(kind, areas, place) for kind, areas, place in few], times=1)
    same = found["rule"].gather_every(SHARE).to_list() == [rule and rule.name for rule in alone]
    yield Row(
        "units of 1M cases by rules",
        ours,
        "s",
        f"one case at a time (1/{SHARE})",
        peer * SHARE,
        "the same, faster",
        same and ours < peer * SHARE,
    )


def _cases(rng: np.random.Generator) -> pl.DataFrame:
    slugs = np.array(delivered()["slug"].to_list())
    places = np.array(["compound", "main_street", "side_street", "back_lane", "market"])
    areas = [[f"社区{n}第{m}网格", f"社区{n}", f"街道{n % 9}"] for n in range(40) for m in range(5)]
    reported = np.datetime64("2026-11-19", "us") - rng.integers(0, 400 * 86_400_000_000, CASES)
    return pl.DataFrame(
        {
            "issue_id": np.arange(CASES),
            "category": slugs[rng.integers(0, len(slugs), CASES)],
            "areas": pl.Series(areas).gather(rng.integers(0, len(areas), CASES)),
            "place": places[rng.integers(0, len(places), CASES)],
            "reported_at": pl.Series(reported).dt.replace_time_zone("UTC"),
        }
    )


def _lives(rng: np.random.Generator, n: int) -> list[list[Event]]:
    """Make random lives of four events on average."""
    lives = []
    for _case in range(n):
        life = [Event(kind="report", at=NOW, unit="环卫中心", reporter="居民", reported_at=NOW)]
        for step in range(rng.poisson(3)):
            kinds = possible(lifecycle.replay(life).status)
            life.append(_event(kinds[rng.integers(len(kinds))], NOW + timedelta(hours=step)))
        lives.append(life)
    return lives


def _event(kind: str, at: datetime) -> Event:
    assert find(kind, "") is None
    facts: dict[str, Any] = {"unit": "交警中队"} if kind == "dispatch" else {}
    facts |= {"amount": 4.0} if kind == "extend" else {}
    return Event(kind=kind, at=at, actor="李娜", role="dispatcher", reason="因为", **facts)


def _timed(ask: Callable[[], Any], *, times: int = 3) -> tuple[float, Any]:
    """Return the best of several runs, and the answer."""
    best, answer = float("inf"), None
    for _run in range(times):
        start = time.perf_counter()
        answer = ask()
        best = min(best, time.perf_counter() - start)
    return best, answer
