"""The 17 classes of emerging hot spots: what a series of hot and cold steps is called."""

from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt

from geo.errors import AnalysisError, NotEnoughDataError

Signs = npt.NDArray[np.int8]

Definition = Literal["esri", "esri-2.8"]
#: Readings of the definitions, the usual one first.
DEFINITIONS: Final[tuple[Definition, ...]] = ("esri", "esri-2.8")

_KINDS: Final = (
    "new",
    "consecutive",
    "intensifying",
    "persistent",
    "diminishing",
    "sporadic",
    "oscillating",
    "historical",
)
#: Slugs by code: no class, then the hot ones, then the cold ones.
CLASSES: Final = ("none", *(f"{kind}_hot" for kind in _KINDS), *(f"{kind}_cold" for kind in _KINDS))

_NEW, _CONSECUTIVE, _INTENSIFYING, _PERSISTENT, _DIMINISHING, _SPORADIC, _OSCILLATING, _HISTORICAL = range(
    1, 9
)
#: How far the code of a cold class lies behind that of the hot one.
_COLD: Final = len(_KINDS)
#: A spot that is there in nearly all steps: at least 9 of 10.
_NEARLY_ALL: Final = (9, 10)


@dataclass(frozen=True, slots=True, eq=False)
class Spells:
    """When each cell was a spot of one sign, hot or cold.

    Attributes
    ----------
    steps
        Shape (n,): in how many steps it was one.
    run
        Shape (n,): how many of the last steps it was one without a break; 0 where it is none at the end.
    """

    steps: npt.NDArray[np.int32]
    run: npt.NDArray[np.int32]

    @classmethod
    def of(cls, significant: Signs, sign: int) -> "Spells":
        """Count the steps of a sign in checked signs of shape (n, steps)."""
        there = significant == sign
        backwards = ~there[:, ::-1]
        run = np.where(backwards.any(axis=1), backwards.argmax(axis=1), there.shape[1])
        return cls(there.sum(axis=1, dtype=np.int32), run.astype(np.int32))


def class_codes(
    hot: Spells, cold: Spells, trend: Signs, *, steps: int, definition: Definition = "esri"
) -> npt.NDArray[np.uint8]:
    """Return each cell's class as an index into `CLASSES`; see `geo.emerging.classes`.

    Parameters
    ----------
    hot, cold
        The steps at which each of n cells was hot, and was cold.
    trend
        Shape (n,): 1 where the z-scores rise, -1 where they fall, 0 elsewhere.
    steps
        Of how many.
    definition
        See `geo.emerging.classes`.

    Returns
    -------
    Shape (n,), uint8.
    """
    codes = _of_sign(hot, cold, trend, steps, definition)
    colder = _of_sign(cold, hot, -trend, steps, definition)
    # Both can be said of one cell alone: nearly always hot before, cold now. Its last step decides.
    takes = (colder > 0) & ((codes == 0) | (cold.run > 0))
    chosen: npt.NDArray[np.uint8] = np.where(takes, colder + _COLD, codes).astype(np.uint8)
    return chosen


def checked_definition(definition: Any) -> Definition:
    """Return a definition that is known, or raise `AnalysisError`."""
    if definition not in DEFINITIONS:
        raise AnalysisError(
            f"{definition!r} is not a known definition of the classes. Expected one of "
            f"{', '.join(DEFINITIONS)}."
        )
    known: Definition = definition
    return known


def checked_signs(significant: Any) -> Signs:
    """Return significance signs of shape (n, steps), int8.

    Raises
    ------
    AnalysisError
        Rows of different lengths, another shape, or values that are neither -1 nor 0 nor 1.
    NotEnoughDataError
        There is no step.
    """
    try:
        signs = np.asarray(significant)
    except ValueError as why:
        raise AnalysisError(
            "The significant steps have rows of different lengths. Expected (cells, steps)."
        ) from why
    if signs.ndim != 2:
        raise AnalysisError(f"The significant steps have shape {signs.shape}. Expected (cells, steps).")
    if signs.shape[1] == 0:
        raise NotEnoughDataError("There is no step, so there is no class. Expected at least one step.")
    return _as_signs(signs, "significant steps")


def checked_trend(trend: Any, n: int) -> Signs:
    """Return the signs of n trends, int8.

    Raises
    ------
    AnalysisError
        Another shape, or values that are neither -1 nor 0 nor 1.
    """
    signs = np.asarray(trend)
    if signs.shape != (n,):
        raise AnalysisError(f"The trends have shape {signs.shape}. Expected one for each cell: ({n},).")
    return _as_signs(signs, "trends")


def _as_signs(values: npt.NDArray[Any], what: str) -> Signs:
    wrong = np.isin(values, (-1, 0, 1), invert=True)
    if wrong.any():
        first = values[wrong][0]
        raise AnalysisError(
            f"{np.count_nonzero(wrong):,} of {values.size:,} {what} are neither -1 nor 0 nor 1; "
            f"first: {first!s}. Expected -1 for cold or falling, 1 for hot or rising, 0 for neither."
        )
    return values.astype(np.int8)


def _of_sign(
    own: Spells, other: Spells, trend: Signs, steps: int, definition: Definition
) -> npt.NDArray[np.uint8]:
    """Return codes as for hot cells; `trend` is positive where the spot becomes stronger."""
    now, nearly_all = own.run > 0, own.steps * _NEARLY_ALL[1] >= steps * _NEARLY_ALL[0]
    never_other = other.steps == 0
    rules = [
        (nearly_all & ~now, _HISTORICAL),
        (nearly_all & (trend > 0), _INTENSIFYING),
        (nearly_all & (trend < 0), _DIMINISHING),
        (nearly_all, _PERSISTENT),
        (now & ~never_other, _OSCILLATING),
        (now & (own.steps == 1), _NEW),
        (now & (own.run == own.steps), _CONSECUTIVE),
        (now, _SPORADIC),
    ]
    if definition == "esri-2.8":
        rules.append(((own.steps > 0) & never_other, _SPORADIC))
    conditions, codes = zip(*rules, strict=True)
    found: npt.NDArray[np.uint8] = np.select(conditions, codes, 0).astype(np.uint8)
    return found
