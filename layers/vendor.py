"""Keep the browser libraries that other people wrote: fetched once by name and version, then part of us.

`python -m layers.vendor check` holds every vendored file against `assets/lock.json`; it needs no network.
`python -m layers.vendor refresh [name@version …]` fetches the packages again through the machine's own npm
client (whatever registry that is set to) and writes files and lock anew. Look at the difference, then commit.
"""

import argparse
import hashlib
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from geo.errors import AssetError
from layers.assets import LOCK, VENDOR


@dataclass(frozen=True, slots=True)
class Package:
    """A package of the npm registry and those of its files that a map needs."""

    name: str
    version: str
    licence: str
    #: Path inside the package -> path inside `vendor/<name>-<version>/`.
    files: dict[str, str]


PACKAGES: Final = (
    Package(
        name="leaflet",
        version="1.9.4",
        licence="BSD-2-Clause",
        files={
            "LICENSE": "LICENSE",
            "dist/leaflet.js": "leaflet.js",
            "dist/leaflet.css": "leaflet.css",
            "dist/images/layers.png": "images/layers.png",
            "dist/images/layers-2x.png": "images/layers-2x.png",
            "dist/images/marker-icon.png": "images/marker-icon.png",
            "dist/images/marker-icon-2x.png": "images/marker-icon-2x.png",
            "dist/images/marker-shadow.png": "images/marker-shadow.png",
        },
    ),
    Package(
        name="h3-js",
        version="4.5.0",
        licence="Apache-2.0",
        files={"LICENSE": "LICENSE", "NOTICE": "NOTICE", "dist/h3-js.umd.js": "h3.js"},
    ),
    Package(
        name="svgcanvas",
        version="2.6.0",
        licence="MIT",
        files={"LICENSE": "LICENSE", "dist/svgcanvas.esm.js": "svgcanvas.js"},
    ),
)


def check(*, vendor: Path = VENDOR, lock: Path = LOCK) -> int:
    """Hold every vendored file against the lock.

    Returns
    -------
    How many files were checked.

    Raises
    ------
    AssetError
        Files that differ, are missing or are not in the lock: all of them, named.
    """
    locked = {
        f"{package['name']}-{package['version']}/{file}": digest
        for package in json.loads(lock.read_text(encoding="utf-8"))["packages"]
        for file, digest in package["files"].items()
    }
    found = {
        path.relative_to(vendor).as_posix(): path
        for path in vendor.rglob("*")
        if path.is_file() and not path.name.startswith(".")
    }
    faults = [f"{name} is missing" for name in sorted(locked.keys() - found.keys())]
    faults += [f"{name} is not in the lock" for name in sorted(found.keys() - locked.keys())]
    faults += [
        f"{name} differs from its checksum"
        for name in sorted(locked.keys() & found.keys())
        if _sha512(found[name].read_bytes()) != locked[name]
    ]
    if faults:
        raise AssetError(
            f"{len(faults)} of {len(locked.keys() | found.keys())} vendored files are wrong: "
            f"{'; '.join(faults)}. "
            "Check them out again, or fetch them with `python -m layers.vendor refresh`."
        )
    return len(locked)


def refresh(packages: Iterable[Package] = PACKAGES, *, vendor: Path = VENDOR, lock: Path = LOCK) -> None:
    """Fetch the packages with the npm client and write their files and the lock anew.

    Raises
    ------
    AssetError
        No npm client, a package it cannot fetch, or one that lacks a file.
    """
    entries: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as folder:
        for package in packages:
            archive = _fetch(package, into=Path(folder))
            target = vendor / f"{package.name}-{package.version}"
            for old in vendor.glob(f"{package.name}-*"):
                shutil.rmtree(old)
            digests = {kept: _take(archive, source, target / kept) for source, kept in package.files.items()}
            entries.append(
                {
                    "name": package.name,
                    "version": package.version,
                    "licence": package.licence,
                    "archive": _sha512(archive.read_bytes()),
                    "files": digests,
                }
            )
    lock.write_text(json.dumps({"packages": entries}, indent=2) + "\n", encoding="utf-8")


def _fetch(package: Package, *, into: Path) -> Path:
    npm = shutil.which("npm")
    if npm is None:
        raise AssetError("Refreshing the vendored libraries needs the npm client; install Node.js.")
    wanted = f"{package.name}@{package.version}"
    command = [npm, "pack", wanted, "--json", "--silent", "--pack-destination", str(into)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - fixed words, no shell
    if done.returncode:
        raise AssetError(f"npm could not fetch {wanted}: {done.stderr.strip() or done.stdout.strip()}")
    return into / str(json.loads(done.stdout)[0]["filename"])


def _take(archive: Path, source: str, target: Path) -> str:
    """Copy one file out of the archive; return its checksum."""
    with tarfile.open(archive) as opened:
        try:
            member = opened.extractfile(f"package/{source}")
        except KeyError as error:
            raise AssetError(f"{archive.name} has no file {source}.") from error
        if member is None:
            raise AssetError(f"{source} in {archive.name} is not a plain file.")
        content = member.read()
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)
    return _sha512(content)


def _sha512(content: bytes) -> str:
    return hashlib.sha512(content).hexdigest()


def _chosen(wanted: Sequence[str]) -> list[Package]:
    """Return all packages, those named `name@version` at that version."""
    versions = dict(item.rsplit("@", 1) for item in wanted)
    unknown = versions.keys() - {package.name for package in PACKAGES}
    if unknown:
        raise AssetError(
            f"'{min(unknown)}' is not vendored here. Expected {', '.join(p.name for p in PACKAGES)}."
        )
    return [
        Package(package.name, versions.get(package.name, package.version), package.licence, package.files)
        for package in PACKAGES
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return its exit status."""
    parser = argparse.ArgumentParser(prog="python -m layers.vendor", description=__doc__)
    parser.add_argument("command", choices=("check", "refresh"))
    parser.add_argument("packages", nargs="*", metavar="name@version", help="another version")
    options = parser.parse_args(arguments)
    try:
        if options.command == "refresh":
            refresh(_chosen(options.packages))
        print(f"{check()} vendored files are as locked.")  # noqa: T201 - a command line
    except AssetError as error:
        print(error, file=sys.stderr)  # noqa: T201 - a command line
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
