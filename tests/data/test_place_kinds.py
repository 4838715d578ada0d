"""The vocabulary of kinds, and the types of the facts about a place."""

import pytest

from data import place_kinds
from i18n import use_locale


def test_the_chain_goes_from_the_largest_area_to_the_grid() -> None:
    assert place_kinds.chain() == ("province", "city", "district", "street_office", "community", "grid")


def test_every_kind_has_names_a_shape_and_a_group() -> None:
    kinds = place_kinds.kinds()
    needed = {"street", "street_segment", "compound", "shop", "window_unit", "school", "market", "park"}
    assert needed <= set(kinds)
    assert all(kind.geometry and kind.group and kind.zh and kind.en for kind in kinds.values())
    assert len({kind.zh for kind in kinds.values()}) == len(kinds)


@pytest.mark.parametrize(
    ("text", "slug"),
    {
        "小区": "compound",
        "Compound": "compound",
        "street office": "street_office",
        "街道": "street_office",
        "网格": "grid",
        "street": "street",
        " 学校 ": "school",
        "castle": None,
    }.items(),
)
def test_a_kind_is_known_by_its_slug_and_by_its_names(text: str, slug: str | None) -> None:
    assert place_kinds.slug_of(text) == slug


def test_a_kind_is_called_by_its_name_in_the_language_in_use() -> None:
    use_locale("zh")
    assert place_kinds.label("compound") == "小区"
    use_locale("en")
    assert place_kinds.label("window_unit") == "window unit"
    assert place_kinds.label("castle") == "castle"


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        ("households", "1,200", 1200),
        ("households", "812.0", 812),
        ("households", "很多", None),
        ("households", "-3", None),
        ("length_m", "120.5", 120.5),
        ("length_m", "0", None),
        ("length_m", "inf", None),
        ("managed", "有", True),
        ("managed", "否", False),
        ("managed", "也许", None),
        ("managed", True, True),
        ("adcode", 130902.0, "130902"),
        ("adcode", "130902001", "130902001"),
        ("adcode", "1309", None),
        ("level", "主干道", "main"),
        ("level", "背街小巷", "lane"),
        ("level", "Side", "side"),
        ("unit", " 城管 ", "城管"),
        ("unit", " ", None),
    ],
)
def test_a_fact_is_read_in_its_type(field: str, text: object, value: object) -> None:
    assert place_kinds.fields()[field].read(text) == value


def test_faults_name_the_row_the_fact_and_what_was_expected() -> None:
    places = [("compound", {"households": 3, "own": "x"}), ("castle", {"managed": "也许"})]
    assert place_kinds.faults(places) == [
        "row 1: 'castle' is no kind of place",
        "row 1: managed is '也许', expected yes or no",
    ]
