"""HEIC photos as PNG, decoded in a process of their own: a damaged one can crash the decoder, not the server.

Run as a program it reads a photo from its standard input and writes the picture to its standard output; it
imports nothing of the project.
"""

import io
import subprocess
import sys
from pathlib import Path
from typing import Final

#: The program ends so when the photo has more pixels than it may, and says how many on its standard error.
TOO_LARGE: Final = 3
_LONGEST_S: Final = 60
_LAST_WORDS: Final = 200


class HeicError(ValueError):
    """The photo cannot be decoded; the message is the decoder's, or says how its process ended."""


class HeicTooLargeError(ValueError):
    """The photo has more pixels than it may: `size` is width and height."""

    def __init__(self, size: tuple[int, int]) -> None:
        super().__init__(f"{size[0]} × {size[1]}")
        self.size = size


def to_png(data: bytes, *, most_pixels: int) -> bytes:
    """Return a HEIC photo as PNG, with what the camera noted and its colour profile.

    Raises
    ------
    HeicError
        It is damaged, or the decoder crashed or did not come to an end.
    HeicTooLargeError
        It has more than `most_pixels`; nothing was decoded.
    """
    command = [sys.executable, "-I", str(Path(__file__)), str(most_pixels)]
    try:
        done = subprocess.run(  # noqa: S603 - this very program, its input is data alone
            command, input=data, capture_output=True, timeout=_LONGEST_S, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise HeicError(f"the decoder did not end within {_LONGEST_S} seconds") from error
    if done.returncode == TOO_LARGE:
        width, height = (int(number) for number in done.stderr.split()[-2:])
        raise HeicTooLargeError((width, height))
    if done.returncode or not done.stdout:
        said = done.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2][-_LAST_WORDS:]
        raise HeicError(said if done.returncode == 1 and said else "the decoder broke down")
    return done.stdout


def main(most_pixels: int) -> int:
    """Convert the photo on the standard input; return the exit status."""
    from pi_heif import register_heif_opener
    from PIL import Image

    register_heif_opener(thumbnails=False)
    with Image.open(io.BytesIO(sys.stdin.buffer.read()), formats=["HEIF"]) as opened:
        if opened.width * opened.height > most_pixels:
            sys.stderr.write(f"{opened.width} {opened.height}")
            return TOO_LARGE
        opened.load()
        notes = {name: opened.info[name] for name in ("exif", "icc_profile") if opened.info.get(name)}
        opened.save(sys.stdout.buffer, "PNG", compress_level=1, **notes)
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
