"""What is taken as a photo, what is left of it, and what is refused: with real files of every kind."""

import io
import struct
import zlib
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageFile, ImageStat, PngImagePlugin

from data.photo_images import THUMB_PX, VIEW_PX, PhotoLimits, develop, sniff
from geo.errors import PhotoError
from tests.data.pictures import encoded, notes, scene

pytestmark = pytest.mark.filterwarnings("ignore:Corrupt EXIF", "ignore:Tag data larger", "ignore:Truncated")

CITY = ZoneInfo("Asia/Shanghai")
SECRET = b"116.9000,38.3000 Wang"
HEIC = (Path(__file__).parent / "phone.heic").read_bytes()


def opened(file: bytes) -> Image.Image:
    return Image.open(io.BytesIO(file))


def difference(one: Image.Image, other: Image.Image) -> float:
    """Return the mean difference of two pictures in grey levels, after bringing them to one size."""
    apart = ImageChops.difference(one.convert("RGB"), other.convert("RGB").resize(one.size))
    return float(np.mean(ImageStat.Stat(apart).mean))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_photo_becomes_a_jpeg_that_shows_the_same(kind: str) -> None:
    picture = scene(1)
    developed = develop(encoded(picture, kind), tz=CITY)
    assert developed.kind == kind.lower()
    assert (developed.width, developed.height) == picture.size
    for file in (developed.full, developed.view, developed.thumb):
        assert opened(file).format == "JPEG"
        assert difference(opened(file), picture) < 8


def test_a_heic_photo_of_a_phone_is_read_where_its_decoder_is_there() -> None:
    pytest.importorskip("pi_heif", reason="pip install pi-heif to read HEIC photos")
    developed = develop(HEIC, tz=CITY)
    assert (developed.kind, developed.width, developed.height) == ("heic", 120, 160)
    assert developed.taken.lon == pytest.approx(116.9)
    assert developed.taken.at == datetime(2024, 9, 1, 4, 30, tzinfo=UTC)


def test_a_heic_photo_without_a_decoder_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("data.photo_images._heic_decoder", lambda: False)
    with pytest.raises(PhotoError, match="pip install pi-heif"):
        develop(HEIC, tz=CITY)


def test_copies_have_their_sizes_and_a_small_photo_has_one_file_for_both() -> None:
    large = develop(encoded(scene(2, width=3000, height=2000)), tz=CITY)
    assert opened(large.full).size == (3000, 2000)
    assert opened(large.view).size == (VIEW_PX, 1067)
    assert opened(large.thumb).size == (THUMB_PX, 213)
    small = develop(encoded(scene(2, width=300, height=200)), tz=CITY)
    assert small.full == small.view == small.thumb


def test_a_photo_larger_than_what_is_kept_is_made_smaller() -> None:
    developed = develop(encoded(scene(3, width=2400, height=1200)), tz=CITY, limits=PhotoLimits(keep_px=1000))
    assert (developed.width, developed.height) == (1000, 500)
    assert opened(developed.full).size == (1000, 500)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photo_is_turned_upright_however_the_camera_was_held(orientation: int, kind: str) -> None:
    upright = np.asarray(scene(4, width=400, height=300))
    mirrored = upright.transpose(1, 0, 2)
    as_stored = {
        1: upright,
        2: upright[:, ::-1],
        3: upright[::-1, ::-1],
        4: upright[::-1],
        5: mirrored,
        6: np.rot90(upright),
        7: mirrored[::-1, ::-1],
        8: np.rot90(upright, -1),
    }[orientation]
    stored = Image.fromarray(np.ascontiguousarray(as_stored))
    developed = develop(encoded(stored, kind, exif=notes(orientation=orientation)), tz=CITY)
    assert (developed.width, developed.height) == (400, 300)
    assert difference(opened(developed.full), Image.fromarray(upright)) < 8
    assert opened(developed.full).getexif().get(0x0112, 1) == 1


def test_where_and_when_are_offered() -> None:
    exif = notes(
        lon=116.90123, lat=38.30456, at="2024:09:01 12:30:05", offset="+08:00", t31=4.5, t18="WGS-84"
    )
    taken = develop(encoded(scene(5), exif=exif), tz=ZoneInfo("Europe/Berlin")).taken
    assert taken.lon == pytest.approx(116.90123, abs=1e-6)
    assert taken.lat == pytest.approx(38.30456, abs=1e-6)
    assert (taken.accuracy_m, taken.datum) == (4.5, "WGS-84")
    assert taken.at == datetime(2024, 9, 1, 4, 30, 5, tzinfo=UTC)


def test_the_southern_and_western_halves_are_negative() -> None:
    taken = develop(encoded(scene(5), exif=notes(lon=-70.65, lat=-33.45)), tz=CITY).taken
    assert (taken.lon, taken.lat) == (pytest.approx(-70.65), pytest.approx(-33.45))


def test_a_camera_without_an_offset_notes_the_citys_time() -> None:
    taken = develop(encoded(scene(5), exif=notes(at="2024:09:01 12:30:05")), tz=CITY).taken
    assert taken.at == datetime(2024, 9, 1, 4, 30, 5, tzinfo=UTC)


def test_the_time_of_the_satellites_serves_where_the_camera_has_none() -> None:
    exif = notes(lon=116.9, lat=38.3, t29="2024:09:01", t7=(4.0, 30.0, 5.0))
    taken = develop(encoded(scene(5), exif=exif), tz=CITY).taken
    assert taken.at == datetime(2024, 9, 1, 4, 30, 5, tzinfo=UTC)


IMPOSSIBLE = {
    "the point (0, 0)": notes(lon=0.0, lat=0.0),
    "no hemispheres": notes(t2=(38.0, 18.0, 0.0), t4=(116.0, 54.0, 0.0)),
    "a latitude of 138": notes(t1="N", t2=(138.0, 18.0, 0.0), t3="E", t4=(116.0, 54.0, 0.0)),
    "a time of zeros": notes(at="0000:00:00 00:00:00"),
    "a time of blanks": notes(at="    :  :     :  :  "),
    "a thirteenth month": notes(at="2024:13:41 25:61:00"),
}


@pytest.mark.parametrize("exif", IMPOSSIBLE.values(), ids=IMPOSSIBLE)
def test_impossible_notes_are_no_notes_and_the_photo_is_taken(exif: Image.Exif) -> None:
    developed = develop(encoded(scene(5, width=200, height=150), exif=exif), tz=CITY)
    assert not developed.taken.has_position
    assert developed.taken.at is None


@given(st.binary(max_size=400), st.sampled_from([b"MM\0*\0\0\0\x08", b"II*\0\x08\0\0\0", b""]))
@settings(max_examples=150, deadline=None)
def test_nonsense_in_the_notes_never_costs_the_photo(nonsense: bytes, start: bytes) -> None:
    file = encoded(Image.new("RGB", (80, 80), "teal"), exif=b"Exif\0\0" + start + nonsense)
    assert develop(file, tz=CITY).width > 0


def secret_jpeg() -> bytes:
    exif = notes(lon=116.9, lat=38.3)
    exif[0x010E] = SECRET.decode()
    return encoded(scene(6), exif=exif, xmp=SECRET, comment=SECRET) + SECRET


def secret_png() -> bytes:
    text = PngImagePlugin.PngInfo()
    text.add_text("Comment", SECRET.decode())
    text.add_itxt("XML:com.adobe.xmp", SECRET.decode())
    return encoded(scene(6), "PNG", pnginfo=text, exif=notes(lon=116.9, lat=38.3)) + SECRET


def secret_webp() -> bytes:
    return encoded(scene(6), "WEBP", xmp=SECRET, exif=notes(lon=116.9, lat=38.3, t29=SECRET.decode()))


@pytest.mark.parametrize("sent", [secret_jpeg, secret_png, secret_webp])
def test_nothing_that_was_hidden_in_a_photo_is_kept(sent) -> None:
    assert SECRET in sent()
    developed = develop(sent(), tz=CITY)
    assert developed.taken.has_position
    for file in (developed.full, developed.view, developed.thumb):
        assert SECRET not in file
        assert not opened(file).getexif()
        assert set(opened(file).info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density", "dpi"}


def test_what_is_transparent_becomes_white() -> None:
    clear = Image.new("RGBA", (100, 100), (255, 0, 0, 0))
    assert opened(develop(encoded(clear, "PNG"), tz=CITY).full).getpixel((50, 50)) == (255, 255, 255)
    indexed = encoded(Image.new("P", (100, 100), 0), "PNG", transparency=0)
    assert opened(develop(indexed, tz=CITY).full).getpixel((50, 50)) == (255, 255, 255)


def test_sixteen_bits_of_grey_keep_their_brightness() -> None:
    grey = Image.fromarray(np.full((100, 100), 40_000, dtype=np.uint16))
    level = opened(develop(encoded(grey, "PNG"), tz=CITY).full).convert("L").getpixel((50, 50))
    assert abs(level - 40_000 // 256) <= 1


@pytest.mark.parametrize("mode", ["1", "L", "P", "CMYK", "YCbCr"])
def test_every_colour_mode_becomes_rgb(mode: str) -> None:
    picture = scene(7, width=400, height=300).convert(mode)
    developed = develop(encoded(picture, "PNG" if mode in "1P" else "JPEG"), tz=CITY)
    assert opened(developed.full).mode == "RGB"
    assert difference(opened(developed.full), picture) < 25


def test_a_broken_colour_profile_is_left_aside() -> None:
    picture = scene(7)
    developed = develop(encoded(picture, icc_profile=b"nonsense" * 20), tz=CITY)
    assert difference(opened(developed.full), picture) < 8


def test_only_the_first_picture_of_an_animation_is_kept() -> None:
    frames = [scene(seed, width=200, height=150) for seed in (1, 2)]
    sent = encoded(frames[0], "WEBP", save_all=True, append_images=frames[1:])
    assert difference(opened(develop(sent, tz=CITY).full), frames[0]) < 12


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"%PDF-1.7 and so on", "PDF"),
        (b"GIF89a" + bytes(60), "GIF"),
        (b"PK\3\4" + bytes(60), "ZIP"),
        (b"<svg onload='alert(1)'></svg>", "HTML"),
        (b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom", "MP4"),
        (b"\0\0\0\x1cftypmif1\0\0\0\0mif1avifmiaf", "AVIF"),
        (b"MZ\x90\0", "no known kind"),
        (b"\xff\xd8", "no known kind"),
    ],
)
def test_another_kind_of_file_is_refused_by_its_content_and_named(content: bytes, kind: str) -> None:
    with pytest.raises(PhotoError, match=rf"photo\.jpg is no photo.*{kind}"):
        develop(content, tz=CITY, name="photo.jpg")


def test_the_content_decides_and_not_the_name() -> None:
    assert develop(encoded(scene(8), "PNG"), tz=CITY, name="photo.jpg").kind == "png"


def test_an_empty_file_is_refused() -> None:
    with pytest.raises(PhotoError, match=r"a\.jpg is empty"):
        develop(b"", tz=CITY, name="a.jpg")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("share", [0.02, 0.5, 0.95])
def test_a_file_that_was_cut_short_is_refused(kind: str, share: float) -> None:
    whole = encoded(scene(9), kind)
    with pytest.raises(PhotoError, match="damaged or cut short"):
        develop(whole[: int(len(whole) * share)], tz=CITY)


FILES = {kind: encoded(scene(10, width=120, height=90), kind) for kind in ("JPEG", "PNG", "WEBP")}


@given(
    st.sampled_from([*FILES.values(), HEIC]),
    st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), min_size=1, max_size=20),
)
@settings(max_examples=100, deadline=None)
def test_a_damaged_file_is_taken_or_refused_in_words(whole: bytes, damage: list[tuple[float, int]]) -> None:
    damaged = bytearray(whole)
    for place, value in damage:
        damaged[int(place * len(damaged))] = value
    try:
        developed = develop(bytes(damaged), tz=CITY, limits=PhotoLimits(pixels=1_000_000))
    except PhotoError:
        return
    assert opened(developed.full).size == (developed.width, developed.height)


def test_a_decoder_that_crashes_or_hangs_takes_nobody_along(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    pytest.importorskip("pi_heif", reason="pip install pi-heif to read HEIC photos")
    crashing = tmp_path / "crashing.py"
    crashing.write_text("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)")
    monkeypatch.setattr("data.photo_heic.__file__", str(crashing))
    with pytest.raises(PhotoError, match="damaged or cut short.*broke down"):
        develop(HEIC, tz=CITY)
    crashing.write_text("import time; time.sleep(60)")
    monkeypatch.setattr("data.photo_heic._LONGEST_S", 0.2)
    with pytest.raises(PhotoError, match="did not end"):
        develop(HEIC, tz=CITY)


def test_a_heic_photo_with_too_many_pixels_is_refused_before_it_is_decoded() -> None:
    pytest.importorskip("pi_heif", reason="pip install pi-heif to read HEIC photos")
    with pytest.raises(PhotoError, match="has 120 × 160 pixels|has 160 × 120 pixels"):
        develop(HEIC, tz=CITY, limits=PhotoLimits(pixels=1_000))


STARTS = [b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF\0\1\0\0WEBP", b"\0\0\0\x18ftypheic", b""]


@given(st.sampled_from(STARTS), st.binary(max_size=300))
@settings(deadline=None)
def test_any_bytes_are_refused_in_words(start: bytes, rest: bytes) -> None:
    with pytest.raises(PhotoError):
        develop(start + rest, tz=CITY)


def png_bomb(side: int) -> bytes:
    """Return a small PNG that unfolds to side × side pixels."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    packer = zlib.compressobj(9)
    row = bytes(1 + side // 8)
    body = b"".join(packer.compress(row) for _ in range(side)) + packer.flush()
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize("side", [9_000, 12_000, 20_000])
def test_a_small_file_that_unfolds_to_a_huge_picture_is_refused_before_it_does(
    side: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    bomb = png_bomb(side)
    assert len(bomb) < 100_000
    monkeypatch.delattr(ImageFile.ImageFile, "load")
    with pytest.raises(PhotoError, match="pixels"):
        develop(bomb, tz=CITY)


def test_a_file_too_large_or_a_picture_too_small_is_refused_with_the_limit() -> None:
    with pytest.raises(PhotoError, match=r"at most 0\.1 MB"):
        develop(encoded(scene(11)), tz=CITY, limits=PhotoLimits(file_bytes=100_000))
    with pytest.raises(PhotoError, match="at least 64"):
        develop(encoded(scene(11, width=500, height=40)), tz=CITY)


def test_a_case_takes_no_more_photos_than_its_limit() -> None:
    limits = PhotoLimits(per_case=3)
    limits.check_room(2)
    with pytest.raises(PhotoError, match="2 photos and 2 more"):
        limits.check_room(2, more=2)


def test_the_same_file_always_becomes_the_same_bytes() -> None:
    sent = encoded(scene(12))
    assert develop(sent, tz=CITY) == develop(sent, tz=CITY)


def test_the_kind_is_known_by_the_first_bytes_alone() -> None:
    assert [sniff(file[:32]) for file in (*FILES.values(), HEIC)] == ["jpeg", "png", "webp", "heic"]
