"""How urgent a case is: one number of its deadline and of the hot spot that it lies in."""

import math
from collections.abc import Mapping
from typing import Final

from geo.emerging_classes import CLASSES
from geo.errors import AnalysisError

#: The most urgent of all; 0 is the least.
HIGHEST: Final = 100
#: Up to so many hours before the deadline, and what that counts; overdue is up to 0.
BY_DEADLINE: Final = ((0.0, 60), (8.0, 50), (24.0, 40), (72.0, 25), (math.inf, 10))
#: What a case without a deadline counts.
NO_DEADLINE: Final = 5
#: What a class of hot spot adds; cold spots and no class add nothing.
BY_CLASS: Final[Mapping[str, int]] = {
    "intensifying_hot": 40,
    "persistent_hot": 32,
    "consecutive_hot": 28,
    "new_hot": 24,
    "sporadic_hot": 16,
    "oscillating_hot": 12,
    "diminishing_hot": 8,
    "historical_hot": 4,
}


def urgency(*, hours_left: float | None, hot: str | None = None) -> int:
    """Weigh a case by its deadline and its place.

    Parameters
    ----------
    hours_left
        To the deadline, negative where it is over; None for no deadline.
    hot
        One of `geo.emerging_classes.CLASSES`, or None.

    Returns
    -------
    0 to `HIGHEST`.

    Raises
    ------
    AnalysisError
        Hours that are no number, a class that is not known.
    """
    if hours_left is not None and math.isnan(hours_left):
        raise AnalysisError(
            "Hours to a deadline that are no number. Expected hours, or None for no deadline."
        )
    if hot is not None and hot not in CLASSES:
        raise AnalysisError(
            f"A class of hot spots '{hot}' is not known. Expected one of {', '.join(CLASSES)}."
        )
    by_deadline = (
        NO_DEADLINE
        if hours_left is None
        else next(counts for hours, counts in BY_DEADLINE if hours_left <= hours)
    )
    return by_deadline + BY_CLASS.get(hot or "", 0)
