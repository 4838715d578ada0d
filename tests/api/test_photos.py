"""Photos over HTTP: whole and for ever to whom they are shown, and clear words to everybody else."""

import io
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image
from starlette.applications import Starlette
from starlette.testclient import TestClient

from api.routes import routes
from data.actors import OPERATOR, Actor
from data.case_photos import CasePhoto
from data.cube import Cube
from data.store import Store
from data.workspace import Workspace
from tests.data import stores
from tests.data.pictures import encoded, notes, scene


@pytest.fixture
def city(tmp_path: Path) -> Workspace:
    """A store with one case of a unit, in a place with a photo folder of its own."""
    store = Store.open(stores.new_file(tmp_path / "city.sqlite"), photos=str(tmp_path / "photos"))
    report = {"category": "manhole", "lon": 116.9, "lat": 38.3, "unit": "甲队"}
    store.report(report, actor=OPERATOR)
    return Workspace(store, Cube.open(store))


@pytest.fixture
def photo(city: Workspace) -> CasePhoto:
    sent = encoded(scene(1, width=1800, height=1200), exif=notes(lon=116.9, lat=38.3))
    return city.store.add_photo(1, sent, actor=OPERATOR, role="before").photo


@pytest.mark.parametrize(("size", "longest"), [("thumb", 320), ("view", 1600), ("full", 1800), ("", 1600)])
def test_a_photo_comes_in_the_size_asked_for_and_may_be_kept_for_ever(
    client: TestClient, photo: CasePhoto, size: str, longest: int
) -> None:
    answer = client.get(f"/api/photos/{photo.photo.full}" + (f"?size={size}" if size else ""))
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/jpeg")
    assert answer.headers["cache-control"] == "private, max-age=31536000, immutable"
    assert answer.headers["x-content-type-options"] == "nosniff"
    picture = Image.open(io.BytesIO(answer.content))
    assert max(picture.size) == longest
    assert not picture.getexif()


def test_a_browser_that_asks_again_is_told_to_keep_its_copy(client: TestClient, photo: CasePhoto) -> None:
    address = f"/api/photos/{photo.photo.full}?size=thumb"
    etag = client.get(address).headers["etag"]
    assert client.get(address, headers={"If-None-Match": etag}).status_code == 304
    other = client.get(f"/api/photos/{photo.photo.full}?size=full", headers={"If-None-Match": etag})
    assert other.status_code == 200


@pytest.mark.parametrize(
    "name",
    [
        "0" * 64,
        "x",
        "..",
        "%2e%2e",
        "..%2f..%2fcity.sqlite",
        "%2fetc%2fpasswd",
        "gezhi-photos.json",
        "a" * 5000,
        "²" * 64,
    ],
)
def test_an_address_that_names_no_photo_gets_nothing(client: TestClient, photo: CasePhoto, name: str) -> None:
    assert photo.present
    answer = client.get(f"/api/photos/{name}")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/json"


def test_the_copies_of_a_photo_have_no_address_of_their_own(client: TestClient, photo: CasePhoto) -> None:
    assert client.get(f"/api/photos/{photo.photo.thumb}").status_code == 404


def test_a_size_that_is_not_offered_is_named(client: TestClient, photo: CasePhoto) -> None:
    answer = client.get(f"/api/photos/{photo.photo.full}?size=huge")
    assert answer.status_code == 400
    assert "There is no size 'huge'. Expected one of thumb, view, full." in answer.json()["error"]


def test_a_folder_that_is_away_is_told_and_works_again(
    client: TestClient, city: Workspace, photo: CasePhoto
) -> None:
    folder = Path(city.store._photos_url)
    aside = folder.rename(folder.with_name("away"))
    answer = client.get(f"/api/photos/{photo.photo.full}")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "60")
    assert "is not there" in answer.json()["error"]
    aside.rename(folder)
    assert client.get(f"/api/photos/{photo.photo.full}").status_code == 200


def test_a_missing_file_and_a_photo_that_was_taken_away_are_not_found(
    client: TestClient, city: Workspace, photo: CasePhoto
) -> None:
    name = photo.photo.view
    (Path(city.store._photos_url) / name[:2] / f"{name}.jpg").unlink()
    answer = client.get(f"/api/photos/{photo.photo.full}?size=view")
    assert answer.status_code == 404
    assert "is missing" in answer.json()["error"]
    assert client.get(f"/api/photos/{photo.photo.full}?size=thumb").status_code == 200
    city.store.remove_photo(1, photo.seq, actor=OPERATOR, reason="认错了")
    assert client.get(f"/api/photos/{photo.photo.full}?size=thumb").status_code == 404


def test_a_viewer_of_another_unit_gets_nothing(city: Workspace, photo: CasePhoto) -> None:
    for units, status in ((frozenset({"甲队"}), 200), (frozenset({"乙队"}), 404)):
        here = replace(city, viewer=Actor("队员", "team_member", units=units))
        client = TestClient(Starlette(routes=routes(lambda here=here: here)))
        assert client.get(f"/api/photos/{photo.photo.full}").status_code == status
