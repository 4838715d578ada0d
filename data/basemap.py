"""The base of the map as tiles: every place of a store in one PMTiles file, which is read in pieces."""

import gzip
import os
import shutil
import tempfile
import time
import zlib
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

import geopandas as gpd
import pandas as pd
import pmtiles.reader
import pmtiles.writer
from pmtiles.tile import Compression, TileType, deserialize_directory, zxy_to_tileid

from data.actors import Actor
from data.basemap_layers import LAYERS, MAX_ZOOM, Layer, frames_of
from geo.errors import StoreError
from i18n import gettext as _

if TYPE_CHECKING:
    from data.store import Store

Progress = Callable[[int, int], None]

# The library says nothing of its types.
_reader: Any = pmtiles.reader
_writer: Any = pmtiles.writer

#: Of what a file holds: a file with another number is built again.
FORMAT: Final = 1
#: A tile larger than this loses fine detail.
_MOST_TILE_BYTES: Final = 4_000_000
_ABOUT: Final = "gezhi"
_ASIDE: Final = ".basemap-"
#: Older than any build takes.
_LEFT_S: Final = 6 * 3_600


@dataclass(frozen=True, slots=True)
class Built:
    """What was built: `version` is of the places, `seconds` what it took."""

    tiles: int
    bytes: int
    seconds: float
    version: str


@dataclass(frozen=True, slots=True)
class About:
    """Whose places a file holds, and as of when; `build` is another one each time that it is written."""

    store: str
    places_version: str
    build: str
    format: int = FORMAT

    def is_of(self, store: "Store", *, actor: Actor) -> bool:
        """Tell whether these are the store's places as they are now."""
        now = (store.identity, places_version(store, actor=actor), FORMAT)
        return (self.store, self.places_version, self.format) == now


def places_version(store: "Store", *, actor: Actor) -> str:
    """Return what changes whenever a place does."""
    return store.fact("places_version", "0", actor=actor) or "0"


def build(store: "Store", path: Path, *, actor: Actor, progress: Progress | None = None) -> Built:
    """Write a store's places into one PMTiles file, in place of the one that is there.

    Whoever reads the old file meanwhile goes on reading it; two that build at once do not meet.

    Parameters
    ----------
    path
        Of the file; its folder is made.
    progress
        Called with the number of layers done and of all.

    Raises
    ------
    StoreError
        The store has no place, or the file cannot be written.
    """
    from pyogrio.errors import DataSourceError  # GDAL: many MB that a server without new places does not need

    begun = time.perf_counter()
    about = About(store.identity, places_version(store, actor=actor), uuid4().hex[:12])
    frames = frames_of(store.places(actor=actor))
    if not frames:
        raise StoreError(_("The store has no places yet: there is nothing to build a base map from."))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Beside the file, so that it moves in one step; of its own, so that two builds do not meet.
        _sweep(path.parent)
        with tempfile.TemporaryDirectory(prefix=_ASIDE, dir=path.parent) as folder:
            parts = []
            for done, layer in enumerate(layer for layer in LAYERS if layer.name in frames):
                parts.append(_write_layer(frames[layer.name], layer, Path(folder)))
                if progress:
                    progress(done + 1, len(frames))
            joined = Path(folder) / "joined.pmtiles"
            tiles = _join(parts, joined, _metadata(about, frames))
            size = joined.stat().st_size
            joined.replace(path)
    except (OSError, DataSourceError) as why:
        raise StoreError(_("The base map could not be written to {path}: {why}", path=path, why=why)) from why
    return Built(tiles, size, time.perf_counter() - begun, about.places_version)


def read_about(path: Path) -> About:
    """Return whose places a file holds.

    Raises
    ------
    StoreError
        There is no file, or it is none of ours, or it was damaged.
    """
    try:
        with path.open("rb") as file:
            pieces = _pieces(file)
            header = _reader.Reader(pieces).header()
            end = header["tile_data_offset"] + header["tile_data_length"]
            if os.fstat(file.fileno()).st_size != end:
                raise ValueError(f"{end} bytes were expected")
            deserialize_directory(pieces(header["root_offset"], header["root_length"]))
            return About(**_reader.Reader(pieces).metadata()[_ABOUT])
    except (OSError, EOFError, zlib.error, ValueError, KeyError, TypeError, IndexError) as why:
        raise StoreError(_("{path} holds no base map: {why}", path=path, why=why)) from why
    except Exception as why:  # what the library says of a file that is none: a bare Exception of its own
        raise StoreError(_("{path} holds no base map: {why}", path=path, why=type(why).__name__)) from why


def _sweep(folder: Path) -> None:
    """Remove what builds left that were killed."""
    for left in folder.glob(f"{_ASIDE}*"):
        if time.time() - left.stat().st_mtime > _LEFT_S:
            shutil.rmtree(left, ignore_errors=True)


def _pieces(file: Any) -> Callable[[int, int], bytes]:
    def read(offset: int, length: int) -> bytes:
        file.seek(offset)
        found: bytes = file.read(length)
        return found

    return read


def _write_layer(frame: gpd.GeoDataFrame, layer: Layer, folder: Path) -> Path:
    import pyogrio

    path = folder / f"{layer.name}.pmtiles"
    pyogrio.write_dataframe(
        frame,
        path,
        layer=layer.name,
        driver="PMTiles",
        dataset_options={
            "NAME": layer.name,
            "MINZOOM": str(layer.min_zoom),
            "MAXZOOM": str(MAX_ZOOM),
            "BUFFER": str(layer.buffer),
            "SIMPLIFICATION": str(layer.tolerance),
            "SIMPLIFICATION_MAX_ZOOM": "1",
            "MAX_SIZE": str(_MOST_TILE_BYTES),
        },
    )
    return path


def _join(parts: list[Path], path: Path, metadata: Mapping[str, Any]) -> int:
    """Put the layers of each tile together: in a tile layers simply follow each other."""
    tiles: dict[int, list[bytes]] = {}
    boxes = []
    for part in parts:
        with part.open("rb") as file:
            source = _reader.MmapSource(file)
            boxes.append(_reader.Reader(source).header())
            for (z, x, y), packed in _reader.all_tiles(source):
                tiles.setdefault(zxy_to_tileid(z, x, y), []).append(gzip.decompress(packed))
    with path.open("wb") as file:
        writer = _writer.Writer(file)
        for number in sorted(tiles):
            # Without the time of packing, equal tiles are equal bytes, which the writer keeps once.
            writer.write_tile(number, gzip.compress(b"".join(tiles[number]), compresslevel=6, mtime=0))
        writer.finalize(_header(boxes), metadata)
    return len(tiles)


def _header(boxes: list[dict[str, Any]]) -> dict[str, Any]:
    west, south = (min(box[name] for box in boxes) for name in ("min_lon_e7", "min_lat_e7"))
    east, north = (max(box[name] for box in boxes) for name in ("max_lon_e7", "max_lat_e7"))
    return {
        "version": 3,
        "tile_type": TileType.MVT,
        "tile_compression": Compression.GZIP,
        "min_lon_e7": west,
        "min_lat_e7": south,
        "max_lon_e7": east,
        "max_lat_e7": north,
        "center_zoom": MAX_ZOOM - 2,
        "center_lon_e7": (west + east) // 2,
        "center_lat_e7": (south + north) // 2,
    }


def _metadata(about: About, frames: Mapping[str, gpd.GeoDataFrame]) -> Mapping[str, Any]:
    return {
        "name": "Gezhi",
        "type": "baselayer",
        "vector_layers": [
            {
                "id": layer.name,
                "fields": _fields(frames[layer.name]),
                "minzoom": layer.min_zoom,
                "maxzoom": MAX_ZOOM,
            }
            for layer in LAYERS
            if layer.name in frames
        ],
        _ABOUT: asdict(about),
    }


def _fields(frame: gpd.GeoDataFrame) -> dict[str, str]:
    """Say what a layer tells of a place, for programs that open the file as it is."""
    return {
        str(name): "Number" if pd.api.types.is_numeric_dtype(kind) else "String"
        for name, kind in frame.dtypes.items()
        if name != frame.geometry.name
    }
