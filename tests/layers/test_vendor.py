"""Vendored libraries: complete, unchanged, licensed, and silent about other machines."""

import json
import re
import shutil
from pathlib import Path

import pytest

from geo.errors import AssetError
from layers import assets, vendor


def test_every_vendored_file_is_as_locked() -> None:
    assert vendor.check() == sum(len(package.files) for package in vendor.PACKAGES)


def test_the_lock_names_the_packages_that_the_module_lists() -> None:
    locked = json.loads(assets.LOCK.read_text(encoding="utf-8"))["packages"]

    assert [(p["name"], p["version"], p["licence"]) for p in locked] == [
        (p.name, p.version, p.licence) for p in vendor.PACKAGES
    ]


def test_every_library_keeps_its_licence() -> None:
    for package in vendor.PACKAGES:
        folder = assets.VENDOR / f"{package.name}-{package.version}"
        assert "Copyright" in (folder / "LICENSE").read_text(encoding="utf-8")


def test_changed_missing_and_foreign_files_are_all_named(tmp_path: Path) -> None:
    copy = Path(shutil.copytree(assets.VENDOR, tmp_path / "vendor"))
    with (copy / "leaflet-1.9.4" / "leaflet.css").open("a") as opened:
        opened.write(" ")
    (copy / "h3-js-4.5.0" / "h3.js").unlink()
    (copy / "more.js").write_text("")

    with pytest.raises(
        AssetError, match=r"3 of 14 .*h3\.js is missing.*more\.js is not.*leaflet\.css differs"
    ):
        vendor.check(vendor=copy)


def test_the_command_line_says_how_many_files_it_checked(capsys: pytest.CaptureFixture[str]) -> None:
    assert vendor.main(["check"]) == 0
    assert "13 vendored files are as locked." in capsys.readouterr().out


def test_refreshing_without_npm_says_what_is_needed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)

    with pytest.raises(AssetError, match="needs the npm client"):
        vendor.refresh(vendor=tmp_path, lock=tmp_path / "lock.json")


def test_an_asset_has_a_new_address_when_its_content_changes() -> None:
    one = assets.Asset("a.js", "text/javascript", b"1")
    two = assets.Asset("a.js", "text/javascript", b"2")

    assert one.version != two.version
    assert assets.url("gezhi.js").startswith("/assets/gezhi.js?v=")


def test_an_unknown_asset_is_refused() -> None:
    with pytest.raises(AssetError, match=r"'\.\./secrets' is not an asset"):
        assets.asset("../secrets")


def test_every_script_of_ours_is_handed_out() -> None:
    handed_out = b"".join(assets.asset(name).content for name in assets.names() if name.endswith(".js"))
    root = Path(__file__).parents[2]
    programs = [path for room in ("layers", "reports", "app_pages") for path in (root / room).glob("*.py")]
    parts = {name for path in programs for name in re.findall(r'part\("([\w.]+)"\)', path.read_text("utf-8"))}

    for path in (assets.FOLDER / "js").glob("*.js"):
        assert path.read_bytes() in handed_out or path.name in parts, path.name


def test_our_scripts_and_styles_name_no_other_machine() -> None:
    for name in ("gezhi.js", "gezhi.css"):
        assert "//" not in assets.asset(name).text.replace("\n", " ").replace(" // ", " ")


def test_a_style_sheet_that_stands_alone_carries_its_pictures() -> None:
    text = assets.stylesheet("leaflet.css")

    assert "url(images/" not in text
    assert "url(data:image/png;base64," in text
