"""Finding a place by what people type: a street, a compound, an area, a cell or a position."""

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import polars as pl
import shapely

from geo import cells
from geo.errors import CellError

#: Pieces of one name and kind are one place where all of them lie within so many degrees (about 5 km).
_TOGETHER_DEG: Final = 0.05
#: Kinds by how far a name reaches: the wider one comes first where names match alike.
_WIDEST_FIRST: Final = ("district", "street_office", "community", "street", "compound")
#: Stands before each word or syllable, so that a search begins at one.
_START: Final = "\x1f"
_CHINESE: Final = "[\u3400-\u9fff]"
_NUMERALS: Final = dict(zip("零〇一二三四五六七八九", "00123456789", strict=True))
_POSITION: Final = re.compile(r"^\s*([+-]?\d{1,3}(?:\.\d+)?)°?\s*[,，;\s]\s*([+-]?\d{1,3}(?:\.\d+)?)°?\s*$")
#: Nobody types more to find a place; a pasted page must not become a pattern.
_LONGEST: Final = 60
#: Half the side of what is shown around a single point, in degrees.
_AROUND_DEG: Final = 0.0015


@dataclass(frozen=True, slots=True)
class Found:
    """Something that a search found; `box` is west, south, east, north in degrees.

    `kind` is the place's kind, or `cell`, or `position`; `within` names the areas around it, the smallest
    first.
    """

    kind: str
    name: str
    lon: float
    lat: float
    box: tuple[float, float, float, float]
    place_id: int | None = None
    name_en: str = ""
    within: tuple[str, ...] = ()


class Gazetteer:
    """An index of the names of places. It is made once for each state of the places, and then only read.

    Parameters
    ----------
    places
        Columns id, kind, name, attributes (`name_en` among them), geometry in EPSG:4326; places without a
        name are left out.
    area_kinds
        The kinds that say where another place lies, the smallest first.
    """

    def __init__(self, places: gpd.GeoDataFrame, *, area_kinds: tuple[str, ...] = ()) -> None:
        named = places[places["name"].notna() & (places["name"] != "")]
        self._area_kinds = area_kinds
        self._areas = named[named["kind"].isin(area_kinds)]
        self._entries = _entries(named)

    def find(self, text: str, *, limit: int = 8) -> list[Found]:
        """Return what a text may mean, the likeliest first.

        Parameters
        ----------
        text
            A name or the start of one of its words, in Chinese, in English, in pinyin with or without spaces
            or as the initials of its syllables; characters in their order with some left out; a cell's id;
            latitude and longitude.
        """
        text = text.strip()[:_LONGEST]
        exact = _cell(text) or _position(text)
        if exact:
            return [exact]
        wanted = plain(text)
        if not wanted:
            return []
        scored = self._entries.select(
            pl.all(),
            score=pl.min_horizontal(_score(wanted, "zh"), _score(wanted, "en"), _by_sound(wanted)),
        ).filter(pl.col("score").is_not_null())
        best = scored.sort("score", "rank", "length", "id").head(limit)
        return [self._found(row) for row in best.iter_rows(named=True)]

    def _found(self, row: dict[str, Any]) -> Found:
        return Found(
            kind=row["kind"],
            name=row["name"],
            lon=row["lon"],
            lat=row["lat"],
            box=(row["west"], row["south"], row["east"], row["north"]),
            place_id=row["id"],
            name_en=row["name_en"],
            within=self._within(row),
        )

    def _within(self, row: dict[str, Any]) -> tuple[str, ...]:
        """Name the areas around a place; an area is not within itself, nor within one of its own kind."""
        inside = self._tree.query(shapely.Point(row["lon"], row["lat"]), predicate="within")
        around = self._areas.iloc[inside]
        own = self._area_kinds.index(row["kind"]) if row["kind"] in self._area_kinds else -1
        wider = self._area_kinds[own + 1 :]
        return tuple(name for kind in wider for name in around["name"][around["kind"] == kind])

    @cached_property
    def _tree(self) -> shapely.STRtree:
        return shapely.STRtree(self._areas.geometry.to_numpy())


def plain(text: str) -> str:
    """Reduce a text to what is compared: width, case, accents, spaces and signs do not count.

    Chinese numerals become digits, so that 经北4路 is 经北四路.
    """
    folded = unicodedata.normalize("NFKD", text).casefold()
    return "".join(_NUMERALS.get(sign, sign) for sign in folded if sign.isalnum())


def _entries(named: gpd.GeoDataFrame) -> pl.DataFrame:
    """Return one row for each place that is found: its words to compare, its box and its middle."""
    bounds = named.geometry.bounds.to_numpy()
    middle = shapely.get_coordinates(_middles(named.geometry.to_numpy()))
    pieces = pl.DataFrame(
        {
            "id": named["id"].to_numpy(),
            "kind": named["kind"].tolist(),
            "name": named["name"].tolist(),
            "name_en": [_english(attributes) for attributes in named["attributes"]],
            "piece_lon": middle[:, 0],
            "piece_lat": middle[:, 1],
            **{side: bounds[:, n] for n, side in enumerate(("west", "south", "east", "north"))},
        },
        schema_overrides={"kind": pl.String, "name": pl.String, "name_en": pl.String},
    )
    wide = (pl.max("east") - pl.min("west")).over("kind", "name")
    high = (pl.max("north") - pl.min("south")).over("kind", "name")
    apart = pl.max_horizontal(wide, high) > _TOGETHER_DEG
    joined = (
        pieces.with_columns(piece=pl.when(apart).then("id"))
        .group_by("kind", "name", "piece", maintain_order=True)
        .agg(
            pl.min("id", "west", "south"),
            pl.max("east", "north"),
            pl.first("name_en"),
            lon=_of_most_central("piece_lon"),
            lat=_of_most_central("piece_lat"),
        )
        .drop("piece")
    )
    kinds = pl.Series(_WIDEST_FIRST)
    ranks = pl.Series(range(len(kinds)), dtype=pl.Int32)
    return joined.with_columns(
        rank=pl.col("kind").replace_strict(kinds, ranks, default=len(kinds)),
        length=pl.col("name").str.len_chars(),
        **_words(joined["name"], "zh"),
        **_words(joined["name_en"], "en"),
        **_sounds(joined["name"]),
    )


def _middles(shapes: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    """Return a point on each place: half-way along a line, inside an area."""
    middles: npt.NDArray[np.object_] = shapely.point_on_surface(shapes)
    lines = shapely.get_dimensions(shapes) == 1
    middles[lines] = shapely.line_interpolate_point(shapes[lines], 0.5, normalized=True)
    return middles


def _of_most_central(name: str) -> pl.Expr:
    """Take a piece's value: the one nearest to the middle of all, so that the point lies on the place."""
    from_middle = (pl.col("piece_lon") - (pl.min("west") + pl.max("east")) / 2).pow(2) + (
        pl.col("piece_lat") - (pl.min("south") + pl.max("north")) / 2
    ).pow(2)
    return pl.col(name).get(from_middle.arg_min())


def _english(attributes: dict[str, Any]) -> str:
    name = attributes.get("name_en") or attributes.get("name:en")
    return name if isinstance(name, str) else ""


def _words(names: pl.Series, field: str) -> dict[str, pl.Series]:
    """Return each name whole, and from each of its words on."""
    whole, starts = [], []
    for name in names:
        words = [plain(word) for word in re.split(rf"[\W_]+|(?={_CHINESE})", name)]
        words = [word for word in words if word]
        whole.append("".join(words))
        starts.append(_starts(words))
    return {field: pl.Series(whole, dtype=pl.String), f"{field}_starts": pl.Series(starts, dtype=pl.String)}


def _sounds(names: pl.Series) -> dict[str, pl.Series]:
    """Return each Chinese name in pinyin from each of its syllables on, and its initials."""
    starts, initials = [], []
    for name in names:
        syllables = _syllables(name)
        starts.append(_starts(syllables))
        initials.append(_starts([syllable[0] for syllable in syllables]))
    return {
        "pinyin": pl.Series(starts, dtype=pl.String),
        "initials": pl.Series(initials, dtype=pl.String),
    }


def _syllables(name: str) -> list[str]:
    if not re.search(_CHINESE, name):
        return []
    from pypinyin import lazy_pinyin  # its dictionaries hold 57 MB

    return [syllable for part in lazy_pinyin(name) if (syllable := plain(part))]


def _starts(parts: list[str]) -> str:
    return "".join(_START + "".join(parts[n:]) for n in range(len(parts)))


def _score(wanted: str, field: str) -> pl.Expr:
    """Rate how well names match as they are written, 0 the best; null where they do not."""
    letters_between = ".*".join(map(re.escape, wanted))
    name = pl.col(field)
    return (
        pl.when(name == wanted)
        .then(0)
        .when(name.str.starts_with(wanted))
        .then(1)
        .when(pl.col(f"{field}_starts").str.contains(_START + wanted, literal=True))
        .then(2)
        .when(name.str.contains(wanted, literal=True) if len(wanted) > 1 else pl.lit(value=False))
        .then(6)
        .when(name.str.contains(letters_between) if re.search(_CHINESE, wanted) else pl.lit(value=False))
        .then(7)
    )


def _by_sound(wanted: str) -> pl.Expr:
    """Rate how well names match by their pinyin; null where they do not."""
    at_start = _START + wanted
    return (
        pl.when(pl.col("pinyin").str.starts_with(at_start))
        .then(3)
        .when(pl.col("initials").str.starts_with(at_start))
        .then(4)
        .when(
            pl.col("pinyin").str.contains(at_start, literal=True)
            | pl.col("initials").str.contains(at_start, literal=True)
        )
        .then(5)
    )


def _cell(text: str) -> Found | None:
    try:
        cell = cells.check([text.lower()])
        if cells.resolution_of(cell) not in cells.RESOLUTIONS:
            return None
    except CellError:
        return None
    lon, lat = (float(values[0]) for values in cells.centres(cell))
    box = tuple(map(float, cells.boundaries(cell)[0].bounds))
    return Found("cell", str(cells.to_text(cell)[0]), lon, lat, (box[0], box[1], box[2], box[3]))


def _position(text: str) -> Found | None:
    """Read two numbers as latitude and longitude; as longitude and latitude where only that is possible."""
    match = _POSITION.match(unicodedata.normalize("NFKC", text))
    if not match:
        return None
    lat, lon = float(match[1]), float(match[2])
    if abs(lat) > 90:
        lat, lon = lon, lat
    if abs(lat) > 90 or abs(lon) > 180:
        return None
    half_lon = _AROUND_DEG / max(float(np.cos(np.radians(lat))), 0.01)
    box = (lon - half_lon, lat - _AROUND_DEG, lon + half_lon, lat + _AROUND_DEG)
    return Found("position", f"{lat:.5f}, {lon:.5f}", lon, lat, box)
