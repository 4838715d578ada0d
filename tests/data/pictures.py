"""Pictures made from a seed: scenes with ground, things and grain, and files of them with camera notes."""

import io

import numpy as np
from PIL import Image


def scene(seed: int, *, width: int = 1200, height: int = 900) -> Image.Image:
    """Paint a picture as different from those of other seeds as two street views are."""
    rng = np.random.default_rng(seed)
    ground = Image.fromarray(rng.integers(30, 225, (5, 6, 3), dtype=np.uint8))
    picture = np.asarray(ground.resize((width, height), Image.Resampling.BICUBIC), dtype=np.int16).copy()
    for _ in range(12):
        left, top = int(rng.integers(0, width * 0.9)), int(rng.integers(0, height * 0.9))
        right = left + int(rng.integers(width // 20, width // 3))
        bottom = top + int(rng.integers(height // 20, height // 3))
        picture[top:bottom, left:right] = rng.integers(0, 256, 3)
    picture += rng.integers(-12, 13, picture.shape, dtype=np.int16)
    return Image.fromarray(picture.clip(0, 255).astype(np.uint8))


def encoded(image: Image.Image, kind: str = "JPEG", **options: object) -> bytes:
    """Return the picture as a file of this kind."""
    if isinstance(exif := options.get("exif"), Image.Exif):
        options["exif"] = exif.tobytes()  # notes of the GPS block alone would be taken for none
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def notes(
    *,
    lon: float | None = None,
    lat: float | None = None,
    at: str | None = None,
    offset: str | None = None,
    orientation: int | None = None,
    **gps: object,
) -> Image.Exif:
    """Write what a camera notes; `gps` are further tags of the GPS block by number, as `t29="2024:09:01"`."""
    exif = Image.Exif()
    if orientation:
        exif[0x0112] = orientation
    exposure, position = exif.get_ifd(0x8769), exif.get_ifd(0x8825)
    if at:
        exposure[0x9003] = at
    if offset:
        exposure[0x9011] = offset
    if lon is not None and lat is not None:
        position.update({1: "NS"[lat < 0], 2: _parts(lat), 3: "EW"[lon < 0], 4: _parts(lon)})
    position.update({int(tag[1:]): value for tag, value in gps.items()})
    return exif


def _parts(degrees: float) -> tuple[float, float, float]:
    """Split into degrees, minutes and seconds."""
    minutes, degree = (abs(degrees) % 1) * 60, float(int(abs(degrees)))
    return degree, float(int(minutes)), round((minutes % 1) * 60, 4)
