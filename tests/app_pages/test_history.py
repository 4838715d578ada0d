"""Undo and redo over the views of a session."""

from app_pages.history import MOST, History
from app_pages.view import View
from data.filters import Filter

FIRST, SECOND, THIRD = (View(where=Filter(statuses=(name,))) for name in ("open", "closed", "rejected"))


def test_the_first_view_is_no_step() -> None:
    history = History()
    history.note(FIRST)
    assert history.undo() is None
    assert history.redo() is None


def test_steps_are_taken_back_and_taken_again_in_their_order() -> None:
    history = History()
    for view in (FIRST, SECOND, SECOND, THIRD):
        history.note(view)
    assert [history.undo(), history.undo(), history.undo()] == [SECOND, FIRST, None]
    assert [history.redo(), history.redo(), history.redo()] == [SECOND, THIRD, None]


def test_a_new_step_forgets_what_was_taken_back() -> None:
    history = History()
    for view in (FIRST, SECOND):
        history.note(view)
    history.undo()
    history.note(FIRST)
    history.note(THIRD)
    assert history.redo() is None
    assert history.undo() == FIRST


def test_a_view_that_the_page_rounds_off_after_a_step_is_no_step_of_its_own() -> None:
    history = History()
    for view in (FIRST, SECOND, THIRD):
        history.note(view)
    history.undo()
    rounded = SECOND.but(groups=("parking",))
    history.note(rounded)
    assert history.redo() == THIRD
    assert history.undo() == rounded


def test_old_steps_are_forgotten() -> None:
    history = History()
    for n in range(MOST + 50):
        history.note(View(where=Filter(places=(n,))))
    assert len(history.past) == MOST
    assert history.past[0] == View(where=Filter(places=(49,)))
