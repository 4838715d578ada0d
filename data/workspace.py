"""What a process works with: the city's store and its cube, or the demo zone while the city has no report."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Final

from data.actors import SYSTEM, VIEWER, Actor
from data.cube import Cube
from data.cube_scope import seen_by
from data.settings import Settings, settings
from data.store import Store
from data.visits import VISITS_VERSION
from i18n import gettext as _

_log: Final = logging.getLogger(__name__)

#: Whom what is being answered now is for; None is whoever the workspace was opened for.
_ACTING: Final = ContextVar[Actor | None]("acting", default=None)
#: Events after which a new snapshot is worth its writing.
_SNAPSHOT_EVENTS: Final = 20_000


@dataclass(frozen=True)
class Workspace:
    """An open store with its cube.

    Attributes
    ----------
    cube
        Counts what the viewer may see, and nothing else, whichever cube was handed in.
    viewer
        Who looks at it, before accounts exist.
    basemap
        Where the tiles of its places lie once they are built; None where nobody builds any.
    address
        The store's URL with its password, for a process of our own; never for a log or a screen.
    """

    store: Store
    cube: Cube
    viewer: Actor = VIEWER
    basemap: Path | None = None
    address: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        """Leave of the cube what the viewer may see."""
        object.__setattr__(self, "cube", seen_by(self.cube, self.viewer))

    def seen_by(self, actor: Actor) -> "Workspace":
        """Return the same store as somebody else may see it."""
        return replace(self, viewer=actor)

    @property
    def tz(self) -> str:
        """The city's time zone."""
        return self.store.fact("tz", actor=self.viewer) or settings().tz

    @property
    def synthetic(self) -> bool:
        """Whether the reports are made up, which every screen must say."""
        return self.store.fact("synthetic", actor=self.viewer) == "1"

    def title(self, locale: str) -> str:
        """Return the city's name in a language: the fact `title_zh`, or `title`, or a general word."""
        facts = (self.store.fact(name, actor=self.viewer) for name in (f"title_{locale}", "title"))
        return next((name for name in facts if name), None) or _("City map")

    def keep_snapshot(self) -> None:
        """Write the cube's snapshot where the one on disk lacks much; a disk that refuses is only noted."""
        if self.cube.events_since_snapshot < _SNAPSHOT_EVENTS:
            return
        try:
            self.cube.write_snapshot()
        except OSError as why:
            _log.warning("The cube's snapshot could not be written, the next start takes longer: %s", why)

    def close(self) -> None:
        """Keep the snapshot and give back the store's connections."""
        self.keep_snapshot()
        self.store.close()


class Workspaces:
    """The two workspaces of an installation, each opened when it is first needed and then kept."""

    def __init__(self, chosen: Settings) -> None:
        self._settings = chosen
        self._city: Workspace | None = None
        self._demo: Workspace | None = None
        self._opening = Lock()

    def city(self) -> Workspace:
        """Return the city's workspace, its store made where it is missing."""
        with self._opening:
            if self._city is None:
                self._city = open_with_cube(self._settings.store_url, self._settings)
            return self._city

    def demo(self) -> Workspace:
        """Return the demo zone's workspace, the zone made where it is missing."""
        with self._opening:
            if self._demo is None:
                _make_demo(demo_url(self._settings))
                self._demo = open_with_cube(
                    demo_url(self._settings), self._settings, photos=self._settings.home / "demo-photos"
                )
            return self._demo

    def shown(self) -> Workspace:
        """Return the city's workspace as soon as there is a report in it, else the demo zone's."""
        city = self.city()
        if city.cube.is_empty:
            city.cube.refresh()
        return self.demo() if city.cube.is_empty else city

    def close(self) -> None:
        """Close what was opened."""
        with self._opening:
            for opened in (self._city, self._demo):
                if opened:
                    opened.close()
            self._city = self._demo = None


def workspace() -> Workspace:
    """Return what this process shows: the city, or the demo zone while the city has no report.

    Who acts now (`acting_as`) sees what is theirs to see; outside of a request that is the manager.
    """
    return seen_by_acting(_opened().shown())


def seen_by_acting(here: Workspace) -> Workspace:
    """Return a workspace as who acts now may see it; its cube is kept for each part of the city."""
    actor = _ACTING.get()
    return here if actor is None else here.seen_by(actor)


@contextmanager
def acting_as(actor: Actor) -> Iterator[None]:
    """Let everything within be done as somebody, in this request and the threads that it asks for help."""
    before = _ACTING.set(actor)
    try:
        yield
    finally:
        _ACTING.reset(before)


def open_workspace(chosen: Settings) -> Workspace:
    """Open what these settings show, apart from what this process keeps."""
    return Workspaces(chosen).shown()


def city_store() -> Store:
    """Return the city's own store, whatever is shown now: imports write to it."""
    return _opened().city().store


def close() -> None:
    """Close what this process opened, at its end or between two tests."""
    _opened().close()
    _opened.cache_clear()


def open_with_cube(
    url: str, chosen: Settings, *, create: bool = True, photos: Path | None = None
) -> Workspace:
    """Open a store with its cube; the snapshot lies in the home folder, named after the store."""
    store = Store.open(url, create=create, photos=str(photos or chosen.photos_url))
    try:
        cube = Cube.open(store, snapshot=snapshot_path(store, chosen))
        opened = Workspace(store, cube, basemap=basemap_path(store, chosen), address=url)
    except BaseException:
        store.close()
        raise
    opened.keep_snapshot()
    return opened


def cube_of(url: str) -> Cube:
    """Open the cube of a store that must exist, for one question."""
    return open_with_cube(url, settings(), create=False).cube


def demo_url(chosen: Settings) -> str:
    """Return the URL of the demo zone's store."""
    return f"sqlite:///{chosen.home / 'demo.sqlite'}"


def snapshot_path(store: Store, chosen: Settings) -> Path:
    """Return where the snapshot of a store's cube lies."""
    return chosen.home / f"cube-{store.identity[:12]}.parquet"


def basemap_path(store: Store, chosen: Settings) -> Path:
    """Return where the tiles of a store's places lie."""
    return chosen.home / f"basemap-{store.identity[:12]}.pmtiles"


def _make_demo(url: str) -> None:
    with Store.open(url) as store:
        empty = store.last_seq(actor=SYSTEM) == 0
        no_visits = store.fact(VISITS_VERSION, actor=SYSTEM) is None
        if empty or no_visits or not store.editions(actor=SYSTEM) or not store.rotas(actor=SYSTEM):
            from data import demo

            demo.build(store) if empty else demo.complete(store)


@cache
def _opened() -> Workspaces:
    return Workspaces(settings())
