"""Photos of cases: with their event or not at all, seen by whom they concern, and away without harm."""

import os
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from data.actors import OPERATOR, Actor
from data.photo_folder import MARKER
from data.settings import Settings
from data.store import Store
from geo.errors import ConflictError, NotAllowedError, PhotoError, PhotoFolderError, TransitionError
from tests.data.pictures import encoded, notes, scene

REPORT = {"category": "manhole", "lon": 116.9, "lat": 38.3}
PHOTO = encoded(scene(1), exif=notes(lon=116.901, lat=38.3, at="2026:11:20 10:00:00"))
LATER = encoded(scene(2), exif=notes(lon=116.9, lat=38.3, at="2026:11:21 10:00:00"))
TEAM = Actor("队员", "team_member", units=frozenset({"环卫中心"}))


@pytest.fixture
def city(store: Store) -> Store:
    """Fill a store with a team's case and a resident's."""
    store.report(REPORT | {"unit": "环卫中心"}, actor=OPERATOR)
    store.report(REPORT, actor=Actor("居民", "resident"))
    return store


def files_of(store: Store) -> list[Path]:
    return sorted(
        path for path in Path(store._photos_url).rglob("*") if path.is_file() and path.name != MARKER
    )


def test_a_photo_is_an_event_and_can_be_read_in_three_sizes(city: Store) -> None:
    added = city.add_photo(1, PHOTO, actor=TEAM, role="before", note="井盖没了")
    assert (added.case.version, added.case.status, added.new) == (2, "reported", True)
    found = city.photos(1, actor=OPERATOR)
    assert [(one.role, one.actor, one.note, one.present) for one in found] == [
        ("before", "队员", "井盖没了", True)
    ]
    sizes = {
        size: len(city.photo_bytes(found[0].photo.full, actor=TEAM, size=size)) for size in ("thumb", "full")
    }
    assert sizes["thumb"] < sizes["full"] == found[0].photo.bytes
    assert city.events(1, actor=OPERATOR)["kind"].to_list() == ["report", "photo"]
    checked = city.check(actor=OPERATOR)
    assert checked.ok
    assert (checked.photos, checked.photo_files) == (1, 2), "the view is no larger than the photo itself"


def test_what_a_camera_noted_is_offered_and_kept_only_where_asked(city: Store) -> None:
    added = city.add_photo(1, PHOTO, actor=TEAM)
    assert (round(added.taken.lon or 0, 3), added.taken.at is not None) == (116.901, True)
    assert added.from_case_m == pytest.approx(87.4, abs=1)
    assert added.photo.taken.lon is None
    assert added.photo.taken.at is None
    assert "116.901" not in str(city.events(1, actor=OPERATOR).to_dicts())
    kept = city.add_photo(1, LATER, actor=TEAM, keep_time=True, keep_position=True).photo.taken
    assert (round(kept.lon or 0, 3), kept.at) == (116.9, city.photos(1, actor=TEAM)[1].taken.at)
    assert city.case(1, actor=TEAM).report["lon"] == 116.9
    assert city.check(actor=OPERATOR).ok


def test_before_and_after_stand_side_by_side_with_what_speaks_against_them(city: Store) -> None:
    keep = {"keep_time": True, "keep_position": True}
    city.add_photo(1, LATER, actor=TEAM, role="before", **keep)
    city.add_photo(1, PHOTO, actor=TEAM, role="after", **keep)
    city.add_photo(1, LATER, actor=TEAM, role="after")
    pairs = city.photo_pairs(1, actor=TEAM)
    assert [pair.doubts for pair in pairs] == [("not_later",), ("same_photo",)]
    assert [pair.before.seq for pair in pairs] == [3, 3]


def test_a_photo_sent_twice_is_added_once(city: Store) -> None:
    first = city.add_photo(1, PHOTO, actor=TEAM)
    again = city.add_photo(1, PHOTO, actor=TEAM)
    assert (again.new, again.photo, again.case.version) == (False, first.photo, 2)


def test_a_case_has_no_more_photos_than_the_setting_says(
    city: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GEZHI_PHOTOS_PER_CASE", "1")
    monkeypatch.setattr("data.photo_store.settings", Settings)
    city.add_photo(1, PHOTO, actor=TEAM)
    with pytest.raises(
        PhotoError, match="The case has 1 photos and 1 more were sent. A case holds at most 1."
    ):
        city.add_photo(1, LATER, actor=TEAM)
    assert len(files_of(city)) == 2


def test_a_photo_is_no_larger_than_the_setting_says(city: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GEZHI_PHOTO_MB", "0.01")
    monkeypatch.setattr("data.photo_store.settings", Settings)
    with pytest.raises(PhotoError, match="at most 0.0 MB"):
        city.add_photo(2, LATER, actor=OPERATOR)


def test_who_saw_an_older_version_is_told_and_no_file_stays(city: Store) -> None:
    city.transition(1, "accept", actor=OPERATOR)
    with pytest.raises(ConflictError, match="operator: accept"):
        city.add_photo(1, PHOTO, actor=TEAM, version=1)
    assert files_of(city) == []


def test_a_photo_that_loses_the_race_leaves_no_file(city: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    other = city.add_photo(2, LATER, actor=OPERATOR)
    before = files_of(city)
    put = city._folder.put

    def slow(*arguments: object, **options: object) -> object:
        city.transition(1, "accept", actor=OPERATOR)
        return put(*arguments, **options)

    monkeypatch.setattr(city._folder, "put", slow)
    with pytest.raises(ConflictError):
        city.add_photo(1, PHOTO, actor=TEAM, version=1)
    assert files_of(city) == before
    with pytest.raises(ConflictError):
        city.add_photo(1, LATER, actor=TEAM, version=1)
    assert files_of(city) == before, "another case shows that photo"
    assert city.photo_bytes(other.photo.photo.full, actor=OPERATOR, size="full")
    assert city.check(actor=OPERATOR).ok


def test_a_photo_that_is_taken_away_is_not_shown_and_not_lost(city: Store) -> None:
    photo = city.add_photo(1, PHOTO, actor=OPERATOR).photo
    with pytest.raises(NotAllowedError, match="A team takes away only its own"):
        city.remove_photo(1, photo.seq, actor=TEAM, reason="认错了")
    with pytest.raises(TransitionError, match="needs a reason"):
        city.remove_photo(1, photo.seq, actor=OPERATOR, reason="")
    city.remove_photo(1, photo.seq, actor=OPERATOR, reason="有人脸")
    assert city.photos(1, actor=OPERATOR) == []
    with pytest.raises(PhotoError, match="There is no photo"):
        city.photo_bytes(photo.photo.full, actor=OPERATOR)
    with pytest.raises(PhotoError, match=f"has no photo {photo.seq}"):
        city.remove_photo(1, photo.seq, actor=OPERATOR, reason="有人脸")
    assert city.check(actor=OPERATOR).ok
    assert len(files_of(city)) == 2
    assert city.add_photo(1, PHOTO, actor=OPERATOR).new, "it can be added again"


def test_a_resident_adds_to_an_own_case_until_it_is_accepted_and_sees_no_photo_of_others(city: Store) -> None:
    jane = Actor("居民", "resident")
    mine = city.add_photo(2, PHOTO, actor=jane).photo
    theirs = city.add_photo(2, LATER, actor=OPERATOR).photo
    elsewhere = city.add_photo(1, LATER, actor=TEAM).photo
    assert [one.seq for one in city.photos(2, actor=jane)] == [mine.seq]
    assert city.photo_bytes(mine.photo.full, actor=jane)
    for other in (theirs, elsewhere):
        with pytest.raises(PhotoError, match="There is no photo"):
            city.photo_bytes(other.photo.full, actor=jane)
    with pytest.raises(NotAllowedError, match="does not belong to"):
        city.photos(1, actor=jane)
    with pytest.raises(NotAllowedError, match="does not belong to"):
        city.add_photo(1, PHOTO, actor=jane)
    city.transition(2, "accept", actor=OPERATOR)
    with pytest.raises(NotAllowedError, match="add a photo"):
        city.add_photo(2, encoded(scene(3)), actor=jane)


def test_a_team_neither_adds_to_nor_sees_another_units_case(city: Store) -> None:
    photo = city.add_photo(2, PHOTO, actor=OPERATOR).photo
    for forbidden in (
        lambda: city.add_photo(2, LATER, actor=TEAM),
        lambda: city.photos(2, actor=TEAM),
        lambda: city.remove_photo(2, photo.seq, actor=TEAM, reason="不是"),
    ):
        with pytest.raises(NotAllowedError, match="does not belong to"):
            forbidden()
    with pytest.raises(PhotoError, match="There is no photo"):
        city.photo_bytes(photo.photo.full, actor=TEAM)


def test_a_folder_of_another_store_is_refused(city: Store, tmp_path: Path) -> None:
    city.add_photo(1, PHOTO, actor=TEAM)
    with Store.open(f"sqlite:///{tmp_path / 'other.sqlite'}", photos=city._photos_url) as other:
        other.report(REPORT, actor=OPERATOR)
        with pytest.raises(PhotoFolderError, match="holds the photos of another store"):
            other.add_photo(1, PHOTO, actor=OPERATOR)
        assert other.case(1, actor=OPERATOR).version == 1
    with Store.open(
        str(city._engine.url.render_as_string(hide_password=False)), photos=str(tmp_path / "new")
    ) as again:
        with pytest.raises(PhotoFolderError, match="is not there"):
            again.add_photo(1, LATER, actor=TEAM)
        assert [one.present for one in again.photos(1, actor=TEAM)] == [False]


def test_a_folder_that_vanishes_takes_no_case_with_it_and_works_when_it_is_back(city: Store) -> None:
    photo = city.add_photo(1, PHOTO, actor=TEAM).photo
    folder = Path(city._photos_url)
    aside = folder.rename(folder.with_name("unmounted"))
    for empty in (False, True):  # renamed, then the bare mount point of a disk that went away
        if empty:
            folder.mkdir()
        with pytest.raises(PhotoFolderError, match="is not there"):
            city.add_photo(1, LATER, actor=TEAM)
        assert not list(folder.rglob("*"))
        assert city.case(1, actor=TEAM).version == 2
        assert [one.present for one in city.photos(1, actor=TEAM)] == [False]
        with pytest.raises(PhotoFolderError, match="is not there"):
            city.photo_bytes(photo.photo.full, actor=TEAM)
        checked = city.check(actor=OPERATOR)
        assert not checked.ok
        assert any("1 photo could not be looked at" in words for words in checked.words())
        city.transition(2, "note", actor=OPERATOR, note="照常")
    folder.rmdir()
    aside.rename(folder)
    assert city.photo_bytes(photo.photo.full, actor=TEAM)
    assert city.add_photo(1, LATER, actor=TEAM).new
    assert city.check(actor=OPERATOR).ok


def test_missing_damaged_stray_and_foreign_files_are_counted(city: Store) -> None:
    folder = Path(city._photos_url)
    for seed in (1, 2):
        city.add_photo(1, encoded(scene(seed, width=300, height=200)), actor=TEAM)
    lost, spoilt = (
        folder / one.photo.full[:2] / f"{one.photo.full}.jpg" for one in city.photos(1, actor=TEAM)
    )
    lost.unlink()
    spoilt.write_bytes(b"no photo")
    (folder / "notes.txt").write_text("to be kept")
    city._folder.put(LATER, tz=ZoneInfo("UTC"))
    found = city.check(actor=OPERATOR)
    assert not found.ok
    assert (found.missing_photos, found.damaged_photos, found.stray_photos, found.foreign_files) == (
        1,
        1,
        2,
        1,
    )
    assert [one.present for one in city.photos(1, actor=TEAM)] == [False, True]
    assert any("1 photo files are missing" in words for words in found.words())


def test_files_that_no_case_refers_to_are_removed_after_a_day(city: Store) -> None:
    kept = city.add_photo(1, PHOTO, actor=TEAM).photo
    city.add_photo(2, encoded(scene(5)), actor=OPERATOR)
    young = city._folder.put(LATER, tz=ZoneInfo("UTC"))
    assert city.tidy_photos(actor=OPERATOR) == 0
    for path in files_of(city):
        os.utime(path, (1, 1))
    assert city.tidy_photos(actor=OPERATOR) == len(young.photo.files)
    assert city.photo_bytes(kept.photo.full, actor=TEAM)
    assert city.check(actor=OPERATOR).ok


def test_a_row_that_is_not_what_the_events_say_is_found(city: Store) -> None:
    city.add_photo(1, PHOTO, actor=TEAM)
    with city._writing(OPERATOR) as connection:
        connection.exec_driver_sql("UPDATE photo SET role = 'after'")
    found = city.check(actor=OPERATOR)
    assert found.astray_photos == 1
    assert "case 1: photo 3 is not what its events say" in found.words()
    assert not found.ok


def test_a_photo_is_looked_at_before_there_is_a_case(city: Store) -> None:
    seen = city.inspect_photo(PHOTO, actor=Actor("居民", "resident"))
    assert seen.taken.has_position
    assert seen.hash is not None
    assert not Path(city._photos_url).exists()
    with pytest.raises(PhotoError, match=r"notes\.pdf is no photo: its content is PDF"):
        city.inspect_photo(b"%PDF-1.7", actor=OPERATOR, name="notes.pdf")
