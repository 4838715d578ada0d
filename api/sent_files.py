"""A file that is made for one answer, sent as a download, and kept nowhere."""

import tempfile
from collections.abc import Callable
from pathlib import Path

from starlette.background import BackgroundTask
from starlette.responses import FileResponse


def made_for_one(write: Callable[[Path], tuple[Path, str, str]]) -> FileResponse:
    """Have a file written into a folder that goes once it is sent.

    `write` is given the folder and returns the file, the name of the reader's copy and its media type.
    """
    folder = tempfile.TemporaryDirectory(prefix="gezhi-")
    try:
        path, called, media_type = write(Path(folder.name))
    except BaseException:
        folder.cleanup()
        raise
    return FileResponse(
        path,
        media_type=media_type,
        filename=called,
        headers={"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"},
        background=BackgroundTask(folder.cleanup),
    )
