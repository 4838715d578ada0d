"""A rota on paper and as a table: everybody is on it, and no word of other people's does anything."""

import csv
import io
from datetime import date
from html.parser import HTMLParser

from reports.rota_sheet import RotaSheet, SheetPlace, SheetTeam, write_csv, write_sheet

EAST = SheetPlace("东苑 <b>", 7.6, [SheetTeam(1, "甲队", came=True), SheetTeam(2, "=1+1", came=False)])
SHEET = RotaSheet(
    city="Test <i>City</i>",
    day=date(2026, 11, 27),
    draft=True,
    note="Rain & wind",
    about="",
    places=[EAST, SheetPlace("西苑", 0.0, [])],
    excused=[SheetTeam(3, "丙队", excuse="演练")],
)


class Reader(HTMLParser):
    """Collects the texts of a page, the tags it uses and what it would fetch."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.tags: list[str] = []
        self.fetched: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.fetched += [value or "" for name, value in attrs if name in ("src", "href")]

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def read(page: bytes) -> Reader:
    reader = Reader()
    reader.feed(page.decode())
    return reader


def test_the_sheet_names_every_team_with_a_box_and_fetches_nothing() -> None:
    page = read(write_sheet(SHEET))
    text = " ".join(page.texts)
    for words in ("2026-11-27", "(draft)", "东苑 <b>", "甲队", "=1+1", "丙队 · 演练", "Rain & wind"):
        assert words in text
    assert page.tags.count("i") == 2, "a box for each team that was sent, none from the city's name"
    assert "西苑" not in text, "nobody goes there"
    assert page.fetched == []


def test_the_table_has_a_line_for_each_team_and_no_formula() -> None:
    data = write_csv(SHEET)
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))
    assert [(row["team"], row["team_name"], row["compound"], row["came"]) for row in rows] == [
        ("1", "甲队", "东苑 <b>", "1"),
        ("2", "'=1+1", "东苑 <b>", "0"),
        ("3", "丙队", "", ""),
    ]
    assert [row["expected_cases"] for row in rows] == ["7.60", "7.60", ""]
    assert rows[2]["excuse"] == "演练"
