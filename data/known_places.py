"""The finder of a store's places, made once for each edition of them; threads share it."""

import json
from collections import OrderedDict
from dataclasses import dataclass
from hashlib import blake2b
from threading import Lock
from typing import Any, Final

import numpy as np
import polars as pl
import shapely
from sqlalchemy import Connection, select

from data import place_kinds
from data.city_rules import CityRules, city_rules
from data.exempt_zones import Zone
from data.facts import fact
from data.place_finder import ASKED, GROUND, Layer, PlaceFinder, Shapes, level_kinds
from data.records import CATEGORY, PLACE
from geo import places

#: Finders of several stores and editions that are kept.
_KEPT: Final = 4
_finders: Final[OrderedDict[tuple[str | None, str | None], PlaceFinder]] = OrderedDict()
_making: Final = Lock()

_LINES: Final = (place_kinds.STREET, place_kinds.SEGMENT)


@dataclass(frozen=True, slots=True, eq=False)
class KnownPlaces:
    """The places, rules and categories that a store locates its reports by.

    Attributes
    ----------
    edition
        A word that changes when an answer could.
    """

    finder: PlaceFinder
    rules: CityRules
    groups: dict[str, str]
    edition: str

    def locate(self, reports: pl.DataFrame) -> pl.DataFrame:
        """Say where reports belong: the columns of `LOCATED`; see `PlaceFinder.locate`."""
        return self.finder.locate(
            reports.select(ASKED), self.rules.places, groups=self.groups, tz=self.rules.clock.tz
        )


def known_places(connection: Connection) -> KnownPlaces:
    """Return what the store of a connection knows, as its transaction sees it."""
    version = fact(connection, "places_version")
    query = select(CATEGORY.c.slug, CATEGORY.c.group).order_by(CATEGORY.c.slug)
    groups = {row.slug: row.group for row in connection.execute(query)}
    rules = city_rules(connection)
    told = json.dumps([version, rules.clock.tz, [_plain(rule) for rule in rules.places.rows], groups])
    edition = blake2b(told.encode(), digest_size=8).hexdigest()
    return KnownPlaces(_finder(connection, version), rules, groups, edition)


def _plain(rule: Any) -> list[Any]:
    return [sorted(value) if isinstance(value, frozenset) else value for value in rule]


def _finder(connection: Connection, version: str | None) -> PlaceFinder:
    key = fact(connection, "identity"), version
    with _making:
        if key not in _finders:
            _finders[key] = _made(connection)
            if not _finders[key].empty:
                places.warm()
            while len(_finders) > _KEPT:
                _finders.popitem(last=False)
        _finders.move_to_end(key)
        return _finders[key]


def _made(connection: Connection) -> PlaceFinder:
    kinds = place_kinds.kinds()
    grounds = [slug for slug, kind in kinds.items() if kind.group == GROUND]
    columns = (
        PLACE.c.id,
        PLACE.c.kind,
        PLACE.c.name,
        PLACE.c.parent_id,
        PLACE.c.attributes,
        PLACE.c.geometry,
    )
    wanted = [*grounds, *_LINES, *level_kinds(), place_kinds.ZONE]
    query = (
        select(*columns).where(PLACE.c.kind.in_(wanted), PLACE.c.retired_at.is_(None)).order_by(PLACE.c.id)
    )
    rows = connection.execute(query).all()
    ids = np.array([row.id for row in rows], dtype=np.int64)
    shapes = np.empty(len(rows), dtype=object)
    shapes[:] = shapely.from_wkb([row.geometry for row in rows])
    kind = np.array([row.kind for row in rows], dtype=object)
    # A piece of a street that is there as a whole is the street.
    alone = np.array(
        [row.kind != place_kinds.SEGMENT or row.parent_id is None for row in rows], dtype=np.bool_
    )
    named = np.array([bool(row.name) for row in rows], dtype=np.bool_)
    dimension = shapely.get_dimensions(shapes)
    lines = np.isin(kind, _LINES) & alone & (dimension == 1)

    def layer(chosen: Any) -> Layer:
        return Layer(ids[chosen], shapes[chosen])

    def areas(*slugs: str) -> Any:
        return np.isin(kind, slugs) & (dimension == 2)

    shapes[dimension == 2] = _valid(shapes[dimension == 2])
    zones = areas(place_kinds.ZONE)
    chain = np.isin(kind, level_kinds())
    return PlaceFinder(
        grounds=layer(areas(*grounds)),
        streets=layer(lines & named),
        nameless=layer(lines & ~named),
        levels=tuple(layer(areas(slug) & named) for slug in level_kinds()),
        zones=layer(zones),
        conditions=tuple(
            Zone.of(json.loads(rows[number].attributes)) for number in np.flatnonzero(zones).tolist()
        ),
        names={rows[number].id: rows[number].name or "" for number in np.flatnonzero(chain).tolist()},
        parents={rows[number].id: rows[number].parent_id for number in np.flatnonzero(chain).tolist()},
    )


def _valid(areas: Shapes) -> Shapes:
    """Return areas that can be asked: what an import did not repair is cut where it crosses itself."""
    wrong = np.flatnonzero(~shapely.is_valid(areas))
    for number in wrong:
        parts = shapely.get_parts(shapely.make_valid(areas[number]))
        areas[number] = shapely.multipolygons(
            [own for part in parts for own in shapely.get_parts(part) if shapely.get_dimensions(own) == 2]
        )
    return areas
