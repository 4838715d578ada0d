"""The phone page of a field team as a document: what stands in it, and what does not."""

import json
import re

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from api.first_page import FirstPage
from app_pages.field import field_routes
from i18n import current_locale
from layers import assets, field, field_words, pack_words
from tests.layers import field_day

_NAMES = (*assets.FIELD_SCRIPTS, "field_offline")
SCRIPTS = "".join((assets.FOLDER / "js" / f"{name}.js").read_text("utf-8") for name in _NAMES)


def block(html: str, name: str) -> dict[str, object]:
    """Return what a block of JSON in the page says."""
    found = re.search(rf'<script type="application/json" id="{name}">(.*?)</script>', html, re.DOTALL)
    assert found
    told: dict[str, object] = json.loads(found[1])
    return told


def test_a_linked_page_asks_our_own_server_alone() -> None:
    html = field.page()
    links = re.findall(r'(?:src|href)="([^"]+)"', html)
    assert {link.split("?")[0] for link in links if not link.startswith("data:")} == {
        f"/assets/{name}" for name in (*field.SCRIPTS, *field.STYLES)
    }
    assert "gz-day" not in html


def test_a_page_that_stands_alone_links_to_nothing_and_holds_its_day() -> None:
    day = field_day.made_up(n=3)
    html = field.page(day, inline=True, extra=("window.first = 1;",))
    assert not re.search(r'<(?:script|link|img)[^>]+(?:src|href)="(?!data:)', html)
    assert block(html, "gz-day") == json.loads(json.dumps(day))
    assert block(html, "gz-field")["alone"] is True
    assert html.index("window.first") < html.index("gezhi.field")


def test_what_people_wrote_cannot_end_the_block_it_stands_in() -> None:
    day = field_day.made_up(n=1)
    day["cases"][0]["description"] = "</script><script>alert(1)</script><!-- "
    html = field.page(day, inline=True)
    assert "<script>alert(1)" not in html
    assert block(html, "gz-day")["cases"][0]["description"] == day["cases"][0]["description"]  # type: ignore[index]


@pytest.mark.parametrize(("asked", "locale", "lang"), [("zh-CN", "zh", "zh-CN"), ("fr", "en", "en")])
def test_the_page_speaks_the_language_that_is_asked_for(asked: str, locale: str, lang: str) -> None:
    before = current_locale()
    html = field.page(locale=asked)
    assert block(html, "gz-field")["locale"] == locale
    assert f'<html lang="{lang}">' in html
    assert current_locale() == before


def test_every_word_that_the_scripts_ask_for_is_there_and_every_word_is_asked_for() -> None:
    known = field_words.labels() | pack_words.labels()
    asked = set(re.findall(r'\b(?:t|count)\("(\w+)"', SCRIPTS))
    quoted = set(re.findall(r'"(\w+)"', SCRIPTS))
    patterns = [re.escape(text).replace(r"\$\{\}", r"\w+") for text in _templates()]
    assert asked <= known.keys()
    unused = {
        key
        for key in known
        if key not in quoted
        and key.removesuffix("_one") not in quoted
        and not any(re.fullmatch(pattern, key) for pattern in patterns)
    }
    assert not unused


def _templates() -> set[str]:
    return {re.sub(r"\$\{.*?\}", "${}", text) for text in re.findall(r"`(\w*\$\{[^`]*?\}\w*)`", SCRIPTS)}


def test_the_page_is_served_unchanged_to_who_has_it_and_its_worker_may_serve_it() -> None:
    client = TestClient(FirstPage(Starlette(routes=field_routes())))
    first = client.get("/field", headers={"accept-language": "zh-CN"})
    assert first.headers["content-type"].startswith("text/html")
    assert 'lang="zh-CN"' in first.text
    assert "start.js" not in first.text, "what Streamlit's pages begin with is no part of it"
    again = client.get("/field", headers={"accept-language": "zh-CN", "if-none-match": first.headers["etag"]})
    assert again.status_code == 304
    assert client.get("/field", headers={"if-none-match": first.headers["etag"]}).status_code == 200
    worker = client.get(str(block(first.text, "gz-field")["worker"]))
    assert worker.headers["service-worker-allowed"] == "/field"
    assert "addEventListener" in worker.text
