"""Two people who head the city, or two telephones of a team, at the same moment."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier

import geopandas as gpd
import polars as pl
import pytest
from shapely.geometry import box

from data.actors import VIEWER
from data.rotas import DUTIES, NEEDS
from data.store import Store
from geo.errors import ConflictError, TeamError
from tests.data.field_towns import CELLS, ONE, with_teams

FRIDAY = date(2026, 3, 6)
AT_ONCE = 3


@pytest.fixture
def town(store: Store) -> Store:
    return with_teams(store)


def at_once(act: Callable[[int], object]) -> list[object]:
    """Do something several times at the same moment; return what came of each."""
    ready = Barrier(AT_ONCE)

    def one(number: int) -> object:
        ready.wait()
        try:
            return act(number)
        except (ConflictError, TeamError) as error:
            return type(error)

    with ThreadPoolExecutor(AT_ONCE) as threads:
        return list(threads.map(one, range(AT_ONCE)))


def refused(found: list[object]) -> int:
    return sum(one is ConflictError for one in found)


def test_of_several_publications_one_holds(town: Store) -> None:
    before = town.edition_in_force(actor=VIEWER)
    drafts = [town.draft_territories(f"草案{n}", CELLS, actor=VIEWER).id for n in range(AT_ONCE)]
    replaces = before and before.id
    published = at_once(
        lambda n: town.publish_territories(drafts[n], actor=VIEWER, version=1, replaces=replaces)
    )
    assert refused(published) == AT_ONCE - 1
    town.write_places(
        gpd.GeoDataFrame(
            {"kind": ["compound"], "name": ["东苑"]}, geometry=[box(116, 38, 117, 39)], crs=4326
        ),
        actor=VIEWER,
    )
    place = int(town.places(actor=VIEWER)["id"].iloc[0])
    duties = pl.DataFrame([(1, place, "", False)], schema=dict(DUTIES), orient="row")
    needs = pl.DataFrame([(place, 3.0)], schema=dict(NEEDS), orient="row")
    rotas = [town.draft_rota(FRIDAY, duties, needs, actor=VIEWER).id for _n in range(AT_ONCE)]
    found = at_once(lambda n: town.publish_rota(rotas[n], actor=VIEWER, version=1, replaces=None))
    assert refused(found) == AT_ONCE - 1
    assert sum(rota.state == "holds" for rota in town.rotas(actor=VIEWER)) == 1
    (holds,) = (rota for rota in town.rotas(actor=VIEWER) if rota.state == "holds")
    came = at_once(lambda n: town.note_attendance(holds.id, {1: n > 0}, actor=VIEWER, version=holds.version))
    assert refused(came) == AT_ONCE - 1


def test_what_is_numbered_at_the_same_moment_has_numbers_of_its_own(town: Store) -> None:
    links = at_once(lambda n: town.make_link(1, label=f"手机{n}", actor=VIEWER)[0].id)
    teams = at_once(lambda n: town.add_team(f"新队{n}", actor=VIEWER).id)
    drafts = at_once(lambda n: town.draft_territories(f"草案{n}", CELLS, actor=VIEWER).id)
    assert [sorted(map(str, found)) for found in (links, teams, drafts)] == [
        ["1", "2", "3"],
        ["3", "4", "5"],
        ["2", "3", "4"],
    ]
    assert at_once(lambda _n: town.add_team("同名", actor=VIEWER)).count(TeamError) == AT_ONCE - 1


def test_two_telephones_that_plan_the_same_shift_keep_one_route(town: Store) -> None:
    kept = at_once(lambda n: town.keep_team_route(1, FRIDAY, f"[{n}]", actor=ONE, version=None))
    assert refused(kept) == AT_ONCE - 1
    row = town.team_route(1, FRIDAY, actor=ONE)
    assert row is not None and row.version == 1
