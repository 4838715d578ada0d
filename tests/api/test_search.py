"""The search route."""

from starlette.testclient import TestClient

from data.actors import OPERATOR
from data.workspace import Workspace
from tests.api.conftest import places


def _names(client: TestClient, text: str, **more: str) -> list[str]:
    answer = client.get("/api/search", params={"q": text, **more})
    assert answer.status_code == 200
    return [found["name"] for found in answer.json()["found"]]


def test_a_street_is_found_by_its_initials(client: TestClient) -> None:
    (found,) = client.get("/api/search", params={"q": "jsl"}).json()["found"]
    assert (found["name"], found["kind"]) == ("建设路", "street")
    assert found["box"][0] < found["lon"] < found["box"][2]


def test_new_places_are_found_at_once(client: TestClient, city: Workspace) -> None:
    assert _names(client, "学校") == []
    city.store.write_places(places()[:1].assign(kind="school", name="新学校"), actor=OPERATOR)
    assert _names(client, "学校") == ["新学校"]


def test_an_empty_search_finds_nothing(client: TestClient) -> None:
    assert _names(client, "") == client.get("/api/search").json()["found"] == []


def test_a_limit_that_is_no_number_is_refused_in_words(client: TestClient) -> None:
    answer = client.get("/api/search", params={"q": "路", "limit": "²"})
    assert answer.status_code == 400
    assert "whole number" in answer.json()["error"]
