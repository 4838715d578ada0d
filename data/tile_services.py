"""Online maps that an installation may name: tiles of pictures by address, in a datum that fits."""

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

#: Datums whose tiles can be laid under WGS-84 cells: as they are, or moved tile by tile.
DATUMS: Final = ("wgs84", "gcj02")
_NEEDED: Final = frozenset("zxy")
_KNOWN: Final = _NEEDED | {"s", "r"}


@dataclass(frozen=True, slots=True)
class TileService:
    """An online map.

    Attributes
    ----------
    name
        `online` (streets) or `satellite`.
    url
        Template with `{z}`, `{x}`, `{y}`, and `{s}` where there are subdomains; a key is part of it.
    datum
        One of `DATUMS`.
    attribution
        Who made the map; shown with it.
    subdomains
        What may stand for `{s}`.
    max_zoom
        Finest zoom of its tiles; closer up they are stretched.
    """

    name: str
    url: str
    datum: str = DATUMS[0]
    attribution: str = ""
    subdomains: tuple[str, ...] = ()
    max_zoom: int = 18


def checked_template(url: str) -> str:
    """Return a template of tiles as it is, empty for none.

    Raises
    ------
    ValueError
        No http address, a field that is missing or unknown.
    """
    if not url:
        return url
    fields = set(re.findall(r"\{([^{}]*)\}", url))
    if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).netloc:
        raise ValueError("a template of tiles is an address that begins with https:// or http://")
    if not fields >= _NEEDED:
        missing = ", ".join(f"{{{name}}}" for name in sorted(_NEEDED - fields))
        raise ValueError(
            f"the template of tiles lacks {missing}. Expected one such as https://…/{{z}}/{{x}}/{{y}}.png"
        )
    if not fields <= _KNOWN:
        unknown = ", ".join(f"{{{name}}}" for name in sorted(fields - _KNOWN))
        raise ValueError(
            f"the template of tiles has {unknown}. Expected {{z}}, {{x}}, {{y}}, {{s}} and {{r}} alone; "
            "write a key as it is."
        )
    return url


def checked_datum(name: str) -> str:
    """Return the datum's name as we write it.

    Raises
    ------
    ValueError
        One whose tiles cannot be laid under the cells.
    """
    plain = re.sub(r"[\s_-]", "", name).lower()
    if plain in ("wgs84", "cgcs2000"):  # alike to a few centimetres
        return "wgs84"
    if plain == "gcj02":
        return plain
    if plain in ("bd09", "bd09ll", "bd09mc"):
        raise ValueError(
            "tiles in BD-09 (Baidu) are not offered: they are cut in a projection of their own, so streets "
            "would lie beside the cells. Use a service in wgs84 (Tianditu) or gcj02 (Amap, Tencent)."
        )
    raise ValueError(f"'{name}' is not a datum of tiles. Expected wgs84 or gcj02.")


def subdomains_of(text: str) -> tuple[str, ...]:
    """Read subdomains: a list with commas, or one letter each (`abc`, `01234567`)."""
    parts = text.split(",") if "," in text else list(text)
    return tuple(part.strip() for part in parts if part.strip())
