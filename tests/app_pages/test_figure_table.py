"""A table of figures: words stay text, and each figure knows its words for where there is no head."""

from xml.etree import ElementTree

from app_pages.figure_table import NONE, count, figure_table


def test_each_figure_carries_the_words_of_its_column() -> None:
    html = figure_table(
        ("Team", "Open <now>", ""), [("<b>1</b> A", count(1_234), "x")], numbers=[1], css="gz-watch"
    )
    table = ElementTree.fromstring(html)
    heads = [(cell.text, cell.get("class")) for cell in table.findall(".//thead/tr/th")]
    assert heads == [("Team", None), ("Open <now>", "gz-n"), (None, None)]
    (line,) = table.findall(".//tbody/tr")
    name, figure, rest = line
    assert name.get("scope") == "row" and "".join(name.itertext()) == "1 A"
    assert (figure.text, figure.get("data-words"), figure.get("class")) == ("1,234", "Open <now>", "gz-n")
    assert rest.get("data-words") == "" and rest.get("class") is None


def test_none_is_marked_so_that_a_telephone_can_leave_it_out() -> None:
    assert count(0) == NONE and "gz-none" in NONE
