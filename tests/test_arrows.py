"""The rooms import one way only: a name to the left never knows one to the right."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

#: Which rooms each room may import, besides itself and what is no room.
MAY_IMPORT = {
    "i18n": set(),
    "geo": set(),
    "data": {"i18n", "geo"},
    "layers": {"i18n", "geo"},
    "reports": {"i18n", "geo", "data", "layers"},
    "api": {"i18n", "geo", "data", "layers"},
    "app_pages": {"i18n", "geo", "data", "layers", "reports", "api"},
    "app": {"i18n", "geo", "data", "layers", "reports", "api", "app_pages"},
    "cli": {"i18n", "geo", "data", "layers", "reports", "api", "app_pages", "app"}
    | {
        "cli_basemap",
        "cli_db",
        "cli_dispatch",
        "cli_field",
        "cli_import",
        "cli_pack",
        "cli_places",
        "cli_teams",
        "cli_visits",
    },
    "cli_basemap": {"i18n", "geo", "data", "cli_db", "cli_import"},
    "cli_db": {"i18n", "geo", "data"},
    "cli_dispatch": {"i18n", "geo", "data", "cli_db", "cli_field"},
    "cli_field": {"i18n", "geo", "data", "cli_db"},
    "cli_import": {"i18n", "geo", "data", "cli_db"},
    "cli_pack": {"i18n", "geo", "data", "reports", "cli_db"},
    "cli_places": {"i18n", "geo", "data", "cli_db"},
    "cli_teams": {"i18n", "geo", "data", "cli_db", "cli_field"},
    "cli_visits": {"i18n", "geo", "data", "cli_db"},
}
#: What pure analysis never touches: screens, maps, stores, files and the network.
NOT_IN_GEO = {
    *("streamlit", "folium", "streamlit_folium", "branca", "pydeck", "starlette"),
    *("sqlalchemy", "alembic", "sqlite3", "pandera"),
    *("pathlib", "os", "io", "shutil", "tempfile", "glob", "pyogrio", "fastexcel", "pickle"),
    *("socket", "ssl", "urllib", "urllib3", "http", "requests", "httpx", "aiohttp", "subprocess"),
}
#: Calls that read or write files, by the last name of the call.
FILE_CALLS = {
    *("open", "read_csv", "read_parquet", "read_file", "read_excel", "read_json", "scan_csv", "scan_parquet"),
    *("to_csv", "to_parquet", "to_file", "write_csv", "write_parquet", "tofile", "fromfile", "savez"),
}


def imported(source: str, *, package: str = "") -> Iterator[tuple[int, str]]:
    """Yield the line and full dotted name of every import, those inside functions too."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(filter(None, [package if node.level else "", node.module or ""]))
            yield from ((node.lineno, f"{base}.{alias.name}".strip(".")) for alias in node.names)
        elif isinstance(node, ast.Call) and last_name(node.func) in {"import_module", "__import__"}:
            names = [arg.value for arg in node.args[:1] if isinstance(arg, ast.Constant)]
            yield from ((node.lineno, str(name)) for name in names)


def last_name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def faults(room: str, source: str) -> list[str]:
    """Say which imports and calls of a module of a room go against the arrows."""
    found = []
    forbidden = set(MAY_IMPORT) - MAY_IMPORT[room] - {room}
    for line, name in imported(source, package=room):
        top = name.split(".")[0]
        if top in forbidden:
            found.append(f"{line}: {room} imports {top}, which stands to its right")
        if top == "tests" or (room == "geo" and top in NOT_IN_GEO):
            found.append(f"{line}: {room} imports {top}")
    if room == "geo":
        calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
        named = [(call.lineno, last_name(call.func)) for call in calls]
        found += [
            f"{line}: geo calls {name}, which touches files" for line, name in named if name in FILE_CALLS
        ]
    return found


def modules() -> list[tuple[str, Path]]:
    in_rooms = [(room, path) for room in MAY_IMPORT for path in sorted((ROOT / room).rglob("*.py"))]
    return in_rooms + [(room, path) for room in MAY_IMPORT if (path := ROOT / f"{room}.py").exists()]


@pytest.mark.parametrize(
    ("room", "path"),
    [pytest.param(room, path, id=path.relative_to(ROOT).as_posix()) for room, path in modules()],
)
def test_a_module_imports_only_to_the_left(room: str, path: Path) -> None:
    assert faults(room, path.read_text(encoding="utf-8")) == []


def test_every_room_of_the_project_is_held() -> None:
    outside = {"tests", "conftest"}
    rooms = {path.parent.name for path in ROOT.glob("*/__init__.py")} | {
        path.stem for path in ROOT.glob("*.py")
    }
    assert rooms - outside <= set(MAY_IMPORT), "a new room needs its place in MAY_IMPORT"


@pytest.mark.parametrize(
    ("room", "source"),
    [
        ("geo", "import data"),
        ("geo", "import i18n"),
        ("geo", "from data.schema import REPORT"),
        ("geo", "import layers.hexes as hexes"),
        ("data", "from layers import hexes"),
        ("layers", "from data import cube"),
        ("layers", "def draw():\n    from data.cube import Cube"),
        ("layers", "if TYPE_CHECKING:\n    from data.cube import Cube"),
        ("api", "import app_pages.map"),
        ("api", "from reports import weekly"),
        ("app_pages", "from app import app"),
        ("data", "import importlib\nimportlib.import_module('app_pages.map')"),
        ("i18n", "from geo import cells"),
        ("data", "from tests.shared_data import shared"),
        ("geo", "import streamlit as st"),
        ("geo", "from folium.features import GeoJson"),
        ("geo", "from sqlalchemy import select"),
        ("geo", "import urllib.request"),
        ("geo", "from pathlib import Path"),
        ("geo", "with open('cells.csv') as file: pass"),
        ("geo", "import pandas as pd\npd.read_csv('cells.csv')"),
    ],
)
def test_a_violation_would_be_caught(room: str, source: str) -> None:
    assert faults(room, source)


@pytest.mark.parametrize(
    ("room", "source"),
    [
        ("data", "from geo.errors import FilterError"),
        ("geo", "from geo.cell_ids import check"),
        ("geo", "from .cell_ids import check"),
        ("geo", "import polars as pl"),
        ("data", "from pathlib import Path"),
        ("cli", "from app import app"),
        ("geo", "import database"),
    ],
)
def test_what_is_allowed_is_not_caught(room: str, source: str) -> None:
    assert faults(room, source) == []
