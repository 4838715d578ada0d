"""What cases take a team at their places, by a city's own table."""

import polars as pl
import pytest

from data.actors import OPERATOR
from data.categories import delivered
from data.field_work import FieldWork, Work
from data.store import Store
from geo.errors import TableError


def table(*lines: tuple[str, ...]) -> pl.DataFrame:
    return pl.DataFrame(lines, schema=["category", "minutes", "load", "opens", "closes"], orient="row")


def test_the_delivered_table_has_a_line_for_every_category() -> None:
    work = FieldWork.read()
    assert set(work.by_category) == set(delivered()["slug"])
    assert work.of("never heard of") == work.usual == Work(10)


def test_a_citys_table_holds_in_place_of_the_delivered_one(store: Store) -> None:
    store.write_table(
        "field_work", table(("", "7", "", "", ""), ("manhole", "90", "2", "06:00", "24:00")), actor=OPERATOR
    )
    work = store.field_work(actor=OPERATOR)
    assert work.of("manhole") == Work(90, 2, (360, 1440)) and work.of("flyposting") == Work(7)


def test_a_table_with_faults_is_refused_with_all_of_them() -> None:
    wrong = table(
        ("manhole", "0", "1", "", ""),
        ("manhole", "5", "-1", "09:00", ""),
        ("flyposting", "2000", "x", "18:00", "08:00"),
        ("shop_sign", "5", "1.5", "25:00", "26:00"),
    )
    with pytest.raises(TableError) as caught:
        FieldWork.read(wrong)
    said = str(caught.value)
    for words in (
        "expected a number above 0",
        "stands there twice",
        "'-1'",
        "both opens and closes",
        "2000",
        "'x'",
        "closes before it opens",
        "'1.5'",
        "'25:00'",
        "no line has an empty category",
    ):
        assert words in said
