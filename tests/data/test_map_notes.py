"""What a map marks beside a report: photos that the actor may see, doubted positions."""

import polars as pl

from data.actors import OPERATOR, Actor
from data.store import Store
from tests.data.pictures import encoded, scene
from tests.data.samples import reports


def test_photos_and_doubts_are_told_in_the_order_asked(store: Store) -> None:
    store.write_reports(reports(1_200), actor=OPERATOR)
    doubted = reports(1, seed=2).with_columns(suspect=pl.lit("far"))
    store.write_reports(doubted, actor=OPERATOR)
    added = store.add_photo(3, encoded(scene(1, width=80, height=80)), actor=OPERATOR)
    store.add_photo(4, encoded(scene(2, width=80, height=80)), actor=OPERATOR)
    gone = store.photos(4, actor=OPERATOR)[0]
    store.remove_photo(4, gone.seq, actor=OPERATOR, reason="wrong")
    ids = [1201, 4, 3, 9_999, *range(5, 900)]

    found = store.map_notes(ids, actor=OPERATOR)

    assert found["id"].to_list() == ids
    assert found.filter("photos")["id"].to_list() == [3]
    assert found.filter("doubted")["id"].to_list() == [1201]
    assert added.photo.issue_id == 3


def test_what_lies_outside_of_an_actors_part_of_the_city_is_not_told(store: Store) -> None:
    store.write_reports(
        reports(2).with_columns(suspect=pl.lit("far"), unit=pl.Series(["城管", "物业"])), actor=OPERATOR
    )
    head = Actor("甲", role="team_member", units=frozenset({"城管"}))
    assert store.map_notes([1, 2], actor=head)["doubted"].to_list() == [True, False]


def test_no_ids_have_no_notes(store: Store) -> None:
    assert store.map_notes([], actor=OPERATOR).height == 0
