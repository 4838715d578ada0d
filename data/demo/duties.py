"""Who is responsible in the demo zone: units and routing rules, as a city writes them for itself."""

from typing import Final

import polars as pl

from data.demo.lives import units
from data.demo.sites import mix
from data.demo.streets import TABLES
from data.units import UNIT_COLUMNS

_SOURCE: Final = "demo"
_ENGLISH: Final = {
    "禾川交警中队": ("Hechuan traffic police squad", "team"),
    "架空线缆整治专班": ("Overhead cable task force", "team"),
    "禾川环卫中心": ("Hechuan sanitation centre", "department"),
    "禾川市政养护所": ("Hechuan municipal maintenance", "department"),
    "综合执法一中队": ("Law enforcement squad 1", "team"),
    "综合执法二中队": ("Law enforcement squad 2", "team"),
    "综合执法三中队": ("Law enforcement squad 3", "team"),
    "欣禾物业": ("Xinhe Property", "company"),
    "安居里物业": ("Anjuli Property", "company"),
    "云栖物业": ("Yunqi Property", "company"),
    "邻家物业": ("Linjia Property", "company"),
}
#: The word of the mixing table for a unit of the whole zone.
_ZONE: Final = {
    "traffic": "禾川交警中队",
    "cables": "架空线缆整治专班",
    "sanitation": "禾川环卫中心",
    "municipal": "禾川市政养护所",
}


def unit_table() -> pl.DataFrame:
    """Return the units with their names in both languages, in the columns of `data.units`."""
    english = {
        f"{row['name']}居委会": (
            f"{row['english'].removesuffix(' Community')} residents' committee",
            "community",
        )
        for row in _communities().iter_rows(named=True)
    }
    known = _ENGLISH | english
    rows = [(name, *known[name], "", "", "1", _SOURCE) for name in units()[0]]
    return pl.DataFrame(rows, schema=dict.fromkeys(UNIT_COLUMNS, pl.String), orient="row")


def routing_table() -> pl.DataFrame:
    """Return the rules that the reports of the zone were given out by.

    Which compound has which property company is no rule by area: there the community decides.
    """
    kinds = mix().group_by("unit", maintain_order=True).agg("category")
    categories = {word: ";".join(names) for word, names in kinds.iter_rows()}
    rows = [(f"Z{n}", categories[word], "", unit, "") for n, (word, unit) in enumerate(_ZONE.items(), 1)]
    for word, column, note in (
        ("squad", "squad", ""),
        ("community", "name", ""),
        ("property", "name", "inside a compound its property company"),
    ):
        areas = _communities().group_by(column, maintain_order=True).agg(pl.col("name").alias("areas"))
        for n, (unit, names) in enumerate(areas.iter_rows(), 1):
            named = unit if column == "squad" else f"{unit}居委会"
            rows.append((f"{word[0].upper()}{n}", categories[word], ";".join(names), named, note))
    columns = ("rule", "categories", "areas", "unit", "note")
    return pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String), orient="row").with_columns(
        places=pl.lit(""), version=pl.lit("1"), source=pl.lit(_SOURCE)
    )


def _communities() -> pl.DataFrame:
    return pl.read_csv(TABLES / "demo_communities.csv")
