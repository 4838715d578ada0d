"""What kind of place file this is, by its content."""

import bz2
import gzip
import json
import lzma
import re
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from geo.errors import ImportFileError
from i18n import gettext as _

Kind = Literal["vector", "parquet", "kml", "osm", "overpass"]

KINDS: Final = (
    "GeoJSON, Shapefile (.shp, .zip), GeoPackage, GeoParquet, KML, KMZ, FlatGeobuf, OpenStreetMap "
    "(.osm.pbf, .osm, Overpass JSON)"
)
_HEAD_BYTES: Final = 1 << 16
_PACKED: Final[dict[bytes, tuple[str, Callable[[Path], Any]]]] = {
    b"\x1f\x8b": ("gz", gzip.open),
    b"BZh": ("bz2", bz2.open),
    b"\xfd7zXZ\x00": ("xz", lzma.open),
}
_BROKEN: Final = (EOFError, OSError, zlib.error, lzma.LZMAError, zipfile.BadZipFile)


@dataclass(frozen=True, slots=True)
class PlaceFile:
    """A file that is there, and how to read it.

    Attributes
    ----------
    gdal_path
        The path as GDAL wants it, into an archive too.
    osm_format
        What osmium calls the format.
    """

    path: Path
    kind: Kind
    compression: str = ""
    member: str = ""
    osm_format: str = ""

    @property
    def gdal_path(self) -> str:
        """The path as GDAL wants it, into an archive too."""
        full = str(self.path.absolute())
        if self.compression == "zip":
            return f"/vsizip/{{{full}}}/{self.member}"
        return f"/vsigzip/{full}" if self.compression == "gz" else full

    def read_bytes(self) -> bytes:
        """Return the content without compression.

        Raises
        ------
        ImportFileError
            A damaged file.
        """
        try:
            if self.compression == "zip":
                with zipfile.ZipFile(self.path) as archive:
                    return archive.read(self.member)
            opener = dict(_PACKED.values()).get(self.compression)
            if opener is None:
                return self.path.read_bytes()
            with opener(self.path) as file:
                content: bytes = file.read()
                return content
        except _BROKEN as error:
            raise _damaged(self.path, error) from error


def recognise(path: Path) -> PlaceFile:
    """Find out what kind of file this is.

    Raises
    ------
    ImportFileError
        There is no such file, it is empty or damaged, or of a kind that is not read.
    """
    if not path.exists():
        raise ImportFileError(_("There is no file {path}.", path=path))
    if path.is_dir():
        raise ImportFileError(
            _("{path} is a folder. Expected a file; of a Shapefile name the .shp or the .zip.", path=path)
        )
    head = _head(path, lambda where: where.open("rb"))
    if not head:
        raise ImportFileError(_("{name} is empty: 0 bytes.", name=path.name))
    if head.startswith(b"PK\x03\x04"):
        return _in_zip(path)
    for magic, (compression, opener) in _PACKED.items():
        if head.startswith(magic):
            inner = _head(path, opener)
            kind, osm_format = _kind(path, inner)
            if (kind == "vector" and compression != "gz") or kind == "parquet" or osm_format == "pbf":
                raise ImportFileError(
                    _(
                        "{name} is compressed once more ({how}); unpack it first.",
                        name=path.name,
                        how=compression,
                    )
                )
            return PlaceFile(path, kind, compression, osm_format=f"{osm_format}.{compression}")
    kind, osm_format = _kind(path, head)
    return PlaceFile(path, kind, osm_format=osm_format)


def _kind(path: Path, head: bytes) -> tuple[Kind, str]:
    """Tell the kind, and osmium's word for it, from the first bytes."""
    if head.startswith(b"PAR1"):
        return "parquet", ""
    if head.startswith((b"SQLite format 3", b"\x00\x00\x27\x0a", b"fgb\x03")):
        return "vector", ""
    if head[4:15].startswith(b"\x0a\x09OSMHeader"):
        return "osm", "pbf"
    return _kind_of_text(path, head.removeprefix(b"\xef\xbb\xbf").lstrip(b"\x1e \t\r\n"))


def _kind_of_text(path: Path, text: bytes) -> tuple[Kind, str]:
    if text.startswith(b"<"):
        root = re.search(rb"<(?:\w+:)?(osm|osmChange|kml|FeatureCollection|gpx)[\s>]", text)
        if root and root.group(1) == b"osm":
            return "osm", "osm"
        if root and root.group(1) != b"osmChange":
            return ("kml" if root.group(1) == b"kml" else "vector"), ""
    if text.startswith(b"{"):
        if b'"elements"' in text:
            return "overpass", ""
        if re.search(rb'"(Feature|FeatureCollection|features|geometry|Topology|coordinates)"', text):
            return "vector", ""
    raise ImportFileError(_("{name} is no file of places. Expected {kinds}.", name=path.name, kinds=KINDS))


def _in_zip(path: Path) -> PlaceFile:
    try:
        with zipfile.ZipFile(path) as archive:
            infos = [info for info in archive.infolist() if not info.is_dir()]
            if any(info.flag_bits & 1 for info in infos):
                raise ImportFileError(
                    _("{name} is protected by a password; unpack it first.", name=path.name)
                )
            names = [
                info.filename
                for info in infos
                if not info.filename.startswith("__MACOSX/") and not Path(info.filename).name.startswith(".")
            ]
            wanted = _wanted(names)
            if len(wanted) != 1:
                raise ImportFileError(
                    _(
                        "{name} holds {n} files of places: {names}. Expected one; unpack it and name "
                        "the one that is meant.",
                        name=path.name,
                        n=len(wanted),
                        names=", ".join((wanted or names)[:8]),
                    )
                )
            with archive.open(wanted[0]) as member:
                kind, osm_format = _kind(path, member.read(_HEAD_BYTES))
    except _BROKEN as error:
        raise _damaged(path, error) from error
    if kind in ("osm", "parquet"):
        raise ImportFileError(
            _("{name} is compressed once more ({how}); unpack it first.", name=path.name, how="zip")
        )
    return PlaceFile(path, kind, "zip", wanted[0], osm_format)


def _wanted(names: list[str]) -> list[str]:
    """Return the members that are places: a Shapefile's .shp, a KMZ's .kml, or whatever else is alone."""
    for suffix in (".shp", ".kml", ".gpkg", ".geojson", ".json"):
        if found := [name for name in names if name.lower().endswith(suffix)]:
            return found
    return names


def _head(path: Path, opener: Callable[[Path], Any]) -> bytes:
    try:
        with opener(path) as file:
            head: bytes = file.read(_HEAD_BYTES)
            return head
    except _BROKEN as error:
        raise _damaged(path, error) from error


def _damaged(path: Path, error: BaseException) -> ImportFileError:
    return ImportFileError(
        _("{name} is damaged and cannot be read: {error}.", name=path.name, error=str(error).rstrip("."))
    )


def parse_json(file: PlaceFile) -> Any:
    """Return what a JSON file holds.

    Raises
    ------
    ImportFileError
        The file is damaged or no JSON.
    """
    try:
        return json.loads(file.read_bytes().decode("utf-8-sig"))
    except ValueError as error:
        raise _damaged(file.path, error) from error
