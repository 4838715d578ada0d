"""The cube and the routes count for everybody what that person may see."""

import geopandas as gpd
import numpy as np
import polars as pl
import pytest
from shapely.geometry import box

from data.actors import OPERATOR, VIEWER, Actor
from data.cube import Cube
from data.cube_scope import cut, part_of, seen_by
from data.filters import Filter
from data.store import Store
from data.workspace import Workspace
from geo.errors import NotAllowedError
from tests.data.samples import reports
from tests.data.stores import Fill
from tests.data.town_cells import disk

WEST, EAST = box(116, 38, 116.9, 39), box(116.9, 38, 118, 39)
TEAM = Actor("队员", "team_member", units=frozenset({"城管"}))
HEAD = Actor("片长", "dispatcher", areas=frozenset({"西社区"}))
BOTH = Actor("组长", "dispatcher", units=frozenset({"城管"}), areas=frozenset({"西社区"}))
WALKER = Actor("巡查", "team_member", team=1)
NOBODY = Actor("新人", "team_member", units=frozenset())
JANE = Actor("居民", "resident")
FREE = (pl.col("status") == "reported") & pl.col("unit").is_null()
N = 120
SCOPED = [TEAM, HEAD, BOTH, NOBODY, JANE, WALKER]


def fill(store: Store) -> None:
    """Fill a store with two communities, N reports, and two by a resident."""
    store.write_reports(reports(N), actor=OPERATOR)
    for lon in (116.85, 116.95):
        store.report({"category": "noise", "lon": lon, "lat": 38.3}, actor=JANE)
    locate(store, "西社区", "东社区")
    store.add_team("东村", actor=OPERATOR)
    publish(store, 20)


@pytest.fixture
def beginning(request: pytest.FixtureRequest) -> Fill | None:
    return fill if "city" in request.fixturenames else None


@pytest.fixture
def city(store: Store) -> Store:
    """A store that was filled."""
    return store


def publish(store: Store, ring: int) -> None:
    """Give the team a disk of its own."""
    before = store.edition_in_force(actor=OPERATOR)
    made = store.draft_territories("一版", disk({1: ring}), actor=OPERATOR)
    store.publish_territories(made.id, actor=OPERATOR, version=1, replaces=before.id if before else None)


def locate(store: Store, west: str, east: str) -> int:
    """Name the two communities, in place of the names before, and note what lies in them."""
    columns = {"kind": "community", "source": "test", "external_id": ["w", "e"], "name": [west, east]}
    store.write_places(gpd.GeoDataFrame(columns, geometry=[WEST, EAST], crs="EPSG:4326"), actor=OPERATOR)
    return store.locate(actor=OPERATOR)


def expected(store: Store, actor: Actor) -> list[int]:
    """Return the ids in scope, one case after the other."""
    found = []
    for issue_id in range(1, N + 3):
        try:
            store.case(issue_id, actor=actor)
            found.append(issue_id)
        except NotAllowedError:
            pass
    return found


@pytest.mark.parametrize("actor", SCOPED, ids=lambda actor: actor.name)
def test_every_answer_of_a_part_is_of_the_cases_in_scope_alone(city: Store, actor: Actor) -> None:
    cube = seen_by(Cube.open(city), actor)
    wanted = expected(city, actor)
    assert sorted(cube.ids(Filter())) == wanted == city.visible_ids(actor=actor).to_list()
    rows = city.reports(wanted, actor=OPERATOR)
    assert cube.total(Filter()) == cube.counts(Filter(), 9).counts.sum() == rows.height
    assert dict(cube.by_category(Filter()).iter_rows()) == dict(rows["category"].value_counts().iter_rows())
    assert cube.points(Filter(), (115, 37, 119, 39), limit=9999).height == rows.height
    assert cube.sources() == sorted(rows["source"].unique())
    assert cube.categories() == sorted(rows["category"].unique())
    assert cube.is_empty == rows.is_empty()
    cells = cube.cells_of(9)
    assert np.array_equal(np.unique(cells[cells > 0]), cube.counts(Filter(), 9).cells)
    assert set(cube.words_of("unit")) - {""} == set(rows["unit"].drop_nulls())


def test_the_whole_city_is_the_cube_itself_and_a_part_of_a_part_is_asked_of_it(city: Store) -> None:
    cube = Cube.open(city)
    assert seen_by(cube, VIEWER) is cube
    team = seen_by(cube, TEAM)
    assert seen_by(team, VIEWER) is cube
    assert seen_by(team, TEAM) is team is seen_by(cube, Actor("另一个", "dispatcher", units=TEAM.units))
    with pytest.raises(NotAllowedError):
        seen_by(cube, Actor("Eve", "stranger"))


def test_a_case_comes_into_a_part_and_leaves_it_with_its_unit(city: Store) -> None:
    part = seen_by(Cube.open(city), TEAM)
    first = int(city.reports(range(1, N + 1), actor=OPERATOR).filter(FREE)["id"][0])
    before, version = part.total(Filter()), part.version
    city.transition(first, "accept", actor=OPERATOR)
    city.transition(first, "dispatch", actor=OPERATOR, unit="城管")
    part.refresh()
    assert part.total(Filter()) == before + 1 and part.version != version
    city.transition(first, "dispatch", actor=OPERATOR, unit="物业", reason="不归我管")
    part.refresh()
    assert part.total(Filter()) == before


def test_cases_that_come_to_lie_elsewhere_are_seen_where_they_lie_now(city: Store) -> None:
    part = seen_by(Cube.open(city), HEAD)
    before, version = part.total(Filter()), part.version
    assert locate(city, "东社区", "西社区") == N + 2
    part.refresh()
    assert part.total(Filter()) == len(expected(city, HEAD)) == N + 2 - before
    assert part.version != version


def test_a_part_follows_the_territories_that_come_into_force_without_any_event(city: Store) -> None:
    part = seen_by(Cube.open(city), WALKER)
    before, version, seq = part.total(Filter()), part.version, city.last_seq(actor=OPERATOR)
    part.refresh()
    assert part.version == version
    publish(city, 3)
    part.refresh()
    assert 0 < part.total(Filter()) == len(expected(city, WALKER)) < before < N
    assert part.version != version and city.last_seq(actor=OPERATOR) == seq


def test_parts_have_versions_of_their_own_so_that_no_cache_mixes_them(city: Store) -> None:
    cube = Cube.open(city)
    versions = {seen_by(cube, actor).version for actor in (VIEWER, *SCOPED)}
    assert len(versions) == 1 + len(SCOPED)
    assert part_of(TEAM) != part_of(BOTH)


def test_a_workspace_holds_the_cube_of_its_viewer_whatever_it_is_handed(city: Store) -> None:
    whole = Workspace(city, Cube.open(city))
    assert whole.cube.total(Filter()) == N + 2
    team = whole.seen_by(TEAM)
    assert team.cube.total(Filter()) == len(expected(city, TEAM)) < N + 2
    assert team.seen_by(VIEWER).cube is whole.cube
    assert Workspace(city, whole.cube, viewer=JANE).cube.total(Filter()) == 2
    team.keep_snapshot()


def test_cutting_leaves_the_whole_state_as_it_was(city: Store) -> None:
    state = Cube.open(city).state
    frame = state.frame.clone()
    assert len(cut(state, city, TEAM)) < len(state)
    assert state.frame.equals(frame)
    assert cut(state, city, VIEWER) is state
