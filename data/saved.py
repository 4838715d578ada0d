"""What people keep under a name: views of the map, sets of cells, and drives."""

import json
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from sqlalchemy import Connection, Row, delete, func, insert, or_, select, update

from data.actors import Actor
from data.clock import moment_of, now
from data.drives import Drive
from data.records import SAVED
from data.rights import has, is_scoped
from geo import cell_sets
from geo.errors import CellError, ConflictError, NotAllowedError, SavedError, StoreError
from i18n import gettext as _

Kind = Literal["view", "cells", "drive"]
KINDS: Final[tuple[Kind, ...]] = ("view", "cells", "drive")

#: A name has at most so many characters, a kept view so many parameters and letters.
MOST_LETTERS: Final = 80
_MOST_PARAMS: Final = 60
_MOST_CONTENT: Final = 64_000
#: One person keeps at most so many of a kind.
MOST_KEPT: Final = 200
#: What was deleted can be taken back for so long.
_KEPT_FOR: Final = timedelta(days=30)
#: Characters that show nothing and turn the words after them round, as they would a whole list of names.
_TURNING: Final = frozenset("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@dataclass(frozen=True, slots=True)
class Saved:
    """Something kept under a name.

    Attributes
    ----------
    params
        Of a view: the parameters of its address; of a drive: those that `data.drives` reads.
    cells
        Of a selection, and of a drive: H3 cells of one resolution, ascending.
    version
        Counts its changes; who changes it says which version was seen.
    mine, changeable
        Whether it is the asking actor's own, and whether that actor may change it.
    """

    id: int
    kind: Kind
    owner: str
    name: str
    shared: bool
    version: int
    made_at: datetime
    changed_at: datetime
    mine: bool
    changeable: bool
    params: Mapping[str, str]
    cells: tuple[int, ...]


def insert_one(connection: Connection, kind: Kind, name: str, content: str, *, actor: Actor) -> Saved:
    """Keep something of the actor's; see `SavedStore.keep_view`."""
    own = _same_kind(kind, actor.name)
    if (
        n := connection.execute(select(func.count()).select_from(SAVED).where(*own)).scalar_one()
    ) >= MOST_KEPT:
        raise SavedError(_("{n} are kept already, and {most} may be. Delete one first.", n=n, most=MOST_KEPT))
    _check_free(connection, name, own)
    at = now()
    last: int = connection.execute(select(func.coalesce(func.max(SAVED.c.id), 0))).scalar_one()
    values = {"kind": kind, "owner": actor.name, "name": name, "content": content, "shared": 0}
    connection.execute(insert(SAVED).values(id=last + 1, version=1, made_at=at, changed_at=at, **values))
    return one(connection, last + 1, actor=actor)


def listed(connection: Connection, kind: Kind, *, actor: Actor) -> list[Saved]:
    """Return what the actor sees of a kind: one's own and what is shared, by name."""
    query = select(SAVED).where(
        SAVED.c.kind == kind,
        SAVED.c.deleted_at.is_(None),
        or_(SAVED.c.owner == actor.name, SAVED.c.shared == 1),
    )
    found = [_read(row, actor) for row in connection.execute(query)]
    return sorted(found, key=lambda saved: (not saved.mine, saved.name.casefold(), saved.id))


def one(connection: Connection, saved_id: int, *, actor: Actor) -> Saved:
    """Return one that the actor may see.

    Raises
    ------
    StoreError
        There is none of this number that the actor may see.
    """
    return _read(_row(connection, saved_id, actor), actor)


def change(connection: Connection, saved_id: int, *, actor: Actor, version: int, **values: Any) -> Saved:
    """Change a row that is as the actor has seen it; see `SavedStore.change_saved`."""
    row = _row(connection, saved_id, actor, deleted="deleted_at" in values and values["deleted_at"] is None)
    if not _may_change(row, actor):
        raise NotAllowedError(
            _("'{name}' is {owner}'s, and only {owner} can change it.", name=row.name, owner=row.owner)
        )
    if row.version != version:
        raise ConflictError(
            _("'{name}' has been changed since you looked at it. Look at it again first.", name=row.name)
        )
    if values.get("kind", row.kind) != row.kind:
        raise SavedError(
            _("A view is overwritten by a view, a selection of cells by a selection, a drive by a drive.")
        )
    taken_back = values.get("deleted_at", row.deleted_at) is None and row.deleted_at is not None
    if "name" in values or taken_back:
        others = (*_same_kind(row.kind, row.owner), SAVED.c.id != saved_id)
        _check_free(connection, values.get("name", row.name), others)
    at = now()
    connection.execute(
        update(SAVED).where(SAVED.c.id == saved_id).values(version=version + 1, changed_at=at, **values)
    )
    return _read(_row(connection, saved_id, actor, deleted=None), actor)


def forget_deleted(connection: Connection) -> None:
    """Remove for good what was deleted long ago."""
    before = now() - int(_KEPT_FOR.total_seconds() * 1e6)
    connection.execute(delete(SAVED).where(SAVED.c.deleted_at < before))


def checked_name(name: str) -> str:
    """Return a name as it is kept: one line, without characters that nobody sees.

    Raises
    ------
    SavedError
        Nothing is left of it, or it is too long.
    """
    seen = (" " if unicodedata.category(one) in ("Cc", "Zl", "Zp") else one for one in name)
    shown = (one for one in seen if one not in _TURNING and unicodedata.category(one) != "Cs")
    made = unicodedata.normalize("NFC", " ".join("".join(shown).split()))
    if not made:
        raise SavedError(_("Give it a name first."))
    if len(made) > MOST_LETTERS:
        raise SavedError(
            _("A name has at most {most} characters; this one has {n}.", most=MOST_LETTERS, n=len(made))
        )
    return made


def written_params(params: Mapping[str, str]) -> str:
    """Return the parameters of an address as they are kept.

    Raises
    ------
    SavedError
        They are too many, too long, or no texts.
    """
    if not all(isinstance(value, str) for pair in params.items() for value in pair):
        raise SavedError(_("A view is kept by the texts in its address."))
    content = json.dumps(dict(params), sort_keys=True)
    if len(params) > _MOST_PARAMS or len(content) > _MOST_CONTENT:
        raise SavedError(_("This view says too much to be kept. Take some filters off first."))
    return content


def written_cells(cells: Iterable[int]) -> str:
    """Return a set of cells as it is kept.

    Raises
    ------
    SavedError
        No cells, cells of several resolutions, or too many of them.
    """
    try:
        packed = cell_sets.pack(list(cells))
    except CellError as error:
        raise SavedError(str(error)) from error
    if not packed:
        raise SavedError(_("No cell is selected yet: there is nothing to keep."))
    return packed


def written_drive(drive: Drive) -> str:
    """Return a drive as it is kept."""
    return json.dumps(drive.to_params(), sort_keys=True)


def unreadable(connection: Connection) -> list[str]:
    """Name the rows whose content is none; those of kinds that this program does not know are passed over."""
    rows = connection.execute(select(SAVED).where(SAVED.c.kind.in_(KINDS)).order_by(SAVED.c.id)).all()
    return [f"saved {row.id}" for row in rows if _content(row) is None]


def _row(connection: Connection, saved_id: int, actor: Actor, *, deleted: bool | None = False) -> Row[Any]:
    query = select(SAVED).where(SAVED.c.id == saved_id)
    if deleted is not None:
        query = query.where(SAVED.c.deleted_at.is_not(None) if deleted else SAVED.c.deleted_at.is_(None))
    row = connection.execute(query).first()
    if row is None or not (row.shared or row.owner == actor.name):
        raise StoreError(_("Nothing is kept under this number, or it is not there any more."))
    return row


def _may_change(row: Row[Any], actor: Actor) -> bool:
    """Say whether an actor may change it: the maker, and for what is shared whoever heads the city."""
    return row.owner == actor.name or (bool(row.shared) and has(actor, "write") and not is_scoped(actor))


def _same_kind(kind: str, owner: str) -> tuple[Any, ...]:
    return (SAVED.c.kind == kind, SAVED.c.owner == owner, SAVED.c.deleted_at.is_(None))


def _check_free(connection: Connection, name: str, others: tuple[Any, ...]) -> None:
    taken = connection.execute(select(SAVED.c.name).where(*others)).scalars()
    if name.casefold() in {one.casefold() for one in taken}:
        raise SavedError(_("There is one of the name '{name}' already. Choose another name.", name=name))


def _read(row: Row[Any], actor: Actor) -> Saved:
    params, cells = _content(row) or ({}, ())
    return Saved(
        id=row.id,
        kind=row.kind,
        owner=row.owner,
        name=row.name,
        shared=bool(row.shared),
        version=row.version,
        made_at=moment_of(row.made_at),
        changed_at=moment_of(row.changed_at),
        mine=row.owner == actor.name,
        changeable=_may_change(row, actor),
        params=params,
        cells=cells,
    )


def _content(row: Row[Any]) -> tuple[dict[str, str], tuple[int, ...]] | None:
    """Read the parameters and the cells that a row keeps; None where it cannot be read."""
    try:
        if row.kind == "cells":
            cells = tuple(int(cell) for cell in cell_sets.unpack(row.content))
            return ({}, cells) if cells else None
        params = json.loads(row.content)
        if row.kind == "drive":
            drive = Drive.from_params(params)
            return drive.to_params(), drive.cells
    except (CellError, SavedError, ValueError):
        return None
    return (
        ({str(name): str(value) for name, value in params.items()}, ()) if isinstance(params, dict) else None
    )
