"""Where the real files for trying and testing lie: beside the project, never in it."""

from pathlib import Path

import pytest

_FOLDER = Path(__file__).parents[2] / "shared" / "data"


def shared(name: str) -> Path:
    """Return the path of a real file, or skip the test with a line that says what is missing.

    Parameters
    ----------
    name
        Path inside `../shared/data`, such as `zhengzhou/roads.geojson`.
    """
    path = _FOLDER / name
    if not path.exists():
        pytest.skip(
            f"../shared/data/{name} is not here; put the shared data beside the project to run this test"
        )
    return path
