"""Pictures as they are sent, checked by their content, and made into the files that are kept."""

import io
import struct
from dataclasses import dataclass
from datetime import tzinfo
from functools import cache
from importlib.util import find_spec
from typing import Final

import numpy as np
from PIL import Image, ImageCms

from data import photo_heic
from data.photo_exif import Taken, read_orientation, read_taken
from data.photo_hashes import photo_hash
from geo.errors import PhotoError
from i18n import gettext as _

#: Longest sides of the copies, in pixels: one to look at, one for lists.
VIEW_PX: Final = 1600
THUMB_PX: Final = 320
_QUALITY: Final = {"full": 90, "view": 85, "thumb": 80}

_PILLOW_FORMATS: Final = {"jpeg": "JPEG", "png": "PNG", "webp": "WEBP", "heic": "PNG"}
_HEIC_BRANDS: Final = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"})
_AVIF_BRANDS: Final = frozenset({b"avif", b"avis"})
#: What people send by mistake, by its first bytes.
_OTHER_KINDS: Final = (
    (b"GIF8", "GIF"), (b"%PDF", "PDF"), (b"II*\0", "TIFF"), (b"MM\0*", "TIFF"), (b"BM", "BMP"),
    (b"PK\3\4", "ZIP"), (b"\xd0\xcf\x11\xe0", "Office"), (b"<", "HTML"), (b"\xef\xbb\xbf<", "HTML"),
)  # fmt: skip

#: How to put upright what has this EXIF orientation.
_UPRIGHT: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

#: What Pillow raises on data that are cut short, damaged or made to do harm.
_UNREADABLE: Final = (
    ArithmeticError, EOFError, LookupError, OSError, RuntimeError, SyntaxError, TypeError, ValueError,
    struct.error, Image.DecompressionBombError, Image.DecompressionBombWarning,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class PhotoLimits:
    """What is taken in: the size of the file, its pixels, its shorter side, how many a case may have.

    `keep_px` is no limit but the longer side that is kept; a larger picture is made smaller.
    """

    file_bytes: int = 20_000_000
    pixels: int = 64_000_000
    shortest_px: int = 64
    keep_px: int = 4096
    per_case: int = 12

    def check_room(self, present: int, *, more: int = 1) -> None:
        """Let a case have more photos.

        Raises
        ------
        PhotoError
            The case would have more than `per_case`.
        """
        if present + more > self.per_case:
            raise PhotoError(
                _(
                    "The case has {present} photos and {more} more were sent. A case holds at most {limit}.",
                    present=present,
                    more=more,
                    limit=self.per_case,
                )
            )


@dataclass(frozen=True, slots=True)
class Developed:
    """A picture ready to be kept: three JPEG files without any metadata, and what was read off before.

    `full`, `view` and `thumb` are equal bytes where the picture is no larger than that copy. `width` and
    `height` are those of `full`, upright. `kind` is what was sent: jpeg, png, webp or heic.
    """

    full: bytes
    view: bytes
    thumb: bytes
    width: int
    height: int
    kind: str
    hash: int | None
    taken: Taken


def develop(data: bytes, *, tz: tzinfo, limits: PhotoLimits | None = None, name: str = "") -> Developed:
    """Check a picture by its content and make the files that are kept.

    Whatever was sent is decoded and encoded anew: turned upright, in sRGB, on white where it was
    transparent, the first frame where there are several. Nothing of the sent bytes survives, so neither
    EXIF, XMP, comments and embedded previews nor a video or program hung behind the picture.

    Parameters
    ----------
    data
        The file as sent. Its name and declared type are not believed.
    tz
        The zone of cameras that note local time without an offset.
    limits
        What is taken; `PhotoLimits()` where None.
    name
        The file's name, for messages alone.

    Raises
    ------
    PhotoError
        Not a JPEG, PNG, WebP or (where a decoder is installed) HEIC picture; damaged; over a limit.
    """
    limits, name = limits or PhotoLimits(), name or _("the file")
    _check_size(data, limits, name)
    kind = sniff(data)
    if kind not in _PILLOW_FORMATS:
        raise PhotoError(
            _("{name} is no photo: {found}. Expected JPEG, PNG, WebP or HEIC.", name=name, found=_found(kind))
        )
    if kind == "heic":
        _check_heic(name)
    try:
        if kind == "heic":
            data = photo_heic.to_png(data, most_pixels=limits.pixels)
        with Image.open(io.BytesIO(data), formats=[_PILLOW_FORMATS[kind]]) as opened:
            _check_pixels(opened.size, limits, name)
            taken = read_taken(opened, tz=tz)
            picture = _decoded(opened, keep_px=limits.keep_px)
    except PhotoError:
        raise
    except photo_heic.HeicTooLargeError as error:
        _check_pixels(error.size, limits, name)
        raise
    except _UNREADABLE as error:
        raise PhotoError(
            _("{name} is damaged or cut short and cannot be shown: {reason}.", name=name, reason=error)
        ) from error
    view = _within(picture, VIEW_PX)
    thumb = _within(view, THUMB_PX)
    full_bytes = _jpeg(picture, "full")
    view_bytes = full_bytes if view is picture else _jpeg(view, "view")
    return Developed(
        full=full_bytes,
        view=view_bytes,
        thumb=view_bytes if thumb is view else _jpeg(thumb, "thumb"),
        width=picture.width,
        height=picture.height,
        kind=kind,
        hash=photo_hash(view),
        taken=taken,
    )


def sniff(data: bytes) -> str:
    """Say what a file is by its first bytes.

    Returns
    -------
    `jpeg`, `png`, `webp` or `heic`; else a name such as `PDF` or `AVIF`, empty where unknown.
    """
    if data.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "webp"
    if data[4:8] == b"ftyp":
        return _sniff_boxes(data)
    return next((kind for start, kind in _OTHER_KINDS if data.startswith(start)), "")


def _sniff_boxes(data: bytes) -> str:
    """Tell HEIC, AVIF and video apart by the brands in the first box."""
    size = min(int.from_bytes(data[:4], "big"), 256)
    brands = {data[8:12], *(data[start : start + 4] for start in range(16, size - 3, 4))}
    if brands & _AVIF_BRANDS:
        return "AVIF"
    return "heic" if brands & _HEIC_BRANDS else "MP4"


def _found(kind: str) -> str:
    return _("its content is {kind}", kind=kind) if kind else _("its content is of no known kind")


def _check_size(data: bytes, limits: PhotoLimits, name: str) -> None:
    if not data:
        raise PhotoError(_("{name} is empty. Choose the photo again.", name=name))
    if len(data) > limits.file_bytes:
        raise PhotoError(
            _(
                "{name} has {size:.1f} MB. A photo may have at most {limit:.1f} MB.",
                name=name,
                size=len(data) / 1e6,
                limit=limits.file_bytes / 1e6,
            )
        )


def _check_heic(name: str) -> None:
    if not _heic_decoder():
        raise PhotoError(
            _(
                "{name} is a HEIC photo, and this installation cannot read these. Set the phone's camera to "
                '"most compatible" or install the decoder: pip install pi-heif',
                name=name,
            )
        )


@cache
def _heic_decoder() -> bool:
    """Tell whether the decoder is installed; this process never loads it (`data.photo_heic`)."""
    return find_spec("pi_heif") is not None


def _check_pixels(size: tuple[int, int], limits: PhotoLimits, name: str) -> None:
    """Check the size that the header claims, before anything is decoded."""
    width, height = size
    if width * height > limits.pixels:
        raise PhotoError(
            _(
                "{name} has {width} × {height} pixels. At most {limit:.0f} million are taken.",
                name=name,
                width=width,
                height=height,
                limit=limits.pixels / 1e6,
            )
        )
    if min(width, height) < limits.shortest_px:
        raise PhotoError(
            _(
                "{name} has {width} × {height} pixels. Expected at least {limit} on the shorter side.",
                name=name,
                width=width,
                height=height,
                limit=limits.shortest_px,
            )
        )


def _decoded(image: Image.Image, *, keep_px: int) -> Image.Image:
    """Decode into upright sRGB of at most `keep_px` on the longer side, with no metadata attached."""
    image.draft(None, (keep_px, keep_px))
    image.load()
    picture = _within(_srgb(image, image.info.get("icc_profile")), keep_px)
    orientation = read_orientation(image)
    if orientation in _UPRIGHT:
        picture = picture.transpose(_UPRIGHT[orientation])
    picture.info = {}  # Pillow would write the comment that it finds here into the new file
    return picture


def _srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    if image.mode.startswith("I"):  # 16 bits of grey
        image = Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    if profile and image.mode in ("RGB", "CMYK", "L"):
        image = _converted(image, profile)
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        sheet = Image.new("RGBA", image.size, "white")
        sheet.alpha_composite(image.convert("RGBA"))
        image = sheet
    return image.convert("RGB")


def _converted(image: Image.Image, profile: bytes) -> Image.Image:
    """Convert from the picture's own colours; a profile that is broken or of another kind is left aside."""
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if "sRGB" in ImageCms.getProfileDescription(source):
            return image
        converted = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return image
    return converted or image


def _within(image: Image.Image, longest_px: int) -> Image.Image:
    """Return the image itself where it is small enough, else a smaller one of the same shape."""
    longest = max(image.size)
    if longest <= longest_px:
        return image
    width, height = (max(1, round(side * longest_px / longest)) for side in image.size)
    return image.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=3.0)


def _jpeg(image: Image.Image, use: str) -> bytes:
    file = io.BytesIO()
    image.save(file, "JPEG", quality=_QUALITY[use], optimize=use != "full")
    return file.getvalue()
