"""What a map of hot spots is asked, and what it answers: every kind of it is a module `hot_…` of its own."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt

from data.filters import Filter
from data.step_counts import STEPS, Step
from geo.cells import ANALYSIS_RESOLUTION, Cells
from geo.errors import FilterError
from i18n import gettext as _

#: Resolutions that hot spots are looked for at.
HOT_RESOLUTIONS: Final = (9, 10, 11)
RINGS: Final = (1, 2, 3)
#: What a count can be a rate of, the plain count first.
PER: Final = ("", "street", "household", "visit")
Kind = Literal["classes", "now", "outliers", "stability", "blind", "forecast"]
#: What the map can show, the usual first: the classes of emerging hot spots; Gi* of the period; cells unlike
#: their neighbours; which hot spots stand on another grid; where nobody looked; the cells of the next step.
KINDS: Final[tuple[Kind, ...]] = ("classes", "now", "outliers", "stability", "blind", "forecast")


@dataclass(frozen=True, slots=True)
class HotAsked:
    """A question about hot spots; it can be kept by and be the key of an answer."""

    where: Filter = field(default_factory=Filter)
    kind: Kind = "classes"
    resolution: int = ANALYSIS_RESOLUTION
    ring: int = 1
    step: Step = "week"
    per: str = ""

    @classmethod
    def from_params(cls, params: Mapping[str, str]) -> "HotAsked":
        """Read the filter's own words, and `kind`, `res`, `ring`, `step` and `per`.

        Raises
        ------
        FilterError
            One that is unknown.
        """
        return cls(
            where=Filter.from_params(params),
            kind=_one_of(params.get("kind"), KINDS),
            resolution=int(
                _one_of(params.get("res", str(ANALYSIS_RESOLUTION)), [*map(str, HOT_RESOLUTIONS)])
            ),
            ring=int(_one_of(params.get("ring"), [*map(str, RINGS)])),
            step=_one_of(params.get("step"), STEPS),
            per=_one_of(params.get("per"), PER),
        )

    def to_params(self) -> dict[str, str]:
        """Return what is asked beside the filter, as `from_params` reads it."""
        said = {"kind": self.kind, "res": str(self.resolution), "ring": str(self.ring)}
        return said | {"step": self.step} | ({"per": self.per} if self.per else {})


@dataclass(frozen=True, slots=True, eq=False)
class HotCells:
    """The answer: a class for each cell of the study area.

    Attributes
    ----------
    cells
        Shape (n,), ascending: the study area.
    codes
        Shape (n,), uint8: index into `classes`.
    classes
        Slugs, in the order of the legend; the first is "nothing to say".
    figures
        Shape (n,): what the class was chosen by (a z-score, a share, expected reports); NaN where unknown.
    n
        Shape (n,): reports behind it.
    note
        A slug for why there is no answer ("steps", "cells", "same", "visits"), empty where there is one.
    """

    cells: Cells
    codes: npt.NDArray[np.uint8]
    classes: tuple[str, ...]
    figures: npt.NDArray[np.float64]
    n: npt.NDArray[np.uint32]
    note: str = ""


def _texts(numbers: tuple[int, ...]) -> tuple[str, ...]:
    return tuple(map(str, numbers))


def _one_of(said: str | None, known: Any) -> Any:
    if not said:
        return known[0]
    if said not in known:
        raise FilterError(
            _("'{value}' is not known here. Expected one of {known}.", value=said, known=", ".join(known))
        )
    return said
