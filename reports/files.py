"""Tables as files for other programs; each carries in itself where its figures come from."""

import csv
import json
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any, Final, Literal

import geopandas as gpd
import pandas as pd

from reports.provenance import Provenance
from reports.qgis_style import Style

Format = Literal["csv", "geojson", "gpkg", "parquet"]

#: The media type of each format.
MEDIA_TYPES: Final[Mapping[Format, str]] = {
    "csv": "text/csv; charset=utf-8",
    "geojson": "application/geo+json",
    "gpkg": "application/geopackage+sqlite3",
    "parquet": "application/vnd.apache.parquet",
}
#: Under which name files that have room for it keep the provenance.
_KEY: Final = "gezhi"
#: A spreadsheet takes a text that begins so for a formula and runs it.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
_DECIMALS: Final = 7  # of a degree: a centimetre


def write(
    table: gpd.GeoDataFrame, path: Path, form: Format, *, layer: str, about: Provenance, style: Style
) -> None:
    """Write a table.

    Parameters
    ----------
    table
        With a geometry in EPSG:4326.
    layer
        The name of the table within a file that can hold several: `cells` or `reports`.
    style
        How QGIS shows it; only a GeoPackage carries it.
    """
    writers: Mapping[Format, Callable[[], None]] = {
        "csv": lambda: _write_csv(table, path, about),
        "geojson": lambda: _write_geojson(table, path, about, layer),
        "gpkg": lambda: _write_geopackage(table, path, about, layer, style),
        "parquet": lambda: _write_geoparquet(table, path, about),
    }
    writers[form]()


def form_of(path: Path) -> Format:
    """Return the format that a file's name ends on."""
    return next(form for form in MEDIA_TYPES if path.suffix == f".{form}")


def _write_csv(table: gpd.GeoDataFrame, path: Path, about: Provenance) -> None:
    """Write it with the mark by which Excel knows UTF-8, and with filter and version in columns of their own.

    Lines of remarks above the head would be clearer to people, but no program skips them unasked.
    """
    plain = pd.DataFrame(_with_times_in_words(table).drop(columns="geometry"))
    for name in plain.columns:
        if pd.api.types.is_string_dtype(plain[name]) or plain[name].dtype == object:
            plain[name] = plain[name].map(harmless)
    plain["data_version"], plain["filter"] = about.version, about.query
    plain.to_csv(path, index=False, encoding="utf-8-sig", quoting=csv.QUOTE_MINIMAL, lineterminator="\r\n")


def harmless(value: Any) -> Any:
    """Put an apostrophe before what a spreadsheet would run: it is shown as the text that it is."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def _write_geojson(table: gpd.GeoDataFrame, path: Path, about: Provenance, layer: str) -> None:
    """Write it as RFC 7946 has it, with the provenance as a member beside the features."""
    features = json.loads(_with_times_in_words(table).to_json(drop_id=True, na="null"))["features"]
    for feature in features:
        feature["geometry"]["coordinates"] = _rounded(feature["geometry"]["coordinates"])
    collection = {"type": "FeatureCollection", "name": layer, _KEY: about.to_dict(), "features": features}
    with path.open("w", encoding="utf-8") as file:
        json.dump(collection, file, ensure_ascii=False, separators=(",", ":"))


def _with_times_in_words(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Write times as ISO 8601 in UTC, for formats that know none."""
    times = [name for name in table.columns if isinstance(table[name].dtype, pd.DatetimeTZDtype)]
    return table.assign(
        **{name: table[name].dt.tz_convert("UTC").dt.strftime("%Y-%m-%dT%H:%M:%SZ") for name in times}
    )


def _rounded(numbers: Any) -> Any:
    if isinstance(numbers, list | tuple):
        return [_rounded(number) for number in numbers]
    return round(numbers, _DECIMALS)


def _write_geoparquet(table: gpd.GeoDataFrame, path: Path, about: Provenance) -> None:
    import pyarrow.parquet as pq

    table.to_parquet(path, index=False, compression="zstd")
    read = pq.read_table(path)
    said = {**(read.schema.metadata or {}), _KEY.encode(): _json(about).encode()}
    pq.write_table(read.replace_schema_metadata(said), path, compression="zstd")


def read_provenance(path: Path) -> dict[str, Any]:
    """Return what a GeoParquet file says of where it comes from."""
    import pyarrow.parquet as pq

    metadata: dict[bytes, bytes] = pq.read_schema(path).metadata or {}
    found: dict[str, Any] = json.loads(metadata.get(_KEY.encode(), b"{}"))
    return found


def _write_geopackage(
    table: gpd.GeoDataFrame, path: Path, about: Provenance, layer: str, style: Style
) -> None:
    """Write it with the style that QGIS takes up by itself."""
    import pyogrio  # GDAL: many MB that no other format needs

    pyogrio.write_dataframe(
        table,
        path,
        driver="GPKG",
        layer=layer,
        geometry_type="Point" if layer == "reports" else "Polygon",
        dataset_options={"VERSION": "1.3"},  # a QGIS of 2022 reads it without a warning
        dataset_metadata={"GEZHI": _json(about)},
        layer_metadata={"IDENTIFIER": about.title, "DESCRIPTION": "\n".join(about.lines())},
    )
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executescript(_STYLES)
        connection.execute(
            "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column,"
            " styleName, styleQML, styleSLD, useAsDefault, description, owner)"
            " VALUES ('', '', ?, ?, ?, ?, '', 1, ?, '')",
            (layer, "geom", style.name, style.qml, "\n".join(about.lines())),
        )


#: The table in which QGIS looks for styles, as QGIS itself makes it.
_STYLES: Final = """
CREATE TABLE layer_styles (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    f_table_catalog TEXT(256), f_table_schema TEXT(256), f_table_name TEXT(256),
    f_geometry_column TEXT(256), styleName TEXT(30), styleQML TEXT, styleSLD TEXT,
    useAsDefault BOOLEAN, description TEXT, owner TEXT(30), ui TEXT(30),
    update_time DATETIME DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
);
INSERT INTO gpkg_contents (table_name, data_type, identifier, description)
VALUES ('layer_styles', 'attributes', 'layer_styles', '');
"""


def _json(about: Provenance) -> str:
    return json.dumps(about.to_dict(), ensure_ascii=False)
