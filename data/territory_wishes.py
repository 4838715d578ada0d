"""What a manager wants of every proposal of territories: what stays with whom, and where nobody walks across.

They are kept as one fact of the store with a version: they hold from one proposal to the next.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

from data.actors import Actor
from data.store import Store
from data.territory_ground import LINES
from geo.cells import ANALYSIS_RESOLUTION, check, to_text
from geo.errors import ConflictError, TeamError
from i18n import gettext as _

FACT: Final = "territory_wishes"

_MOST_PINS: Final = 2_000
_MOST_LINES: Final = 200
_MOST_POINTS: Final = 500


@dataclass(frozen=True, slots=True)
class Wishes:
    """What is wanted of a proposal.

    Attributes
    ----------
    pins
        Cells, as text, that stay with a team, whatever it costs.
    homes
        Places (compounds) whose cells do.
    drawn
        Lines that somebody drew, each of longitudes and latitudes.
    kinds
        Of `territory_ground.LINES`: which lines of the store nobody walks across.
    whole
        Whether compounds stay with one team where that is possible.
    version
        Counts the changes; who changes them says which version was seen.
    """

    pins: Mapping[str, int]
    homes: Mapping[int, int]
    drawn: tuple[tuple[tuple[float, float], ...], ...]
    kinds: tuple[str, ...]
    whole: bool
    version: int


#: Before anybody has said anything.
NOTHING: Final = Wishes({}, {}, (), LINES, True, 0)


def wishes(store: Store, *, actor: Actor) -> Wishes:
    """Return what is wanted now."""
    return _read(store.fact(FACT, actor=actor))


def _read(text: str | None) -> Wishes:
    if text is None:
        return NOTHING
    kept = json.loads(text)
    return Wishes(
        pins=kept["pins"],
        homes={int(place): team for place, team in kept["homes"].items()},
        drawn=tuple(tuple((lon, lat) for lon, lat in line) for line in kept["drawn"]),
        kinds=tuple(kind for kind in LINES if kind in kept["kinds"]),
        whole=kept["whole"],
        version=kept["version"],
    )


def change(store: Store, *, actor: Actor, version: int, **changes: Any) -> Wishes:
    """Change what is wanted, by the fields of `Wishes`; what is left out stays as it is.

    Raises
    ------
    ConflictError
        Somebody has changed it since this version was seen.
    CellError, TeamError
        Pins of what is no cell of the analysis resolution; lines that are none; too many of them.
    """
    given = _checked(changes)
    seen = store.fact(FACT, actor=actor)
    changed = replace(_read(seen), **given, version=version + 1)
    kept = json.dumps(asdict(changed), ensure_ascii=False)
    if _read(seen).version != version or not store.replace_fact(FACT, kept, seen=seen, actor=actor):
        raise ConflictError(
            _("Somebody has changed pins or barriers since you looked. Look at them again first.")
        )
    return changed


def _checked(changes: dict[str, Any]) -> dict[str, Any]:
    given = dict(changes)
    if "pins" in given:
        cells = to_text(check(list(given["pins"]), resolution=ANALYSIS_RESOLUTION)).to_list()
        given["pins"] = dict(zip(cells, map(_number, given["pins"].values()), strict=True))
    if "homes" in given:
        given["homes"] = {_number(place): _number(team) for place, team in given["homes"].items()}
    if any(len(given.get(name, ())) > _MOST_PINS for name in ("pins", "homes")):
        raise TeamError(_("More than {most} pins. Draw fewer.", most=_MOST_PINS))
    if "drawn" in given:
        given["drawn"] = tuple(_line(points) for points in given["drawn"])
        if len(given["drawn"]) > _MOST_LINES:
            raise TeamError(_("More than {most} barriers. Draw fewer.", most=_MOST_LINES))
    if "kinds" in given:
        given["kinds"] = tuple(kind for kind in LINES if kind in given["kinds"])
    return given


def _number(value: Any) -> int:
    if isinstance(value, bool) or not str(value).isdecimal():
        raise TeamError(_("'{value}' is no number of a team or a place.", value=str(value)[:20]))
    return int(value)


def _line(points: Any) -> tuple[tuple[float, float], ...]:
    try:
        line = tuple((round(float(lon), 6), round(float(lat), 6)) for lon, lat in points)
    except (TypeError, ValueError):
        line = ()
    inside = all(abs(lon) <= 180 and abs(lat) <= 90 for lon, lat in line)
    if not (len(set(line)) >= 2 and len(line) <= _MOST_POINTS and inside):
        raise TeamError(
            _("A barrier is a line of 2 to {most} places in longitude and latitude.", most=_MOST_POINTS)
        )
    return line
