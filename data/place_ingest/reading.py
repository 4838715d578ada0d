"""One file of places, read: what is a place, what is not and why, what was repaired."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha1
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from data import place_areas, place_kinds
from data.place_ingest.columns import Understood, understand
from data.place_ingest.formats import recognise
from data.place_ingest.kml import open_kml
from data.place_ingest.osm_file import open_osm
from data.place_ingest.osm_shapes import Bbox
from data.place_ingest.overpass import open_overpass
from data.place_ingest.raw import Raw, as_array, box_touches
from data.place_ingest.reasons import PlaceNotice
from data.place_ingest.repair import repair, shape_words
from data.place_ingest.streets import WITHIN_M, with_streets
from data.place_ingest.vectors import open_vectors
from data.place_measures import areas_m2
from geo import crs as systems
from geo.errors import CrsError, ImportFileError
from i18n import gettext as _

_WGS84: Final = "EPSG:4326"
#: A repair that takes more than this share of a shape's area is named.
_LOST_SHARE: Final = 0.01
_EXAMPLES: Final = 5


@dataclass(frozen=True, slots=True)
class Reject:
    """A feature that is no place: what the file calls it, why not, and what stood there."""

    feature: str
    code: str
    shape: Any
    row: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two areas of one kind that share ground; the smaller one wins."""

    kind: str
    smaller: str
    larger: str
    area_m2: float


@dataclass(frozen=True, slots=True)
class ReadPlaces:
    """What a file holds: `read` = `features` of `places` + `rejects`.

    Attributes
    ----------
    places
        Columns kind, name, source, external_id, attributes, geometry in WGS-84; the features first, then the
        streets that were put together from them.
    features
        How many of the places are features of the file.
    left
        Elements and features that were not asked for: without a kind by the table of tags, outside the box.
    repaired
        Code -> how many.
    crs
        The system that the coordinates were read in, and whether it was said by hand.
    """

    name: str
    format: str
    source: str
    crs: str
    crs_was_said: bool
    places: gpd.GeoDataFrame
    features: int
    rejects: tuple[Reject, ...]
    repaired: dict[str, int]
    overlaps: tuple[Overlap, ...]
    notices: tuple[PlaceNotice, ...]
    unused: tuple[str, ...]
    left: int

    @property
    def read(self) -> int:
        """How many features of the file were meant to be places."""
        return self.features + len(self.rejects)


@dataclass(slots=True)
class _Judged:
    """The features on their way: their shapes now, and what was found."""

    shapes: npt.NDArray[np.object_]
    faults: dict[int, str]
    repaired: dict[int, str]
    notices: list[PlaceNotice] = field(default_factory=list)


def read_places(
    path: Path | str,
    *,
    kind: str | None = None,
    name_column: str | None = None,
    id_column: str | None = None,
    crs: str | None = None,
    layer: str | None = None,
    bbox: Bbox | None = None,
    source: str | None = None,
    join_within_m: float = WITHIN_M,
) -> ReadPlaces:
    """Read a file of places: GeoJSON, Shapefile, GeoPackage, GeoParquet, KML, OpenStreetMap, district files.

    Parameters
    ----------
    path
        The file; what it is decides its content, not its name.
    kind
        What all of them are, a slug or name of `place_kinds.kinds()`; else a column, a tag, the name of the
        layer or the shape decides.
    name_column, id_column
        The columns of names and ids; found where left out.
    crs
        The system of the coordinates where the file does not say it or says it wrong: `EPSG:4490`, `gcj02`.
    layer
        The layer to read; all of them where left out.
    bbox
        West, south, east, north in degrees (WGS-84): what does not touch it is left.
    source
        The name of the feed that the ids belong to; by the kind of file, or its name, where left out.
    join_within_m
        How far apart pieces of one name may lie and be one street, in metres.

    Raises
    ------
    ImportFileError
        A file that cannot be read, holds no shape, or lacks the column.
    CrsError
        A file that does not say its coordinate system, or whose coordinates cannot be meant in it.
    """
    path = Path(path)
    file = recognise(path)
    if file.kind == "osm":
        raw = open_osm(file, bbox=bbox)
    elif file.kind == "overpass":
        raw = open_overpass(file, bbox=bbox)
    elif file.kind == "kml":
        raw = open_kml(file)
    else:
        raw = open_vectors(file, layer=layer)
    if not len(raw.shapes) and not raw.left:
        raise ImportFileError(_("'{name}' holds no shape.", name=path.name))
    judged = _Judged(raw.shapes, dict(raw.faults), dict(raw.repaired))
    system = _to_wgs84(judged, raw, path, crs)
    inside = _inside(judged.shapes, bbox)
    _repair(judged, raw)
    words = shape_words(judged.shapes)
    understood = understand(raw, words, kind=kind, name_column=name_column, id_column=id_column)
    for number, code in understood.faults.items():
        judged.faults.setdefault(number, code)
    _fit(judged, understood)
    ids = _identify(judged, understood)
    rejects = tuple(
        Reject(raw.ids[number], code, raw.shapes[number], dict(raw.rows[number]))
        for number, code in sorted(judged.faults.items())
        if inside[number]
    )
    taken = [n for n in range(len(words)) if n not in judged.faults and inside[n]]
    feed = source or _source(raw, path)
    places = _frame(judged, understood, ids, taken)
    overlaps = _overlaps(places)
    notices = [
        *_notices(raw, understood, [understood.names[n] for n in taken], places, crs),
        *judged.notices,
        *_said_of_overlaps(overlaps),
    ]
    places = with_streets(places, within_m=join_within_m).assign(source=feed)
    return ReadPlaces(
        name=path.name,
        format="district file" if raw.style == "adcode" else raw.format,
        source=feed,
        crs=system.label,
        crs_was_said=crs is not None,
        places=places,
        features=len(taken),
        rejects=rejects,
        repaired=dict(Counter(code for n, code in judged.repaired.items() if inside[n]).most_common()),
        overlaps=overlaps,
        notices=tuple(notices),
        unused=understood.unused,
        left=raw.left + int(np.count_nonzero(~inside)),
    )


def _source(raw: Raw, path: Path) -> str:
    """Name the feed of the ids: those of OpenStreetMap and of districts are the same in every file."""
    if raw.style == "adcode":
        return "adcode"
    return "osm" if raw.style == "osm" else path.name


def _to_wgs84(judged: _Judged, raw: Raw, path: Path, said: str | None) -> systems.Crs:
    """Convert the shapes; those that lie off the globe are faults, most of them are an error."""
    if said is None and raw.crs is None:
        raise CrsError(
            _(
                "'{name}' does not say its coordinate system. Say it with --crs, such as EPSG:4326.",
                name=path.name,
            )
        )
    system = systems.Crs.parse(said or raw.crs)
    if said and raw.crs and raw.crs != _WGS84 and systems.Crs.parse(raw.crs) != system:
        values = {"own": systems.Crs.parse(raw.crs).label, "said": system.label}
        judged.notices.append(PlaceNotice("crs_kept", values=values))
    flat = as_array(shapely.force_2d(judged.shapes))
    coordinates, row = shapely.get_coordinates(flat, return_index=True)
    systems.check_fit(coordinates[:, 0], coordinates[:, 1], system)
    lon, lat = systems.to_wgs84(coordinates[:, 0], coordinates[:, 1], system)
    off = np.unique(row[~(np.isfinite(lon) & np.isfinite(lat))])
    for number in off.tolist():
        judged.faults.setdefault(number, "off_globe")
        flat[number] = None
    keep = ~np.isin(row, off)
    judged.shapes = as_array(shapely.set_coordinates(flat, np.column_stack([lon[keep], lat[keep]])))
    return system


def _inside(shapes: npt.NDArray[np.object_], bbox: Bbox | None) -> npt.NDArray[np.bool_]:
    """Return what touches the box; what has no shape belongs to every part."""
    if bbox is None:
        return np.ones(len(shapes), dtype=np.bool_)
    valid = as_array(shapely.make_valid(shapes))
    return box_touches(valid, bbox) | shapely.is_missing(shapes)


def _repair(judged: _Judged, raw: Raw) -> None:
    before = judged.shapes
    judged.shapes, repaired, rejected = repair(before)
    for number, code in rejected.items():
        judged.faults.setdefault(number, code)
    judged.repaired |= repaired
    for number in judged.faults:
        judged.repaired.pop(number, None)
    changed = [number for number in repaired if shapely.get_dimensions(before[number]) == 2]
    if changed:
        was = np.abs(areas_m2(before[changed]))
        lost = 1 - areas_m2(judged.shapes[changed]) / np.where(was > 0, was, np.nan)
        named = [raw.ids[n] for n, share in zip(changed, lost, strict=True) if share > _LOST_SHARE]
        if named:
            values = {"examples": ", ".join(named[:_EXAMPLES])}
            judged.notices.append(PlaceNotice("reduced", len(named), values))


def _fit(judged: _Judged, understood: Understood) -> None:
    """Hold the shapes to the kinds; a closed line may be an area, an area of the chain needs its name."""
    kinds = place_kinds.kinds()
    lines = np.flatnonzero(shapely.is_ring(judged.shapes))
    for number in lines.tolist():
        geometry = kinds[understood.kinds[number]].geometry
        if number not in judged.faults and "line" not in geometry and "area" in geometry:
            judged.shapes[number] = shapely.Polygon(judged.shapes[number].coords)
            judged.repaired[number] = "closed_line"
    for number, shape in enumerate(shape_words(judged.shapes)):
        if number in judged.faults:
            continue
        kind = kinds[understood.kinds[number]]
        if shape not in kind.geometry:
            judged.faults[number] = "wrong_shape"
        elif kind.level is not None and understood.names[number] is None:
            judged.faults[number] = "no_name"
    for number in judged.faults:
        judged.repaired.pop(number, None)


def _identify(judged: _Judged, understood: Understood) -> list[str]:
    """Give every feature an id: its own, its name where no other has it, else what it is."""
    own = [
        (kind, name)
        for number, (kind, name) in enumerate(zip(understood.kinds, understood.names, strict=True))
        if number not in judged.faults
    ]
    times = Counter(own)
    seen: set[str] = set()
    ids: list[str] = []
    for number, (given, kind, name) in enumerate(
        zip(understood.ids, understood.kinds, understood.names, strict=True)
    ):
        found, code = given, "repeated_id"
        if found is None and name is not None and times[kind, name] == 1:
            found = f"{kind}:{name}"
        elif found is None:
            shape = shapely.to_wkb(judged.shapes[number]) or b""
            found = sha1(f"{kind}|{name}|".encode() + shape, usedforsecurity=False).hexdigest()
            code = "repeated"
        if number not in judged.faults:
            if found in seen:
                judged.faults[number] = code
                judged.repaired.pop(number, None)
            seen.add(found)
        ids.append(found)
    return ids


def _frame(
    judged: _Judged, understood: Understood, ids: Sequence[str], taken: Sequence[int]
) -> gpd.GeoDataFrame:
    columns: dict[str, Sequence[Any]] = {
        "kind": understood.kinds,
        "name": understood.names,
        "external_id": ids,
        "attributes": understood.facts,
    }
    return gpd.GeoDataFrame(
        {
            name: pd.Series([values[number] for number in taken], dtype="object")
            for name, values in columns.items()
        },
        geometry=judged.shapes[list(taken)] if taken else [],
        crs=_WGS84,
    )


def _overlaps(places: gpd.GeoDataFrame) -> tuple[Overlap, ...]:
    """Find areas of one kind that share ground, of the kinds where that matters."""
    found: list[Overlap] = []
    kinds = place_kinds.kinds()
    shapes = places.geometry.to_numpy()
    flat = shapely.get_dimensions(shapes) == 2
    for slug in sorted(set(places["kind"])):
        if kinds[slug].group not in ("areas", "grounds", "zones"):
            continue
        rows = np.flatnonzero(flat & (places["kind"] == slug).to_numpy())
        names = [
            str(name or key)
            for name, key in zip(places["name"].iloc[rows], places["external_id"].iloc[rows], strict=True)
        ]
        for smaller, larger, shared in place_areas.overlapping(shapes[rows]):
            found.append(Overlap(slug, names[smaller], names[larger], shared))
    return tuple(sorted(found, key=lambda one: -one.area_m2))


def _said_of_overlaps(overlaps: Sequence[Overlap]) -> list[PlaceNotice]:
    if not overlaps:
        return []
    examples = ", ".join(f"{one.smaller} – {one.larger}" for one in overlaps[:_EXAMPLES])
    return [PlaceNotice("overlaps", len(overlaps), {"examples": examples})]


def _notices(
    raw: Raw,
    understood: Understood,
    names: Sequence[str | None],
    places: gpd.GeoDataFrame,
    crs: str | None,
) -> list[PlaceNotice]:
    notices = [
        PlaceNotice(code, sum(counted.values()), {"examples": _commonest(counted)})
        for code, counted in (
            ("unknown_kind", understood.unknown_kinds),
            ("unreadable_value", understood.unreadable),
        )
        if counted
    ]
    nameless = Counter(
        place_kinds.label(kind)
        for kind, name in zip(places["kind"], names, strict=True)
        if name is None and place_kinds.kinds()[kind].group == "grounds"
    )
    if nameless:
        notices.append(PlaceNotice("nameless", sum(nameless.values()), {"examples": _commonest(nameless)}))
    named = Counter(
        (kind, name)
        for kind, name in zip(places["kind"], names, strict=True)
        if name is not None and kind != place_kinds.STREET
    )
    repeated = Counter({name: n for (_kind, name), n in named.items() if n > 1 and _kind != "shop"})
    if repeated:
        notices.append(PlaceNotice("repeated_names", len(repeated), {"examples": _commonest(repeated)}))
    if raw.style == "adcode" and crs is None:
        notices.append(PlaceNotice("perhaps_gcj02"))
    return notices


def _commonest(counted: Counter[str]) -> str:
    return ", ".join(f"{word} ({n})" for word, n in counted.most_common(_EXAMPLES))
