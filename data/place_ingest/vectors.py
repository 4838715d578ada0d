"""GeoJSON, Shapefile, GeoPackage, FlatGeobuf and GeoParquet: layers of shapes with columns."""

import warnings
import zipfile
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import shapely

from data.ingest.encoding import encoding_of
from data.place_ingest.formats import PlaceFile
from data.place_ingest.raw import Raw, as_array
from geo.errors import ImportFileError
from i18n import gettext as _

_FORMATS: Final = {
    "ESRI Shapefile": "Shapefile",
    "GPKG": "GeoPackage",
    "GeoJSONSeq": "GeoJSON",
}
#: What GDAL calls the system of a layer that has none.
_UNDEFINED: Final = ("Undefined", "ENGCRS", "LOCAL_CS", "Unknown", "None")
#: Columns that only the tags of OpenStreetMap have.
_TAG_KEYS: Final = frozenset({"highway", "landuse", "amenity", "leisure", "building"})
_OSM_IDS: Final = ("@id", "osm_id", "osm_way_id", "full_id", "osmid")
#: The kinds of geometry that a layer without shapes has.
_NOTHING: Final = "None"


def open_vectors(file: PlaceFile, *, layer: str | None = None, encoding: str | None = None) -> Raw:
    """Read the layer that is named, else all layers with shapes.

    Raises
    ------
    ImportFileError
        A file that is damaged, a layer that it does not have, or no shapes.
    """
    import pyogrio  # GDAL: many MB that only files of shapes need

    if file.kind == "parquet":
        return _raw([("", _parquet(file))], "GeoParquet")
    encoding = encoding or _table_encoding(file)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # what GDAL repairs is said in the summary
            names = _layers(file, layer)
            driver = pyogrio.read_info(file.gdal_path, layer=names[0], encoding=encoding)["driver"]
            read = [(name, *_read(file, name, encoding)) for name in names]
    except (ValueError, RuntimeError, UnicodeDecodeError, shapely.GEOSException) as error:  # GDAL's too
        raise ImportFileError(
            _("{name} cannot be read: {error}.", name=file.path.name, error=str(error).rstrip("."))
        ) from error
    raw = _raw([(name, frame) for name, frame, _fixed in read], _FORMATS.get(driver, driver))
    start = 0
    for _name, frame, fixed in read:
        raw.repaired |= {start + number: "open_ring" for number in fixed}
        start += len(frame)
    return raw


def _layers(file: PlaceFile, wanted: str | None) -> list[str]:
    import pyogrio

    layers = [(str(name), kind) for name, kind in pyogrio.list_layers(file.gdal_path)]
    shapes = [name for name, kind in layers if kind is not None and str(kind) != _NOTHING]
    if wanted is not None and wanted not in shapes:
        raise ImportFileError(
            _(
                "{name} has no layer '{layer}'. Its layers are {layers}.",
                name=file.path.name,
                layer=wanted,
                layers=", ".join(shapes),
            )
        )
    if not shapes:
        raise ImportFileError(_("'{name}' holds no shape.", name=file.path.name))
    return [wanted] if wanted is not None else shapes


def _read(file: PlaceFile, layer: str, encoding: str | None) -> tuple[gpd.GeoDataFrame, list[int]]:
    """Read a layer, and say which of its rings had to be closed."""
    import pyogrio

    options: dict[str, Any] = {"layer": layer, "encoding": encoding}
    frame = pyogrio.read_dataframe(file.gdal_path, on_invalid="ignore", **options)
    if not isinstance(frame, gpd.GeoDataFrame):
        raise ImportFileError(_("'{name}' holds no shape.", name=file.path.name))
    nothing = frame.geometry.isna().to_numpy()
    if not nothing.any():
        return frame, []
    fixed = pyogrio.read_dataframe(file.gdal_path, on_invalid="fix", **options)
    return fixed, np.flatnonzero(nothing & ~fixed.geometry.isna().to_numpy()).tolist()


def _parquet(file: PlaceFile) -> gpd.GeoDataFrame:
    try:
        return gpd.read_parquet(file.path)
    except (ValueError, OSError, pa.ArrowException) as error:
        raise ImportFileError(
            _("{name} cannot be read: {error}.", name=file.path.name, error=str(error).rstrip("."))
        ) from error


def _raw(frames: list[tuple[str, gpd.GeoDataFrame]], kind: str) -> Raw:
    systems = {_system(frame) for _name, frame in frames if len(frame)}
    if len(systems) > 1:
        raise ImportFileError(
            _(
                "The layers are in different coordinate systems: {systems}. Choose one with --layer.",
                systems=", ".join(sorted(str(system) for system in systems)),
            )
        )
    rows: list[dict[str, Any]] = []
    layers: list[str] = []
    for name, frame in frames:
        plain = pd.DataFrame(frame.drop(columns=frame.geometry.name))
        rows += [
            {str(column): value for column, value in row.items() if _is_something(value)}
            for row in plain.to_dict("records")
        ]
        layers += [name] * len(frame)
    columns = {column for row in rows for column in row}
    raw = Raw(
        kind,
        as_array([shape for _name, frame in frames for shape in frame.geometry]),
        list(rows),
        [str(number) for number in range(1, len(rows) + 1)],
        crs=systems.pop() if systems else "EPSG:4326",
        layers=layers if len(frames) > 1 else [],
    )
    if any("adcode" in row and "level" in row for row in rows[:1]) or {"adcode", "acroutes"} <= columns:
        raw.style = "adcode"
    elif "@id" in columns or (columns & _TAG_KEYS and columns & {"name", *_OSM_IDS}):
        raw.style = "osm"
    return raw


def _system(frame: gpd.GeoDataFrame) -> str | None:
    if frame.crs is None or frame.crs.to_wkt().startswith(_UNDEFINED):
        return None
    return str(frame.crs.to_wkt()) if frame.crs.to_authority() is None else ":".join(frame.crs.to_authority())


def _is_something(value: Any) -> bool:
    if isinstance(value, list | tuple | dict | np.ndarray):
        return len(value) > 0
    return value is not None and not pd.isna(value) and value != ""


def _table_encoding(file: PlaceFile) -> str | None:
    """Find the encoding of a Shapefile's texts: what its .cpg says, else what the bytes look like."""
    if not file.gdal_path.lower().endswith(".shp"):
        return None
    said = (_beside(file, ".cpg") or b"").decode("ascii", "ignore").strip()
    if said:
        return {"936": "gb18030", "gbk": "gb18030", "gb2312": "gb18030", "cp936": "gb18030"}.get(
            said.lower(), said
        )
    content = _beside(file, ".dbf") or b""
    texts = content[int.from_bytes(content[8:10], "little") :]
    return None if texts.isascii() else encoding_of(texts)


def _beside(file: PlaceFile, suffix: str) -> bytes | None:
    """Read a file of the same name with another suffix, in the folder or in the zip."""
    if file.compression == "zip":
        with zipfile.ZipFile(file.path) as archive:
            wanted = file.member[:-4].casefold() + suffix
            member = next((name for name in archive.namelist() if name.casefold() == wanted), None)
            return archive.read(member) if member else None
    places: tuple[Path, ...] = (file.path.with_suffix(suffix), file.path.with_suffix(suffix.upper()))
    return next((place.read_bytes() for place in places if place.exists()), None)
