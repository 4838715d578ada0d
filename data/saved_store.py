"""The store's part for what people keep under a name: views of the map, sets of cells, and drives.

What is private is seen by its maker alone; what is shared by everybody but residents. Whoever changes
something says which version of it was seen: what somebody else has changed meanwhile is not overwritten.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from typing import Any

from sqlalchemy import Connection

from data import saved
from data.actors import Actor
from data.clock import now
from data.drives import Drive
from data.rights import Right
from data.saved import Kind, Saved


class SavedStore(ABC):
    """The methods of `Store` that keep views, sets of cells and drives."""

    @abstractmethod
    def _reading(self, actor: Actor, right: Right = "read") -> AbstractContextManager[Connection]: ...

    @abstractmethod
    def _writing(self, actor: Actor, right: Right = "write") -> AbstractContextManager[Connection]: ...

    def keep_view(self, name: str, params: Mapping[str, str], *, actor: Actor) -> Saved:
        """Keep a view under a name, private at first.

        Parameters
        ----------
        name
            At most `saved.MOST_LETTERS` characters; characters that nobody sees are taken out. Nobody has two
            of one kind with the same name, whatever its capitals.
        params
            The parameters of the view's address.

        Raises
        ------
        SavedError
            A name that is empty, too long or taken; a view that says too much; too many are kept already.
        """
        name, content = saved.checked_name(name), saved.written_params(params)
        with self._writing(actor, "read") as connection:
            return saved.insert_one(connection, "view", name, content, actor=actor)

    def keep_cells(self, name: str, cells: Iterable[int], *, actor: Actor) -> Saved:
        """Keep a set of H3 cells of one resolution (5,000 at most) under a name; otherwise as `keep_view`."""
        name, content = saved.checked_name(name), saved.written_cells(cells)
        with self._writing(actor, "read") as connection:
            return saved.insert_one(connection, "cells", name, content, actor=actor)

    def keep_drive(self, name: str, drive: Drive, *, actor: Actor) -> Saved:
        """Keep a drive under a name; otherwise as `keep_view`."""
        name, content = saved.checked_name(name), saved.written_drive(drive)
        with self._writing(actor, "read") as connection:
            return saved.insert_one(connection, "drive", name, content, actor=actor)

    def saved(self, kind: Kind, *, actor: Actor) -> list[Saved]:
        """Return what is kept of a kind: one's own first, then what others share, by name."""
        with self._reading(actor) as connection:
            return saved.listed(connection, kind, actor=actor)

    def change_saved(
        self,
        saved_id: int,
        *,
        actor: Actor,
        version: int,
        name: str | None = None,
        params: Mapping[str, str] | None = None,
        cells: Iterable[int] | None = None,
        drive: Drive | None = None,
        shared: bool | None = None,
    ) -> Saved:
        """Rename, overwrite, share or unshare; what is None stays as it is.

        The maker may, and for what is shared managers and administrators.

        Parameters
        ----------
        version
            The version that the actor has seen.
        params, cells, drive
            The new content; of the kind that it is.

        Raises
        ------
        StoreError
            There is none of this number that the actor may see.
        NotAllowedError
            It is somebody else's.
        ConflictError
            It was changed meanwhile.
        SavedError
            As for `keep_view`; or content of the other kind.
        """
        values: dict[str, Any] = {}
        if name is not None:
            values["name"] = saved.checked_name(name)
        if shared is not None:
            values["shared"] = int(shared)
        if params is not None:
            values |= {"kind": "view", "content": saved.written_params(params)}
        if cells is not None:
            values |= {"kind": "cells", "content": saved.written_cells(cells)}
        if drive is not None:
            values |= {"kind": "drive", "content": saved.written_drive(drive)}
        with self._writing(actor, "read") as connection:
            return saved.change(connection, saved_id, actor=actor, version=version, **values)

    def delete_saved(self, saved_id: int, *, actor: Actor, version: int) -> Saved:
        """Delete something; it can be taken back for 30 days.

        Returns
        -------
        What was deleted, with the version that `restore_saved` asks for. Errors as for `change_saved`.
        """
        with self._writing(actor, "read") as connection:
            saved.forget_deleted(connection)
            return saved.change(connection, saved_id, actor=actor, version=version, deleted_at=now())

    def restore_saved(self, saved_id: int, *, actor: Actor, version: int) -> Saved:
        """Take a deletion back; errors as for `change_saved`, its name may be taken by now."""
        with self._writing(actor, "read") as connection:
            return saved.change(connection, saved_id, actor=actor, version=version, deleted_at=None)
