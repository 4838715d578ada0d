"""What is wanted of every proposal: pins and barriers, kept with a version."""

from typing import Any

import pytest

from data.actors import VIEWER, Actor
from data.store import Store
from data.territory_wishes import NOTHING, change, wishes
from geo.cells import to_text
from geo.errors import CellError, ConflictError, NotAllowedError, TeamError
from tests.data.town_cells import disk

CELLS = to_text(disk({1: 1})["cell"].to_numpy()).to_list()
LINE = ((116.9, 38.2), (116.9, 38.4))


def test_before_anybody_says_anything_lines_are_barriers_and_compounds_stay_whole(store: Store) -> None:
    assert wishes(store, actor=VIEWER) == NOTHING
    assert NOTHING.whole and set(NOTHING.kinds) == {"railway", "water"} and not NOTHING.pins


def test_what_was_said_is_kept_and_the_rest_stays(store: Store) -> None:
    change(store, actor=VIEWER, version=0, pins={CELLS[0]: 3}, homes={"12": 4})
    kept = change(store, actor=VIEWER, version=1, drawn=[LINE], kinds=["water"], whole=False)
    assert wishes(store, actor=VIEWER) == kept
    assert (kept.pins, kept.homes, kept.drawn) == ({CELLS[0]: 3}, {12: 4}, (LINE,))
    assert (kept.kinds, kept.whole, kept.version) == (("water",), False, 2)


def test_two_who_change_them_at_once_do_not_undo_each_other(store: Store) -> None:
    change(store, actor=VIEWER, version=0, pins={CELLS[0]: 3})
    with pytest.raises(ConflictError, match="since you looked"):
        change(store, actor=VIEWER, version=0, pins={CELLS[1]: 4})
    assert dict(wishes(store, actor=VIEWER).pins) == {CELLS[0]: 3}


def test_a_change_of_another_program_in_between_is_not_lost(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    for version in (0, 1):  # the first of all changes, and a later one

        def meanwhile(self: Store, *args: Any, version: int = version, **more: Any) -> bool:
            monkeypatch.undo()
            change(self, actor=VIEWER, version=version, pins={CELLS[version]: 3})
            return self.replace_fact(*args, **more)

        monkeypatch.setattr(Store, "replace_fact", meanwhile)
        with pytest.raises(ConflictError, match="since you looked"):
            change(store, actor=VIEWER, version=version, pins={CELLS[2]: 4})
        assert dict(wishes(store, actor=VIEWER).pins) == {CELLS[version]: 3}


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"pins": {"nowhere": 1}}, CellError),
        ({"pins": {"892a1072b5bffff": 1}}, CellError),
        ({"pins": {CELLS[0]: -1}}, TeamError),
        ({"pins": {CELLS[0]: True}}, TeamError),
        ({"homes": {"a": 1}}, TeamError),
        ({"drawn": [[(116.9, 38.2)]]}, TeamError),
        ({"drawn": [[(116.9, 38.2), (116.9, 38.2)]]}, TeamError),
        ({"drawn": [[(116.9, 99.0), (116.9, 38.2)]]}, TeamError),
        ({"drawn": [[("a", 1), (1, 2)]]}, TeamError),
        ({"drawn": [LINE] * 201}, TeamError),
        ({"homes": dict.fromkeys(range(2_001), 1)}, TeamError),
    ],
)
def test_what_is_no_pin_and_no_line_is_refused(store: Store, wrong: dict[str, Any], error: type) -> None:
    with pytest.raises(error):
        change(store, actor=VIEWER, version=0, **wrong)
    assert wishes(store, actor=VIEWER) == NOTHING


def test_only_who_heads_the_city_says_what_is_wanted(store: Store) -> None:
    for actor in (Actor("队员", "team_member", team=1), Actor("分析", "analyst")):
        with pytest.raises(NotAllowedError):
            change(store, actor=actor, version=0, whole=False)
