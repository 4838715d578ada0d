"""`/api/cells` with measures, comparisons and classes, against the store asked directly."""

from collections.abc import Iterator

import numpy as np
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from api import cells as cells_module
from api.counting import classes_of
from api.routes import routes
from data.actors import OPERATOR
from data.cube import Cube
from data.filters import Filter
from data.measured import cell_figures, figure
from data.measures import MEASURES, measure
from data.store import Store
from data.workspace import Workspace
from layers import wire
from tests.data.samples import reports

HALF = "from=2024-04-01&to=2024-08-31"
WHERE = Filter.from_params({"from": "2024-04-01", "to": "2024-08-31"})


@pytest.fixture(scope="module")
def still(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """Make a city that no test changes."""
    url = f"sqlite:///{tmp_path_factory.mktemp('still') / 'city.sqlite'}"
    with Store.open(url) as store:
        store.write_reports(reports(2000, seed=3), actor=OPERATOR)
        yield Workspace(store, Cube.open(store))


@pytest.fixture(scope="module")
def reader(still: Workspace) -> TestClient:
    return TestClient(Starlette(routes=routes(lambda: still)))


def asked(reader: TestClient, words: str = "") -> tuple[np.ndarray, np.ndarray, np.ndarray, wire.Meta]:
    answer = reader.get(f"/api/cells?res=9&{HALF}&{words}")
    assert answer.status_code == 200, answer.text
    return wire.unpack_figures(answer.content)


@pytest.mark.parametrize("name", MEASURES)
def test_each_measure_comes_as_it_is_computed(reader: TestClient, still: Workspace, name: str) -> None:
    ids, values, n, meta = asked(reader, f"measure={name}")
    truth = cell_figures(still.cube, WHERE, 9, name)
    assert ids.tolist() == truth.cells.tolist()
    np.testing.assert_allclose(values, np.round(truth.values, meta["decimals"]), equal_nan=True)
    assert n.tolist() == truth.n.tolist()
    assert (meta["measure"], meta["total"]) == (name, still.cube.total(WHERE))
    assert (meta["signed"], meta["decimals"]) == (name == "change", measure(name).decimals)
    assert meta["in_view"] == truth.n.sum()
    assert meta["figure"] == pytest.approx(figure(still.cube, WHERE, name).value)
    assert meta["edges"] == sorted(set(meta["edges"]))


def test_counts_are_sent_as_small_as_ever(reader: TestClient) -> None:
    assert reader.get("/api/cells?res=9").content[:4] == wire.COUNTS
    assert reader.get("/api/cells?res=9&measure=open").content[:4] == wire.COUNTS
    assert reader.get("/api/cells?res=9&measure=days").content[:4] == wire.FIGURES


@pytest.mark.parametrize("name", ["density", "on_time", "change", "open"])
def test_classes_are_those_of_the_whole_city_wherever_one_looks(reader: TestClient, name: str) -> None:
    everywhere = asked(reader, f"measure={name}")
    box = asked(reader, f"measure={name}&bbox=116.89,38.29,116.91,38.31")
    assert 0 < box[0].size < everywhere[0].size
    for part in ("edges", "total", "figure"):
        assert box[3][part] == everywhere[3][part]


@pytest.mark.parametrize("method", ["quantile", "natural", "fixed"])
@pytest.mark.parametrize("n", [3, 7])
def test_classes_are_chosen_as_asked(reader: TestClient, method: str, n: int) -> None:
    for name in ("count", "density", "change"):
        _ids, values, _n, meta = asked(reader, f"measure={name}&classes_by={method}&classes={n}")
        assert 1 < len(meta["edges"]) <= n
        assert meta["edges"][0] <= np.nanmin(values)


def test_edges_that_are_held_come_back_as_they_were_given(reader: TestClient) -> None:
    for words in ("", "&measure=days", "&classes_by=steps"):
        assert asked(reader, f"edges=1,2.5,40{words}")[3]["edges"] == [1, 2.5, 40]


def test_steps_without_edges_are_the_usual_classes(reader: TestClient) -> None:
    assert asked(reader, "classes_by=steps")[3]["edges"] == asked(reader)[3]["edges"]


def test_a_change_is_against_the_days_that_are_asked_for(reader: TestClient, still: Workspace) -> None:
    usual = asked(reader, "measure=change")
    assert usual[3]["vs"] == "2023-10-31~2024-03-31"
    other = asked(reader, "measure=change&vs=2024-01-01~2024-01-31")
    assert other[3]["vs"] == "2024-01-01~2024-01-31"
    before = still.cube.total(Filter.from_params({"from": "2024-01-01", "to": "2024-01-31"}))
    now = still.cube.total(WHERE)
    assert other[3]["figure"] == pytest.approx(100 * now / (before * 153 / 31) - 100)


def test_units_are_in_the_readers_language_and_so_is_the_tag(reader: TestClient) -> None:
    english, chinese = (
        reader.get(f"/api/cells?res=9&measure=days&lang={language}", headers={"If-None-Match": "x"})
        for language in ("en", "zh")
    )
    assert wire.unpack_figures(english.content)[3]["unit"] == "days"
    assert english.headers["etag"] != chinese.headers["etag"]


def test_what_is_overdue_is_known_for_a_minute_and_a_count_until_something_happens(
    client: TestClient, city: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    minute = 28_000_000
    monkeypatch.setattr(cells_module, "this_minute", lambda: minute)
    first = {name: client.get(f"/api/cells?res=9&measure={name}") for name in ("overdue", "open")}

    def again(name: str) -> int:
        known = {"If-None-Match": first[name].headers["etag"]}
        return client.get(f"/api/cells?res=9&measure={name}", headers=known).status_code

    assert (again("overdue"), again("open")) == (304, 304)
    minute += 1440 * 900
    assert (again("overdue"), again("open")) == (200, 304)
    later = client.get("/api/cells?res=9&measure=overdue")
    counted = (wire.unpack(answer.content)[2]["figure"] for answer in (first["overdue"], later))
    assert next(counted) < next(counted) == figure(city.cube, Filter(), "overdue", minute=minute).n
    city.store.write_reports(reports(10, seed=99), actor=OPERATOR)
    assert (again("overdue"), again("open")) == (200, 200)


def test_the_same_question_is_classed_once(reader: TestClient) -> None:
    asked(reader, "measure=density&bbox=116.8,38.2,116.9,38.3")
    before = classes_of.cache_info()
    asked(reader, "measure=density&bbox=116.9,38.3,117.0,38.4")
    after = classes_of.cache_info()
    assert (after.hits, after.misses) == (before.hits + 1, before.misses)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("measure=mean", "'mean' is not a measure"),
        ("measure=change", "Choose the first and the last day"),
        (f"{HALF}&measure=change&vs=2024", "'2024' is not a period"),
        (f"{HALF}&measure=change&vs=2024-02-01~2024-01-01", "ends before that"),
        ("classes_by=jenks", "'jenks' is no way to choose classes. Expected one of quantile, natural, fixed"),
        ("classes=0", "'0' is no number of classes. Expected 1 to 7"),
        ("classes=²", "'²' is no number of classes"),
        ("edges=1,a", "'1,a' are no edges of classes"),
        ("edges=5,1", "'5,1' are no edges of classes"),
        ("edges=1,inf", "'1,inf' are no edges of classes"),
        (f"edges={','.join(map(str, range(13)))}", "Expected up to 12 ascending numbers"),
    ],
)
def test_a_wrong_question_gets_clear_words(reader: TestClient, words: str, said: str) -> None:
    answer = reader.get(f"/api/cells?{words}")
    assert answer.status_code == 400
    assert said in answer.json()["error"]


def test_a_comparison_that_is_not_asked_for_does_not_matter(reader: TestClient) -> None:
    assert reader.get("/api/cells?measure=count&vs=never").status_code == 200
