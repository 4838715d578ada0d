"""Which reports the filters of the map page mean."""

from pathlib import Path

import polars as pl
import pytest

from app_pages import filters
from app_pages.view import View
from data.actors import OPERATOR
from data.cube import Cube
from data.store import Store
from data.workspace import Workspace
from i18n import use_locale
from tests.data.samples import reports


@pytest.fixture
def half_unknown(tmp_path: Path) -> Workspace:
    """A city of which every second report says no category."""
    store = Store.open(f"sqlite:///{tmp_path / 'city.sqlite'}")
    unknown = reports(50, seed=2).with_columns(category=pl.lit("unknown"))
    store.write_reports(pl.concat([reports(50), unknown]), actor=OPERATOR)
    return Workspace(store, Cube.open(store))


def test_other_means_the_reports_without_a_category_and_no_others(half_unknown: Workspace) -> None:
    where = filters.meant(half_unknown, View(groups=("other",)))
    assert "unknown" in where.categories
    assert half_unknown.cube.by_category(where)["category"].to_list()[0] == "unknown"
    assert half_unknown.cube.total(where) < 100


@pytest.mark.parametrize(("locale", "label"), [("en", "uncategorised"), ("zh", "未分类")])
def test_no_category_has_a_name_in_both_languages(half_unknown: Workspace, locale: str, label: str) -> None:
    use_locale(locale)
    try:
        named = dict(filters.used_categories(half_unknown).select("slug", "label").iter_rows())
    finally:
        use_locale("en")
    assert named["unknown"] == label
