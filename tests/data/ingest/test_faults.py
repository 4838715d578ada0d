"""Broken files: a clear error and nothing half done."""

import errno
import gzip
import os
import zipfile
from collections import namedtuple
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from sqlalchemy import event

from data.actors import OPERATOR, VIEWER, Actor
from data.ingest import import_file, load, space, survey
from data.ingest.rejects import RowsFile
from data.store import Store
from geo.errors import CrsError, GezhiError, ImportFileError
from tests.data.ingest.conftest import Import
from tests.data.ingest.made import HEADER, row, rows, stored, text, write, write_workbook

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def fails(import_: Import, store: Store, path: Path, match: str, **options: Any) -> None:
    """Check that an import says this, and that nothing is in the store or the home."""
    with pytest.raises(GezhiError, match=match):
        import_(path, **options)
    assert store.last_seq(actor=VIEWER) == 0
    assert not list(path.parent.glob("**/*rejects*"))
    assert not list(path.parent.glob("**/*.part"))


def test_a_file_that_is_not_there(import_: Import, store: Store, tmp_path: Path) -> None:
    fails(import_, store, tmp_path / "nothing.csv", "There is no file")


def test_a_folder(import_: Import, store: Store, tmp_path: Path) -> None:
    (tmp_path / "exports").mkdir()
    fails(import_, store, tmp_path / "exports", "is a folder")


@pytest.mark.parametrize("name", ["empty.csv", "empty.xlsx", "empty.json", "empty.csv.gz"])
def test_an_empty_file(import_: Import, store: Store, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"")
    fails(import_, store, tmp_path / name, "is empty: 0 bytes")


def test_a_gzip_of_nothing_and_a_file_of_blanks(import_: Import, store: Store, tmp_path: Path) -> None:
    (tmp_path / "empty.csv.gz").write_bytes(gzip.compress(b""))
    fails(import_, store, tmp_path / "empty.csv.gz", "is empty inside")
    (tmp_path / "blank.csv").write_bytes(b"\n \n\n")
    fails(import_, store, tmp_path / "blank.csv", "no text at all|no column")


def test_a_header_without_rows_is_an_import_of_nothing(import_: Import, store: Store, tmp_path: Path) -> None:
    summary = import_(write(tmp_path / "week.csv", []))
    assert (summary.read, summary.taken, summary.rejected) == (0, 0, 0)
    assert "no_rows" in {notice.code for notice in summary.warnings}


@pytest.mark.parametrize("share", [0.02, 0.5, 0.99])
def test_a_truncated_gzip(import_: Import, store: Store, tmp_path: Path, share: float) -> None:
    packed = gzip.compress(text(rows(20_000)).encode())
    (tmp_path / "export.csv.gz").write_bytes(packed[: int(len(packed) * share)])
    fails(import_, store, tmp_path / "export.csv.gz", "is cut off")


def test_a_damaged_gzip_and_a_damaged_zip(import_: Import, store: Store, tmp_path: Path) -> None:
    packed = bytearray(gzip.compress(text(rows(5_000)).encode()))
    packed[len(packed) // 2] ^= 0xFF
    (tmp_path / "export.csv.gz").write_bytes(bytes(packed))
    fails(import_, store, tmp_path / "export.csv.gz", "is damaged|is cut off")
    (tmp_path / "export.xlsx").write_bytes(
        write_workbook(tmp_path / "good.xlsx", {"s": [HEADER]}).read_bytes()[:400]
    )
    fails(import_, store, tmp_path / "export.xlsx", "is damaged")


def test_a_workbook_with_a_password(import_: Import, store: Store, tmp_path: Path) -> None:
    for name in ("cases.xlsx", "cases.xls"):
        (tmp_path / name).write_bytes(
            OLE + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 600
        )
        fails(import_, store, tmp_path / name, "protected by a password")


def test_a_zip_with_a_password(import_: Import, store: Store, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "cases.zip", "w") as archive:
        archive.writestr("cases.csv", text(rows(3)))
    content = bytearray((tmp_path / "cases.zip").read_bytes())
    content[6] |= 1  # the flag of an encrypted member, in both headers
    content[content.index(b"PK\x01\x02") + 8] |= 1
    (tmp_path / "cases.zip").write_bytes(bytes(content))
    fails(import_, store, tmp_path / "cases.zip", "protected by a password")


def test_a_zip_of_several_tables(import_: Import, store: Store, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "cases.zip", "w") as archive:
        archive.writestr("a.csv", text(rows(3)))
        archive.writestr("b.csv", text(rows(3)))
    fails(import_, store, tmp_path / "cases.zip", "holds 2 files: a.csv, b.csv")


@pytest.mark.filterwarnings("ignore:GPKG. bad application_id:RuntimeWarning")
@pytest.mark.parametrize(
    ("name", "content", "match"),
    [
        (
            "a.geojson",
            b'{"type": "FeatureCollection", "features": [{"type": "Feature", "geom',
            "cannot be read",
        ),
        ("a.json", b'[{"id": 1, "lat": 3', "cannot be read as JSON"),
        ("a.xml", b"<requests><request><id>1</id></req", "cannot be read as XML"),
        ("a.parquet", b"PAR1" + b"\0" * 100, "cannot be read as Parquet"),
        ("a.gpkg", b"SQLite format 3\0" + b"\0" * 2000, "cannot be read"),
        ("a.pdf", b"%PDF-1.7 abc", "is a document or a picture"),
        ("a.json", b'"text"', "no list of records"),
        ("a.xml", b"<a/>", "holds no records"),
    ],
)
def test_files_of_each_kind_that_are_broken(tmp_path: Path, name: str, content: bytes, match: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ImportFileError, match=match):
        survey(tmp_path / name)


def test_columns_that_say_nothing_are_listed_with_the_way_out(
    import_: Import, store: Store, tmp_path: Path
) -> None:
    file = write(tmp_path / "odd.csv", [("1", "a", "38.3", "116.8")], header=("n", "what", "up", "along"))
    fails(import_, store, file, r"n, what, up, along.*--map lat=COLUMN --map lon=COLUMN")
    assert import_(file, mapping={"lat": "up", "lon": "along"}).taken == 1


def test_a_mapping_to_what_is_not_there_names_all_faults_at_once(
    import_: Import, store: Store, tmp_path: Path
) -> None:
    file = write(tmp_path / "export.csv", rows(3))
    fails(
        import_, store, file, r"'height' is no field.*no column 'Y'", mapping={"height": "纬度", "lat": "Y"}
    )


def test_unknown_profiles_zones_systems_and_encodings(import_: Import, store: Store, tmp_path: Path) -> None:
    file = write(tmp_path / "export.csv", rows(3))
    fails(import_, store, file, "no profile 'paris'.*nyc", profile="paris")
    fails(import_, store, file, "'Mars/Olympus' is not a time zone", tz="Mars/Olympus")
    fails(import_, store, file, "coordinate reference system", crs="EPSG:0")
    fails(import_, store, file, "is not an encoding", mapping={"encoding": "klingon"})


def test_metres_taken_for_degrees_are_an_error(import_: Import, store: Store, tmp_path: Path) -> None:
    body = [row(n, 经度=str(500_000 + n), 纬度=str(4_240_000 + n)) for n in range(1, 9)]
    with pytest.raises(CrsError, match="are no degrees"):
        import_(write(tmp_path / "export.csv", body), mapping={"lat": "纬度", "lon": "经度"})
    assert (
        import_(tmp_path / "export.csv", mapping={"lat": "纬度", "lon": "经度"}, crs="EPSG:4548").taken == 8
    )


def test_too_little_room_is_told_before_anything_is_written(
    import_: Import, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Usage = namedtuple("Usage", "total used free")
    monkeypatch.setattr(space.shutil, "disk_usage", lambda _folder: Usage(10**9, 10**9, 100_000))
    fails(import_, store, write(tmp_path / "export.csv", rows(500)), "only 0 MB are free")


def test_a_disk_that_fills_up_leaves_the_store_as_it_was(
    import_: Import, store: Store, tmp_path: Path
) -> None:
    import_(write(tmp_path / "first.csv", rows(50)), mapping={"source": "first"})
    before = stored(store)

    @event.listens_for(store._engine, "connect")
    def limit(connection: Any, _record: Any) -> None:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages + 20}")

    store._engine.dispose()
    with pytest.raises(ImportFileError, match=r"is full.*import second\.csv again"):
        import_(write(tmp_path / "second.csv", rows(5_000)), mapping={"source": "second"})

    assert stored(store).equals(before)
    assert store.imports(actor=VIEWER)["state"].to_list() == ["failed", "done"]
    assert len(list((tmp_path / "home" / "imports").iterdir())) == 1


def test_a_full_disk_under_the_rejects_file_leaves_nothing(
    import_: Import, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_self: RowsFile, rejects: list[Any]) -> None:
        if rejects:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(RowsFile, "write", full)
    fails(import_, store, write(tmp_path / "export.csv", [*rows(50), row(51, 纬度="")]), "The disk is full")


def test_a_file_that_changes_meanwhile_is_refused(
    import_: Import, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write(tmp_path / "export.csv", rows(50))
    judge = import_file.__globals__["judge"]

    def judge_then_grow(*arguments: Any) -> Any:
        verdicts = judge(*arguments)
        write(file, rows(60))
        return verdicts

    monkeypatch.setitem(import_file.__globals__, "judge", judge_then_grow)
    fails(import_, store, file, "changed while it was read")


def test_an_error_in_the_reading_thread_comes_out_and_the_thread_ends() -> None:
    def items() -> Any:
        yield 1
        raise ValueError("broken")

    ahead = load.ahead(items())
    assert next(ahead) == 1
    with pytest.raises(ValueError, match="broken"):
        next(ahead)


def test_a_reader_that_is_given_up_does_not_hang() -> None:
    ahead = load.ahead(iter(range(1_000)))
    assert next(ahead) == 0
    ahead.close()


def test_the_file_itself_is_only_read(import_: Import, tmp_path: Path) -> None:
    folder = tmp_path / "read_only"
    folder.mkdir()
    file = write(folder / "export.csv", [*rows(5), row(6, 纬度="")])
    content = file.read_bytes()
    folder.chmod(0o500)
    try:
        summary = import_(file)
    finally:
        folder.chmod(0o700)
    assert summary.rejected == 1
    assert file.read_bytes() == content
    assert [path.name for path in folder.iterdir()] == ["export.csv"]


def test_a_rejects_file_that_cannot_be_written_stops_the_import(
    import_: Import, store: Store, tmp_path: Path
) -> None:
    (tmp_path / "taken").write_text("")
    file = write(tmp_path / "export.csv", rows(5))
    fails(
        import_, store, file, "Choose another place with --rejects", rejects=tmp_path / "taken" / "rows.csv"
    )


def test_an_actor_without_the_right_writes_nothing(store: Store, tmp_path: Path) -> None:
    file = write(tmp_path / "export.csv", rows(5))
    with pytest.raises(GezhiError):
        import_file(file, store, actor=Actor("nobody", "visitor"))
    assert store.imports(actor=OPERATOR).is_empty()


def test_a_thousand_columns_and_long_cells_are_read(import_: Import, store: Store, tmp_path: Path) -> None:
    more = [f"c{n}" for n in range(1_000)]
    body = [(*one, *["x" * 50] * 1_000) for one in rows(30)]
    assert import_(write(tmp_path / "wide.csv", body, header=(*HEADER, *more))).taken == 30
    long = write(tmp_path / "long.csv", [row(1, 地址="街" * 300_000)], header=HEADER)
    assert import_(long, mapping={"source": "long"}).taken == 1
    assert isinstance(stored(store), pl.DataFrame)


def test_the_imported_file_is_never_overwritten_by_its_rejects(
    import_: Import, store: Store, tmp_path: Path
) -> None:
    file = write(tmp_path / "export.csv", rows(5))
    content = file.read_bytes()
    fails(import_, store, file, "need a file of their own", rejects=file)
    assert file.read_bytes() == content
