"""What a document says of where it comes from."""

from i18n import use_locale
from reports.provenance import Provenance


def test_a_name_is_possible_on_every_system(about: Provenance) -> None:
    assert about.file_name("cells", "csv") == "示范区-b-one-cells-2026-03-04-0506.csv"


def test_it_is_said_in_words(about: Provenance) -> None:
    use_locale("en")
    assert about.lines() == [
        about.title,
        "小广告",
        "Made on 2026-03-04 05:06 CST from data version abc-12.",
        "Sources: patrol and hotline",
    ]
