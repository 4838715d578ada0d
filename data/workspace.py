"""What a process works with: the city's store and its cube, or the demo zone while the city has no report."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Final

from data.actors import SYSTEM, VIEWER, Actor
from data.cube import Cube
from data.settings import Settings, settings
from data.store import Store
from i18n import gettext as _

#: Events after which a new snapshot is worth its writing.
_SNAPSHOT_EVENTS: Final = 100_000


@dataclass(frozen=True)
class Workspace:
    """An open store with its cube.

    Attributes
    ----------
    viewer
        Who looks at it, before accounts exist.
    """

    store: Store
    cube: Cube
    viewer: Actor = VIEWER

    @property
    def tz(self) -> str:
        """The city's time zone."""
        return self.store.fact("tz", settings().tz, actor=self.viewer) or settings().tz

    @property
    def synthetic(self) -> bool:
        """Whether the reports are made up, which every screen must say."""
        return self.store.fact("synthetic", actor=self.viewer) == "1"

    def title(self, locale: str) -> str:
        """Return the city's name in a language: the fact `title_zh`, or `title`, or a general word."""
        facts = (self.store.fact(name, actor=self.viewer) for name in (f"title_{locale}", "title"))
        return next((name for name in facts if name), None) or _("City map")


def open_workspace(chosen: Settings) -> Workspace:
    """Open the city's store; where it holds no report, the demo zone beside it, made when it is missing."""
    city = _opened(chosen.store_url, chosen)
    return _demo(chosen) if city.cube.is_empty else city


def workspace() -> Workspace:
    """Return what this process shows: the city as soon as it has a report, else the demo zone."""
    chosen = settings()
    city = _kept(chosen.store_url)
    if city.cube.is_empty:
        city.cube.refresh()
    return _kept_demo() if city.cube.is_empty else city


def city_store() -> Store:
    """Return the store that imports go to, whatever is shown now."""
    return _kept(settings().store_url).store


def cube_of(url: str) -> Cube:
    """Open the cube of a store that must exist, for one question."""
    chosen = settings()
    store = Store.open(url, create=False)
    return Cube.open(store, snapshot=_snapshot_path(store, chosen))


def demo_url(chosen: Settings) -> str:
    """Return the URL of the demo zone's store."""
    return f"sqlite:///{chosen.home / 'demo.sqlite'}"


_opening: Final = Lock()


def _kept(url: str) -> Workspace:
    with _opening:
        return _keep(url)


@cache
def _keep(url: str) -> Workspace:
    return _opened(url, settings())


def _kept_demo() -> Workspace:
    with _opening:
        return _keep_demo()


@cache
def _keep_demo() -> Workspace:
    return _demo(settings())


def _demo(chosen: Settings) -> Workspace:
    from data import demo

    store = Store.open(demo_url(chosen))
    if store.last_seq(actor=SYSTEM) == 0:
        demo.build(store)
    return _with_cube(store, chosen)


def _opened(url: str, chosen: Settings) -> Workspace:
    return _with_cube(Store.open(url), chosen)


def _with_cube(store: Store, chosen: Settings) -> Workspace:
    cube = Cube.open(store, snapshot=_snapshot_path(store, chosen))
    if cube.events_since_snapshot >= _SNAPSHOT_EVENTS:
        cube.write_snapshot()
    return Workspace(store, cube)


def _snapshot_path(store: Store, chosen: Settings) -> Path:
    return chosen.home / f"cube-{store.identity[:12]}.parquet"
