"""Chinese and English: the locale is chosen well, and no word lacks its translation."""

import ast
import re
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from i18n import current_locale, gettext, listed, match_locale, ngettext, use_locale

ROOT = Path(__file__).parents[1]
ROOMS = (
    "app.py",
    "cli.py",
    "cli_*.py",
    "data/**.py",
    "layers/**.py",
    "reports/**.py",
    "api/**.py",
    "app_pages/**.py",
)
KEYWORDS = {"_": None, "gettext": None, "N_": None, "ngettext": (1, 2)}


@pytest.fixture(scope="module")
def chinese() -> Catalog:
    with (ROOT / "i18n/locales/zh/LC_MESSAGES/gezhi.po").open("rb") as source:
        return read_po(source, locale="zh")


@pytest.fixture(scope="module")
def marked() -> dict[str, str]:
    """Every message that the code marks, with the place where it stands."""
    skipped = {".venv", ".tools", "tests", "var", "build"}
    found = extract_from_dir(
        ROOT,
        [(pattern, "python") for pattern in ROOMS],
        keywords=KEYWORDS,
        directory_filter=lambda folder: Path(folder).name not in skipped,
    )
    return {
        message[0] if isinstance(message, tuple) else message: f"{path}:{line}"
        for path, line, message, _comments, _context in found
    }


def test_no_message_hides_in_a_formatted_string() -> None:
    """There the collector of messages does not see it."""
    hidden = [
        f"{path.relative_to(ROOT)}:{call.lineno}"
        for pattern in ROOMS
        for path in ROOT.glob(pattern.replace("**.py", "**/*.py"))
        for text in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(text, ast.JoinedStr)
        for call in ast.walk(text)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in KEYWORDS
        if call.args and isinstance(call.args[0], ast.Constant)
    ]
    assert hidden == []


def fields(text: str) -> set[str]:
    return {name for _text, name, _spec, _conversion in Formatter().parse(text) if name}


@pytest.mark.parametrize(
    ("wanted", "locale"),
    [
        (("zh-CN,zh;q=0.9,en;q=0.8",), "zh"),
        (("en-US",), "en"),
        (("fr-FR,zh;q=0.5",), "zh"),
        (("zh_TW.UTF-8",), "zh"),
        ((None, "zh"), "zh"),
        (("", None), "en"),
        (("<script>",), "en"),
    ],
)
def test_the_first_wanted_locale_with_words_is_used(wanted: tuple[str | None, ...], locale: str) -> None:
    assert match_locale(*wanted) == locale


def test_words_change_with_the_locale_and_keep_their_fields() -> None:
    use_locale("zh")
    try:
        assert current_locale() == "zh"
        assert gettext("Reports") == "问题"
        assert "3" in ngettext("Show {n} more report", "Show {n} more reports", 3)
    finally:
        use_locale("en")
    assert gettext("Reports") == "Reports"


def test_an_unknown_message_is_shown_as_it_is() -> None:
    assert gettext("no such message {n}", n=1) == "no such message 1"


def test_every_marked_message_has_its_chinese(marked: dict[str, str], chinese: Catalog) -> None:
    missing = {text: where for text, where in marked.items() if not translated(chinese.get(text))}
    assert marked, "the extraction found no message at all"
    assert not missing, f"{len(missing)} messages have no Chinese; first: {next(iter(missing.items()))}"


def test_a_translation_has_the_fields_of_its_message(chinese: Catalog) -> None:
    for message in chinese:
        if not message.id:
            continue
        source = message.id[-1] if isinstance(message.id, tuple) else message.id
        target = message.string[-1] if isinstance(message.string, tuple) else message.string
        assert fields(target) <= fields(source) | {"n"}, f"{source!r} -> {target!r}"
        assert fields(source) - {"n"} <= fields(target), f"{source!r} -> {target!r}"


def test_chinese_text_uses_chinese_punctuation(chinese: Catalog) -> None:
    wrong = [
        message.string
        for message in chinese
        if isinstance(message.string, str) and re.search(r"[\u4e00-\u9fff][,;!?]", message.string)
    ]
    assert not wrong


def translated(message: Message | None) -> bool:
    if message is None:
        return False
    texts = message.string if isinstance(message.string, tuple) else (message.string,)
    return all(texts)


@pytest.mark.parametrize(("locale", "text"), [("en", "a, b, and c"), ("zh", "a、b和c")])
def test_names_are_listed_as_the_locale_does(locale: str, text: str) -> None:
    use_locale(locale)
    assert listed(["a", "b", "c"]) == text
    assert listed([]) == ""
    use_locale("en")
