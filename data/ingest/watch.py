"""A folder into which exports are dropped: each whole file is imported once, in the order they came."""

import json
import shutil
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any, Final, Literal, TypedDict

import polars as pl
import watchfiles

from data.actors import Actor
from data.ingest.fingerprint import Stamp, came_at, changed_at, files_of, fingerprint, stamp
from data.ingest.importer import import_file
from data.ingest.summary import Summary
from data.ingest.verdicts import Progress
from geo.errors import ConflictError, GezhiError, ImportFileError, NoRoomError, StoreError
from i18n import gettext as _

if TYPE_CHECKING:
    from data.store import Store

#: Endings of what is imported; whatever else lies in the folder is left alone.
ENDINGS: Final = (
    *(".csv", ".tsv", ".txt", ".gz", ".bz2", ".xz", ".zip", ".xlsx", ".xls", ".ods", ".parquet"),
    *(".json", ".geojson", ".xml", ".gpkg", ".shp", ".fgb"),
)
#: How long a file must stay as it is before it is taken to be whole.
SETTLE_S: Final = 2.0
#: After so long a file that the store had no room or no time for is tried again.
RETRY_S: Final = 60.0
#: The folder is looked through so often even where nothing was heard of it.
_LOOK_S: Final = 60.0
_POLL_MS: Final = 2_000
#: What does not lie in the file: importing it again later may go well.
_PASSING: Final = (StoreError, ConflictError, NoRoomError, OSError)


class Options(TypedDict, total=False):
    """How every file is read; the keywords of `import_file`."""

    profile: str | None
    mapping: Mapping[str, str] | None
    crs: str | None
    tz: str | None


@dataclass(frozen=True, slots=True)
class Drop:
    """What became of one file.

    Attributes
    ----------
    outcome
        `known`: its content is in the store; `waits`: for an older file, which `error` names.
    error
        Why it failed or waits, or why it was not imported in the way that is asked for now.
    """

    path: Path
    outcome: Literal["imported", "known", "failed", "waits"]
    summary: Summary | None = None
    error: str = ""


class _OtherwiseKnownError(ImportFileError):
    """The file is in the store, but was read with other options."""


@dataclass
class _Seen:
    stamp: Stamp
    since: float  # by the monotonic clock
    done: bool = False
    again_at: float | None = None


@dataclass
class Watch:
    """A watch over one folder.

    Attributes
    ----------
    options
        How every file is read.
    done
        Where files go once they are in the store; they stay where they are without it.
    settle_s
        Seconds for which a file must not change before it is read.
    polling
        Look for changes instead of being told of them: network shares do not tell.
    progress
        As for `import_file`.
    stop
        Set it, and the watch ends after the step it is at.
    """

    folder: Path
    store: "Store"
    actor: Actor
    options: Options = field(default_factory=Options)
    done: Path | None = None
    settle_s: float = field(default_factory=lambda: SETTLE_S)
    polling: bool = False
    progress: Callable[[Path], Progress] | None = None
    stop: threading.Event = field(default_factory=threading.Event)
    _seen: dict[Path, _Seen] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Check the folders.

        Raises
        ------
        ImportFileError
            There is no such folder, or files that are done would be found again.
        """
        if not self.folder.is_dir():
            raise ImportFileError(_("There is no folder {path} to watch.", path=self.folder))
        if self.done and self.done.resolve() == self.folder.resolve():
            raise ImportFileError(_("Imported files cannot go into {path}: it is watched.", path=self.done))

    def run(self) -> Iterator[Drop]:
        """Import what is there and what comes, until `stop` is set; yields what became of each file."""
        yield from self._settled_now()
        looked = monotonic()
        for changes in watchfiles.watch(
            self.folder,
            watch_filter=None,
            stop_event=self.stop,
            rust_timeout=500,
            yield_on_timeout=True,
            raise_interrupt=False,
            recursive=False,
            force_polling=self.polling or None,
            poll_delay_ms=_POLL_MS,
        ):
            if changes or self._waiting() or monotonic() - looked > _LOOK_S:
                looked = monotonic()
                yield from self._round()

    def once(self) -> Iterator[Drop]:
        """Import what is there and end; what is still being written is waited for."""
        yield from self._settled_now()
        while not self.stop.is_set() and (waiting := self._undone()):
            first, *others = waiting
            if self._seen[first].again_at is not None:
                for path in others:
                    words = _("It waits for {name}, which is older and not in yet.", name=first.name)
                    yield Drop(path, "waits", error=words)
                return
            self.stop.wait(min(self.settle_s, 0.5))
            yield from self._round()

    def _settled_now(self) -> Iterator[Drop]:
        """Look twice, as far apart as a file has to stay the same."""
        yield from self._round()
        self.stop.wait(self.settle_s)
        yield from self._round()

    def _waiting(self) -> bool:
        now = monotonic()
        return any(
            not seen.done and (seen.again_at is None or seen.again_at <= now) for seen in self._seen.values()
        )

    def _undone(self) -> list[Path]:
        """Return the files that are still to be imported, the oldest first."""
        return [path for path in self._look() if not self._seen[path].done]

    def _round(self) -> Iterator[Drop]:
        """Look at every file; import those that have stayed as they are, the oldest first.

        Nothing newer is taken while an older file waits: its turn would come after it, and the cases would
        end as the older one says. A file that is refused does not wait.
        """
        for path in self._look():
            seen = self._seen[path]
            if self.stop.is_set():
                return
            now = monotonic()
            due = seen.again_at is None or now >= seen.again_at
            if seen.done:
                continue
            if not due or now - seen.since < self.settle_s:
                return
            drop = self._take(path, seen)
            if drop:
                yield drop
            if not seen.done:
                return

    def _look(self) -> list[Path]:
        """Note what changed, and return the files in the order of their last change."""
        found: dict[Path, Stamp] = {}
        try:
            paths = [path for path in self.folder.iterdir() if is_export(path)]
        except OSError:  # a share that is away for a moment
            return []
        for path in paths:
            try:
                found[path] = stamp(path)
            except OSError:
                continue  # it has just gone
        self._seen = {path: seen for path, seen in self._seen.items() if path in found}
        for path, now in found.items():
            if path not in self._seen or self._seen[path].stamp != now:
                self._seen[path] = _Seen(now, monotonic())
        return sorted(found, key=lambda path: (max(changed for _size, changed in found[path]), path.name))

    def _take(self, path: Path, seen: _Seen) -> Drop | None:
        """Import a file, unless it was imported before; None where it has to wait."""
        content = ""
        try:
            content = fingerprint(path)
            known = self._known(content, path)
            if known == "running":  # another program is at it
                seen.again_at = monotonic() + self.settle_s
                return None
            if known == "done":
                drop = Drop(path, "known")
            else:
                summary = import_file(
                    path,
                    self.store,
                    actor=self.actor,
                    progress=self._progress(path),
                    admit=lambda source: self._admit(source, content, path),
                    **self.options,
                )
                drop = Drop(path, "imported", summary)
            seen.done = True
            self._move(path)
        except KeyboardInterrupt:
            self.stop.set()
            return None
        except _OtherwiseKnownError as error:
            seen.done = True
            return Drop(path, "known", error=str(error))
        except Exception as error:  # whatever is wrong with one file, the next one is imported
            words = str(error) if isinstance(error, GezhiError) else f"{type(error).__name__}: {error}"
            if seen.done:  # it is in the store, but could not be moved
                return Drop(path, "failed", error=words)
            seen.done = not isinstance(error, _PASSING)
            seen.again_at = None if seen.done else monotonic() + RETRY_S
            self._note_failure(path, content, words)
            return Drop(path, "failed", error=words)
        return drop

    def _progress(self, path: Path) -> Progress:
        told = self.progress(path) if self.progress else None

        def report(done: int, total: int | None, phase: str) -> None:
            if self.stop.is_set():
                raise KeyboardInterrupt
            if told:
                told(done, total, phase)

        return report

    def _earlier(self, content: str, imports: pl.DataFrame) -> list[dict[str, Any]]:
        """Return the imports of this content that were read in the same way, the newest first."""
        said = _said(self.options)
        rows = imports.filter(pl.col("content") == content).to_dicts()
        return [row for row in rows if json.loads(row["details"]).get("said") == said]

    def _known(self, content: str, path: Path) -> str | None:
        """Say whether a file is in the store (`done`), on its way (`running`), or neither.

        One that came anew after it was imported, with something else of its source in between, is imported
        again: a feed may come back to what it said before.
        """
        imports = self.store.imports(actor=self.actor)
        earlier = self._earlier(content, imports)
        if not earlier:
            return None
        last = earlier[0]
        if last["state"] != "done":
            return "running" if last["state"] == "running" else None
        if came_at(path) <= last["finished_at"].timestamp():
            return "done"
        since = imports.filter(source=last["source"], state="done").filter(pl.col("id") > last["id"])
        return "done" if since.is_empty() else None

    def _admit(self, source: str, content: str, path: Path) -> None:
        """Refuse what would put old states over newer ones.

        Raises
        ------
        ImportFileError
            The file lay here already, and was the older one, when another one of its source was imported:
            it was refused then. Or its content is in the store, read in another way.
        """
        imports = self.store.imports(actor=self.actor)
        others = imports.filter(source=source, state="done").to_dicts()
        in_this_way = any(one["state"] != "failed" for one in self._earlier(content, imports))
        in_another = any(one["content"] == content and "said" in json.loads(one["details"]) for one in others)
        if in_another and not in_this_way:
            raise _OtherwiseKnownError(
                _(
                    "{name} was imported before with other options and is not read anew. "
                    "If it is to count as it is read now: gezhi import {name}, with these options.",
                    name=path.name,
                )
            )
        came, changed = came_at(path), changed_at(path)
        for one in others:
            begun = one["started_at"].timestamp()
            if begun > came and json.loads(one["details"]).get("changed", begun) > changed:
                raise ImportFileError(
                    _(
                        "{name} is older than {newer}, which is in the store: it would put old states over "
                        "newer ones. If it is to count all the same: gezhi import {name}.",
                        name=path.name,
                        newer=one["name"],
                    )
                )

    def _note_failure(self, path: Path, content: str, words: str) -> None:
        """Keep a file that could not even be begun in the list of imports, once."""
        if not content:
            return
        try:
            if self._earlier(content, self.store.imports(actor=self.actor)):
                return
            claim = self.store.claim_import(
                path.name,
                content=content,
                plan="",
                source="",
                profile=None,
                actor=self.actor,
                details={"said": _said(self.options)},
            )
            self.store.finish_import(
                claim.import_id, summary={"error": words}, state="failed", actor=self.actor
            )
        except GezhiError:
            return  # that the file failed is said anyhow

    def _move(self, path: Path) -> None:
        """Put a file that is in the store where such files go, under a name that nothing has there."""
        if self.done is None:
            return
        self.done.mkdir(parents=True, exist_ok=True)
        parts = files_of(path)
        stem, n = path.stem, 1
        while any((self.done / f"{stem}{part.suffix}").exists() for part in parts):
            n += 1
            stem = f"{path.stem} ({n})"
        for part in parts:
            shutil.move(part, self.done / f"{stem}{part.suffix}")


def is_export(path: Path) -> bool:
    """Return whether a file in a watched folder is meant: no hidden or temporary name, a known ending."""
    name = path.name
    return (
        not name.startswith((".", "~", "#"))
        and not name.endswith("~")
        and path.suffix.lower() in ENDINGS
        and path.is_file()
    )


def _said(options: Options) -> dict[str, Any]:
    mapping = dict(options.get("mapping") or {})
    return {name: options.get(name) for name in ("profile", "crs", "tz")} | {"mapping": mapping}
