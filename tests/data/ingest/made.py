"""Made files: small tables of reports in any form, and what came of them."""

import csv
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final
from xml.sax.saxutils import escape

import polars as pl

from data.actors import VIEWER
from data.store import Store

#: The project's folder.
ROOT: Final = Path(__file__).parents[3]

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
        delimiter.join(
            f'"{cell}"' if delimiter in cell or "\n" in cell or '"' in cell else cell for cell in line
        )
        + "\n"
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


def write_workbook(path: Path, sheets: dict[str, Sequence[Sequence[str | float]]]) -> Path:
    """Write an Excel workbook in its simplest form: texts inline, numbers as numbers."""
    names = dict(enumerate(sheets, start=1))
    xml = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_KINDS}.sheet.main+xml"/>'
        + "".join(
            f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{_KINDS}.worksheet+xml"/>'
            for n in names
        )
        + "</Types>",
        "_rels/.rels": _links([("r0", "officeDocument", "xl/workbook.xml")]),
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_LINKS}"><sheets>'
        + "".join(f'<sheet name="{name}" sheetId="{n}" r:id="r{n}"/>' for n, name in names.items())
        + "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": _links(
            [(f"r{n}", "worksheet", f"worksheets/sheet{n}.xml") for n in names]
        ),
    }
    for n, name in names.items():
        lines = "".join(_line(number, line) for number, line in enumerate(sheets[name], 1))
        xml[f"xl/worksheets/sheet{n}.xml"] = (
            f'<worksheet xmlns="{_MAIN}"><sheetData>{lines}</sheetData></worksheet>'
        )
    with zipfile.ZipFile(path, "w") as archive:
        for part, content in xml.items():
            archive.writestr(part, content)
    return path


_KINDS = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def _links(targets: Sequence[tuple[str, str, str]]) -> str:
    return (
        f'<Relationships xmlns="{_PACKAGE}/relationships">'
        + "".join(
            f'<Relationship Id="{name}" Type="{_LINKS}/{kind}" Target="{target}"/>'
            for name, kind, target in targets
        )
        + "</Relationships>"
    )


def _line(number: int, values: Sequence[str | float]) -> str:
    cells = "".join(_cell(number, column, value) for column, value in enumerate(values))
    return f'<row r="{number}">{cells}</row>'


def _cell(row_number: int, column: int, value: str | float) -> str:
    place = f"{chr(ord('A') + column)}{row_number}"
    if isinstance(value, str):
        return f'<c r="{place}" t="inlineStr"><is><t>{escape(value)}</t></is></c>' if value else ""
    return f'<c r="{place}"><v>{value}</v></c>'
