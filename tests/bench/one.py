"""`python -m tests.bench.one MODULE FILE`: run one bench, and write each row as soon as it is measured."""

import json
import sys
from dataclasses import asdict
from importlib import import_module
from pathlib import Path

from tests.bench.rows import MissingError, Row
from tests.bench.runs import LEFT_OUT
from tests.bench.tables import say


def main(module: str, path: Path) -> None:
    """Append the rows as lines of JSON; what was measured before an error is kept."""
    with path.open("w", encoding="utf-8") as lines:
        for row in import_module(module).rows():
            assert isinstance(row, Row)
            lines.write(json.dumps(asdict(row)) + "\n")
            lines.flush()
            print(f"  {row.figure}: {say(row.ours, row.unit)}", flush=True)


if __name__ == "__main__":
    try:
        main(sys.argv[1], Path(sys.argv[2]))
    except MissingError as why:
        print(why, file=sys.stderr)
        sys.exit(LEFT_OUT)
