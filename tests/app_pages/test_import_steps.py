"""What the import page decides."""

import errno
import io
import os
from pathlib import Path
from typing import Any

import pytest

from app_pages.import_steps import keep_upload
from geo.errors import ImportFileError


@pytest.mark.parametrize("name", ["../../etc/passwd", "..\\..\\passwd", "/etc/passwd", "passwd"])
def test_an_upload_stays_in_its_folder_whatever_its_name_says(name: str, tmp_path: Path) -> None:
    path = keep_upload(io.BytesIO(b"a,b"), name, tmp_path)
    assert path.name == "passwd"
    assert path.parent.parent == tmp_path
    assert path.read_bytes() == b"a,b"


def test_the_same_upload_again_is_the_same_file(tmp_path: Path) -> None:
    first = keep_upload(io.BytesIO(b"a,b"), "a.csv", tmp_path)
    assert keep_upload(io.BytesIO(b"a,b"), "a.csv", tmp_path) == first
    assert keep_upload(io.BytesIO(b"a,c"), "a.csv", tmp_path) != first


def test_a_full_disk_is_said_and_keeps_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("shutil.copyfileobj", full)
    with pytest.raises(ImportFileError, match="disk is full"):
        keep_upload(io.BytesIO(b"a,b"), "a.csv", tmp_path)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
