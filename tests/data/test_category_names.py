"""Categories that only a file knows get its words as their names."""

import polars as pl

from data.ingest.names import Names


def seen(*rows: tuple[str, str]) -> Names:
    names = Names()
    for row in rows:
        names.add(pl.DataFrame([row], schema=["category", "kind"], orient="row"))
    return names


def test_the_commonest_spelling_names_the_category() -> None:
    found = seen(("plumbing", "PLUMBING"), ("plumbing", "Plumbing"), ("plumbing", "Plumbing")).unlisted(
        (), source="nyc"
    )
    assert found.select("slug", "en", "group").rows() == [("plumbing", "Plumbing", "other")]


def test_capitals_are_written_as_a_sentence() -> None:
    assert seen(("heat", "HEAT/HOT  WATER")).unlisted((), source="nyc")["en"].to_list() == ["Heat/hot water"]


def test_a_chinese_name_is_the_name_in_both_languages() -> None:
    row = seen(("噪音", "夜间噪音")).unlisted((), source="s").row(0, named=True)
    assert (row["zh"], row["en"]) == ("夜间噪音", "夜间噪音")


def test_a_listed_category_keeps_its_name() -> None:
    assert seen(("illegal_parking", "PARKING!")).unlisted({"illegal_parking"}, source="nyc").is_empty()


def test_the_order_of_rows_does_not_matter() -> None:
    rows = [("a", "B x"), ("a", "A x"), ("c", "C")]
    assert (
        seen(*rows)
        .unlisted((), source="s")
        .sort("slug")
        .equals(seen(*rows[::-1]).unlisted((), source="s").sort("slug"))
    )
