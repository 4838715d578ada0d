"""Who is let in by which cookie, to what, and as whom."""

import asyncio
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from starlette.requests import Request
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from api.key_gate import KEY_COOKIE, KeyGate
from api.visitors import TEAM_COOKIE
from data.actors import OPERATOR
from data.store import Store
from tests.api.door import enter, served
from tests.api.own_loop import in_a_loop_of_its_own
from tests.data import stores


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(stores.new_file(tmp_path / "city.sqlite")) as opened:
        for name in ("东村", "西村"):
            opened.add_team(name, actor=OPERATOR)
        yield opened


@pytest.fixture
def secret(store: Store) -> str:
    return store.make_link(1, label="小李", actor=OPERATOR)[1]


@pytest.fixture
def client(store: Store) -> TestClient:
    return served(store)


def test_a_browser_without_a_cookie_heads_the_city(client: TestClient) -> None:
    assert client.get("/api/who").text == "viewer None"
    assert client.get("/cases").text == "Streamlit"


def test_a_link_makes_a_browser_one_of_the_team_until_it_leaves(client: TestClient, secret: str) -> None:
    told = client.post("/api/field/enter", json={"token": secret})
    assert told.json() == {"team": {"id": 1, "name": "东村"}}
    cookie = told.headers["set-cookie"]
    assert all(word in cookie for word in ("HttpOnly", "SameSite=lax", "Path=/"))
    assert client.get("/api/who").text == "东村 · 小李 1"
    assert client.post("/api/field/leave").status_code == 204
    assert client.get("/api/who").text == "viewer None"


def test_a_revoked_link_makes_nobody_a_manager(client: TestClient, store: Store, secret: str) -> None:
    enter(client, secret)
    store.revoke_link(1, actor=OPERATOR)
    refused = client.get("/api/who")
    assert refused.status_code == 401 and refused.json()["ask"] == "link"
    assert client.get("/cases").headers["location"] == "/field"
    assert client.post("/api/field/enter", json={"token": secret}).status_code == 401


@pytest.mark.parametrize("token", ["", "x" * 32, "ü" * 32, "\ud800" * 32, None, 7, ["x"]])
def test_what_is_no_links_secret_lets_nobody_in(client: TestClient, token: object) -> None:
    body = json.dumps({"token": token})
    refused = client.post("/api/field/enter", content=body, headers={"Content-Type": "application/json"})
    assert refused.status_code == 401 and "set-cookie" not in refused.headers


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ("/", "/field"),
        ("/cases?status=open", "/field"),
        ("/case?id=12", "/field#case=12"),
        ("/case/?id=12&lang=en", "/field?lang=en#case=12"),
        ("/case?id=12%0d%0aSet-Cookie:x", "/field"),
        ("/case?id=" + "9" * 30, "/field"),
        ("/?lang=%0d%0ax", "/field?lang=%0D%0Ax"),
    ],
)
def test_a_teams_browser_is_sent_from_every_page_to_its_own(
    client: TestClient, secret: str, asked: str, shown: str
) -> None:
    enter(client, secret)
    answer = client.get(asked)
    assert (answer.status_code, answer.headers["location"]) == (303, shown)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", "/_stcore/upload_file/a/b"),
        ("DELETE", "/_stcore/upload_file/a/b"),
        ("GET", "/_stcore/host-config"),
        ("GET", "/media/abc.csv"),
        ("GET", "/component/map/index.html"),
        ("POST", "/cases"),
    ],
)
def test_the_parts_of_streamlit_are_refused_to_a_team(
    client: TestClient, secret: str, method: str, path: str
) -> None:
    assert client.request(method, path).text == "Streamlit"
    enter(client, secret)
    assert client.request(method, path).status_code == 403


def test_the_websocket_is_refused_to_a_team(client: TestClient, secret: str) -> None:
    with client.websocket_connect("/_stcore/stream") as socket:
        assert socket.receive_text() == "Streamlit"
    enter(client, secret)
    with pytest.raises(WebSocketDisconnect), client.websocket_connect("/_stcore/stream"):
        pass


@pytest.mark.parametrize("path", ["/field?lang=zh", "/field/worker.js", "/static/js/a.js", "/_stcore/health"])
def test_what_shows_no_data_is_open_to_a_team_and_to_a_revoked_one(
    client: TestClient, store: Store, secret: str, path: str
) -> None:
    enter(client, secret)
    assert client.get(path).text == "Streamlit"
    store.revoke_link(1, actor=OPERATOR)
    assert client.get(path).text == "Streamlit"


def test_another_site_can_do_nothing_in_somebodys_name(client: TestClient, secret: str) -> None:
    for headers in (
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
    ):
        refused = client.post("/api/field/enter", json={"token": secret}, headers=headers)
        assert refused.status_code == 403 and "set-cookie" not in refused.headers
    form = client.post("/api/field/enter", content=f'{{"token": "{secret}"}}')
    assert form.status_code == 415
    for headers in ({"Sec-Fetch-Site": "same-origin"}, {"Origin": "http://testserver"}):
        assert client.post("/api/field/enter", json={"token": secret}, headers=headers).status_code == 200


def test_the_cookie_goes_over_https_alone_where_that_is_spoken(client: TestClient, secret: str) -> None:
    for headers, only in (({}, False), ({"X-Forwarded-Proto": "https"}, True)):
        told = client.post("/api/field/enter", json={"token": secret}, headers=headers)
        assert ("Secure" in told.headers["set-cookie"]) is only


def test_too_long_and_broken_bodies_are_refused_in_words(client: TestClient) -> None:
    headers = {"Content-Type": "application/json"}
    for content, status in (("x" * 5_000, 413), ("{", 400), ("[]", 400), ("[" * 4_000, 400)):
        refused = client.post("/api/field/enter", content=content, headers=headers)
        assert refused.status_code == status and refused.json()["error"]


def test_when_a_link_was_used_last_is_noted_once_in_a_while(
    client: TestClient, store: Store, secret: str
) -> None:
    enter(client, secret)
    client.get("/api/who")
    first = store.links(actor=OPERATOR)[0].used_at
    client.get("/api/who")
    assert first is not None and store.links(actor=OPERATOR)[0].used_at == first


def test_a_cookie_of_no_link_at_all_is_refused(client: TestClient) -> None:
    client.cookies.set(TEAM_COOKIE, "x" * 32)
    assert client.get("/api/who").status_code == 401


KEY = "a key of some length"


@pytest.fixture
def locked(store: Store) -> TestClient:
    return served(store, key=KEY)


def test_with_a_key_nothing_with_data_is_open(locked: TestClient) -> None:
    for path in ("/", "/cases", "/field?team=1"):
        asked = locked.get(path)
        assert asked.status_code == 401 and '<form method="post" action="/api/key">' in asked.text
    for path in ("/api/who", "/api/cells?res=9", "/media/a.csv", "/_stcore/host-config"):
        refused = locked.get(path)
        assert refused.status_code == 401 and refused.json()["ask"] == "key"
    for path in ("/field", "/healthz", "/static/js/a.js"):
        assert locked.get(path).status_code == 200
    assert locked.put("/_stcore/upload_file/a/b").status_code == 401
    with pytest.raises(WebSocketDisconnect), locked.websocket_connect("/_stcore/stream"):
        pass


def test_who_gives_the_key_goes_on_to_the_page_that_was_asked_for(locked: TestClient) -> None:
    assert (
        'name="to" value="/cases?status=open&amp;x=%22%3E"' in locked.get("/cases?status=open&x=%22%3E").text
    )
    let_in = locked.post("/api/key", data={"key": KEY, "to": "/cases?status=open"})
    assert (let_in.status_code, let_in.headers["location"]) == (303, "/cases?status=open")
    assert all(word in let_in.headers["set-cookie"] for word in ("HttpOnly", "SameSite=lax"))
    assert KEY not in let_in.headers["set-cookie"]
    assert locked.get("/cases").text == "Streamlit" and locked.get("/api/who").text == "viewer None"
    with locked.websocket_connect("/_stcore/stream") as socket:
        assert socket.receive_text() == "Streamlit"


@pytest.mark.parametrize(
    "to", ["https://elsewhere.example", "//elsewhere.example", "/\\elsewhere", "", "/a\nb"]
)
def test_the_key_leads_to_no_other_server(locked: TestClient, to: str) -> None:
    assert locked.post("/api/key", data={"key": KEY, "to": to}).headers["location"] == "/"


def test_a_wrong_key_is_told_late_and_opens_nothing(
    locked: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    monkeypatch.setattr("asyncio.sleep", sleep)
    for key in ("", "wrong", KEY.upper(), "ü"):
        refused = locked.post("/api/key", data={"key": key, "to": '/"><b>'})
        assert refused.status_code == 401 and "This is not the key." in refused.text
        assert "set-cookie" not in refused.headers and "<b>" not in refused.text
    assert waited == [1.0] * 4
    assert locked.post("/api/key", data={"key": "x" * 9_000}).status_code == 401
    assert locked.get("/api/who").status_code == 401


def test_while_wrong_keys_wait_no_other_key_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    gate = KeyGate(KEY)

    async def given(key: str) -> tuple[int, bytes]:
        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": urlencode({"key": key, "to": "/"}).encode()}

        scope = {"type": "http", "method": "POST", "path": "/api/key", "headers": [], "query_string": b""}
        answer = await gate.answer(Request({**scope, "scheme": "http", "server": ("city", 80)}, receive))
        return answer.status_code, bytes(answer.body)

    async def guessing() -> None:
        over, pause = asyncio.Event(), asyncio.sleep

        async def sleep(_seconds: float) -> None:
            await over.wait()

        monkeypatch.setattr("api.key_gate.asyncio.sleep", sleep)
        wrong = [asyncio.create_task(given(f"guess {n}")) for n in range(5)]
        for _turn in range(100):  # each goes as far as it gets: none of them waits for anything outside
            await pause(0)
        for key in ("guess 6", KEY):
            status, body = await given(key)
            assert status == 401 and b"Too many wrong keys" in body
        over.set()
        assert [status for status, _body in await asyncio.gather(*wrong)] == [401] * 5
        assert (await given(KEY))[0] == 303

    in_a_loop_of_its_own(guessing)


def test_a_form_of_many_fields_is_none(locked: TestClient) -> None:
    assert locked.post("/api/key", data={f"key{n}": "x" for n in range(20)}).status_code == 401


@pytest.mark.parametrize(
    "cookie", ["", ".", "9999999999.", "9999999999.abc", "²." + "0" * 64, "1" * 30 + ".a"]
)
def test_a_cookie_that_was_made_up_opens_nothing(locked: TestClient, cookie: str) -> None:
    headers = {"Cookie": f"{KEY_COOKIE}={cookie}".encode()}
    assert locked.get("/api/who", headers=headers).status_code == 401


def test_the_cookie_of_a_key_ends_with_its_time_and_with_the_key(
    store: Store, locked: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    locked.post("/api/key", data={"key": KEY})
    headers = {"Cookie": f"{KEY_COOKIE}={locked.cookies[KEY_COOKIE]}"}
    assert served(store, key=KEY).get("/api/who", headers=headers).status_code == 200
    assert served(store, key=KEY + "!").get("/api/who", headers=headers).status_code == 401
    later = time.time() + 31 * 86_400
    monkeypatch.setattr("time.time", lambda: later)
    assert locked.get("/api/who").status_code == 401


def test_a_team_needs_no_key_and_its_link_is_none(locked: TestClient, secret: str) -> None:
    enter(locked, secret)
    assert locked.get("/api/who").text == "东村 · 小李 1"
    assert locked.get("/cases").headers["location"] == "/field"
    assert locked.get("/field?team=2").text == "Streamlit"
    locked.post("/api/field/leave")
    assert locked.get("/api/who").status_code == 401


def test_without_a_key_there_is_no_such_form(client: TestClient) -> None:
    assert client.post("/api/key", data={"key": ""}).text == "Streamlit"
