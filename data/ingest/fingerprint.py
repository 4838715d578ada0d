"""What names a file's content, and the way in which it is read."""

import hashlib
import json
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final

from data.ingest.plan import Plan
from geo.errors import ImportFileError
from i18n import gettext as _

#: Which files of a Shapefile are looked at beside the .shp.
_BESIDE_SHP: Final = (".dbf", ".prj", ".cpg")

Stamp = tuple[tuple[int, int], ...]


def fingerprint(path: Path) -> str:
    """Return size and SHA-256 of a file's bytes; of a Shapefile also of those beside it.

    Raises
    ------
    ImportFileError
        The file cannot be read.
    """
    digest = hashlib.sha256()
    size = 0
    try:
        for part in files_of(path):
            with part.open("rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
            size += part.stat().st_size
    except OSError as error:
        raise ImportFileError(
            _("{name} cannot be opened: {error}.", name=path.name, error=error.strerror)
        ) from error
    return f"{size}-{digest.hexdigest()[:40]}"


def stamp(path: Path) -> Stamp:
    """Return what changes when a file is written to: sizes and moments of the last change.

    Raises
    ------
    OSError
        The file is not there.
    """
    stats = [part.stat() for part in files_of(path)]
    return tuple((one.st_size, one.st_mtime_ns) for one in stats)


def changed_at(path: Path) -> float:
    """Return when a file's content was last changed, as it says itself: seconds since 1970, UTC.

    Raises
    ------
    OSError
        The file is not there.
    """
    return max(part.stat().st_mtime for part in files_of(path))


def came_at(path: Path) -> float:
    """Return when a file came to where it is: seconds since 1970, UTC.

    A copy may keep the moment of the last change (`cp -p`, `rsync -t`); that of the file's own entry is new.

    Raises
    ------
    OSError
        The file is not there.
    """
    stats = [part.stat() for part in files_of(path)]
    return max(max(one.st_mtime, one.st_ctime) for one in stats)


def files_of(path: Path) -> list[Path]:
    """Return the files that belong to a file: itself, and what lies beside the .shp of a Shapefile."""
    if path.suffix.lower() != ".shp":
        return [path]
    beside = (path.with_suffix(suffix) for suffix in _BESIDE_SHP)
    return [path, *(part for part in beside if part.exists())]


def plan_fingerprint(plan: Plan, options: Mapping[str, str]) -> str:
    """Return a word for a way of reading: what it depends on, the program's version included."""
    told: dict[str, Any] = {
        "program": _program(),
        "profile": plan.profile.name if plan.profile else None,
        "uses": {name: [use.columns, use.constant] for name, use in sorted(plan.uses.items())},
        "crs": str(plan.crs),
        "tz": plan.zone.key,
        "forms": {name: repr(forms) for name, forms in sorted(plan.forms.items())},
        "source": plan.source,
        "options": dict(sorted(options.items())),
    }
    return hashlib.sha256(json.dumps(told, ensure_ascii=False).encode()).hexdigest()[:24]


def _program() -> str:
    try:
        return version("gezhi")
    except PackageNotFoundError:
        return ""
