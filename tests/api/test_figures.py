"""What `/api/figures` answers."""

from datetime import date

import pytest
from starlette.testclient import TestClient

from data.actors import OPERATOR
from data.filters import Filter
from data.measured import figure
from data.workspace import Workspace
from tests.api.conftest import REPORTS
from tests.data.samples import reports


def test_the_figures_are_those_of_the_cube_in_the_words_of_the_language(
    client: TestClient, city: Workspace
) -> None:
    answer = client.get("/api/figures?status=closed&lang=zh").json()
    where = Filter(statuses=("closed",))
    assert answer["total"] == city.cube.total(where) < REPORTS
    assert (answer["open"], answer["figures"]) == (0, {})
    found = {(name, n) for name, _words, n in answer["category"]}
    assert found == set(city.cube.by_category(where).iter_rows())
    assert {name: words for name, words, _n in answer["category"]}["illegal_parking"] == "机动车违停"
    assert sum(n for _name, _words, n in answer["status"]) == REPORTS
    assert sum(answer["hours"]) == sum(answer["series"]["n"]) == answer["total"]


def test_the_charts_get_a_new_answer_only_when_something_changed(client: TestClient, city: Workspace) -> None:
    first = client.get("/api/figures?status=open&lang=en")
    known = {"If-None-Match": first.headers["etag"]}
    assert client.get("/api/figures?status=open&lang=en", headers=known).status_code == 304
    assert client.get("/api/figures?status=closed&lang=en", headers=known).status_code == 200
    assert client.get("/api/figures?status=open&lang=zh", headers=known).status_code == 200
    city.store.write_reports(reports(10, seed=99), actor=OPERATOR)
    again = client.get("/api/figures?status=open&lang=en", headers=known)
    assert again.status_code == 200
    assert again.json()["version"] != first.json()["version"]


def test_the_measures_that_are_asked_for_come_along(client: TestClient, city: Workspace) -> None:
    days = "from=2024-03-01&to=2024-03-31"
    asked = client.get(f"/api/figures?{days}&vs=2024-02-01~2024-02-29&measures=count,open,change,days").json()
    where = Filter(start=date(2024, 3, 1), end=date(2024, 3, 31))
    against = (date(2024, 2, 1), date(2024, 2, 29))
    expected = {
        name: figure(city.cube, where, name, against=against)._asdict()
        for name in ("count", "open", "change", "days")
    }
    assert asked["figures"] == expected
    assert asked["figures"]["count"]["value"] == asked["total"]
    assert asked["figures"]["open"]["value"] == asked["open"]


@pytest.mark.parametrize(
    "query", ["status=lost", "hours=200", "from=never", "in=zz", "measures=count,lost", "measures=change"]
)
def test_a_broken_filter_is_said_to_be_broken(client: TestClient, query: str) -> None:
    answer = client.get(f"/api/figures?{query}")
    assert answer.status_code == 400
    assert answer.json()["error"]
