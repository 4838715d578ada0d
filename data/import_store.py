"""The store's part for imports: which files were read, how far each came, and who is at it."""

import json
import os
import socket
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal
from uuid import uuid4

import polars as pl
from sqlalchemy import Connection, Row, func, insert, select, update

from data.actors import Actor
from data.clock import now
from data.issue_writing import Batch, Written
from data.records import IMPORT
from data.rights import Right
from data.schema import UTC
from geo.errors import ConflictError, StoreError
from i18n import gettext as _

#: A running import that has said nothing for so long has stopped, wherever its program may be.
SILENT_S: Final = 600

_FRAME: Final[dict[str, pl.DataType | type[pl.DataType]]] = {
    "id": pl.Int64,
    "name": pl.String,
    "source": pl.String,
    "profile": pl.String,
    "actor": pl.String,
    "state": pl.String,
    "started_at": pl.Int64,
    "finished_at": pl.Int64,
    "details": pl.String,
    "summary": pl.String,
    "content": pl.String,
    "rows_done": pl.Int64,
    "rows_total": pl.Int64,
}


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """How far an import came: rows of the file in its order, and what became of them."""

    rows: int = 0
    total: int = 0
    taken: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0
    doubted: int = 0
    seconds: float = 0.0  # of work, in all attempts together

    @property
    def written(self) -> Written:
        """The figures that only the store knows."""
        return Written(self.taken, self.updated, self.unchanged)


@dataclass(frozen=True, slots=True)
class Claim:
    """An import in the hands of one program; `owner` is the word that shows whose it is."""

    import_id: int
    owner: str
    at: Checkpoint
    details: Mapping[str, Any]


class ImportStep:
    """A transaction that takes reports together with how far their import came."""

    def __init__(self, connection: Connection, claim: Claim, *, actor: Actor) -> None:
        self._connection = connection
        self._claim = claim
        self.batch = Batch(connection, actor=actor, import_id=claim.import_id)

    def write_reports(self, frame: pl.DataFrame) -> Written:
        """Take up reports; see `Batch.write_reports`."""
        return self.batch.write_reports(frame)

    def reach(self, at: Checkpoint) -> None:
        """Note how far the import came with this step."""
        self._set(reached=_json(asdict(at)))

    def finish(self, summary: Mapping[str, Any]) -> None:
        """Note that this is all of the file."""
        self._set(state="done", summary=_json(summary), finished_at=now())

    def _set(self, **values: Any) -> None:
        query = update(IMPORT).where(IMPORT.c.id == self._claim.import_id)
        self._connection.execute(query.values(beat_at=now(), **values))


class ImportStore(ABC):
    """The methods of `Store` that remember what was imported."""

    @abstractmethod
    def _reading(self, actor: Actor, right: Right = "read") -> AbstractContextManager[Connection]: ...

    @abstractmethod
    def _writing(self, actor: Actor, right: Right = "write") -> AbstractContextManager[Connection]: ...

    def begin_import(
        self, name: str, *, source: str, profile: str | None, actor: Actor, details: Mapping[str, Any]
    ) -> int:
        """Note that something is being read that cannot be gone on with later, and return the import's id."""
        with self._writing(actor) as connection:
            return _insert(
                connection,
                name=name,
                source=source,
                profile=profile,
                actor=actor.name,
                details=_json(details),
            )

    def claim_import(
        self,
        name: str,
        *,
        content: str,
        plan: str,
        source: str,
        profile: str | None,
        actor: Actor,
        details: Mapping[str, Any],
    ) -> Claim:
        """Take an import into one's hands: the unfinished one of the same file, else a new one.

        Whoever had it before is told so at the next step. An unfinished one is not gone on with once
        something else of its source has been imported: what it said is older than that.

        Parameters
        ----------
        content, plan
            What names the file's content, and the way of reading it.
        details
            Kept with a new import; those of an old one stay.
        """
        owner = f"{socket.gethostname()}:{os.getpid()}:{uuid4().hex[:8]}"
        with self._writing(actor) as connection:
            same = (IMPORT.c.content == content, IMPORT.c.plan == plan, IMPORT.c.state != "done")
            rows = connection.execute(select(IMPORT).where(*same).order_by(IMPORT.c.id.desc())).all()
            for found in rows:
                if not _outdated(found, _of_source(connection, source)):
                    connection.execute(
                        update(IMPORT)
                        .where(IMPORT.c.id == found.id)
                        .values(state="running", owner=owner, beat_at=now(), summary=None, finished_at=None)
                    )
                    at = _checkpoint(found.reached)
                    return Claim(found.id, owner, at, json.loads(found.details))
            import_id = _insert(
                connection,
                name=name,
                source=source,
                profile=profile,
                actor=actor.name,
                details=_json(details),
                content=content,
                plan=plan,
                owner=owner,
                beat_at=now(),
            )
            return Claim(import_id, owner, Checkpoint(), dict(details))

    @contextmanager
    def import_step(self, claim: Claim, *, actor: Actor) -> Iterator[ImportStep]:
        """Do the next step of an import in one transaction, or nothing of it.

        Raises
        ------
        ConflictError
            Another program has taken the import into its hands, or has finished it.
        """
        with self._writing(actor) as connection:
            query = select(IMPORT.c.owner, IMPORT.c.state, IMPORT.c.name).where(
                IMPORT.c.id == claim.import_id
            )
            row = connection.execute(query).first()
            if row is None:
                raise StoreError(_("There is no import {id} in this store.", id=claim.import_id))
            if row.owner != claim.owner or row.state == "done":
                raise ConflictError(
                    _(
                        "Another program has begun to import {name} too and goes on where this one was; "
                        "nothing is lost or twice.",
                        name=row.name,
                    )
                )
            step = ImportStep(connection, claim, actor=actor)
            yield step
            step.batch.finish()

    def finish_import(
        self,
        import_id: int,
        *,
        summary: Mapping[str, Any],
        state: Literal["done", "failed"] = "done",
        actor: Actor,
        owner: str | None = None,
    ) -> None:
        """Note how an import ended; with `owner` only while it is still in those hands.

        Raises
        ------
        StoreError
            There is no such import.
        ConflictError
            It is in other hands by now.
        """
        with self._writing(actor) as connection:
            query = update(IMPORT).where(IMPORT.c.id == import_id)
            if owner is not None:
                query = query.where(IMPORT.c.owner == owner, IMPORT.c.state == "running")
            done = connection.execute(query.values(state=state, summary=_json(summary), finished_at=now()))
            if done.rowcount == 1:
                return
            if owner is not None:
                raise ConflictError(_("The import {id} is in other hands by now.", id=import_id))
            raise StoreError(_("There is no import {id} in this store.", id=import_id))

    def imports(self, *, actor: Actor) -> pl.DataFrame:
        """Read the imports, newest first; `details` and `summary` are JSON.

        `state` is `done`, `failed`, `running`, or `stopped`: it ended in the middle, and importing the same
        file again goes on after `rows_done` of `rows_total` rows.
        """
        with self._reading(actor) as connection:
            rows = connection.execute(select(IMPORT).order_by(IMPORT.c.id.desc())).all()
        told = [_told(row, rows) for row in rows]
        frame = pl.DataFrame(told, schema=_FRAME, orient="row")
        return frame.with_columns(pl.col("started_at", "finished_at").cast(UTC))


def _insert(connection: Connection, **values: Any) -> int:
    last: int = connection.execute(select(func.coalesce(func.max(IMPORT.c.id), 0))).scalar_one()
    connection.execute(insert(IMPORT).values(id=last + 1, state="running", started_at=now(), **values))
    return last + 1


def _of_source(connection: Connection, source: str) -> Sequence[Row[Any]]:
    return connection.execute(select(IMPORT).where(IMPORT.c.source == source)).all()


def _outdated(row: Row[Any], others: Sequence[Row[Any]]) -> bool:
    """Say whether something of the same source has come into the store since."""
    return any(
        other.id > row.id
        and other.source == row.source
        and (other.state == "done" or _checkpoint(other.reached).rows > 0)
        for other in others
    )


def _told(row: Row[Any], rows: Sequence[Row[Any]]) -> tuple[Any, ...]:
    at = _checkpoint(row.reached)
    told = {**row._mapping, "rows_done": at.rows, "rows_total": at.total}
    told["state"] = _state(row, at, rows)
    if row.reached is None:
        told |= {"rows_done": None, "rows_total": None}
    return tuple(told[name] for name in _FRAME)


def _state(row: Row[Any], at: Checkpoint, rows: Sequence[Row[Any]]) -> str:
    if row.state == "done" or row.owner is None:
        return str(row.state)
    if row.state == "running" and _is_alive(row.owner, row.beat_at):
        return "running"
    if _outdated(row, rows) or (row.state == "failed" and not at.rows):
        return "failed"
    return "stopped"


def _is_alive(owner: str, beat_at: int) -> bool:
    """Guess whether an import's program still runs: here by its process, elsewhere by its silence."""
    if now() - beat_at > SILENT_S * 1_000_000:
        return False
    host, process, _token = owner.rsplit(":", 2)
    if host != socket.gethostname() or os.name != "posix":
        return True
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _checkpoint(text: str | None) -> Checkpoint:
    return Checkpoint(**json.loads(text)) if text else Checkpoint()


def _json(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)
