"""Duplicates and photos: how fast candidates are found and how many are right, beside the usual ways."""

import io
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
import shapely
from PIL import Image, ImageOps

from data.actors import OPERATOR
from data.duplicate_rules import default_rules
from data.duplicates import find_candidates
from data.photo_hashes import bits_apart, find_alike, photo_hash
from data.photo_images import develop
from data.photos import SAME_PHOTO_BITS
from data.schema import REPORT
from data.store import Store
from data.usual_reports import Usual
from geo.crs import haversine_m
from tests.bench.rows import Row
from tests.data.pictures import encoded, notes, scene
from tests.data.planted import Planted, plant

CITY = ZoneInfo("Asia/Shanghai")
KNOWN = 1_000_000
BATCH = 1_000
STORED = 200_000
_CHICAGO = Path(__file__).parents[3] / "shared/data/chicago311/sanitation_2014-11-10.csv.gz"


def rows() -> Iterator[Row]:
    """Measure, seeded: candidates among a million reports and at intake, their truth, photos recognised."""
    yield from _speed()
    yield _intake()
    yield from _truth()
    if _CHICAGO.exists():
        yield _chicago()
    yield from _photos()


def _speed() -> Iterator[Row]:
    known = _million()
    usual = Usual.learn(known)
    for new, target_ms in ((known.tail(1), 50.0), (known.tail(BATCH), 500.0)):
        figure = (
            f"{len(new):,} new against {KNOWN:,} known reports: candidates scored, text and photos with it"
        )
        ours, _ = _timed(lambda new=new: find_candidates(new, known, usual=usual))
        peer, _ = _timed(lambda new=new: _by_tree(new, known), times=1)
        label = "shapely STRtree built and asked, 100 m and 30 days, no score"
        yield Row(figure, ours * 1e3, "ms", label, peer * 1e3, f"{target_ms:.0f} ms", ours * 1e3 <= target_ms)


def _intake() -> Row:
    """Ask a store of 200,000 cases, a tenth of them open, as somebody who takes up a report does."""
    known = _million().head(STORED)
    is_open = pl.int_range(pl.len()) % 10 == 0
    rows = known.with_columns(
        source=pl.lit("planted"),
        external_id=pl.col("id").cast(pl.String),
        status=pl.when(is_open).then(pl.lit("reported")).otherwise(pl.lit("closed")),
        closed_at=pl.when(~is_open).then(pl.col("reported_at") + pl.duration(hours=30)),
    )
    rows = rows.with_columns(
        pl.lit(None, dtype=dtype).alias(name) for name, dtype in REPORT.items() if name not in rows.columns
    )
    asked = known.filter(is_open).tail(5).to_dicts()  # at places where something is open
    with tempfile.TemporaryDirectory() as folder, Store.open(f"sqlite:///{folder}/city.sqlite") as store:
        store.write_reports(rows.select(*REPORT).cast(REPORT), actor=OPERATOR)
        first, _ = _timed(lambda: store.similar(asked[0], actor=OPERATOR), times=1)
        runs = [_timed(lambda report=report: store.similar(report, actor=OPERATOR)) for report in asked]
        peer, _ = _timed(lambda: _by_scan(store, asked[0]), times=3)
    if not all(len(found) for _seconds, found in runs):
        raise AssertionError("a report where something is open must get a suggestion")
    ours = median(seconds for seconds, _found in runs)
    figure = (
        f"intake: open cases like a report, of {STORED:,} cases in SQLite (first time {first * 1e3:.0f} ms)"
    )
    label = "all open cases read, within 100 m and 30 days, no score"
    return Row(figure, ours * 1e3, "ms", label, peer * 1e3, "100 ms", ours <= 0.1)


def _by_scan(store: Store, report: dict[str, Any]) -> int:
    """Read all open cases and compare each, as is usual without an index."""
    with store._reading(OPERATOR) as connection:
        cases = connection.exec_driver_sql(
            "SELECT id, lon, lat, reported_at, category, description FROM issue "
            "WHERE status NOT IN ('closed', 'rejected', 'merged')"
        ).all()
    moment = int(report["reported_at"].timestamp() * 1e6)
    return sum(
        case.category == report["category"]
        and abs(case.reported_at - moment) < 30 * 86_400_000_000
        and haversine_m(case.lon, case.lat, report["lon"], report["lat"]) < 100
        for case in cases
    )


def _million() -> pl.DataFrame:
    """Put a planted city at many places beside each other, with photos of their own, to a million reports."""
    city = plant(51_000, seed=3, days=730, side_m=8000).reports
    salts = np.random.default_rng(9).integers(0, 2**63, 64, dtype=np.uint64).tolist()
    shifts = [
        city.with_columns(
            lon=pl.col("lon") + 0.1 * (number % 4),
            lat=pl.col("lat") + 0.1 * (number // 4),
            id=pl.col("id") + number * len(city),
            photo_hashes=pl.col("photo_hashes").list.eval(pl.element() ^ pl.lit(salts[number], pl.UInt64)),
        )
        for number in range(-(-KNOWN // len(city)))
    ]
    return pl.concat(shifts).head(KNOWN).sort("reported_at")


def _by_tree(new: pl.DataFrame, known: pl.DataFrame) -> int:
    """Find what is near in space by a tree and then in time and kind, as is usual."""
    scale = 111_195.0
    here, there = (
        shapely.points(
            frame["lon"].to_numpy() * scale * np.cos(np.radians(38.4)), frame["lat"].to_numpy() * scale
        )
        for frame in (new, known)
    )
    one, other = shapely.STRtree(there).query(here, predicate="dwithin", distance=100.0)
    apart = (new["reported_at"][one] - known["reported_at"][other]).abs() <= pl.Series(
        [720 * 3_600_000_000]
    ).cast(pl.Duration("us"))
    return int((apart & (new["category"][one] == known["category"][other])).sum())


def _truth() -> Iterator[Row]:
    city = plant(20_000, seed=1, side_m=3500)
    found = find_candidates(city.reports, city.reports, at_least=0, limit=1000).filter(pl.col("hours") >= 0)
    precision, recall = _precision_and_recall(
        city, found.filter(pl.col("score") >= default_rules().weights.suggest)
    )
    same = found.filter(pl.col("category") == pl.col("other"))
    best = max(
        _f1(*_precision_and_recall(city, same.filter(_within(metres, hours))))
        for metres in (10, 15, 20, 30, 40, 50, 75, 100)
        for hours in (pl.lit(3.0 * 2**step) for step in range(8))
    )
    own = same.join(default_rules().limits.select("category", pace="pace_h"), on="category")
    best_own = max(
        _f1(*_precision_and_recall(city, own.filter(_within(metres, pl.col("pace") * factor))))
        for metres in (10, 15, 20, 30, 40, 50, 75, 100)
        for factor in (0.25, 0.5, 1, 1.5, 2, 3, 4)
    )
    ours = 1 - _f1(precision, recall)
    figure = (
        f"planted duplicates, {city.earlier().sum():,} among {len(city.reports):,}: wrong or missed, "
        f"1 - F1 (precision {precision:.3f}, recall {recall:.3f})"
    )
    yield Row(
        figure, ours, "", "best distance and time, tuned on the truth", 1 - best, "below it", ours < 1 - best
    )
    label = "best distance and time of each category, tuned on the truth"
    yield Row(figure, ours, "", label, 1 - best_own, "below it", ours < 1 - best_own)


def _within(metres: float, hours: pl.Expr) -> pl.Expr:
    return (pl.col("distance_m") <= metres) & (pl.col("hours") <= hours)


def _precision_and_recall(city: Planted, candidates: pl.DataFrame) -> tuple[float, float]:
    true = city.true_pairs(candidates)
    found = np.zeros(len(city.thing), dtype=bool)
    found[candidates["id"].to_numpy()[true]] = True
    return float(true.mean()), float(found[city.earlier()].mean())


def _f1(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall)


def _chicago() -> Row:
    day = {"format": "%Y-%m-%d", "strict": False, "time_unit": "us"}
    reports = (
        pl.read_csv(_CHICAGO, infer_schema_length=0)
        .unique("Service_Request_Number", keep="first", maintain_order=True)
        .select(
            id="Service_Request_Number",
            lon=pl.col("Longitude").cast(pl.Float64, strict=False),
            lat=pl.col("Latitude").cast(pl.Float64, strict=False),
            reported_at=pl.col("Creation_Date").str.to_datetime(**day).dt.replace_time_zone("UTC"),
            closed_at=pl.col("Completion_Date").str.to_datetime(**day).dt.replace_time_zone("UTC"),
            category=pl.lit("sanitation_code_violation"),
            description="What_is_the_Nature_of_this_Code_Violation",
            flagged=pl.col("Status").str.ends_with("- Dup"),
        )
        .drop_nulls(["lon", "lat", "reported_at"])
    )
    found = find_candidates(reports, reports).filter(pl.col("hours") >= 0)
    has = reports.with_columns(has=pl.col("id").is_in(found["id"].unique().implode()))
    shares = dict(has.group_by("flagged").agg(pl.col("has").mean()).iter_rows())
    return Row(
        f"Chicago's {has['flagged'].sum():,} flagged duplicates: share without a candidate",
        (1 - shares[True]) * 100,
        "%",
        "reports that nobody flagged: share without a candidate",
        (1 - shares[False]) * 100,
        "2 %",
        shares[True] >= 0.98,
    )


def _photos() -> Iterator[Row]:
    sent = encoded(
        scene(1, width=4000, height=3000), quality=88, exif=notes(lon=116.9, lat=38.3, orientation=6)
    )
    ours, _ = _timed(lambda: develop(sent, tz=CITY))
    peer, _ = _timed(lambda: _plain_copies(sent))
    figure = (
        f"photo of 12 million pixels, {len(sent) / 1e6:.1f} MB: checked, stripped, turned, three files, hash"
    )
    yield Row(figure, ours * 1e3, "ms", "Pillow alone: turned, three files", peer * 1e3, "", None)

    rng = np.random.default_rng(1)
    known = rng.integers(0, 2**63, KNOWN, dtype=np.uint64)
    ours, _ = _timed(lambda: find_alike(known[:1], known, within_bits=SAME_PHOTO_BITS))
    peer, _ = _timed(lambda: _compare_in_loop(int(known[0]), known[:50_000].tolist()), times=1)
    label = "Python's bit_count in a loop (1/20 of the photos)"
    yield Row(f"one photo against {KNOWN:,}", ours * 1e3, "ms", label, peer * 20e3, "20 ms", ours <= 0.02)

    pictures = [scene(seed, width=1200, height=900) for seed in range(80)]
    again = [_sent_on(picture, rng) for picture in pictures]
    hashes, later = (
        np.array([photo_hash(each) for each in some], dtype=np.uint64) for some in (pictures, again)
    )
    same = bits_apart(hashes, later)
    others = bits_apart(hashes[:, np.newaxis], later)[~np.eye(len(hashes), dtype=bool)]
    ours = float((same <= SAME_PHOTO_BITS).mean() * 100)
    figure = (
        f"80 photos sent on (smaller, quality 20 to 90): recognised; other photos {others.min()} bits off"
    )
    label, peer_value = _imagehash(pictures, again)
    yield Row(figure, ours, "%", label, peer_value, "all", ours == 100)


def _plain_copies(sent: bytes) -> list[bytes]:
    picture = ImageOps.exif_transpose(Image.open(io.BytesIO(sent))).convert("RGB")
    files = [encoded(picture, quality=90)]
    for side in (1600, 320):
        copy = picture.copy()
        copy.thumbnail((side, side), Image.Resampling.LANCZOS)
        files.append(encoded(copy, quality=85))
    return files


def _compare_in_loop(one: int, known: list[int]) -> list[int]:
    return [place for place, other in enumerate(known) if (one ^ other).bit_count() <= SAME_PHOTO_BITS]


def _sent_on(picture: Image.Image, rng: np.random.Generator) -> Image.Image:
    width, quality = int(rng.integers(200, 1200)), int(rng.integers(20, 90))
    return Image.open(io.BytesIO(encoded(picture.resize((width, width * 3 // 4)), quality=quality)))


def _imagehash(pictures: list[Image.Image], again: list[Image.Image]) -> tuple[str, float | None]:
    """Measure the same with the package imagehash, where it is installed."""
    try:
        import imagehash
    except ImportError:
        return "", None
    apart = [
        imagehash.phash(one) - imagehash.phash(other) for one, other in zip(pictures, again, strict=True)
    ]
    return "imagehash.phash at the same bits", float(np.mean(np.array(apart) <= SAME_PHOTO_BITS) * 100)


def _timed(run: Callable[[], Any], *, times: int = 5) -> tuple[float, Any]:
    """Return the median time of several runs, in seconds, and the last result."""
    spent, result = [], None
    for _ in range(times):
        start = time.perf_counter()
        result = run()
        spent.append(time.perf_counter() - start)
    return median(spent), result
