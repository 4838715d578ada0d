"""How long a transition waits while a file of 200,000 rows is imported, beside the same file in one step."""

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from data.actors import OPERATOR
from data.ingest.importer import STEP_ROWS
from data.store import Store
from tests.bench.import_bench import ROOT, make
from tests.bench.rows import Row

ROWS = 200_000
_IMPORT = """
import sys
from data.actors import OPERATOR
from data.ingest import import_file
from data.store import Store
with Store.open(sys.argv[1]) as store:
    import_file(sys.argv[2], store, actor=OPERATOR, rejects=sys.argv[3], step_rows=int(sys.argv[4]))
"""


def rows() -> Iterator[Row]:
    """Measure, seeded: the longest and the middle wait, and the import itself."""
    with tempfile.TemporaryDirectory() as folder:
        export = Path(folder) / "requests.csv"
        make(export, ROWS)
        whole_s, whole = _waits(export, Path(folder) / "whole.sqlite", ROWS)
        ours_s, ours = _waits(export, Path(folder) / "steps.sqlite", STEP_ROWS)
    peer = "the same in one transaction"
    what = f"transition during an import of {ROWS:,} rows into SQLite"
    yield Row(f"{what}: longest", max(ours), "s", peer, max(whole), "1 s", max(ours) <= 1)
    middle = statistics.median(ours)
    yield Row(f"{what}: median", middle, "s", peer, statistics.median(whole), "0.1 s", middle <= 0.1)
    yield Row(f"import of {ROWS:,} rows beside transitions", ours_s, "s", peer, whole_s, "6 s", ours_s <= 6)


def _waits(export: Path, file: Path, step_rows: int) -> tuple[float, list[float]]:
    """Return the seconds of an import and those of each transition that was made meanwhile."""
    waits = []
    with Store.open(f"sqlite:///{file}") as store:
        case = store.report({"category": "manhole", "lon": -73.9, "lat": 40.7}, actor=OPERATOR)
        begun = time.perf_counter()
        arguments = [f"sqlite:///{file}", str(export), str(file.with_suffix(".csv")), str(step_rows)]
        process = subprocess.Popen([sys.executable, "-c", _IMPORT, *arguments], cwd=ROOT)
        while process.poll() is None:
            start = time.perf_counter()
            store.transition(case.id, "note", actor=OPERATOR, note="looked at")
            waits.append(time.perf_counter() - start)
            time.sleep(0.03)
        if process.returncode:
            raise RuntimeError("the import failed")
        return time.perf_counter() - begun, waits
