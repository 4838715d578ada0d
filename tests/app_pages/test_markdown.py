"""Words from files must not become Markdown."""

from string import punctuation

import pytest
from markdown_it import MarkdownIt

from app_pages.markdown import plain

HOSTILE = (
    "![x](http://elsewhere.example/x.png)",
    "[a](http://elsewhere.example)",
    "http://elsewhere.example www.elsewhere.example",
    ":red[alarm] :material/home: :smile:",
    "$x^2$ `code` **bold** ~~gone~~ _thin_",
    "<img src=x onerror=alert(1)> &lt; &#33;",
    "# heading\n- item\n\n---",
    punctuation,
)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_words_read_as_they_are_written(text: str) -> None:
    children = MarkdownIt("gfm-like", {"linkify": False}).parseInline(plain(text))[0].children or []
    assert {child.type for child in children} <= {"text", "text_special"}
    assert "".join(child.content for child in children) == " ".join(text.split())


def test_chinese_words_stay_as_they_are() -> None:
    assert plain("解放路 12 号，消防通道（北门）") == "解放路 12 号，消防通道（北门）"
