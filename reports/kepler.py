"""A table as a map of kepler.gl, opened there by "Add data": data, layer and colours in one JSON file.

Cells go as ids, which kepler.gl draws itself, so the file holds no polygon. Source of the format: the map
files that kepler.gl 3 exports ("v1").
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import pandas as pd

from reports.provenance import Provenance

MEDIA_TYPE: Final = "application/json"
_DATA: Final = "gezhi"


def write_cells(
    table: gpd.GeoDataFrame,
    path: Path,
    *,
    column: str,
    label: str,
    edges: Sequence[float],
    colours: Sequence[str],
    opacity: float,
    about: Provenance,
) -> None:
    """Write cells, coloured by a column in the classes of the map."""
    layer = {
        "id": "cells",
        "type": "hexagonId",
        "config": {
            "dataId": _DATA,
            "label": label,
            "columnMode": "default",
            "columns": {"hex_id": "cell"},
            "isVisible": True,
            "visConfig": {
                "opacity": opacity,
                "coverage": 1,
                "enable3d": False,
                "colorRange": _colours(edges, colours),
            },
        },
        "visualChannels": {
            "colorField": {"name": column, "type": "real"},
            "colorScale": "custom" if edges else "quantile",
        },
    }
    _write(table, path, layer, about)


def write_reports(
    table: gpd.GeoDataFrame, path: Path, *, label: str, colours: Sequence[str], about: Provenance
) -> None:
    """Write reports as points, coloured by their category."""
    layer = {
        "id": "reports",
        "type": "point",
        "config": {
            "dataId": _DATA,
            "label": label,
            "columns": {"lat": "lat", "lng": "lon", "altitude": None},
            "isVisible": True,
            "visConfig": {
                "radius": 6,
                "opacity": 0.8,
                "outline": False,
                "colorRange": {"name": PALETTE, "type": "qualitative", "category": PALETTE}
                | {"colors": list(colours)},
            },
        },
        "visualChannels": {
            "colorField": {"name": "category_name", "type": "string"},
            "colorScale": "ordinal",
        },
    }
    _write(table, path, layer, about)


PALETTE: Final = "Gezhi"


def _colours(edges: Sequence[float], colours: Sequence[str]) -> dict[str, Any]:
    found: dict[str, Any] = {"name": PALETTE, "type": "sequential", "category": PALETTE}
    found["colors"] = list(colours)
    if edges:
        ends = [*edges[1:], None]
        found["colorMap"] = [[end, colour] for end, colour in zip(ends, colours, strict=True)]
    return found


def _write(table: gpd.GeoDataFrame, path: Path, layer: dict[str, Any], about: Provenance) -> None:
    plain = pd.DataFrame(table.drop(columns="geometry"))
    fields = [_field(name, plain[name]) for name in plain.columns]
    for name in plain.columns:
        if isinstance(plain[name].dtype, pd.DatetimeTZDtype):
            plain[name] = plain[name].dt.strftime("%Y-%m-%d %H:%M:%S")
    rows = json.loads(plain.to_json(orient="values", double_precision=7))
    west, south, east, north = table.total_bounds if len(table) else (0.0, 0.0, 0.0, 0.0)
    document = {
        "datasets": [
            {
                "version": "v1",
                "data": {
                    "id": _DATA,
                    "label": about.title,
                    "color": [143, 47, 191],
                    "allData": rows,
                    "fields": fields,
                },
            }
        ],
        "config": {
            "version": "v1",
            "config": {
                "visState": {"filters": [], "layers": [layer], "interactionConfig": {}},
                "mapState": {"longitude": (west + east) / 2, "latitude": (south + north) / 2, "zoom": 11},
                "mapStyle": {"styleType": "no_map"},
            },
        },
        "info": {
            "app": "kepler.gl",
            "created_at": about.made_at.isoformat(timespec="seconds"),
            "title": about.title,
            "description": "\n".join(about.lines()),
        },
        _DATA: about.to_dict(),
    }
    path.write_text(json.dumps(document, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")


def _field(name: str, column: "pd.Series[Any]") -> dict[str, str]:
    """Say what a column holds, in kepler.gl's words."""
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        return {"name": name, "type": "timestamp", "format": "YYYY-M-D H:m:s"}
    if pd.api.types.is_integer_dtype(column.dtype):
        return {"name": name, "type": "integer", "format": ""}
    if pd.api.types.is_float_dtype(column.dtype):
        return {"name": name, "type": "real", "format": ""}
    return {"name": name, "type": "h3" if name == "cell" else "string", "format": ""}
