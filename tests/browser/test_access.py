"""A team's telephone in the whole app: let in by its link, and kept from all that is not its own."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from data.actors import OPERATOR
from data.store import Store
from tests.browser.conftest import PHONE
from tests.browser.server import Server

SOCKET = """() => new Promise(done => {
  const socket = new WebSocket(location.origin.replace("http", "ws") + "/_stcore/stream");
  socket.onopen = () => done("open");
  socket.onerror = () => done("refused");
})"""
STATUS = "([path, method]) => fetch(path, { method }).then(answer => answer.status)"


@pytest.fixture
def telephone(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True, locale="en-US")
    yield context.new_page()
    context.close()


def test_a_telephone_comes_in_by_its_link_and_sees_no_page_of_the_managers(
    telephone: Page, server: Server
) -> None:
    with Store.open(f"sqlite:///{server.home / 'demo.sqlite'}") as store:
        link, secret = store.make_link(3, label="phone", actor=OPERATOR)
        name = store.teams(actor=OPERATOR)[2].en
        telephone.goto(f"{server.url}/field#k={secret}")
        expect(telephone.get_by_text(name).first).to_be_visible()
        assert secret not in telephone.url, "who looks over a shoulder reads no secret"
        assert telephone.context.cookies()[0]["httpOnly"]
        for page, shown in (("/", "/field"), ("/case?id=7", "/field#case=7"), ("/teams?tab=links", "/field")):
            telephone.goto(server.url + page)
            assert telephone.url.removeprefix(server.url).startswith(shown)
        assert telephone.evaluate(SOCKET) == "refused"
        for path, method, status in (
            ("/_stcore/upload_file/a/b", "PUT", 403),
            ("/api/field/day?team=4", "GET", 403),
            ("/api/field/day", "GET", 200),
        ):
            assert telephone.evaluate(STATUS, [path, method]) == status
        store.revoke_link(link.id, actor=OPERATOR)
        assert telephone.evaluate(STATUS, ["/api/field/day", "GET"]) == 401
        telephone.goto(f"{server.url}/cases")
        assert telephone.url.startswith(f"{server.url}/field")
