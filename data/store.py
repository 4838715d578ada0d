"""The system of record: issues, their events, and what a city knows about itself."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Self

import polars as pl
from sqlalchemy import Connection, Engine, func, insert, select, update

from data import facts, issue_reading, map_notes
from data.actors import Actor
from data.cases import look_up
from data.categories import CATEGORY_COLUMNS, named
from data.city_rules import city_rules
from data.database import connect, read_transaction, write_transaction
from data.dispatch_store import DispatchStore
from data.duplicate_store import DuplicateStore
from data.field_store import FieldStore
from data.import_store import ImportStore
from data.issue_reading import ISSUE_COLUMNS
from data.issue_writing import Batch, Written
from data.known_cases import KnownHashes
from data.known_places import known_places
from data.link_store import LinkStore
from data.migration import migrate
from data.onsite_store import OnSiteStore
from data.place_store import PlaceStore
from data.records import CATEGORY, EVENT
from data.rights import Right, require, scope
from data.rota_store import RotaStore
from data.route_store import RouteStore
from data.saved_store import SavedStore
from data.settings import settings
from data.team_store import TeamStore
from data.visit_store import VisitStore

__all__ = ["Batch", "Store", "Written"]


class Store(
    FieldStore,
    DispatchStore,
    DuplicateStore,
    ImportStore,
    PlaceStore,
    SavedStore,
    VisitStore,
    TeamStore,
    LinkStore,
    RouteStore,
    RotaStore,
    OnSiteStore,
):
    """An open store. Threads may share it; other processes may open the same one and write."""

    def __init__(self, engine: Engine, *, photos: str | None = None) -> None:
        self._engine = engine
        self._ready = False
        self._photos_url = photos or settings().photos_url
        self._hashes = KnownHashes()
        with read_transaction(engine) as connection:
            self.identity = facts.fact(connection, "identity") or ""

    @classmethod
    def open(cls, url: str, *, create: bool = True, photos: str | None = None) -> Self:
        """Open a store, make it where it is missing, and bring it up to date.

        Parameters
        ----------
        url
            `sqlite:///path` or a PostgreSQL URL.
        create
            Whether a missing SQLite file is made.
        photos
            Folder or fsspec URL of its photos; the setting `photos` where None. It is opened when it is
            first needed.

        Raises
        ------
        StoreError
            A URL, a file or a server that cannot be a store, in words that say what to do.
        """
        engine = connect(url, create=create)
        try:
            migrate(engine)
            return cls(engine, photos=photos)
        except BaseException:
            engine.dispose()
            raise

    @property
    def url(self) -> str:
        """The store's URL, a password hidden."""
        return self._engine.url.render_as_string(hide_password=True)

    def close(self) -> None:
        """Give back the connections."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        """Return the store itself."""
        return self

    def __exit__(self, *_error: object) -> None:
        """Close the store."""
        self.close()

    # Reports

    def write_reports(self, frame: pl.DataFrame, *, actor: Actor, import_id: int | None = None) -> Written:
        """Take up reports in a transaction of their own; see `Batch.write_reports`."""
        with self.import_transaction(import_id, actor=actor) as batch:
            return batch.write_reports(frame)

    @contextmanager
    def import_transaction(self, import_id: int | None = None, *, actor: Actor) -> Iterator[Batch]:
        """Take up many frames as one: readers see all of them at the end, or none.

        The store's other writers wait meanwhile; its readers do not.
        """
        require(actor, "write")
        with read_transaction(self._engine) as connection:
            known_places(connection)  # others need not wait while the index is made
        with self._writing(actor) as connection:
            batch = Batch(connection, actor=actor, import_id=import_id)
            yield batch
            batch.finish()

    def last_seq(self, *, actor: Actor) -> int:
        """Return the number of the newest event, 0 in an empty store."""
        with self._reading(actor) as connection:
            seq: int = connection.execute(select(func.coalesce(func.max(EVENT.c.seq), 0))).scalar_one()
            return seq

    def event_mark(self, seq: int, *, actor: Actor) -> str:
        """Return a word that tells an event from its namesake in a copy that went another way."""
        with self._reading(actor, "whole") as connection:
            event = connection.execute(select(EVENT.c.at, EVENT.c.issue_id).where(EVENT.c.seq == seq)).first()
            return f"{event.at}-{event.issue_id}" if event else ""

    def changed_since(
        self,
        seq: int,
        *,
        actor: Actor,
        batch_rows: int = 200_000,
        columns: Sequence[str] = tuple(ISSUE_COLUMNS),
    ) -> Iterator[pl.DataFrame]:
        """Read the issues touched after the event `seq`, each once and as it is now, by id.

        All batches show one state of the store; the largest `seq` among them is that state's last event.
        """
        with self._reading(actor) as connection:
            yield from issue_reading.changed_since(
                connection, seq, columns=columns, batch_rows=batch_rows, where=scope(actor)
            )

    def reports(self, ids: Sequence[int], *, actor: Actor) -> pl.DataFrame:
        """Read the issues with these ids, in this order: `id` and the columns of `REPORT`."""
        with self._reading(actor) as connection:
            return issue_reading.by_id(connection, ids, where=scope(actor))

    def map_notes(self, ids: Sequence[int], *, actor: Actor) -> pl.DataFrame:
        """Tell of issues what a map marks beside their state: `id`, `photos`, `doubted`, in this order.

        `photos` is whether an issue has any that the actor may see, `doubted` whether its position is; of an
        issue outside of the actor's part of the city both are False.
        """
        with self._reading(actor, "open") as connection:
            return map_notes.noted(connection, ids, where=scope(actor), actor=actor)

    def visible_ids(self, *, actor: Actor) -> pl.Series:
        """Return the ids of all cases in the actor's part of the city, in order: shape (n,), Int64."""
        with self._reading(actor, "open") as connection:
            return issue_reading.ids(connection, where=scope(actor))

    def due_moments(self, *, actor: Actor) -> pl.DataFrame:
        """Read until when the open cases are due: `id` and `due_at` (null while nothing runs), by id."""
        with self._reading(actor) as connection:
            return issue_reading.due_moments(connection, where=scope(actor))

    def known_points(
        self, bbox: tuple[float, float, float, float], *, actor: Actor, without: Collection[str] = ()
    ) -> pl.DataFrame:
        """Read where issues lie inside west, south, east, north: `lon` and `lat`, 30,000 of them at most.

        Issues whose position is doubted and those of the sources in `without` are left out; of a large store
        it is a spread choice.
        """
        with self._reading(actor) as connection:
            return issue_reading.known_points(connection, bbox, where=scope(actor), without=without)

    def events(self, issue_id: int, *, actor: Actor) -> pl.DataFrame:
        """Read what happened to an issue, oldest first."""
        with self._reading(actor) as connection:
            look_up(connection, issue_id, actor=actor)
            return issue_reading.events(connection, issue_id)

    # Categories, facts

    def write_categories(self, frame: pl.DataFrame, *, actor: Actor) -> int:
        """Add categories, or change those of the same slug; a value that is left out stays as it was.

        A new category without a name in one language gets the other's, and the group `other` without one.
        """
        rows = frame.select(name for name in CATEGORY_COLUMNS if name in frame.columns).to_dicts()
        with self._writing(actor) as connection:
            known = set(connection.execute(select(CATEGORY.c.slug)).scalars())
            for row in rows:
                if row["slug"] in known:
                    given = {name: value for name, value in row.items() if value is not None}
                    connection.execute(update(CATEGORY).where(CATEGORY.c.slug == row["slug"]).values(given))
                else:
                    connection.execute(insert(CATEGORY).values(named(row)))
                    known.add(row["slug"])
        return len(rows)

    def categories(self, *, actor: Actor) -> pl.DataFrame:
        """Read the category table."""
        with self._reading(actor, "open") as connection:
            rows = connection.execute(select(*(CATEGORY.c[name] for name in CATEGORY_COLUMNS))).all()
        schema = dict.fromkeys(CATEGORY_COLUMNS, pl.String)
        return pl.DataFrame([tuple(row) for row in rows], schema=schema, orient="row")

    def fact(self, name: str, default: str | None = None, *, actor: Actor) -> str | None:
        """Return what the store knows under a name: 'tz', 'title', 'synthetic' ('1' for the demo zone)."""
        with self._reading(actor, "open") as connection:
            return facts.fact(connection, name, default)

    def set_fact(self, name: str, value: str, *, actor: Actor) -> None:
        """Note a fact, in place of what was known."""
        with self._writing(actor) as connection:
            facts.set_fact(connection, name, value)

    def replace_fact(self, name: str, value: str, *, seen: str | None, actor: Actor) -> bool:
        """Note a fact if it still is what was seen; return whether that was so."""
        with self._writing(actor) as connection:
            return facts.replace_fact(connection, name, value, seen=seen)

    @contextmanager
    def _reading(self, actor: Actor, right: Right = "read") -> Iterator[Connection]:
        require(actor, right)
        with read_transaction(self._engine) as connection:
            yield connection

    @contextmanager
    def _writing(self, actor: Actor, right: Right = "write") -> Iterator[Connection]:
        require(actor, right)
        self._make_ready()
        with write_transaction(self._engine) as connection:
            yield connection

    def _make_ready(self) -> None:
        """Make the city's rules before the first turn as a writer: all others wait while that lasts."""
        if not self._ready:
            with read_transaction(self._engine) as connection:
                city_rules(connection)
            self._ready = True
