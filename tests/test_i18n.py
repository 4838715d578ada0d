"""Words: whose they are before anybody said so, and how sentences and figures are put together."""

from collections.abc import Iterator
from contextvars import Context

import pytest

from i18n import ask_for_locale, clauses, current_locale, gettext, ngettext, sentences, use_locale
from i18n import words as module


@pytest.fixture(autouse=True)
def _as_before(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(module, "_asked", list(module._asked))
    locale = current_locale()
    yield
    use_locale(locale)


def test_where_nobody_said_which_words_to_use_whoever_knows_is_asked() -> None:
    ask_for_locale(lambda: "zh")
    assert Context().run(current_locale) == "zh"
    assert Context().run(gettext, "Undo") == "撤销"

    def said() -> str:
        use_locale("en")
        return gettext("Undo")

    assert Context().run(said) == "Undo"


def test_sentences_and_clauses_are_put_together_as_the_language_does() -> None:
    use_locale("zh")
    assert sentences(["甲。", "", "乙。"]) == "甲。乙。"
    assert clauses(["甲", "乙", ""]) == "甲，乙"
    use_locale("en")
    assert sentences(["One.", "", "Two."]) == "One. Two."
    assert clauses(["one", "two"]) == "one, two"


def test_a_number_and_its_percent_stay_on_one_line() -> None:
    use_locale("en")
    assert gettext("about {n} % of {m}", n=5, m="100 %") == "about 5\u00a0% of 100\u00a0%"
    assert ngettext("{n} % of one", "{n} % of all", 7) == "7\u00a0% of all"
    assert gettext("a share in %") == "a share in %"
