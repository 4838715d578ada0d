"""Categories as delivered, and the slugs of types that nobody listed."""

import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.categories import CATEGORY_COLUMNS, GROUPS, delivered, group_label, named, slug_of
from i18n import use_locale


def test_the_delivered_table_is_complete() -> None:
    table = delivered()
    assert table.columns == list(CATEGORY_COLUMNS)
    assert table.height == 26
    assert table["slug"].n_unique() == 26
    assert (
        table.select("slug", "zh", "en", "group", "version", "source").null_count().sum_horizontal().item()
        == 0
    )
    assert set(table["group"]) <= set(GROUPS)


def test_a_code_is_unique_together_with_its_kind() -> None:
    coded = delivered().drop_nulls("code")
    assert coded.height == 22
    assert coded.select("code", "code_kind").is_unique().all()
    assert all(re.fullmatch(r"\d{5}(–\d{5})?", code) for code in coded["code"])


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("PLUMBING", "plumbing"),
        ("Plumbing", "plumbing"),
        ("Illegal Parking", "illegal_parking"),
        ("机动车违停", "illegal_parking"),
        ("飞线", "overhead_cables"),
        ("架空线缆", "overhead_cables"),
        ("井盖破损、冒水", "manhole"),
        ("  Street/Sidewalk - No. 3 ", "street_sidewalk_no_3"),
        ("违法停车", "违法停车"),
        ("ＡＢＣ　噪音", "abc_噪音"),
        ("Straße", "strasse"),
        ("", "unknown"),
        (None, "unknown"),
        ("--", "unknown"),
    ],
)
def test_a_type_becomes_a_slug(text: str | None, slug: str) -> None:
    assert slug_of(text) == slug


@given(st.text(max_size=30))
def test_a_slug_is_its_own_slug(text: str) -> None:
    slug = slug_of(text)
    assert slug
    assert slug_of(slug) == slug
    assert not set(slug) & set(string.whitespace + string.punctuation.replace("_", "") + ",")


@given(st.text(string.ascii_letters + " /-", max_size=20))
def test_capitals_make_no_other_slug(text: str) -> None:
    assert slug_of(text.upper()) == slug_of(text.lower())


def test_a_new_category_is_named_after_what_is_known() -> None:
    assert named({"slug": "loud_music", "zh": "噪音"}) == {
        "slug": "loud_music",
        "zh": "噪音",
        "en": "噪音",
        "group": "other",
    }
    assert named({"slug": "loud_music"})["en"] == "loud music"


def test_groups_have_words() -> None:
    use_locale("en")
    assert group_label("fire_safety") == "Fire safety"
    assert group_label("a city's own") == "a city's own"
