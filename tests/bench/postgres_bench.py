"""Reports into PostGIS, with events, points and spatial index, beside rows alone into a plain table there."""

import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from sqlalchemy import create_engine

from data.actors import OPERATOR
from data.backup import backup, copy, restore
from data.store import Store
from tests.bench import large_city
from tests.bench.large_city import drawn
from tests.bench.rows import Row
from tests.bench.store_bench import CHUNK, REPORTS
from tests.data import postgres

#: As a server is delivered: what was acknowledged survives a power cut.
_SAFE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}


def rows() -> Iterator[Row]:
    """Measure, seeded: new reports, the same again, a change of all, the ways out and back, a large city."""
    if why := postgres.missing():
        raise RuntimeError(why)
    frame = drawn(REPORTS)
    reports = frame.height
    with postgres.server(_SAFE) as server, tempfile.TemporaryDirectory(prefix="gezhi-bench-") as folder:
        table = frame.to_pandas()
        plain = create_engine(server.url())
        peer = _seconds(lambda: table.to_sql("issue", plain, index=False, chunksize=10_000))
        plain.dispose()
        url = server.url()
        with Store.open(url) as store:
            new = _seconds(lambda: store.write_reports(frame, actor=OPERATOR))
            again = _seconds(lambda: store.write_reports(frame, actor=OPERATOR))
            moved = frame.with_columns(lon=frame["lon"] + 0.001)
            changed = _seconds(lambda: store.write_reports(moved, actor=OPERATOR))
        with Store.open(server.url()) as store:
            chunks = _seconds(
                lambda: [store.write_reports(part, actor=OPERATOR) for part in frame.iter_slices(CHUNK)]
            )
        file, lite = Path(folder) / "city.gezhi", f"sqlite:///{folder}/city.sqlite"
        out = _seconds(lambda: backup(url, file, actor=OPERATOR))
        back = _seconds(lambda: restore(file, lite, actor=OPERATOR))
        over = _seconds(lambda: copy(lite, server.url(), actor=OPERATOR))
    yield Row(
        f"{reports:,} new reports into PostGIS, each with event, point and spatial index",
        new,
        "s",
        "pandas.to_sql on the same server, rows alone, no key, no event",
        peer,
        "≥ 30,000 a second",
        reports / new >= 30_000,
        f"{reports / new:,.0f} a second; a transaction for every {CHUNK:,}: {reports / chunks:,.0f} a second",
    )
    events = f"{reports:,} reports with {2 * reports:,} events"
    yield Row(f"{reports:,} known reports found unchanged in PostGIS", again, "s", "", None, "", None)
    yield Row(f"{reports:,} reports moved in PostGIS", changed, "s", "", None, "", None)
    yield Row(f"{events}: backup from PostGIS", out, "s", "", None, "", None)
    yield Row(f"{events}: restore into SQLite, read back and compared", back, "s", "", None, "", None)
    yield Row(f"{events}: copy from SQLite to PostGIS, read back and compared", over, "s", "", None, "", None)
    with postgres.server(_SAFE) as server:
        url = server.url()
        large_city.build(url)
        yield from large_city.rows(url, " in PostGIS")


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
