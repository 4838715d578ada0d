"""What kind of file this is, by its first bytes before its name, and its bytes without compression."""

import bz2
import gzip
import io
import lzma
import re
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, Literal, cast

from geo.errors import ImportFileError
from i18n import gettext as _

Kind = Literal["text", "workbook", "vector", "parquet", "json", "xml"]

_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")
_OPENERS: Final[dict[bytes, tuple[str, Callable[[BinaryIO], BinaryIO]]]] = {
    b"\x1f\x8b": ("gz", lambda raw: cast("BinaryIO", gzip.GzipFile(fileobj=raw))),
    b"BZh": ("bz2", lambda raw: cast("BinaryIO", bz2.BZ2File(raw))),
    b"\xfd7zXZ\x00": ("xz", lambda raw: cast("BinaryIO", lzma.LZMAFile(raw))),  # noqa: SIM115 - closed by Bytes
}
_BROKEN: Final = (EOFError, OSError, zlib.error, lzma.LZMAError, zipfile.BadZipFile)
_VECTOR_SUFFIXES: Final = {".geojson", ".gpkg", ".shp", ".fgb", ".gml", ".kml", ".geojsonl", ".geojsons"}


@dataclass(frozen=True, slots=True)
class Source:
    """A file that is there, and how to read it."""

    path: Path
    kind: Kind
    compression: str = ""  # gz, bz2, xz, zip; empty for none
    member: str = ""  # the file inside a zip

    @property
    def stem(self) -> str:
        """The file's name without the suffixes of its kind and compression."""
        name = Path(self.member).name if self.member and self.kind == "text" else self.path.name
        return name.removesuffix("." + self.compression).rsplit(".", 1)[0] or name

    @property
    def gdal_path(self) -> str:
        """The path as GDAL wants it."""
        full = str(self.path.absolute())
        if self.compression == "zip":
            return f"/vsizip/{full}/{self.member}"
        return f"/vsigzip/{full}" if self.compression == "gz" else full

    def open(self) -> "Bytes":
        """Open the bytes without compression."""
        return Bytes(self)


class Bytes(io.RawIOBase):
    """The bytes of a file without its compression; a broken file becomes a clear error.

    `position` is where the reading stands in the file on disk, for a progress bar.
    """

    def __init__(self, source: Source) -> None:
        super().__init__()
        self._name = source.path.name
        self._raw = source.path.open("rb")
        try:
            if source.compression == "zip":
                archive = zipfile.ZipFile(self._raw)
                self._stream = cast("BinaryIO", archive.open(source.member))
            else:
                openers = dict(_OPENERS.values())
                self._stream = openers.get(source.compression, _as_it_is)(cast("BinaryIO", self._raw))
        except (*_BROKEN, RuntimeError) as error:
            self._raw.close()
            raise _broken(self._name, error) from error

    @property
    def position(self) -> int:
        """Bytes of the file on disk that have been read."""
        return 0 if self._raw.closed else self._raw.tell()

    def readable(self) -> bool:
        """Return True."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Read up to `size` bytes.

        Raises
        ------
        ImportFileError
            The file ends in the middle of its compressed data, or is damaged.
        """
        try:
            return self._stream.read(size)
        except _BROKEN as error:
            raise _broken(self._name, error) from error

    def readinto(self, buffer: object) -> int:
        """Fill a buffer."""
        view = memoryview(cast("bytearray", buffer))
        data = self.read(len(view))
        view[: len(data)] = data
        return len(data)

    def close(self) -> None:
        """Close the file."""
        if not self.closed:
            self._stream.close()
            self._raw.close()
        super().close()


def recognise(path: Path) -> Source:
    """Find out what kind of file this is.

    Raises
    ------
    ImportFileError
        There is no such file, it is empty, protected by a password, or of a kind that is not read.
    """
    path = Path(path)
    if not path.exists():
        raise ImportFileError(_("There is no file {path}.", path=path))
    if path.is_dir():
        raise ImportFileError(
            _("{path} is a folder. Expected a file; of a Shapefile name the .shp or the .zip.", path=path)
        )
    try:
        with path.open("rb") as file:
            head = file.read(4096)
    except OSError as error:
        raise ImportFileError(
            _("{name} cannot be opened: {error}.", name=path.name, error=error.strerror)
        ) from error
    if not head:
        raise ImportFileError(_("{name} is empty: 0 bytes.", name=path.name))
    if head.startswith(b"PK\x03\x04"):
        return _in_zip(path)
    for magic, (compression, _opener) in _OPENERS.items():
        if head.startswith(magic):
            with Source(path, "text", compression).open() as inner:
                start = inner.read(4096)
            if not start:
                raise ImportFileError(_("{name} is empty inside: 0 bytes.", name=path.name))
            return Source(path, _kind(path, Path(path.stem).suffix, start, compression), compression)
    if head.startswith(_OLE):
        _refuse_encrypted(path)
    return Source(path, _kind(path, path.suffix, head, ""))


def _kind(path: Path, suffix: str, head: bytes, compression: str) -> Kind:
    """Tell the kind from the first bytes, and from the suffix where they may be anything."""
    suffix = suffix.lower()
    if binary := _binary_kind(suffix, head):
        if compression and (binary != "vector" or compression not in {"gz", "zip"}):
            raise ImportFileError(
                _(
                    "{name} holds a {kind} file compressed once more; unpack it first.",
                    name=path.name,
                    kind=binary,
                )
            )
        return binary
    return _text_kind(path, suffix, head)


def _binary_kind(suffix: str, head: bytes) -> Kind | None:
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith((_OLE, b"PK\x03\x04")):
        return "workbook"
    if head.startswith((b"SQLite format 3", b"\x00\x00\x27\x0a")) or suffix in _VECTOR_SUFFIXES:
        return "vector"
    return None


def _text_kind(path: Path, suffix: str, head: bytes) -> Kind:
    """Tell the kind of a text, and refuse what only has the name of a table."""
    if head.startswith((b"%PDF", b"\x89PNG", b"\xff\xd8\xff")):
        raise ImportFileError(
            _(
                "{name} is a document or a picture, not a table. Expected {kinds}.",
                name=path.name,
                kinds=_KINDS,
            )
        )
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if re.match(
        rb"<(!doctype html|html|table|head)|.{0,300}<(ss:)?workbook\b", text, re.IGNORECASE | re.DOTALL
    ):
        raise ImportFileError(
            _(
                "{name} is a web page under the name of a table. Open it in a spreadsheet, save it as .xlsx, "
                "and import that file.",
                name=path.name,
            )
        )
    if text.startswith(b"<"):
        return "xml"
    if suffix == ".json" or (text[:1] in {b"{", b"["} and suffix not in {".csv", ".tsv", ".txt"}):
        return "vector" if b'"FeatureCollection"' in head or b'"Feature"' in head else "json"
    return "text"


_KINDS: Final = "CSV, Excel, GeoJSON, GeoPackage, Shapefile, Parquet, Open311 JSON/XML"


def _in_zip(path: Path) -> Source:
    """Look into a zip: a workbook, a Shapefile, or one table."""
    try:
        with zipfile.ZipFile(path) as archive:
            infos = [info for info in archive.infolist() if not info.is_dir()]
    except _BROKEN as error:
        raise _broken(path.name, error) from error
    names = [info.filename for info in infos]
    if "xl/workbook.xml" in names or "xl/workbook.bin" in names or "content.xml" in names:
        return Source(path, "workbook")
    names = [
        name for name in names if not name.startswith("__MACOSX/") and not Path(name).name.startswith(".")
    ]
    if any(info.flag_bits & 1 for info in infos):
        raise ImportFileError(_protected(path.name))
    shapes = [name for name in names if name.lower().endswith(".shp")]
    wanted = shapes or names
    if len(wanted) != 1:
        raise ImportFileError(
            _(
                "{name} holds {n} files: {names}. Expected one table or one Shapefile; unpack it and import "
                "the file that is meant.",
                name=path.name,
                n=len(wanted),
                names=", ".join(wanted[:8]),
            )
        )
    if shapes:
        return Source(path, "vector", "zip", shapes[0])
    with Source(path, "text", "zip", wanted[0]).open() as inner:
        head = inner.read(4096)
    if not head:
        raise ImportFileError(_("{name} is empty inside: 0 bytes.", name=path.name))
    return Source(path, _kind(path, Path(wanted[0]).suffix, head, "zip"), "zip", wanted[0])


def _refuse_encrypted(path: Path) -> None:
    """Refuse an Office file with a password; an old .xls in the same container may be read."""
    with path.open("rb") as file:
        content = file.read(16 << 20)
    if _ENCRYPTED in content or path.suffix.lower() != ".xls":
        raise ImportFileError(_protected(path.name))


def _protected(name: str) -> str:
    return _(
        "{name} is protected by a password. Open it, save it without the password, and import that file.",
        name=name,
    )


def _as_it_is(raw: BinaryIO) -> BinaryIO:
    return raw


def _broken(name: str, error: BaseException) -> ImportFileError:
    if isinstance(error, EOFError):
        text = _("{name} is cut off: its compressed data end too early. Fetch the file again.", name=name)
    elif isinstance(error, RuntimeError) and "encrypted" in str(error):
        text = _protected(name)
    else:
        text = _("{name} is damaged and cannot be read: {error}.", name=name, error=error)
    return ImportFileError(text)
