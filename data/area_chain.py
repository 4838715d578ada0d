"""The areas that a case lies in, the smallest first: grid, community, street office, district."""

from typing import Final

import polars as pl

from geo.errors import TableError
from i18n import gettext as _

_BETWEEN: Final = "\n"


def keys(cases: pl.DataFrame) -> pl.Series:
    """Return each case's chain as one text, which compares and joins fast.

    Parameters
    ----------
    cases
        `areas`: a list of names, the smallest area first, or a single name; where the column is missing the
        case lies in no area.

    Raises
    ------
    TableError
        A column `areas` of another type.
    """
    if "areas" not in cases.columns:
        return pl.repeat("", cases.height, dtype=pl.String, eager=True).alias("areas")
    areas = cases["areas"]
    if areas.dtype == pl.List(pl.String):
        return areas.list.join(_BETWEEN, ignore_nulls=True).fill_null("")
    if areas.dtype in (pl.String, pl.Categorical, pl.Null):
        return areas.cast(pl.String).fill_null("")
    raise TableError(
        _("The column areas holds {dtype}. Expected names or lists of names.", dtype=areas.dtype)
    )


def names(key: str) -> list[str]:
    """Return the areas of a chain, the smallest first."""
    return [name for name in key.split(_BETWEEN) if name]
