"""Territories: drafts that are painted, editions that are kept, one of them in force."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import numpy as np
import polars as pl
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from data import territories
from data.actors import Actor
from data.store import Store
from geo.cells import from_points
from geo.errors import CellError, ConflictError, NotAllowedError, SavedError, StoreError, TeamError
from tests.data.samples import LAT, LON
from tests.data.town_cells import disk

HEAD, OTHER = Actor("王强", "manager"), Actor("李娜", "manager")
ANALYST = Actor("分析", "analyst")
MEMBER = Actor("队员", "team_member", team=2)
TWO = disk({1: 1, 2: 2})


@pytest.fixture
def town(store: Store) -> Store:
    """Give a store three teams."""
    for name in ("东村", "西村", "南村"):
        store.add_team(name, actor=HEAD)
    return store


def in_force(store: Store) -> int | None:
    found = store.edition_in_force(actor=ANALYST)
    return found.id if found else None


def published(store: Store, frame: pl.DataFrame = TWO) -> int:
    made = store.draft_territories("一版", frame, actor=HEAD)
    return store.publish_territories(made.id, actor=HEAD, version=1, replaces=in_force(store)).id


def test_a_draft_keeps_its_cells_and_nobody_goes_by_it(town: Store) -> None:
    made = town.draft_territories("一版", TWO.reverse(), note=" 试算 ", actor=HEAD)
    assert (made.state, made.version, made.made_by, made.note) == ("draft", 1, "王强", "试算")
    assert town.territories(made.id, actor=ANALYST).equals(TWO)
    assert town.territories(actor=ANALYST).is_empty() and town.edition_in_force(actor=ANALYST) is None


def test_painting_moves_cells_between_teams_and_to_nobody(town: Store) -> None:
    made = town.draft_territories("一版", disk({1: 1}), actor=HEAD)
    cells = disk({1: 1})["cell"]
    town.paint_territories(made.id, cells[:2], 2, actor=HEAD, version=1)
    far = from_points([LON + 1], [LAT], 10)
    town.paint_territories(made.id, far, 3, actor=HEAD, version=2)
    done = town.paint_territories(made.id, [*cells[5:], *cells[5:]], None, actor=OTHER, version=3)
    assert (done.version, done.changed_by, done.made_by) == (4, "李娜", "王强")
    expected = dict(zip(cells[:5], [2, 2, 1, 1, 1], strict=True)) | {int(far[0]): 3}
    assert dict(town.territories(made.id, actor=HEAD).iter_rows()) == expected


def test_a_stroke_that_is_taken_back_gives_each_cell_to_whose_it_was(town: Store) -> None:
    made = town.draft_territories("一版", disk({1: 1, 2: 1}), actor=HEAD)
    before = town.territories(made.id, actor=HEAD)
    cells, teams = before["cell"].to_list(), before["team_id"].to_list()
    town.paint_territories(made.id, cells, 3, actor=HEAD, version=1)
    town.paint_territories(made.id, cells, [*teams[:-1], None], actor=HEAD, version=2)
    assert town.territories(made.id, actor=HEAD).equals(before.head(-1))
    for wrong, words in (
        (teams[:-1], "Expected as many"),
        ([*teams[:-1], "a"], "no numbers"),
        ([*teams[:-1], 99], "99"),
    ):
        with pytest.raises(TeamError, match=words):
            town.paint_territories(made.id, cells, wrong, actor=HEAD, version=3)
    with pytest.raises(TeamError, match="two teams"):
        town.paint_territories(made.id, [cells[0], cells[0]], [1, 2], actor=HEAD, version=3)
    assert town.territories(made.id, actor=HEAD).equals(before.head(-1))


def test_two_who_paint_one_draft_do_not_paint_over_each_other(town: Store) -> None:
    made = town.draft_territories("一版", disk({1: 1}), actor=HEAD)
    cells = disk({1: 1})["cell"]
    town.paint_territories(made.id, cells[:1], 2, actor=HEAD, version=1)
    for late in (
        lambda: town.paint_territories(made.id, cells[1:], 3, actor=OTHER, version=1),
        lambda: town.change_territories(made.id, name="二版", actor=OTHER, version=1),
        lambda: town.drop_territories(made.id, actor=OTHER, version=1),
        lambda: town.publish_territories(made.id, actor=OTHER, version=1, replaces=None),
    ):
        with pytest.raises(ConflictError, match="王强 has changed '一版'"):
            late()
    assert town.territories(made.id, actor=HEAD)["team_id"].to_list() == [2] + [1] * 6
    assert in_force(town) is None


def test_a_draft_takes_other_territories_and_another_name(town: Store) -> None:
    made = town.draft_territories("一版", disk({1: 1}), note="旧", actor=HEAD)
    done = town.change_territories(made.id, name="二版", frame=TWO, actor=HEAD, version=1)
    assert (done.name, done.note, done.version) == ("二版", "旧", 2)
    assert town.territories(made.id, actor=HEAD).equals(TWO)
    assert town.change_territories(made.id, note="", actor=HEAD, version=2).note == ""
    assert town.territories(made.id, actor=HEAD).equals(TWO)


def test_one_edition_is_in_force_and_those_before_are_kept_as_they_were(town: Store) -> None:
    frames = [disk({1: 1}), TWO, disk({3: 1})]
    numbers = [published(town, frame) for frame in frames]
    found = town.editions(actor=ANALYST)
    assert [(edition.id, edition.state) for edition in found] == [
        (numbers[2], "in_force"),
        (numbers[1], "former"),
        (numbers[0], "former"),
    ]
    for later, earlier in pairwise(found):
        assert earlier.ended_at == later.published_at
    for number, frame in zip(numbers, frames, strict=True):
        assert town.territories(number, actor=ANALYST).equals(frame)
    assert town.territories(actor=ANALYST).equals(frames[-1])


def test_it_is_known_whose_the_cells_were_at_any_moment(town: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    began = datetime(2026, 3, 1, tzinfo=UTC)
    for day in range(3):
        at = int((began + timedelta(days=day)).timestamp() * 1e6)
        monkeypatch.setattr(territories, "now", lambda at=at: at)
        published(town)
    at_noon = [town.edition_in_force(at=began + timedelta(days=n - 0.5), actor=HEAD) for n in range(4)]
    assert [edition and edition.id for edition in at_noon] == [None, 1, 2, 3]
    on_the_stroke = town.edition_in_force(at=began + timedelta(days=1), actor=HEAD)
    assert on_the_stroke is not None and on_the_stroke.id == 2


def test_a_clock_put_back_does_not_end_an_edition_before_it_began(
    town: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    published(town)
    monkeypatch.setattr(territories, "now", lambda: 1_000_000)
    published(town)
    second, first = town.editions(actor=HEAD)
    assert second.published_at == first.ended_at == first.published_at


def test_who_has_not_seen_what_is_in_force_does_not_replace_it(town: Store) -> None:
    first = published(town)
    made = town.draft_territories("二版", disk({3: 1}), actor=OTHER)
    for seen in (None, 7):
        with pytest.raises(ConflictError, match="come into force since you looked: '一版' by 王强"):
            town.publish_territories(made.id, actor=OTHER, version=1, replaces=seen)
    assert in_force(town) == first
    assert town.publish_territories(made.id, actor=OTHER, version=1, replaces=first).state == "in_force"


def test_what_was_published_or_given_up_does_not_change(town: Store) -> None:
    first, given_up = published(town), town.draft_territories("二版", TWO, actor=HEAD).id
    assert town.drop_territories(given_up, actor=HEAD, version=1).state == "dropped"
    assert [edition.id for edition in town.editions(actor=HEAD)] == [first]
    assert town.territories(given_up, actor=HEAD).equals(TWO), "kept all the same"
    for number in (first, given_up):
        for change in (
            lambda number=number: town.paint_territories(number, TWO["cell"], None, actor=HEAD, version=2),
            lambda number=number: town.change_territories(number, name="x", actor=HEAD, version=2),
            lambda number=number: town.drop_territories(number, actor=HEAD, version=2),
            lambda number=number: town.publish_territories(number, actor=HEAD, version=2, replaces=first),
        ):
            with pytest.raises(TeamError, match="no draft any more"):
                change()
    assert in_force(town) == first and town.territories(actor=HEAD).equals(TWO)
    assert town.draft_territories("再来", town.territories(first, actor=HEAD), actor=HEAD).state == "draft"


def test_an_empty_draft_or_one_of_a_retired_team_is_not_published(town: Store) -> None:
    empty = town.draft_territories("空", TWO.clear(), actor=HEAD)
    with pytest.raises(ConflictError, match="No territories are in force"):
        town.publish_territories(empty.id, actor=HEAD, version=1, replaces=7)
    with pytest.raises(TeamError, match="has no cells yet"):
        town.publish_territories(empty.id, actor=HEAD, version=1, replaces=None)
    made = town.draft_territories("一版", TWO, actor=HEAD)
    town.change_team(2, retired=True, actor=HEAD, version=1)
    with pytest.raises(TeamError, match="none any more: 2"):
        town.publish_territories(made.id, actor=HEAD, version=1, replaces=None)
    assert in_force(town) is None


def coarse() -> pl.DataFrame:
    return pl.DataFrame({"cell": from_points([LON], [LAT], 9), "team_id": [1]})


#: Frames that no territories are, and why.
IMPOSSIBLE: list[tuple[Callable[[], pl.DataFrame], type[Exception], str]] = [
    (lambda: TWO.drop("team_id"), TeamError, "lacks team_id. Expected cell, team_id"),
    (lambda: pl.concat([TWO, TWO[:3]]), TeamError, "3 cells are given twice"),
    (lambda: TWO.with_columns(team_id=pl.lit(None, pl.Int64)), TeamError, "26 cells have no team"),
    (lambda: TWO.with_columns(team_id=pl.lit(9)), TeamError, "no teams, or none any more: 9"),
    (lambda: TWO.with_columns(team_id=pl.lit("东村")), TeamError, "no numbers"),
    (lambda: TWO.with_columns(cell=pl.lit(5, pl.UInt64)), CellError, "not H3 cells"),
    (coarse, CellError, "not of resolution 10"),
]


def test_territories_that_cannot_be_are_refused_and_nothing_is_kept(town: Store) -> None:
    for make, error, words in IMPOSSIBLE:
        with pytest.raises(error, match=words):
            town.draft_territories("坏的", make(), actor=HEAD)
    assert town.editions(actor=HEAD) == []
    made = town.draft_territories("好的", TWO, actor=HEAD)
    for make, error, words in IMPOSSIBLE:
        with pytest.raises(error, match=words):
            town.change_territories(made.id, frame=make(), actor=HEAD, version=1)
        assert town.territories(made.id, actor=HEAD).equals(TWO), words


def test_a_name_a_note_and_a_brush_have_to_be_ones(town: Store) -> None:
    with pytest.raises(SavedError, match="Give it a name"):
        town.draft_territories(" ", TWO, actor=HEAD)
    with pytest.raises(TeamError, match="at most 2000"):
        town.draft_territories("一版", TWO, note="字" * 2001, actor=HEAD)
    made = town.draft_territories("一版", TWO, actor=HEAD)
    with pytest.raises(TeamError, match="none any more: 9"):
        town.paint_territories(made.id, TWO["cell"], 9, actor=HEAD, version=1)
    with pytest.raises(StoreError, match="no territories 99"):
        town.paint_territories(99, TWO["cell"], 1, actor=HEAD, version=1)
    with pytest.raises(StoreError, match="no territories"):
        town.territories(2**70, actor=HEAD)
    assert town.territories(made.id, actor=HEAD).equals(TWO)


def test_a_member_reads_the_own_cells_of_what_was_published(town: Store) -> None:
    first = published(town)
    draft = town.draft_territories("二版", disk({3: 1}), actor=HEAD)
    own = TWO.filter(team_id=2)
    assert town.territories(actor=MEMBER).equals(own) and town.territories(first, actor=MEMBER).equals(own)
    roving = Actor("新人", "team_member")
    assert town.territories(actor=roving).equals(TWO)
    for member in (MEMBER, roving, Actor("组长", "dispatcher", team=2)):
        assert [edition.id for edition in town.editions(actor=member)] == [first]
        with pytest.raises(StoreError, match="no territories"):
            town.territories(draft.id, actor=member)
    assert len(town.editions(actor=ANALYST)) == 2
    with pytest.raises(NotAllowedError):
        town.territories(actor=Actor("居民", "resident"))


def test_the_database_itself_holds_one_edition_in_force(town: Store) -> None:
    published(town)
    published(town)
    with pytest.raises(IntegrityError), town._engine.begin() as connection:
        connection.execute(text("UPDATE edition SET in_force = 1"))


def test_many_cells_are_painted_at_once(town: Store) -> None:
    made = town.draft_territories("全区", disk({1: 20}), actor=HEAD)
    cells: Any = disk({1: 20})["cell"].to_numpy()
    town.paint_territories(made.id, cells[:900], 3, actor=HEAD, version=1)
    found = town.territories(made.id, actor=HEAD)
    assert np.array_equal(found.filter(team_id=3)["cell"].to_numpy(), np.sort(cells[:900]))
    assert found.height == len(cells) == 1261
