"""Online maps by setting: none unless set, and what cannot lie right is refused in words."""

import pytest
from pydantic import ValidationError

from data.settings import Settings
from data.tile_services import TileService

STREETS = "https://tiles.example/{z}/{x}/{y}.png"


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TILES", "SATELLITE"):
        for part in ("URL", "DATUM", "ATTRIBUTION", "SUBDOMAINS", "MAX_ZOOM"):
            monkeypatch.delenv(f"GEZHI_{name}_{part}", raising=False)


def test_no_other_machine_is_named_unless_set() -> None:
    assert Settings().tile_services == ()


def test_streets_and_satellite_are_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "TILES_URL": " https://t{s}.example/{z}/{x}/{y}?key=secret ",
        "TILES_SUBDOMAINS": "01234567",
        "TILES_ATTRIBUTION": "© Somebody",
        "SATELLITE_URL": "https://{s}.example/a?x={x}&y={y}&z={z}",
        "SATELLITE_DATUM": "GCJ-02",
        "SATELLITE_SUBDOMAINS": "webst01, webst02",
        "SATELLITE_MAX_ZOOM": "17",
    }.items():
        monkeypatch.setenv(f"GEZHI_{name}", value)
    assert Settings().tile_services == (
        TileService(
            "online",
            "https://t{s}.example/{z}/{x}/{y}?key=secret",
            "wgs84",
            "© Somebody",
            tuple("01234567"),
        ),
        TileService(
            "satellite",
            "https://{s}.example/a?x={x}&y={y}&z={z}",
            "gcj02",
            subdomains=("webst01", "webst02"),
            max_zoom=17,
        ),
    )


@pytest.mark.parametrize("datum", ["wgs84", "WGS-84", "cgcs2000", "CGCS 2000"])
def test_a_datum_that_is_wgs84_to_centimetres_is_taken_as_it_is(datum: str) -> None:
    assert Settings(tiles_url=STREETS, tiles_datum=datum).tile_services[0].datum == "wgs84"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"tiles_datum": "bd09"}, "BD-09 .* projection of their own"),
        ({"satellite_datum": "bd09mc"}, "BD-09"),
        ({"tiles_datum": "nad27"}, "'nad27' is not a datum of tiles. Expected wgs84 or gcj02"),
        ({"tiles_url": "https://a.example/{z}/{x}.png"}, r"lacks \{y\}"),
        ({"tiles_url": "https://a.example/{z}/{x}/{y}?tk={key}"}, r"has \{key\}.*write a key as it is"),
        ({"tiles_url": "ftp://a.example/{z}/{x}/{y}"}, "begins with https"),
        ({"tiles_url": "javascript:alert({x}{y}{z})"}, "begins with https"),
        ({"satellite_url": "https://{s}.example/{z}/{x}/{y}"}, "satellite map has {s}, but no subdomains"),
        ({"tiles_max_zoom": 40}, "less than or equal to 24"),
    ],
)
def test_a_setting_that_cannot_work_is_said(given: dict[str, str], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        Settings(**given)
