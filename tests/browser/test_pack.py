"""A pack in a real browser with the network off: opened from a file, answered, and handed back."""

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from starlette.applications import Starlette
from starlette.testclient import TestClient
from typer.testing import CliRunner

from api.field import field_routes
from cli import app
from data.actors import OPERATOR
from data.field_forms import store_name
from data.settings import settings
from data.store import Store
from i18n import use_locale
from reports.field_documents import FieldDocuments
from tests.browser.conftest import PHONE
from tests.data.pictures import encoded, scene
from tests.reports.outing import CASES, outing, publish, workspace

#: A browser that keeps nothing for a page, as for one that is opened from another app.
NOTHING_KEPT = """
  const refuse = () => { throw new DOMException("refused", "SecurityError"); };
  IDBFactory.prototype.open = refuse;
  Object.defineProperty(window, "localStorage", { get: refuse });
"""
#: One that refuses the database alone, and has little room for texts.
LITTLE_ROOM = """
  IDBFactory.prototype.open = () => { throw new DOMException("refused", "SecurityError"); };
  const put = Storage.prototype.setItem;
  Storage.prototype.setItem = function (name, text) {
    if (text.length > 5000) throw new DOMException("full", "QuotaExceededError");
    put.call(this, name, text);
  };
"""


@dataclass
class Phone:
    """A page of a phone without a network, and what it asked for or complained of."""

    page: Page
    asked: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def open(self, file: Path) -> "Phone":
        self.page.goto(file.as_uri())
        expect(self.page.locator(".gf-row").first).to_be_visible()
        return self

    def row(self, case: int) -> Any:
        return self.page.locator(f'.gf-row[data-case="{case}"]')

    def do(self, case: int, act: str, reason: str = "") -> None:
        """Open a case from the list, give an answer, go back to the list."""
        self.row(case).tap()
        if reason:
            self.page.locator(".gf-more").tap()
            self.page.locator(f'.gf-choice[data-act="{act}"]').tap()
            self.page.locator(".gf-reason", has_text=reason).tap()
            self.page.locator(".gf-bar .gf-primary").tap()
        else:
            self.page.locator(f'.gf-bar [data-act="{act}"]').tap()
        expect(self.page.locator(".gf-toast")).to_be_visible()
        self.home()

    def home(self) -> None:
        self.page.evaluate("window.__gezhiField.app.home()")
        expect(self.page.locator('.gf-sheet[data-view="list"]')).to_be_visible()

    def waiting(self) -> None:
        self.page.locator(".gf-sync").tap()
        expect(self.page.locator('.gf-sheet[data-view="waiting"]')).to_be_visible()

    def save(self, file: Path) -> dict[str, Any]:
        """Save the answers as a file and return what is in it."""
        self.waiting()
        with self.page.expect_download() as download:
            self.page.locator(".gf-bar .gf-button", has_text="Save as a file").tap()
        download.value.save_as(file)
        name = download.value.suggested_filename
        expect(self.page.locator(".gf-toast", has_text=name)).to_be_visible()  # by then it is noted as saved
        found: dict[str, Any] = json.loads(file.read_text("utf-8"))
        return found


@pytest.fixture
def phones(browser: Browser) -> Iterator[Callable[..., Phone]]:
    """Make phones, each with a memory of its own; none may ask anybody for anything, nor complain."""
    made: list[Phone] = []

    contexts: list[BrowserContext] = []

    def phone(script: str = "") -> Phone:
        opened = browser.new_context(
            viewport=PHONE, has_touch=True, is_mobile=True, locale="en", offline=True, accept_downloads=True
        )
        contexts.append(opened)
        if script:
            opened.add_init_script(script)
        new = Phone(opened.new_page())
        new.page.on("request", lambda request: new.asked.append(request.url))
        new.page.on("console", lambda said: new.errors.append(said.text) if said.type == "error" else None)
        new.page.on("pageerror", lambda error: new.errors.append(str(error)))
        made.append(new)
        return new

    yield phone
    for opened in contexts:
        opened.close()
    assert [url for one in made for url in one.asked if not url.startswith(("file:", "data:", "blob:"))] == []
    assert [error for one in made for error in one.errors] == []


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A town's store, closed; each test works on a copy."""
    path = tmp_path_factory.mktemp("town") / "town.sqlite"
    outing(path).close()
    return path


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The home folder of the command line, with the photos of the town's copy."""
    monkeypatch.setenv("GEZHI_HOME", str(tmp_path))
    monkeypatch.setenv("GEZHI_PHOTOS", str(tmp_path / "town-photos"))
    settings.cache_clear()
    yield tmp_path
    settings.cache_clear()


def copied(town: Path, folder: Path) -> Store:
    folder.mkdir(exist_ok=True)
    shutil.copy(town, folder / town.name)
    photos = folder / f"{town.stem}-photos"
    if not photos.exists():
        shutil.copytree(town.with_name(photos.name), photos)
    return Store.open(f"sqlite:///{folder / town.name}", photos=str(photos))


def packed(store: Store, team: int, folder: Path) -> Path:
    use_locale("en")
    file = folder / f"pack-{team}.html"
    file.write_text(FieldDocuments().pack(workspace(store), team).html, "utf-8")
    return file


def handed_in(store: Store, answers: dict[str, Any]) -> list[tuple[str, str]]:
    """Hand a file in as it is; return what became of each answer."""
    client = TestClient(Starlette(routes=field_routes(lambda: workspace(store))))
    answer = client.post("/api/field/answers", json=answers)
    assert answer.status_code == 200, answer.text
    return [(one["uid"], one["state"]) for one in answer.json()["results"]]


def test_answers_given_without_a_network_survive_and_come_back_by_a_file(
    town: Path, tmp_path: Path, phones: Callable[..., Phone], office: Path
) -> None:
    with copied(town, tmp_path) as store:
        file = packed(store, 1, tmp_path)
        phone = phones().open(file)
        expect(phone.page.locator(".gf-row[data-case]")).to_have_count(CASES)
        assert phone.page.locator("svg path, canvas").count() > 0

        phone.row(3).tap()  # the one with a photo, which is in the file
        picture = phone.page.locator(".gf-photo img").first
        expect(picture).to_be_visible()
        assert picture.evaluate("(image) => image.naturalWidth") > 0
        shot = tmp_path / "after.jpg"
        shot.write_bytes(encoded(scene(9, width=2400, height=1800)))
        with phone.page.expect_file_chooser() as chooser:
            phone.page.locator('.gf-photo-add[data-when="after"]').tap()
        chooser.value.set_files(shot)
        expect(phone.page.locator(".gf-photo")).to_have_count(2)
        phone.home()
        phone.do(3, "start")
        phone.do(1, "not_found", "Nothing there any more")

        phone.page.reload()  # what waits survives
        expect(phone.page.locator(".gf-sync")).to_contain_text("3")
        answers = phone.save(tmp_path / "answers.json")
        expect(phone.page.locator(".gf-waiting-state")).to_contain_text("All 3 answers are in the file")
        assert [one["act"] for one in answers["answers"]] == ["photo", "start", "not_found"]
        about = json.loads(phone.page.locator("#gz-field").text_content() or "")["pack"]
        assert (answers["team"], answers["edition"]) == (1, 1)
        assert answers["store"] == store_name(store.identity)
        assert (answers["pack"], answers["pack_made_at"]) == (about["id"], about["made_at"])
        assert answers["made_at"] > answers["answers"][-1]["at"]

        # Another phone goes on with them: it takes the file, once.
        other = phones().open(packed(store, 1, tmp_path))
        other.waiting()
        for said in ("3 answers were taken", "All answers of that file are here already"):
            with other.page.expect_file_chooser() as chooser:
                other.page.locator('[data-pack="take"]').tap()
            chooser.value.set_files(tmp_path / "answers.json")
            expect(other.page.locator(".gf-toast")).to_contain_text(said)
        expect(other.page.locator(".gf-waiting-row")).to_have_count(3)
        again = other.save(tmp_path / "again.json")
        assert again["answers"] == answers["answers"]

        # The office takes it up: each answer counts once, however often and by which way it comes.
        command = ["answers", str(office / "answers.json"), "--store", f"sqlite:///{office / town.name}"]
        done = CliRunner().invoke(app, [*command, "--json"])
        assert done.exit_code == 0, done.output
        (told,) = json.loads(done.output)["files"]
        assert [one["state"] for one in told["results"]] == ["applied"] * 3
        assert [state for _uid, state in handed_in(store, again)] == ["already"] * 3
        assert store.case(3, actor=OPERATOR).status == "in_progress"
        assert [photo.role for photo in store.photos(3, actor=OPERATOR)] == ["before", "after"]
        assert store.case(1, actor=OPERATOR).status == "accepted"

        # What has arrived is put away by who handed it over, and by nobody else.
        for _press in range(2):
            phone.page.locator('[data-pack="clear"]').tap()
        expect(phone.page.locator(".gf-waiting-row")).to_have_count(0)


def test_two_teams_files_come_to_the_same_in_either_order(
    town: Path, tmp_path: Path, phones: Callable[..., Phone]
) -> None:
    """While team 1 is out its cells are given to team 2, and both answer the same case."""
    with copied(town, tmp_path / "before") as store:
        first = phones().open(packed(store, 1, tmp_path))
        moved = store.territories(actor=OPERATOR).with_columns(team_id=pl.lit(2, pl.Int64))
        publish(store, moved)
        second = phones().open(packed(store, 2, tmp_path))
        changed = tmp_path / "before" / town.name
    first.do(1, "start")
    first.do(2, "not_found", "No way in")
    second.do(1, "fix")
    second.do(2, "start")
    files = [one.save(tmp_path / f"{team}.json") for team, one in ((1, first), (2, second))]
    outcomes = []
    for name, order in (("one", files), ("other", files[::-1])):
        with copied(changed, tmp_path / name) as store:
            states = dict(one for answers in order for one in handed_in(store, answers))
            cases = [store.case(case, actor=OPERATOR).status for case in range(1, 2 * CASES + 1)]
            kept = {one.uid: one.state for one in store.kept_answers(actor=OPERATOR)}
            assert kept == {uid: state for uid, state in states.items() if state == "conflict"}
            outcomes.append((states, cases, kept))
    assert outcomes[0] == outcomes[1]
    states = outcomes[0][0]
    assert [states[one["uid"]] for one in files[0]["answers"]] == ["conflict", "conflict"]
    assert [states[one["uid"]] for one in files[1]["answers"]] == ["applied", "applied"]


def test_a_browser_that_keeps_nothing_says_so_and_asks_before_it_is_closed(
    town: Path, tmp_path: Path, phones: Callable[..., Phone]
) -> None:
    with copied(town, tmp_path) as store:
        file = packed(store, 1, tmp_path)
    phone = phones(NOTHING_KEPT).open(file)
    phone.do(1, "start")
    phone.waiting()
    expect(phone.page.locator(".gf-note")).to_contain_text("keeps nothing")
    asked: list[str] = []

    def dismiss(dialog: Any) -> None:
        asked.append(dialog.type)
        dialog.accept()

    phone.page.on("dialog", dismiss)
    phone.save(tmp_path / "answers.json")
    phone.page.reload()
    expect(phone.page.locator(".gf-waiting-state")).to_be_visible()
    assert asked == []  # all that waited was in a file
    phone.home()
    phone.do(2, "start")
    phone.page.reload()
    assert asked == ["beforeunload"]


def test_where_there_is_little_room_texts_are_kept_and_what_is_too_large_is_told(
    town: Path, tmp_path: Path, phones: Callable[..., Phone]
) -> None:
    with copied(town, tmp_path) as store:
        file = packed(store, 1, tmp_path)
    phone = phones(LITTLE_ROOM).open(file)
    phone.do(1, "start")
    phone.page.reload()
    expect(phone.page.locator(".gf-sync")).to_contain_text("1")
    shot = tmp_path / "after.jpg"
    shot.write_bytes(encoded(scene(9)))
    phone.row(1).tap()
    with phone.page.expect_file_chooser() as chooser:
        phone.page.locator('.gf-photo-add[data-when="after"]').tap()
    chooser.value.set_files(shot)
    expect(phone.page.locator(".gf-toast")).to_contain_text("kept")
    phone.waiting()
    expect(phone.page.locator(".gf-note")).to_contain_text("no room left")
    assert [one["act"] for one in phone.save(tmp_path / "answers.json")["answers"]] == ["start", "photo"]


def test_what_an_older_pack_has_in_no_file_goes_on_in_the_newer_one(
    town: Path, tmp_path: Path, phones: Callable[..., Phone]
) -> None:
    with copied(town, tmp_path) as store:
        older, newer, others = packed(store, 1, tmp_path), tmp_path / "newer.html", packed(store, 2, tmp_path)
        newer.write_text(FieldDocuments().pack(workspace(store), 1).html, "utf-8")
    phone = phones().open(older)
    phone.do(1, "start")
    phone.save(tmp_path / "answers.json")
    phone.home()
    phone.do(2, "start")
    phone.open(others)
    expect(phone.page.locator(".gf-sync")).not_to_contain_text("waiting")
    phone.open(newer)
    expect(phone.page.locator(".gf-sync")).to_contain_text("1 waiting")
    assert [one["case"] for one in phone.save(tmp_path / "newer.json")["answers"]] == [2]
    phone.open(older)
    expect(phone.page.locator(".gf-sync")).to_contain_text("1 waiting")


def test_a_file_that_has_none_of_these_answers_is_refused_in_words(
    town: Path, tmp_path: Path, phones: Callable[..., Phone]
) -> None:
    with copied(town, tmp_path) as store:
        phone = phones().open(packed(store, 1, tmp_path))
    phone.waiting()
    for content, said in (
        ("<html>", "no file with answers"),
        ('{"form": 1, "team": 2, "answers": []}', "another team"),
        ('{"form": 1, "team": 1, "store": "x", "answers": []}', "another city"),
        ('{"form": 2, "team": 1, "answers": []}', "no file with answers"),
    ):
        (tmp_path / "other.json").write_text(content)
        with phone.page.expect_file_chooser() as chooser:
            phone.page.locator('[data-pack="take"]').tap()
        chooser.value.set_files(tmp_path / "other.json")
        expect(phone.page.locator(".gf-toast")).to_contain_text(said)
    expect(phone.page.locator(".gf-waiting-row")).to_have_count(0)
