"""Run benches one after the other, each in a process of its own: no memory or cache leaks into the next."""

import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Self

import psutil

from tests.bench.rows import Row

ROOT: Final = Path(__file__).parents[2]
#: Exit status of a bench that lacks something on this machine.
LEFT_OUT: Final = 3
_SUFFIX: Final = "_bench"


@dataclass(frozen=True, slots=True)
class Run:
    """What a bench measured: `error` is empty where it came to its end, or was left out for a reason."""

    name: str
    rows: list[Row]
    at: str  # local time
    seconds: float
    load: float  # processes that wanted a core, a minute's mean before the run
    error: str = ""
    left_out: str = ""

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> Self:
        """Read what `asdict` wrote."""
        return cls(**{**record, "rows": [Row(**row) for row in record["rows"]]})


def names(folder: Path = Path(__file__).parent) -> list[str]:
    """Return the names of the benches: `cube` for `cube_bench.py`."""
    return sorted(path.stem.removesuffix(_SUFFIX) for path in folder.glob(f"*{_SUFFIX}.py"))


def run(name: str, *, package: str = "tests.bench.") -> Run:
    """Run one bench and return what it measured, even where it failed on its way."""
    at = datetime.now().astimezone().isoformat(" ", "minutes")
    load, begun = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0, time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="gezhi-bench-") as folder:
        path = Path(folder) / "rows"
        command = [sys.executable, "-m", "tests.bench.one", f"{package}{name}{_SUFFIX}", str(path)]
        ended = subprocess.run(command, cwd=ROOT, check=False, stderr=subprocess.PIPE, text=True)
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    rows = [Row(**json.loads(line)) for line in lines]
    said = ended.stderr.strip() or f"exit status {ended.returncode}"
    error, left_out = {0: ("", ""), LEFT_OUT: ("", said)}.get(ended.returncode, (said, ""))
    return Run(name, rows, at, time.perf_counter() - begun, load, error, left_out)


def keep(path: Path, runs: list[Run]) -> list[Run]:
    """Write the runs into a JSON file; benches that did not run now keep what they measured before.

    Returns
    -------
    All runs in the file, by name.
    """
    before = json.loads(path.read_text(encoding="utf-8"))["runs"] if path.exists() else []
    every = {record["name"]: Run.from_json(record) for record in before} | {run.name: run for run in runs}
    ordered = [every[name] for name in sorted(every)]
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(
        {"machine": machine(), "runs": [asdict(run) for run in ordered]}, indent=1, ensure_ascii=False
    )
    path.write_text(text + "\n", encoding="utf-8")
    return ordered


def machine() -> str:
    """Say in words what the figures were measured on."""
    memory = psutil.virtual_memory().total / 2**30
    return (
        f"{os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}"
    )
