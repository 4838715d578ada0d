"""The features that were not taken, in a GeoJSON file with their reasons."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from data.place_ingest.reading import Reject
from data.place_ingest.reasons import rejection_words
from geo.errors import ImportFileError
from i18n import gettext as _


def write_rejects(rejects: Sequence[Reject], path: Path) -> None:
    """Write rejects: `feature`, `reason` and `explanation` among the properties, the shape as it stood there.

    A shape with coordinates that GeoJSON cannot hold stands as WKT under `shape`.

    Raises
    ------
    ImportFileError
        The file cannot be written.
    """
    content = {"type": "FeatureCollection", "features": [_feature(reject) for reject in rejects]}
    part = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(
            json.dumps(content, ensure_ascii=False, default=str, allow_nan=False), encoding="utf-8"
        )
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise ImportFileError(
            _(
                "{path} cannot be written: {error}. Choose another place with --rejects.",
                path=path,
                error=error.strerror,
            )
        ) from error


def _feature(reject: Reject) -> dict[str, Any]:
    properties = {
        "feature": reject.feature,
        "reason": reject.code,
        "explanation": rejection_words(reject.code),
        **{name: _plain(value) for name, value in reject.row.items()},
    }
    shape = reject.shape
    geometry = None
    if shape is not None and np.isfinite(shapely.get_coordinates(shape)).all():
        geometry = json.loads(shapely.to_geojson(shape))
    elif shape is not None:
        properties["shape"] = shapely.to_wkt(shape)
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic | np.ndarray):
        value = value.tolist()
    return str(value) if isinstance(value, float) and not np.isfinite(value) else value
