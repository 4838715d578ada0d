"""The store's part for places: streets, compounds, and the chain of areas."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Sequence
from contextlib import AbstractContextManager

import geopandas as gpd
import polars as pl
from sqlalchemy import Connection

from data import facts, place_areas, place_records
from data.actors import Actor
from data.clock import now
from data.place_records import Place, PlacesWritten
from data.rights import Right


class PlaceStore(ABC):
    """What a store does with places; another part of it knows where the tables are."""

    @abstractmethod
    def _reading(self, actor: Actor, right: Right = "read") -> AbstractContextManager[Connection]: ...

    @abstractmethod
    def _writing(self, actor: Actor, right: Right = "write") -> AbstractContextManager[Connection]: ...

    def write_places(
        self, frame: gpd.GeoDataFrame, *, actor: Actor, replace: Sequence[str] = ()
    ) -> PlacesWritten:
        """Add or change places (columns kind, name, geometry; optional source, external_id, attributes).

        Parameters
        ----------
        frame
            A kind of `place_kinds.kinds()`; what `place_kinds.fields()` names among the attributes has the
            type that stands there.
        replace
            Sources whose places are retired where the frame lacks them; they stay in the store.

        Returns
        -------
        What was new, changed and unchanged; the same places again change nothing.

        Raises
        ------
        CrsError
            The frame does not say its coordinate reference system.
        StoreError
            A column or a geometry is missing, a kind is unknown, a fact has another type.
        """
        with self._writing(actor) as connection:
            written = place_records.write(connection, frame, replace=replace)
            if written.some:
                facts.set_fact(connection, "places_version", str(now()))
            return written

    def places(
        self,
        *,
        actor: Actor,
        kinds: Sequence[str] | None = None,
        names: Sequence[str] | None = None,
        sources: Sequence[str] | None = None,
        bbox: tuple[float, float, float, float] | None = None,
        without: Collection[str] = (),
        retired: bool = False,
    ) -> gpd.GeoDataFrame:
        """Read places, by id; `bbox` is west, south, east, north.

        Those of the sources in `without` are left out.

        Returns
        -------
        Columns id, kind, name, attributes, source, external_id, rank, adcode, parent_id, length_m, area_m2,
        version, retired, geometry (WGS-84); those that are gone only with `retired`.
        """
        with self._reading(actor, "open") as connection:
            return place_records.read(
                connection,
                kinds=kinds,
                names=names,
                sources=sources,
                bbox=bbox,
                without=without,
                retired=retired,
            )

    def place(self, place_id: int, *, actor: Actor) -> Place:
        """Read one place, retired or not, with the names above it.

        Raises
        ------
        StoreError
            There is no such place.
        """
        with self._reading(actor, "open") as connection:
            return place_records.one(connection, place_id)

    def areas(self, *, actor: Actor) -> pl.DataFrame:
        """Read the chain of areas, the largest first: the columns of `place_areas.AREAS`."""
        with self._reading(actor, "open") as connection:
            return place_areas.areas(connection)

    def area_faults(self, *, actor: Actor) -> pl.DataFrame:
        """Report areas without a parent and overlaps on one level: the columns of `place_areas.FAULTS`."""
        with self._reading(actor) as connection:
            return place_areas.faults(connection)
