"""Which characters the bytes of a text file stand for, and text that was once decoded wrongly."""

import codecs
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import polars as pl
from charset_normalizer import from_bytes

from geo.errors import ImportFileError
from i18n import gettext as _

_CHUNK: Final = 1 << 20
_SAMPLE: Final = 256 << 10
_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
#: Bytes that cp1252 leaves open are taken as latin-1 takes them: browsers and spreadsheets do the same.
_CP1252: Final = {bytes([b]).decode("cp1252", "ignore") or chr(b): b for b in range(0x80, 0x100)}
_LATIN: Final = {chr(b): b for b in range(0x80, 0x100)}
_BYTE_OF: Final = {**_LATIN, **_CP1252}
_RUN: Final = re.compile("[" + re.escape("".join(_BYTE_OF)) + "]{2,}")
#: What UTF-8 looks like after it was read as cp1252 or latin-1: a lead byte and a continuation byte.
DAMAGE: Final = (
    "[\u00c2-\u00f4]["
    + re.escape("".join(char for char, byte in _BYTE_OF.items() if 0x80 <= byte < 0xC0))
    + "]"
)


@dataclass(frozen=True, slots=True)
class Scan:
    """What a look at every byte of a text file shows."""

    encoding: str
    bom: int  # bytes to leave out at the start
    strict: bool  # every byte stands for a character
    lines: int  # line ends
    carriage_returns_only: bool  # lines end as on old Macs
    blank_lines: bool  # two line ends in a row somewhere


def scan(stream: io.RawIOBase | io.BytesIO, *, encoding: str | None = None) -> Scan:
    """Read a text file once and find its encoding and its line ends.

    Parameters
    ----------
    stream
        The bytes, from their start.
    encoding
        The encoding where it is known; else it is found: a byte-order mark, UTF-8 where every byte
        fits, UTF-16 by its zeros, GB18030 by the common Chinese characters, else the likeliest.

    Raises
    ------
    ImportFileError
        An encoding that is not known.
    """
    head = stream.read(_SAMPLE) or b""
    found, bom = _declared(head, encoding)
    facts = _Facts(found or "utf-8")
    chunk: bytes | None = head[bom:]
    while chunk:
        facts.add(chunk)
        chunk = stream.read(_CHUNK)
    if found is None and not facts.strict:
        found = _likeliest(bytes(facts.foreign))
    return Scan(
        encoding=found or "utf-8",
        bom=bom,
        strict=facts.strict,
        lines=facts.lines or facts.returns,
        carriage_returns_only=bool(facts.returns) and not facts.lines,
        blank_lines=facts.blank,
    )


def encoding_of(texts: bytes) -> str:
    """Find the encoding of bytes that are all text."""
    return scan(io.BytesIO(b"\n" + texts.replace(b"\0", b" "))).encoding


class Utf8(io.RawIOBase):
    """A text file as UTF-8 bytes, whatever its encoding, without a byte-order mark.

    `lost` counts the characters that could not be decoded and read U+FFFD.
    """

    def __init__(self, stream: io.RawIOBase, scan: Scan) -> None:
        super().__init__()
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder(scan.encoding)("replace")
        self._as_it_is = scan.encoding == "utf-8" and scan.strict
        self._returns = scan.carriage_returns_only
        self.lost = 0
        stream.read(scan.bom)

    def readable(self) -> bool:
        """Return True."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Read about `size` bytes of the source, as UTF-8; b"" at the end."""
        data = b""
        while not data:
            raw = self._stream.read(size) or b""
            if self._as_it_is:
                data = raw
            else:
                text = self._decoder.decode(raw, final=not raw)
                self.lost += text.count("\ufffd")
                data = text.encode("utf-8", "replace")
            if not raw:
                break
        return data.replace(b"\r", b"\n") if self._returns else data

    def close(self) -> None:
        """Close the file below."""
        self._stream.close()
        super().close()


def repair(texts: pl.Series) -> tuple[pl.Series, int]:
    """Undo the wrong decoding of UTF-8 as latin-1 or cp1252 where it can be undone.

    Returns
    -------
    The texts, and how many of them were changed. A text of which only a part is damaged keeps the rest.
    """
    if texts.is_empty() or texts.dtype != pl.String:
        return texts, 0
    damaged = is_damaged(texts)
    if not damaged.any():
        return texts, 0
    distinct = texts.filter(damaged).unique()
    mended = pl.Series([_mend(text) for text in distinct], dtype=pl.String)
    fixed = texts.replace(distinct, mended)
    return fixed, int((fixed != texts).sum())


def is_damaged(texts: pl.Series) -> pl.Series:
    """Mark texts that look like UTF-8 decoded as latin-1 or cp1252."""
    if texts.str.len_bytes().sum() == texts.str.len_chars().sum():  # ASCII alone: nothing to look for
        return pl.repeat(False, len(texts), eager=True)
    return texts.str.contains(DAMAGE).fill_null(value=False)


def _mend(text: str) -> str:
    return _RUN.sub(_mend_run, text)


def _mend_run(match: re.Match[str]) -> str:
    run = match.group()
    for table in (_BYTE_OF, _LATIN):
        try:
            return bytes(table[char] for char in run).decode("utf-8")
        except (KeyError, UnicodeDecodeError):
            continue
    return run


class _Facts:
    """What is counted while the bytes go by."""

    def __init__(self, encoding: str) -> None:
        self._decoder = codecs.getincrementaldecoder(encoding)("strict")
        self._wide = encoding.startswith(("utf-16", "utf-32"))
        self._last = b""
        self.strict = True
        self.lines = self.returns = 0
        self.blank = False
        self.foreign = bytearray()  # lines that hold more than ASCII

    def add(self, chunk: bytes) -> None:
        if self.strict:
            try:
                self._decoder.decode(chunk)
            except UnicodeDecodeError:
                self.strict = False
        if self._wide:
            chunk = chunk.replace(b"\0", b"")
        self.lines += chunk.count(b"\n")
        self.returns += chunk.count(b"\r")
        joint = self._last + chunk[:2]
        pairs = (b"\n\n", b"\n\r", b"\r\r") if self.returns else (b"\n\n",)
        self.blank = self.blank or any(pair in part for pair in pairs for part in (joint, chunk))
        self._last = chunk[-2:]
        if len(self.foreign) < _SAMPLE and not self._wide and not chunk.isascii():
            lines = (line for line in chunk.splitlines(keepends=True) if not line.isascii())
            for line in lines:
                self.foreign += line
                if len(self.foreign) >= _SAMPLE:
                    break


def _declared(head: bytes, encoding: str | None) -> tuple[str | None, int]:
    """Return the encoding that is given, marked or plain to see, and the length of its mark."""
    marked, length = next(((name, len(mark)) for mark, name in _BOMS if head.startswith(mark)), ("", 0))
    if encoding:
        try:
            name = codecs.lookup(encoding).name
        except LookupError as error:
            raise ImportFileError(
                _("'{name}' is not an encoding. Expected a name such as utf-8 or gb18030.", name=encoding)
            ) from error
        name = {"utf-8-sig": "utf-8", "gbk": "gb18030", "gb2312": "gb18030", "ascii": "utf-8"}.get(name, name)
        if name in {"utf-16", "utf-32"}:
            name = marked if marked.startswith(name) else name + "-le"
        return name, length if marked == name else 0
    if length:
        return marked, length
    if head:
        # Digits, delimiters and line ends have a zero beside each in UTF-16, always on the same side.
        even, odd = head[::2].count(0), head[1::2].count(0)
        if even + odd > 0.02 * len(head) and min(even, odd) < 0.05 * (even + odd):
            return ("utf-16-le" if odd > even else "utf-16-be"), 0
    return None, 0


def _likeliest(sample: bytes) -> str:
    """Choose the encoding of lines that are not UTF-8."""
    as_utf8 = sample.decode("utf-8", "replace")
    foreign = sum(char > "\x7f" for char in as_utf8)
    if as_utf8.count("\ufffd") <= foreign * 0.1:  # UTF-8 with a few broken places
        return "utf-8"
    simplified = _common_share(sample, "gb18030", (*range(0xA1, 0xA4), *range(0xB0, 0xD8)))
    traditional = _common_share(sample, "big5", range(0xA1, 0xC7))
    if max(simplified, traditional) >= 0.7 and re.search(rb"[\x80-\xff][\x40-\xff][\x80-\xff]", sample):
        return "gb18030" if simplified >= traditional else "big5"
    best = from_bytes(sample).best()
    name = best.encoding if best else "cp1252"
    if name in {"gb18030", "gb2312", "gbk"}:
        pairs = sum(len(run) for run in re.findall(rb"[\x80-\xff]{2,}", sample))
        return "gb18030" if pairs > 0.8 * sum(byte > 0x7F for byte in sample) else "cp1252"
    return "cp1252" if name in {"ascii", "utf_8", "latin_1", "cp1250"} else name


def _common_share(sample: bytes, encoding: str, rows: Iterable[int]) -> float:
    """Return how much of the foreign text is common characters, which lie in these rows of the code table."""
    text = sample.decode(encoding, "replace")
    foreign = [char for char in text if char > "\x7f"]
    lost = foreign.count("\ufffd")
    if not foreign or lost > len(foreign) * 0.02 + 1:  # the sample may end in the middle of a character
        return 0.0
    low = 0xA1 if encoding == "gb18030" else 0x40
    wanted = set(rows)
    codes = (char.encode(encoding, "replace") for char in foreign)
    return sum(len(code) == 2 and code[0] in wanted and code[1] >= low for code in codes) / len(foreign)
