"""The pack and the sheet by their addresses: whose they are, and what a browser makes of them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.testclient import TestClient

from api.field_files import field_file_routes, reached_at
from data.actors import VIEWER, Actor
from data.workspace import Workspace
from reports.field_documents import FieldDocuments
from tests.reports.outing import TOLD, outing, workspace

Asking = Callable[[Actor], TestClient]


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    with outing(tmp_path_factory.mktemp("town") / "town.sqlite") as store:
        yield workspace(store)


@pytest.fixture
def asking(town: Workspace) -> Asking:
    def client(actor: Actor) -> TestClient:
        here = town.seen_by(actor)
        routes = field_file_routes(lambda: here, FieldDocuments())
        return TestClient(Starlette(routes=routes), base_url="https://city.example")

    return client


@pytest.mark.parametrize("kind", ["pack", "sheet"])
def test_who_heads_the_city_has_those_of_any_team(asking: Asking, kind: str) -> None:
    for team, other in ((1, 2), (2, 1)):
        answer = asking(VIEWER).get(f"/api/field/{kind}?team={team}")
        assert answer.status_code == 200
        assert TOLD[team] in answer.text and TOLD[other] not in answer.text
        assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("kind", ["pack", "sheet"])
def test_a_member_has_those_of_the_own_team_alone(asking: Asking, kind: str) -> None:
    client = asking(Actor("小李", "team_member", team=2))
    assert TOLD[2] in client.get(f"/api/field/{kind}").text
    assert client.get(f"/api/field/{kind}?team=1").status_code == 403


@pytest.mark.parametrize(("role", "status"), [("analyst", 403), ("dispatcher", 403), ("resident", 403)])
def test_nobody_else_has_them(asking: Asking, role: str, status: int) -> None:
    for kind in ("pack", "sheet"):
        assert asking(Actor("某人", role)).get(f"/api/field/{kind}?team=1").status_code == status


@pytest.mark.parametrize("asked", ["", "?team=", "?team=9", "?team=x", "?team=-1", "?team=99999999999"])
def test_a_team_that_there_is_not_is_said_in_words(asking: Asking, asked: str) -> None:
    for kind in ("pack", "sheet"):
        answer = asking(VIEWER).get(f"/api/field/{kind}{asked}")
        assert answer.status_code == 400 and answer.json()["error"]


def test_the_pack_is_saved_and_the_sheet_is_shown(asking: Asking) -> None:
    saved, shown = (asking(VIEWER).get(f"/api/field/{kind}?team=1") for kind in ("pack", "sheet"))
    assert saved.headers["content-disposition"].startswith('attachment; filename="gezhi-pack-team-1-')
    assert shown.headers["content-disposition"].startswith('inline; filename="gezhi-team-1-')
    assert saved.headers["content-type"] == shown.headers["content-type"] == "text/html; charset=utf-8"


def test_the_language_is_the_browsers_or_the_one_asked_for(asking: Asking) -> None:
    client = asking(VIEWER)
    assert '<html lang="zh-CN">' in client.get("/api/field/sheet?team=1&lang=zh").text
    assert '<html lang="en">' in client.get("/api/field/pack?team=1", headers={"Accept-Language": "en"}).text


def test_the_codes_lead_to_where_the_server_was_reached(asking: Asking) -> None:
    assert 'class="qr"' in asking(VIEWER).get("/api/field/sheet?team=1").text
    local = asking(VIEWER).get("/api/field/sheet?team=1", headers={"Host": "localhost:8501"})
    assert 'class="qr"' not in local.text


@dataclass(frozen=True)
class Reached:
    url: str
    headers: dict[str, str]
    address: str


@pytest.mark.parametrize(
    "case",
    [
        Reached("http://192.168.1.5:8501/", {}, "http://192.168.1.5:8501"),
        Reached("http://city.example/", {}, "http://city.example"),
        Reached("http://localhost:8501/", {}, ""),
        Reached("http://127.0.0.1:8501/", {}, ""),
        Reached("http://[::1]:8501/", {}, ""),
        Reached("http://[2001:db8::1]:8501/", {}, "http://[2001:db8::1]:8501"),
        Reached("http://10.0.0.1:8501/", {"x-forwarded-proto": "https", "x-forwarded-host": "a.example"}, "https://a.example"),
    ],
    ids=lambda case: case.url,
)  # fmt: skip
def test_an_address_that_only_this_machine_knows_is_none(case: Reached) -> None:
    scheme, _sep, host = case.url.rstrip("/").partition("://")
    headers = [(b"host", host.encode())] + [(k.encode(), v.encode()) for k, v in case.headers.items()]
    scope = {
        "type": "http", "method": "GET", "path": "/", "query_string": b"", "scheme": scheme,
        "server": ("x", 1), "headers": headers,
    }  # fmt: skip
    assert reached_at(Request(scope)) == case.address


def test_the_workspace_is_not_opened_before_somebody_asks(tmp_path: Path) -> None:
    def closed() -> Workspace:
        raise AssertionError("opened")

    assert len(field_file_routes(closed, FieldDocuments())) == 2
