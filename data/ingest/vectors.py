"""GeoJSON, GeoPackage, Shapefile and their kin: layers of points with columns."""

import zipfile
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import polars as pl
import shapely

from data.ingest.encoding import encoding_of
from data.ingest.files import Source
from data.ingest.reasons import Notice
from data.ingest.tables import FrameTable, plain_columns, unique_names
from geo.errors import ImportFileError
from i18n import gettext as _

_KINDS: Final = {
    "ESRI Shapefile": "Shapefile",
    "GPKG": "GeoPackage",
    "GeoJSON": "GeoJSON",
    "GeoJSONSeq": "GeoJSON",
    "FlatGeobuf": "FlatGeobuf",
}
#: What GDAL calls the system of a layer that has none.
_UNDEFINED: Final = ("Undefined", "ENGCRS", "LOCAL_CS", "Unknown", "None")
#: An encoding in which every byte is a letter: nothing is lost.
_BYTES: Final = "ISO-8859-1"
_NO_POINTS: Final = ("LineString", "Polygon", "MultiLineString", "MultiPolygon")


def open_layer(source: Source, options: Mapping[str, str]) -> FrameTable:
    """Open the layer that is named, else the one with the most points.

    Raises
    ------
    ImportFileError
        A file that is damaged, a layer that it does not have, lines or areas in place of points.
    """
    import pyogrio  # GDAL: many MB that only files of shapes need

    encoding = options.get("encoding") or _table_encoding(source)
    try:
        layer, others = _choose(source, options.get("layer"))
        try:
            info = pyogrio.read_info(source.gdal_path, layer=layer, encoding=encoding)
            meta, table = pyogrio.read_arrow(source.gdal_path, layer=layer, encoding=encoding)
            frame = pl.DataFrame(table)
        except UnicodeDecodeError:  # a Shapefile cuts names after ten bytes, in the middle of a letter
            info = pyogrio.read_info(source.gdal_path, layer=layer, encoding=_BYTES)
            meta, table = pyogrio.read_arrow(source.gdal_path, layer=layer, encoding=_BYTES)
            frame = _decoded(pl.DataFrame(table), encoding or "utf-8")
    except (ValueError, RuntimeError, UnicodeDecodeError) as error:  # GDAL's are RuntimeErrors
        raise ImportFileError(
            _("{name} cannot be read: {error}.", name=source.path.name, error=str(error).rstrip("."))
        ) from error
    frame, place = with_points(frame, meta.get("geometry_name") or "wkb_geometry", source)
    result = FrameTable(source, frame, kind=_KINDS.get(info["driver"], info["driver"]))
    result.crs = None if str(info["crs"]).startswith(_UNDEFINED) else info["crs"] or None
    result.needs_crs = result.crs is None
    result.place = place
    result.encoding = info["encoding"]
    if others:
        result.notices.append(
            Notice("layers_left", len(others), {"layer": layer, "examples": ", ".join(others)})
        )
    return result


def _choose(source: Source, wanted: str | None) -> tuple[str, list[str]]:
    """Return the layer to read and those left aside."""
    import pyogrio

    layers = [(str(name), kind) for name, kind in pyogrio.list_layers(source.gdal_path)]
    names = [name for name, _kind in layers]
    if wanted is not None:
        if wanted not in names:
            raise ImportFileError(
                _(
                    "{name} has no layer '{layer}'. Its layers are {layers}.",
                    name=source.path.name,
                    layer=wanted,
                    layers=", ".join(names),
                )
            )
        return wanted, [name for name in names if name != wanted]
    shapes = [name for name, kind in layers if kind is not None]
    pointed = [name for name, kind in layers if kind is not None and not str(kind).startswith(_NO_POINTS)]
    if not shapes:
        raise ImportFileError(_("{name} has no layer with shapes.", name=source.path.name))
    candidates = pointed or shapes
    counts = {name: _features(source, name) for name in candidates}
    best = max(counts, key=lambda name: counts[name])
    return best, [name for name in shapes if name != best]


def with_points(frame: pl.DataFrame, geometry: str, source: Source) -> tuple[pl.DataFrame, tuple[str, str]]:
    """Put the coordinates of points in WKB into two columns of their own in place of it.

    Raises
    ------
    ImportFileError
        Not one of the shapes is a point.
    """
    shapes = shapely.from_wkb(frame[geometry].to_numpy(), on_invalid="ignore")
    shapes = _single_points(shapes)
    points = shapely.get_type_id(shapes) == shapely.GeometryType.POINT
    if len(shapes) and not points.any() and not (shapely.get_type_id(shapes) < 0).all():
        raise ImportFileError(
            _(
                "{name} holds {shapes}, but reports are points. Streets and areas are places, not reports.",
                name=source.path.name,
                shapes=", ".join(sorted(_type_names(shapes))),
            )
        )
    x, y = np.full(len(shapes), np.nan), np.full(len(shapes), np.nan)
    x[points], y[points] = shapely.get_x(shapes[points]), shapely.get_y(shapes[points])
    rest = plain_columns(frame.drop(geometry))
    names = unique_names([*rest.columns, "x", "y"])
    rest = rest.with_columns(pl.Series("\0x", x, nan_to_null=True), pl.Series("\0y", y, nan_to_null=True))
    rest.columns = names
    return rest, (names[-2], names[-1])


def _single_points(shapes: Any) -> Any:
    """Take the point out of multipoints that have one."""
    single = (shapely.get_type_id(shapes) == shapely.GeometryType.MULTIPOINT) & (
        shapely.get_num_geometries(shapes) == 1
    )
    shapes[single] = shapely.get_geometry(shapes[single], 0)
    empty = shapely.is_empty(shapes)
    shapes[empty] = None
    return shapes


def _type_names(shapes: Any) -> set[str]:
    return {
        shapely.GeometryType(kind).name.lower()
        for kind in np.unique(shapely.get_type_id(shapes))
        if kind >= 0
    }


def _features(source: Source, layer: str) -> int:
    import pyogrio

    return int(pyogrio.read_info(source.gdal_path, layer=layer, encoding=_BYTES)["features"])


def _decoded(frame: pl.DataFrame, encoding: str) -> pl.DataFrame:
    """Decode names and texts that were read as bytes; what is cut in the middle of a letter loses it."""

    def decode(text: str) -> str:
        return text.encode(_BYTES).decode(encoding, "ignore")

    frame.columns = unique_names([decode(name) for name in frame.columns])
    texts = [
        pl.Series(name, [None if text is None else decode(text) for text in frame[name]], dtype=pl.String)
        for name, dtype in frame.schema.items()
        if dtype == pl.String
    ]
    return frame.with_columns(texts)


def _table_encoding(source: Source) -> str | None:
    """Find the encoding of a Shapefile's texts where no .cpg file says it."""
    if source.compression not in {"", "zip"} or not source.gdal_path.lower().endswith(".shp"):
        return None
    if _beside(source, ".cpg") is not None:
        return None
    content = _beside(source, ".dbf") or b""
    texts = content[int.from_bytes(content[8:10], "little") :]
    return None if texts.isascii() else encoding_of(texts)


def _beside(source: Source, suffix: str) -> bytes | None:
    """Read a file of the same name with another suffix, in the folder or in the zip."""
    if source.compression == "zip":
        with zipfile.ZipFile(source.path) as archive:
            wanted = source.member[:-4].casefold() + suffix
            member = next((name for name in archive.namelist() if name.casefold() == wanted), None)
            return archive.read(member) if member else None
    places = (source.path.with_suffix(suffix), source.path.with_suffix(suffix.upper()))
    return next((place.read_bytes() for place in places if place.exists()), None)
