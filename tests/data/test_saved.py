"""Views and selections of cells under names: kept, shared, changed, deleted and taken back."""

import string
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from data import backup, clock
from data.actors import OPERATOR, VIEWER, Actor
from data.database import write_transaction
from data.saved import MOST_KEPT, MOST_LETTERS, checked_name
from data.store import Store
from geo import cells
from geo.errors import ConflictError, NotAllowedError, SavedError, StoreError

ANN, BEN = Actor("李娜", "dispatcher"), Actor("Ben", "analyst")
CHIEF = Actor("主任", "manager")
PARAMS = {"group": "parking", "lat": "38.30000", "lon": "116.90000", "zoom": "14"}
CELLS = tuple(sorted(int(c) for c in cells.from_points([116.9, 116.91, 116.95], [38.3, 38.31, 38.32], 10)))
HOSTILE = "<img src=x onerror=alert(1)> '; DROP TABLE saved; -- **x** $y$ {name} 😀"


def test_a_view_is_kept_as_it_was(store: Store) -> None:
    kept = store.keep_view("违停 at night", PARAMS, actor=ANN)
    assert (kept.name, kept.params, kept.owner, kept.version) == ("违停 at night", PARAMS, "李娜", 1)
    assert kept.mine and kept.changeable and not kept.shared
    assert store.saved("view", actor=ANN) == [kept]
    assert store.saved("cells", actor=ANN) == []


def test_a_selection_is_kept_with_its_resolution(store: Store) -> None:
    kept = store.keep_cells("Market", CELLS[::-1], actor=ANN)
    assert kept.cells == CELLS
    assert cells.resolution_of(kept.cells) == 10


def test_the_largest_selection_that_an_address_holds_can_be_kept(store: Store) -> None:
    many = cells.disk([CELLS[0]], 41)[1][:5_000]
    assert set(store.keep_cells("All", many, actor=ANN).cells) == {int(cell) for cell in many}
    with pytest.raises(SavedError, match="too many"):
        store.keep_cells("More", cells.disk([CELLS[0]], 41)[1], actor=ANN)


@pytest.mark.parametrize(
    ("wrong", "why"),
    [((), "nothing to keep"), ((CELLS[0], 5), "not"), ((CELLS[0], 0x8928308280FFFFF), "resolution")],
)
def test_what_is_no_selection_is_refused(store: Store, wrong: tuple[int, ...], why: str) -> None:
    with pytest.raises(SavedError, match=why):
        store.keep_cells("x", wrong, actor=ANN)
    assert store.saved("cells", actor=ANN) == []


def test_a_private_one_is_seen_by_its_maker_alone(store: Store) -> None:
    kept = store.keep_view("mine", PARAMS, actor=ANN)
    for other in (BEN, CHIEF, OPERATOR):
        assert store.saved("view", actor=other) == []
        for call in (
            lambda other=other: store.change_saved(kept.id, actor=other, version=1, name="yours"),
            lambda other=other: store.delete_saved(kept.id, actor=other, version=1),
        ):
            with pytest.raises(StoreError, match="Nothing is kept under this number"):
                call()
    assert store.saved("view", actor=ANN) == [kept]


def test_a_shared_one_is_seen_by_all_and_changed_by_its_maker_and_by_heads(store: Store) -> None:
    kept = store.keep_view("ours", PARAMS, actor=ANN)
    store.keep_view("Zebra", PARAMS, actor=BEN)
    shared = store.change_saved(kept.id, actor=ANN, version=1, shared=True)
    seen = store.saved("view", actor=BEN)
    assert [(one.name, one.mine, one.changeable) for one in seen] == [
        ("Zebra", True, True),
        ("ours", False, False),
    ]
    with pytest.raises(NotAllowedError, match="only 李娜 can change it"):
        store.change_saved(kept.id, actor=BEN, version=2, name="mine now")
    scoped = Actor("王强", "manager", areas=frozenset({"运河区"}))
    with pytest.raises(NotAllowedError):
        store.delete_saved(kept.id, actor=scoped, version=2)
    assert store.change_saved(kept.id, actor=CHIEF, version=shared.version, name="Ours").owner == "李娜"
    assert store.change_saved(kept.id, actor=ANN, version=3, shared=False).shared is False
    assert [one.name for one in store.saved("view", actor=BEN)] == ["Zebra"]


def test_what_somebody_changed_meanwhile_is_not_overwritten(store: Store) -> None:
    kept = store.keep_view("ours", PARAMS, actor=ANN)
    store.change_saved(kept.id, actor=ANN, version=1, params={"group": "cables"})
    with pytest.raises(ConflictError, match="'ours' has been changed"):
        store.change_saved(kept.id, actor=ANN, version=1, params=PARAMS)
    with pytest.raises(ConflictError):
        store.delete_saved(kept.id, actor=ANN, version=1)
    (now,) = store.saved("view", actor=ANN)
    assert (now.params, now.version) == ({"group": "cables"}, 2)
    assert now.changed_at > now.made_at == kept.made_at


def test_a_deleted_one_is_gone_and_comes_back_as_it_was(store: Store) -> None:
    kept = store.keep_cells("Market", CELLS, actor=ANN)
    gone = store.delete_saved(kept.id, actor=ANN, version=1)
    assert store.saved("cells", actor=ANN) == []
    with pytest.raises(StoreError, match="not there any more"):
        store.delete_saved(kept.id, actor=ANN, version=gone.version)
    with pytest.raises(StoreError):
        store.restore_saved(kept.id, actor=BEN, version=gone.version)
    back = store.restore_saved(kept.id, actor=ANN, version=gone.version)
    assert (back.name, back.cells) == (kept.name, kept.cells)
    assert store.saved("cells", actor=ANN) == [back]
    with pytest.raises(StoreError):
        store.restore_saved(kept.id, actor=ANN, version=back.version)


def test_a_name_that_was_given_away_meanwhile_keeps_a_deleted_one_from_coming_back(store: Store) -> None:
    kept = store.keep_view("night", PARAMS, actor=ANN)
    gone = store.delete_saved(kept.id, actor=ANN, version=1)
    store.keep_view("Night", PARAMS, actor=ANN)
    with pytest.raises(SavedError, match="already"):
        store.restore_saved(kept.id, actor=ANN, version=gone.version)


def test_what_was_deleted_long_ago_is_removed_with_the_next_deletion(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = (store.keep_view(name, PARAMS, actor=ANN) for name in ("old", "new"))
    gone = store.delete_saved(old.id, actor=ANN, version=1)
    later = clock.now() + int(timedelta(days=31).total_seconds() * 1e6)
    monkeypatch.setattr("data.saved.now", lambda: later)
    store.delete_saved(new.id, actor=ANN, version=1)
    with pytest.raises(StoreError):
        store.restore_saved(old.id, actor=ANN, version=gone.version)


def test_a_name_is_somebodys_once_whatever_its_capitals(store: Store) -> None:
    store.keep_view("Night", PARAMS, actor=ANN)
    for name in ("Night", "night", "  NIGHT \n"):
        with pytest.raises(SavedError, match="already"):
            store.keep_view(name, PARAMS, actor=ANN)
    day = store.keep_view("Day", PARAMS, actor=ANN)
    with pytest.raises(SavedError, match="already"):
        store.change_saved(day.id, actor=ANN, version=1, name="night")
    assert store.change_saved(day.id, actor=ANN, version=1, name="DAY").name == "DAY", "its own name"
    store.keep_view("Night", PARAMS, actor=BEN)
    store.keep_cells("Night", CELLS, actor=ANN)


def test_hostile_names_and_values_stay_words(store: Store) -> None:
    kept = store.keep_view(HOSTILE, {"group": HOSTILE, "unit": "a\0b"}, actor=ANN)
    assert kept.name == " ".join(HOSTILE.split())
    (listed,) = store.saved("view", actor=ANN)
    assert listed.params == {"group": HOSTILE, "unit": "a\0b"}


@pytest.mark.parametrize("name", ["", " \t\n", "\u202e\u200f", "\0\x07"])
def test_a_name_of_nothing_is_refused(store: Store, name: str) -> None:
    with pytest.raises(SavedError, match="name first"):
        store.keep_view(name, PARAMS, actor=ANN)


def test_limits_of_length_and_number_are_said(store: Store) -> None:
    store.keep_view("字" * MOST_LETTERS, PARAMS, actor=ANN)
    with pytest.raises(SavedError, match="81"):
        store.keep_view("字" * (MOST_LETTERS + 1), PARAMS, actor=ANN)
    for wrong in ({"unit": "x" * 70_000}, {f"p{n}": "" for n in range(100)}):
        with pytest.raises(SavedError, match="too much"):
            store.keep_view("x", wrong, actor=ANN)
    with write_transaction(store._engine) as connection:
        for number in range(2, MOST_KEPT + 1):
            connection.execute(
                text(
                    "INSERT INTO saved "
                    "(id, kind, owner, name, content, shared, version, made_at, changed_at) "
                    f"VALUES ({number}, 'view', '李娜', 'n{number}', '{{}}', 0, 1, 1, 1)"
                )
            )
    with pytest.raises(SavedError, match="200"):
        store.keep_view("one more", PARAMS, actor=ANN)
    store.keep_view("one more", PARAMS, actor=BEN)


def test_a_view_is_not_overwritten_by_cells(store: Store) -> None:
    kept = store.keep_view("night", PARAMS, actor=ANN)
    with pytest.raises(SavedError, match="by a view"):
        store.change_saved(kept.id, actor=ANN, version=1, cells=CELLS)


@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(max_size=100))
def test_a_name_is_one_visible_line_or_refused(name: str) -> None:
    try:
        made = checked_name(name)
    except SavedError:
        return
    assert made == checked_name(made)
    assert not set(made) & set(string.whitespace) - {" "}
    assert made == made.strip() and "\n" not in made and "\0" not in made
    made.encode("utf-8")


def test_a_copy_and_a_backup_carry_what_was_kept(store: Store, url: str, tmp_path: Path) -> None:
    store.keep_view("night", PARAMS, actor=VIEWER)
    gone = store.keep_cells("Market", CELLS, actor=VIEWER)
    store.delete_saved(gone.id, actor=VIEWER, version=1)
    backup.backup(url, tmp_path / "b.zip", actor=OPERATOR)
    copied = {
        one.table: one.rows for one in backup.copy(url, f"sqlite:///{tmp_path / 'c.sqlite'}", actor=OPERATOR)
    }
    assert copied["saved"] == 2
    backup.restore(tmp_path / "b.zip", f"sqlite:///{tmp_path / 'r.sqlite'}", actor=OPERATOR)
    for name in ("c", "r"):
        with Store.open(f"sqlite:///{tmp_path / name}.sqlite", create=False) as other:
            assert other.saved("view", actor=VIEWER) == store.saved("view", actor=VIEWER)
            assert other.restore_saved(gone.id, actor=VIEWER, version=2).cells == CELLS


def test_a_store_with_nothing_but_a_saved_view_is_not_taken_for_unused(
    store: Store, url: str, tmp_path: Path
) -> None:
    backup.backup(url, tmp_path / "b.zip", actor=OPERATOR)
    store.keep_view("night", PARAMS, actor=VIEWER)
    with pytest.raises(StoreError, match="is not empty"):
        backup.restore(tmp_path / "b.zip", url, actor=OPERATOR)
    assert store.saved("view", actor=VIEWER)


def test_a_check_finds_what_cannot_be_read_and_the_list_still_comes(store: Store) -> None:
    kept = store.keep_view("night", PARAMS, actor=ANN)
    assert store.check(actor=OPERATOR).ok
    with write_transaction(store._engine) as connection:
        connection.execute(text("UPDATE saved SET content = '[broken'"))
    found = store.check(actor=OPERATOR)
    assert not found.ok and found.lost_saved == 1
    assert any("1 saved views or selections cannot be read" in line for line in found.words())
    assert store.saved("view", actor=ANN)[0].params == {}
    store.change_saved(kept.id, actor=ANN, version=1, params=PARAMS)
    assert store.check(actor=OPERATOR).ok
