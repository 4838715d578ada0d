"""Why a cell has its class of emerging hot spots, in words that can be read out in a meeting."""

from string import Formatter
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import polars as pl

from data.step_counts import Step
from geo.emerging import CLASSES
from i18n import N_
from i18n import gettext as _

#: Each pair is for weeks and for months.
_Pair = tuple[str, str]

#: In how many steps the cell was a spot, and the same where it was one in all of them.
_SHARES: Final[dict[str, tuple[_Pair, _Pair]]] = {
    "hot": (
        (N_("hot in {hot} of the last {steps} weeks"), N_("hot in {hot} of the last {steps} months")),
        (N_("hot in each of the last {steps} weeks"), N_("hot in each of the last {steps} months")),
    ),
    "cold": (
        (N_("cold in {cold} of the last {steps} weeks"), N_("cold in {cold} of the last {steps} months")),
        (N_("cold in each of the last {steps} weeks"), N_("cold in each of the last {steps} months")),
    ),
}
_STEADY: Final = (N_("{share}, neither rising nor falling: z now {last}"),) * 2
_ON_AND_OFF: Final = (N_("on and off: {share}, the last one included; z now {last}"),) * 2
_OVER: Final = (N_("{share}, but no longer in the last one: z now {last}"),) * 2
#: Slug: the sentence. `share` is one of those above, `start` and `end` are the ends of the straight line
#: through the z-scores, `last` is z of the last step, `run` the steps of the spell that lasts, `before` all
#: before it.
_SENTENCES: Final[dict[str, _Pair]] = {
    "none": (
        N_("not hot or cold in the last week; hot in {hot}, cold in {cold} of the last {steps} weeks"),
        N_("not hot or cold in the last month; hot in {hot}, cold in {cold} of the last {steps} months"),
    ),
    "new_hot": (
        N_("hot in the last week, for the first time in {steps} weeks: z {last}"),
        N_("hot in the last month, for the first time in {steps} months: z {last}"),
    ),
    "consecutive_hot": (
        N_("hot in each of the last {run} weeks, never in the {before} before: z now {last}"),
        N_("hot in each of the last {run} months, never in the {before} before: z now {last}"),
    ),
    "intensifying_hot": (N_("{share} and rising: z from {start} to {end}"),) * 2,
    "persistent_hot": _STEADY,
    "diminishing_hot": (N_("{share} but easing: z from {start} to {end}"),) * 2,
    "sporadic_hot": _ON_AND_OFF,
    "oscillating_hot": (
        N_("hot in the last week, cold before: hot {hot}, cold {cold} of {steps} weeks; z now {last}"),
        N_("hot in the last month, cold before: hot {hot}, cold {cold} of {steps} months; z now {last}"),
    ),
    "historical_hot": _OVER,
    "new_cold": (
        N_("cold in the last week, for the first time in {steps} weeks: z {last}"),
        N_("cold in the last month, for the first time in {steps} months: z {last}"),
    ),
    "consecutive_cold": (
        N_("cold in each of the last {run} weeks, never in the {before} before: z now {last}"),
        N_("cold in each of the last {run} months, never in the {before} before: z now {last}"),
    ),
    "intensifying_cold": (N_("{share} and ever quieter: z from {start} to {end}"),) * 2,
    "persistent_cold": _STEADY,
    "diminishing_cold": (N_("{share} but less and less so: z from {start} to {end}"),) * 2,
    "sporadic_cold": _ON_AND_OFF,
    "oscillating_cold": (
        N_("cold in the last week, hot before: hot {hot}, cold {cold} of {steps} weeks; z now {last}"),
        N_("cold in the last month, hot before: hot {hot}, cold {cold} of {steps} months; z now {last}"),
    ),
    "historical_cold": _OVER,
}
_NEVER: Final = (
    N_("not hot or cold in any of the last {steps} weeks"),
    N_("not hot or cold in any of the last {steps} months"),
)
_DECIMALS: Final = 1


def reasons(summary: npt.NDArray[Any], *, steps: int, step: Step) -> pl.Series:
    """Say why each cell has its class, in the locale in use.

    Parameters
    ----------
    summary
        Shape (n,): rows of `geo.emerging.Emerging.summary`, of the definition `esri`.
    steps
        How many steps the cube has.
    step
        Their length.

    Returns
    -------
    Shape (n,), String: one sentence each, such as "hot in 9 of the last 10 weeks and rising: z from
    2.1 to 4.8".
    """
    frame = pl.DataFrame(
        {
            "code": summary["code"],
            "hot": summary["hot_steps"],
            "cold": summary["cold_steps"],
            "run": summary["run"],
            "before": steps - summary["run"],
            "steps": np.full(len(summary), steps),
            "start": summary["z_from"],
            "end": summary["z_to"],
            "last": summary["z_last"],
        }
    )
    row = pl.int_range(pl.len()).alias("row")
    told = [
        part.select("row", _reason(CLASSES[code], steps, step).alias("reason"))
        for (code,), part in frame.with_columns(row).group_by("code")
    ]
    if not told:
        return pl.Series("reason", [], pl.String)
    return pl.concat(told).sort("row")["reason"]


def _reason(slug: str, steps: int, step: Step) -> pl.Expr:
    """Return the sentence of a class, for a frame of figures."""
    months = step == "month"
    if slug == CLASSES[0]:
        never = (pl.col("hot") == 0) & (pl.col("cold") == 0)
        return pl.when(never).then(_filled(_(_NEVER[months]))).otherwise(_filled(_(_SENTENCES[slug][months])))
    sign = slug.rpartition("_")[2]
    some, each = (_filled(_(pair[months])) for pair in _SHARES[sign])
    share = pl.when(pl.col(sign) == steps).then(each).otherwise(some)
    return _filled(_(_SENTENCES[slug][months]), share=share)


def _filled(sentence: str, **given: pl.Expr) -> pl.Expr:
    """Return a sentence with its fields taken from what is given, else from the columns of the same names."""
    parts = []
    for text, name, _spec, _conversion in Formatter().parse(sentence):
        parts += [pl.lit(text)] if text else []
        parts += [given[name] if name in given else _figure(name)] if name else []
    return pl.concat_str(parts)


def _figure(name: str) -> pl.Expr:
    """Return a number as text, a z-score with one decimal; what rounds to nothing has no sign."""
    column = pl.col(name)
    if name in ("start", "end", "last"):
        column = column.round(_DECIMALS) + 0.0
    return column.cast(pl.String).str.replace("-", "−", literal=True)
