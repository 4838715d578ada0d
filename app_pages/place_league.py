"""The table of places: what stands in it, in which order, and as a file. Knows no Streamlit."""

import io
from collections.abc import Callable
from typing import Final, Literal

import polars as pl

from app_pages.place_words import kinds_label, place_name
from data.filters import Filter
from data.place_counts import counts, late, rated
from data.place_rates import measure_of, ordered
from data.workspace import Workspace
from i18n import N_, gettext
from i18n import gettext as _

Order = Literal["low", "rate", "n", "open", "late", "change", "name"]

ORDERS: Final[dict[Order, str]] = {
    "low": N_("Surely worst first"),
    "rate": N_("Highest rate first"),
    "n": N_("Most reports first"),
    "open": N_("Most open first"),
    "late": N_("Most overdue first"),
    "change": N_("Most increase first"),
    "name": N_("By name"),
}
#: A spreadsheet takes a text that begins so for a formula.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
_UTF8_MARK: Final = "\ufeff"


def league(
    here: Workspace, where: Filter, kind: str, *, before: Filter | None, overdue: pl.Series
) -> pl.DataFrame:
    """Return the places of a kind with everything that the table shows.

    Parameters
    ----------
    before
        The period before, None where there is none.
    overdue
        Ids of the cases that are overdue.

    Returns
    -------
    The columns of `place_counts.rated`, `late`, `before` (null without a period before) and `label`.
    """
    frame = rated(here.cube, where, kind, actor=here.viewer)
    frame = frame.join(late(here.cube, where, kind, overdue), on="id", how="left", maintain_order="left")
    frame = frame.with_columns(pl.col("late").fill_null(0))
    earlier = pl.lit(None, dtype=pl.Int64).alias("before")
    if before is not None:
        counted = counts(here.cube, before, kind).select("id", before="n")
        frame = frame.join(counted, on="id", how="left", maintain_order="left")
        earlier = pl.col("before").fill_null(0).cast(pl.Int64)
    names = [place_name(row) for row in frame.select("id", "kind", "name", "name_en").iter_rows(named=True)]
    return frame.with_columns(earlier, label=pl.Series(names, dtype=pl.String))


def in_order(frame: pl.DataFrame, by: Order) -> pl.DataFrame:
    """Order the table; equal ones as `place_rates.ordered` does."""
    if by == "name":
        return frame.sort("label", "id")
    if by in ("low", "rate", "n"):
        return ordered(frame, by)
    change = (pl.col("n") - pl.col("before")).alias("change")
    return (
        ordered(frame, "low")
        .with_columns(change)
        .sort(by, descending=True, nulls_last=True, maintain_order=True)
    )


def named(frame: pl.DataFrame, words: str) -> pl.DataFrame:
    """Return the places whose name, or whose area's name, contains all of these words."""
    for word in words.split():
        text = pl.concat_str(
            "label", pl.col("name").fill_null(""), pl.col("area", "area_en").fill_null(""), separator="\n"
        )
        frame = frame.filter(text.str.to_lowercase().str.contains(word.lower(), literal=True))
    return frame


def to_csv(frame: pl.DataFrame, kind: str, unit_words: Callable[[str | None], str]) -> bytes:
    """Write the table for a spreadsheet: no text of it is taken for a formula."""
    measure = measure_of(kind)
    columns = {
        "id": _("Number"),
        "label": kinds_label(kind),
        "area": _("Area"),
        "unit": _("Unit"),
        "n": _("Reports"),
        "open": _("Open"),
        "late": _("Overdue"),
        measure.column: {
            "length_m": _("Length in m"), "households": _("Households"), "area_m2": _("Area in m²"),
        }[measure.column],
        "rate": _("Reports {unit}", unit=measure.words),
        "low": _("at least (95 %)"),
        "high": _("at most (95 %)"),
        "before": _("Reports in the period before"),
        "lon": _("Longitude"),
        "lat": _("Latitude"),
    }  # fmt: skip
    units = pl.Series("unit", [unit_words(unit) for unit in frame["unit"]], dtype=pl.String)
    shown = frame.with_columns(units).select(list(columns)).rename(columns)
    safe = shown.with_columns(
        pl.when(pl.col(pl.String).str.slice(0, 1).is_in(_FORMULA))
        .then("'" + pl.col(pl.String))
        .otherwise(pl.col(pl.String))
        .name.keep()
    )
    written = io.StringIO()
    safe.write_csv(written, float_precision=6)
    return (_UTF8_MARK + written.getvalue()).encode()


def order_label(order: Order) -> str:
    """Return what an order is called."""
    return gettext(ORDERS[order])
