"""Delimited text: fields, line numbers, titles, quotation marks, blank lines."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.ingest import survey
from data.ingest.delimited import DelimitedTable
from data.ingest.dialect import sniff
from data.ingest.files import recognise
from data.ingest.tables import ReadAgain, unique_names
from data.store import Store
from tests.data.ingest.conftest import Import
from tests.data.ingest.made import HEADER, row, rows, stored, text, write

CELL = st.text(st.sampled_from('ab1 ,"\n;中é'), max_size=6)
ROW = st.lists(CELL, min_size=3, max_size=3) | st.lists(CELL, min_size=2, max_size=5)


def read(path: Path) -> tuple[list[tuple[int, tuple[str, ...]]], list[tuple[int, int]]]:
    """Return the good rows with their line, and the broken ones with their number of fields."""
    table = DelimitedTable(recognise(path))
    good, broken = [], []
    try:
        batches = list(table.batches())
    except ReadAgain:
        batches = list(table.batches())
    for batch in batches:
        good += list(zip(batch.rows.tolist(), batch.frame.rows(), strict=True))
        broken += [(one.row, len(one.fields)) for one in batch.broken]
    return good, broken


def by_the_csv_module(content: str) -> tuple[list[tuple[int, tuple[str, ...]]], list[tuple[int, int]]]:
    """Read the same the slow, obvious way."""
    reader = csv.reader(io.StringIO(content, newline=""))
    good, broken = [], []
    header, start = next(reader), reader.line_num
    for fields in reader:
        first, start = start + 1, reader.line_num
        if not fields:
            continue
        if len(fields) == len(header):
            good.append((first, tuple(fields)))
        else:
            broken.append((first, len(fields)))
    return good, broken


@settings(deadline=None)
@given(
    body=st.lists(
        st.lists(CELL, min_size=3, max_size=3) | st.lists(CELL, min_size=2, max_size=5), max_size=30
    ),
    blank=st.sets(st.integers(0, 30)),
)
def test_rows_and_their_lines_are_those_of_the_csv_module(
    tmp_path_factory: pytest.TempPathFactory, body: list[list[str]], blank: set[int]
) -> None:
    lines = io.StringIO(newline="")
    writer = csv.writer(lines, lineterminator="\n")
    writer.writerows([["one", "two", "three"], *[[str(n), str(n), str(n)] for n in range(8)]])
    for n, cells in enumerate(body):
        if n in blank:
            lines.write("\n")
        writer.writerow(cells)
    file = tmp_path_factory.mktemp("csv") / "a.csv"
    file.write_text(lines.getvalue(), encoding="utf-8", newline="")

    assert read(file) == by_the_csv_module(lines.getvalue())


def test_lines_are_counted_over_cells_that_span_several_and_over_blank_lines(
    import_: Import, tmp_path: Path
) -> None:
    content = text([row(1, 地址="楼上\n楼下\n院里"), row(2, 纬度="")])
    file = tmp_path / "export.csv"
    file.write_text(content.replace("A0002", "\n\nA0002", 1), encoding="utf-8")
    import_(file)
    assert survey(file).rejects["row"].to_list() == ["7"]


def test_rows_with_too_few_or_too_many_fields_are_rejected_as_they_were(
    import_: Import, store: Store, tmp_path: Path
) -> None:
    body = [row(1), row(2)[:5], (*row(3), "surplus 1", "surplus 2"), row(4)]
    summary = import_(write(tmp_path / "export.csv", body))
    assert summary.reasons == {"wrong_fields": 2}
    assert stored(store)["external_id"].to_list() == ["A0001", "A0004"]
    assert summary.rejects_path is not None
    with summary.rejects_path.open(encoding="utf-8-sig", newline="") as file:
        header, short, long = csv.reader(file)
    assert header == ["row", "reason", "explanation", *HEADER, "surplus"]
    assert short == ["3", "wrong_fields", "the row has 5 fields where the header has 8", *body[1], "", "", ""]
    assert long[:2] == ["4", "wrong_fields"]
    assert long[3:] == list(body[2])


def test_a_rejects_file_begins_with_a_mark_that_spreadsheets_know(import_: Import, tmp_path: Path) -> None:
    path = import_(write(tmp_path / "export.csv", rows(2))).rejects_path
    assert path is not None
    assert path.read_bytes().startswith(b"\xef\xbb\xbfrow,reason")


def test_a_quotation_mark_that_is_never_closed_costs_its_own_row_alone(
    import_: Import, store: Store, tmp_path: Path
) -> None:
    body = rows(5_000)
    lines = text(body).splitlines(keepends=True)
    lines[2_000] = 'A2000,"机动车违停,2024-09-01,,处理中,116.85,38.30,路\n'
    file = tmp_path / "export.csv"
    file.write_text("".join(lines), encoding="utf-8")

    summary = import_(file)

    assert (summary.read, summary.taken, summary.reasons) == (5_000, 4_999, {"wrong_fields": 1})
    assert "broken_quotes" in {notice.code for notice in summary.warnings}
    assert summary.rejects_path is not None
    assert "2001,wrong_fields" in summary.rejects_path.read_text("utf-8-sig")


def test_quotation_marks_inside_a_cell_are_letters(import_: Import, store: Store, tmp_path: Path) -> None:
    content = text(rows(20)).replace("新华路7号", '5" 管道')
    (tmp_path / "export.csv").write_text(content, encoding="utf-8")
    import_(tmp_path / "export.csv")
    assert '5" 管道' in stored(store)["address"].to_list()


def test_titles_above_the_header_are_skipped() -> None:
    found = sniff("城市管理案件汇总表\n导出时间,2024-09-30\n" + text(rows(9)))
    assert found.columns == HEADER
    assert found.lines_before_rows == 3


def test_a_delimiter_at_the_end_of_each_row_makes_a_nameless_column() -> None:
    found = sniff("a,b,c\n1,2,3,\n4,5,6,\n")
    assert found.columns == ("a", "b", "c", "column 4")


def test_a_delimiter_can_be_said(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(text(rows(4), delimiter="~"), encoding="utf-8")
    assert survey(tmp_path / "a.txt", mapping={"delimiter": "~"}).taken == 4


def test_columns_without_a_name_of_their_own_get_one() -> None:
    assert unique_names(["a", "", " a ", None, "b\nc"]) == ["a", "column 2", "a (2)", "column 4", "b c"]


def test_columns_that_are_called_like_ours_are_kept_in_the_rejects(import_: Import, tmp_path: Path) -> None:
    body = [(*one, "why") for one in [row(1), row(2, 纬度="")]]
    file = write(tmp_path / "export.csv", body, header=(*HEADER, "reason"))
    path = import_(file).rejects_path
    assert path is not None
    assert path.read_text("utf-8-sig").splitlines()[1].endswith(",why")
    assert survey(file).rejects.width == 3 + len(HEADER) + 1
