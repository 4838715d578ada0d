"""Emerging hot spots: where reports gather, since when, and whether it becomes more or less."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from geo.cell_ids import Cells
from geo.emerging_classes import (
    CLASSES,
    DEFINITIONS,
    Definition,
    Signs,
    Spells,
    checked_definition,
    checked_signs,
    checked_trend,
    class_codes,
)
from geo.emerging_cube import checked_cube, neighbourhood_of
from geo.errors import AnalysisError
from geo.mann_kendall import MannKendall, mann_kendall, sen_slopes
from geo.neighbourhood import USUAL_RING, Neighbourhood, Values
from geo.space_time import USUAL_PREVIOUS, Bins, gi_star_of_bins, p_of_bins, significance

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["CLASSES", "DEFINITIONS", "Definition", "Emerging", "analyse", "classes"]

#: Accepted share of false ones among the significant bins, and level of the trends; two-sided.
USUAL_ALPHA: Final = 0.10
#: What is known of each cell; `Emerging.summary` says what the fields are.
SUMMARY: Final = np.dtype(
    [
        ("code", "u1"),
        ("hot_steps", "i4"),
        ("cold_steps", "i4"),
        ("run", "i4"),
        ("z_first", "f8"),
        ("z_last", "f8"),
        ("z_from", "f8"),
        ("z_to", "f8"),
        ("p_last", "f8"),
        ("trend", "i1"),
        ("trend_z", "f8"),
        ("trend_p", "f8"),
        ("count_trend", "i1"),
        ("count_trend_z", "f8"),
        ("count_trend_p", "f8"),
        ("total", "f8"),
    ]
)
#: Codes of the classes that speak of a trend.
_OF_A_TREND: Final = [
    code for code, slug in enumerate(CLASSES) if slug.startswith(("intensifying", "diminishing"))
]


@dataclass(frozen=True, slots=True, eq=False)
class Emerging:
    """The emerging hot spots of a cube.

    Attributes
    ----------
    cells
        Shape (n,), in the order that they were given.
    starts
        Shape (steps,): the columns of the cube.
    z
        Shape (n, steps): space-time Gi* of each bin, in standard deviations.
    significant
        Shape (n, steps), int8: 1 hot, -1 cold, 0 neither, after the correction for all bins of the cube.
    bins
        What all bins of the cube are like.
    critical_p
        The largest p, not corrected, that is significant; 0 where nothing is.
    summary
        Shape (n,), structured (`SUMMARY`): `code` of the class in `CLASSES`; `hot_steps` and `cold_steps`;
        `run`, of how many steps the hot or cold spell that lasts at the end is made (0: none lasts); z of the
        first and the last step; `z_from` and `z_to`, the ends of the straight line through the z-scores
        (Theil and Sen), where the class speaks of a trend, NaN elsewhere; `p_last`, two-sided and
        uncorrected; sign, z and p of the Mann-Kendall trend of the z-scores, and of the values themselves;
        `total`, the sum of the values.
    alpha, definition, modified
        What was asked for.
    """

    cells: Cells
    starts: npt.NDArray[Any]
    z: Values
    significant: Signs
    bins: Bins
    critical_p: float
    summary: npt.NDArray[Any]
    alpha: float = USUAL_ALPHA
    definition: Definition = "esri"
    modified: bool = False
    _index: Any = field(default=None, repr=False)

    @property
    def classes(self) -> npt.NDArray[np.str_]:
        """Shape (n,): the slug of each cell."""
        slugs: npt.NDArray[np.str_] = np.array(CLASSES)[self.summary["code"]]
        return slugs

    @property
    def table(self) -> "pd.DataFrame":
        """The summary as a frame with the index of the cube: `class`, then the fields but the code."""
        import pandas as pd

        index = pd.Index(self.cells, name="cell") if self._index is None else self._index
        columns = {name: self.summary[name] for name in SUMMARY.names or () if name != "code"}
        return pd.DataFrame({"class": self.classes, **columns}, index=index)


def classes(significant: Any, trend: Any, *, definition: Definition = "esri") -> npt.NDArray[np.str_]:
    """Name what each cell's series of hot and cold steps is: one of 17 classes.

    Hot, with H for a significant hot step, C for a cold one and p for the share of H among all steps; cold is
    the mirror image, and an *intensifying* cold spot has a falling trend:

    - `new_hot`: H at the last step, never before;
    - `consecutive_hot`: a run of at least two H up to the last step, none before it, p < 0.9;
    - `intensifying_hot`, `persistent_hot`, `diminishing_hot`: p ≥ 0.9, H at the last step, and a rising
      trend, none, or a falling one;
    - `sporadic_hot`: H at the last step and on and off before, p < 0.9, never C;
    - `oscillating_hot`: H at the last step, C at some earlier one, p < 0.9;
    - `historical_hot`: p ≥ 0.9, but not H at the last step;
    - `none`: all else.

    What the last step is decides first: nearly always hot and cold now is `oscillating_cold`. With C at some
    earlier step a spot that would be new or consecutive is oscillating.

    Parameters
    ----------
    significant
        Shape (n, steps): 1 hot, -1 cold, 0 neither.
    trend
        Shape (n,): 1 where the z-scores rise significantly, -1 where they fall, 0 elsewhere.
    definition
        `esri` as above; `esri-2.8` has the older words, by which a sporadic spot need not be one at the last
        step (any H, never C), and the run of a consecutive one may have one step (new goes before it).

    Returns
    -------
    Shape (n,): slugs of `CLASSES`.

    Raises
    ------
    AnalysisError
        Other values or shapes, an unknown definition.
    NotEnoughDataError
        No step.

    Source: the definitions of Esri's Emerging Hot Spot Analysis, of ArcGIS Pro 3 and of 2.8.
    """
    signs = checked_signs(significant)
    codes = class_codes(
        Spells.of(signs, 1),
        Spells.of(signs, -1),
        checked_trend(trend, len(signs)),
        steps=signs.shape[1],
        definition=checked_definition(definition),
    )
    return np.array(CLASSES)[codes]


def analyse(
    cube: Any,
    *,
    cells: Any = None,
    around: Neighbourhood | None = None,
    ring: int = USUAL_RING,
    previous: int = USUAL_PREVIOUS,
    alpha: float = USUAL_ALPHA,
    definition: Definition = "esri",
    modified: bool = False,
) -> Emerging:
    """Find the emerging hot spots of a cube of counts: space-time Gi*, FDR, Mann-Kendall, classes.

    Each bin (a cell in a step) is scored over its disk in its own step and the `previous` ones, against all
    bins of the cube. Significant are those that pass Benjamini-Hochberg over all bins of the cube at once,
    not step by step: so noise is seldom called a hot spot, however many cells and steps there are.

    Parameters
    ----------
    cube
        Counts or rates, at least 0. A pandas frame with a row for each cell of the study area (H3 ids as
        texts or integers) and a column for each step, in order, none missing; or an array of shape (n,
        steps), with `cells`. Cells without a report are rows of zeros; a cell left out is unknown. Leave out
        a step that is not over yet.
    cells
        Shape (n,), where the cube is an array.
    around
        The neighbourhood of these cells in this order, where it is known already; `ring` is then its own.
    ring
        Disk radius in grid steps (not metres), at least 1.
    previous
        How many steps before its own the neighbourhood of a bin reaches, at least 0.
    alpha
        Accepted share of false ones among the significant bins; also the level of the trend's test.
    definition
        See `classes`.
    modified
        Whether the trend's test considers serial correlation (Hamed & Rao), see `geo.mann_kendall`.

    Raises
    ------
    CellError
        Ids that are no cells, cells given twice, mixed resolutions, a ring below 1.
    AnalysisError
        Values that are missing, infinite or negative, steps that are missing or not in order, other shapes,
        an option out of range.
    NotEnoughDataError
        Fewer than four steps, no report at all, all values the same, or so few cells that every disk holds
        them all.

    Source: Ord & Getis (1995); Benjamini & Hochberg (1995); Mann (1945); see `geo.space_time` and
    `geo.mann_kendall`.
    """
    if isinstance(previous, bool) or not isinstance(previous, int | np.integer) or previous < 0:
        raise AnalysisError(
            f"{previous!r} is no number of previous steps. Expected a whole number, 0 or more."
        )
    if not 0 < alpha < 1:
        raise AnalysisError(f"alpha is {alpha!r}. Expected a number between 0 and 1, such as {USUAL_ALPHA}.")
    known = checked_definition(definition)
    values, starts, index = checked_cube(cube)
    if previous > values.shape[1] - 2:
        raise AnalysisError(
            f"Neighbourhoods of {previous} previous steps in a cube of {values.shape[1]} steps. Expected at "
            f"most {values.shape[1] - 2}, so that there are other steps to compare with."
        )
    around = neighbourhood_of(len(values), cells if index is None else index.to_numpy(), around, ring)
    bins, reach = Bins.of(values), int(previous)
    z = gi_star_of_bins(around.sums(values), around.sizes, bins=bins, previous=reach)
    significant, critical = significance(z, around.sizes, bins=bins, previous=reach, alpha=alpha)
    found = np.zeros(len(values), SUMMARY)
    found["total"] = values.sum(axis=1)
    hot, cold = Spells.of(significant, 1), Spells.of(significant, -1)
    found["hot_steps"], found["cold_steps"] = hot.steps, cold.steps
    found["run"] = np.maximum(hot.run, cold.run)
    found["z_first"], found["z_last"] = z[:, 0], z[:, -1]
    last = np.full(len(z), z.shape[1] - 1)
    found["p_last"] = p_of_bins(z[:, -1], around.sizes, last, bins=bins, previous=reach)
    _take_trend(found, "trend", mann_kendall(z, modified=modified), alpha)
    _take_trend(found, "count_trend", mann_kendall(values, modified=modified), alpha)
    found["code"] = class_codes(hot, cold, found["trend"], steps=z.shape[1], definition=known)
    found["z_from"], found["z_to"] = _line_ends(z, np.isin(found["code"], _OF_A_TREND))
    return Emerging(
        around.cells, starts, z, significant, bins, critical, found, alpha, known, modified, index
    )


def _line_ends(z: Values, wanted: npt.NDArray[np.bool_]) -> Values:
    """Return both ends of the straight line through the wanted series, NaN elsewhere; shape (2, n)."""
    ends = np.full((2, len(z)), np.nan)
    if wanted.any():
        rise = sen_slopes(z[wanted]) * (z.shape[1] - 1)
        ends[:, wanted] = np.median(z[wanted], axis=1) + np.array([[-0.5], [0.5]]) * rise
    return ends


def _take_trend(found: npt.NDArray[Any], name: str, test: MannKendall, alpha: float) -> None:
    found[name], found[f"{name}_z"], found[f"{name}_p"] = test.trend(alpha), test.z, test.p
