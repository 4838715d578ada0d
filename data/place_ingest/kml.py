"""KML and KMZ: placemarks with their data under any name; GDAL's reader loses names in Chinese letters."""

from collections.abc import Iterator
from typing import Any, Final
from xml.etree.ElementTree import Element, ParseError

import numpy as np
import shapely
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring
from shapely.geometry.base import BaseGeometry

from data.place_ingest.formats import PlaceFile
from data.place_ingest.raw import Raw, as_array
from geo.errors import ImportFileError
from i18n import gettext as _

_FOLDERS: Final = ("Folder", "Document")
_PARTS: Final = ("Point", "LineString", "LinearRing", "Polygon", "MultiGeometry")


def open_kml(file: PlaceFile) -> Raw:
    """Read all placemarks; the folder that one lies in counts as its layer. KML is always WGS-84.

    Raises
    ------
    ImportFileError
        The file is damaged, or holds no placemark.
    """
    try:
        root = fromstring(file.read_bytes())
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise ImportFileError(
            _("{name} is damaged and cannot be read: {error}.", name=file.path.name, error=error)
        ) from error
    found = list(_placemarks(root, ""))
    if not found:
        raise ImportFileError(_("'{name}' holds no shape.", name=file.path.name))
    raw = Raw(
        "KML",
        as_array([None] * len(found)),
        [_row(mark) for _folder, mark in found],
        [str(number) for number in range(1, len(found) + 1)],
        layers=[folder for folder, _mark in found],
    )
    for number, (_folder, mark) in enumerate(found):
        part = next((child for child in mark if _tag(child) in _PARTS), None)
        shape, was_open = _shape(part) if part is not None else (None, False)
        raw.shapes[number] = shape
        if was_open:
            raw.repaired[number] = "open_ring"
    return raw


def _tag(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _placemarks(element: Element, folder: str) -> Iterator[tuple[str, Element]]:
    for child in element:
        tag = _tag(child)
        if tag == "Placemark":
            yield folder, child
        elif tag in _FOLDERS:
            yield from _placemarks(child, _text(child, "name") or folder)


def _text(element: Element, tag: str) -> str | None:
    found = next((child.text for child in element if _tag(child) == tag), None)
    return (found or "").strip() or None


def _row(mark: Element) -> dict[str, Any]:
    """Return the name and the data of a placemark; its own id only where its data have none."""
    row: dict[str, Any] = {"id": mark.get("id"), "name": _text(mark, "name")}
    for element in mark.iter():
        if _tag(element) == "Data":
            row[element.get("name", "")] = _text(element, "value")
        elif _tag(element) == "SimpleData":
            row[element.get("name", "")] = (element.text or "").strip()
    return {name: value for name, value in row.items() if name and value}


def _shape(part: Element) -> tuple[BaseGeometry | None, bool]:
    """Return a shape, and whether a ring of it had to be closed."""
    tag = _tag(part)
    if tag == "MultiGeometry":
        parts = [_shape(child) for child in part if _tag(child) in _PARTS]
        shapes = [shape for shape, _open in parts if shape is not None]
        return (_together(shapes) if shapes else None), any(was_open for _shape, was_open in parts)
    if tag == "Polygon":
        rings = {
            kind: [_positions(ring) for edge in part if _tag(edge) == kind for ring in edge]
            for kind in ("outerBoundaryIs", "innerBoundaryIs")
        }
        outer, inner = rings["outerBoundaryIs"], [ring for ring in rings["innerBoundaryIs"] if len(ring) > 2]
        if not outer or len(outer[0]) < 3:
            return None, False
        was_open = any(not np.array_equal(ring[0], ring[-1]) for ring in (outer[0], *inner))
        return shapely.Polygon(outer[0], inner), was_open
    positions = _positions(part)
    if tag == "Point":
        return (shapely.Point(positions[0]) if len(positions) else None), False
    return (shapely.LineString(positions) if len(positions) > 1 else None), False


def _together(shapes: list[BaseGeometry]) -> BaseGeometry:
    """Return one shape of several; of a kind where they are of one."""
    kinds = {shape.geom_type for shape in shapes}
    many: dict[str, Any] = {
        "Point": shapely.MultiPoint,
        "LineString": shapely.MultiLineString,
        "Polygon": shapely.MultiPolygon,
    }
    make = many.get(kinds.pop()) if len(kinds) == 1 else None
    whole: BaseGeometry = (make or shapely.GeometryCollection)(shapes)
    return whole


def _positions(element: Element) -> Any:
    """Return longitudes and latitudes; what is no number is left out."""
    text = next((child.text or "" for child in element if _tag(child) == "coordinates"), "")
    found = []
    for group in text.split():
        try:
            lon, lat, *_height = (float(number) for number in group.split(","))
        except ValueError:
            continue
        found.append((lon, lat))
    return np.array(found, dtype=np.float64).reshape(-1, 2)
