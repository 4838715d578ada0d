"""Made files: small tables of reports in any form, and what came of them."""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl

from data.actors import VIEWER
from data.store import Store

#: A table as a city may export it; the points lie within 2 km in Cangzhou.
HEADER = ("编号", "问题类型", "上报时间", "结案时间", "状态", "经度", "纬度", "地址")


def row(number: int, **changes: str) -> tuple[str, ...]:
    """Return one good row of `HEADER`, with some cells changed."""
    cells = {
        "编号": f"A{number:04}",
        "问题类型": ("机动车违停", "暴露垃圾", "占道经营")[number % 3],
        "上报时间": f"2024-09-{number % 28 + 1:02} 08:{number % 60:02}:00",
        "结案时间": "",
        "状态": "处理中",
        "经度": f"{116.85 + number % 7 * 0.002:.6f}",
        "纬度": f"{38.30 + number % 5 * 0.002:.6f}",
        "地址": f"新华路{number}号",
    }
    return tuple((cells | changes)[name] for name in HEADER)


def rows(n: int) -> list[tuple[str, ...]]:
    """Return good rows."""
    return [row(number) for number in range(1, n + 1)]


def text(body: Sequence[Sequence[str]], header: Sequence[str] = HEADER, *, delimiter: str = ",") -> str:
    """Write a table as delimited text."""
    return "".join(
        delimiter.join(f'"{cell}"' if delimiter in cell or "\n" in cell or '"' in cell else cell for cell in line) + "\n"
        for line in (header, *body)
    )


def write(path: Path, body: Sequence[Sequence[str]], **options: Any) -> Path:
    """Write a table as UTF-8 CSV."""
    path.write_text(text(body, **options), encoding="utf-8", newline="")
    return path


def stored(store: Store) -> pl.DataFrame:
    """Return every report of a store, by id."""
    parts = list(store.changed_since(0, actor=VIEWER))
    return pl.concat(parts).sort("external_id") if parts else pl.DataFrame()


def read_rows(path: Path | None) -> list[dict[str, str]]:
    """Read a file of rejected or doubted rows; where there is none there are no rows."""
    if path is None:
        return []
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))
