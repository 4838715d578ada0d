"""What the measured effect of a drive comes to: one word for the cells of the drive, one for next door."""

from typing import Final, Literal

from geo.effect import Effect
from geo.effect_groups import UNLIKE
from geo.rate_ratios import Ratio

#: `few`: too little was reported to tell; `unsure`: the interval reaches from a fall to a rise and is wide;
#: `unchanged`: it holds no change and is narrow; `came_back`: it fell at first and is where it was;
#: `partly_back`: it fell at first, and a part of that is lost again.
Verdict = Literal["few", "unsure", "unchanged", "fell", "rose", "came_back", "partly_back"]
#: `calm` is no sign that anything moved; empty where nothing fell for long, so that nothing
#: could have moved.
NextDoor = Literal["", "few", "unsure", "calm", "moved", "fell_too"]

#: Reports before a drive, and reports to be expected after it, below which nothing is said.
FEW_BEFORE: Final = 10
FEW_EXPECTED: Final = 5
#: An interval within these is narrow: a change by a half to either side would have been seen.
_NARROW: Final = (2 / 3, 3 / 2)
#: A return counts from this part of the level before on.
_BACK: Final = 0.2
#: A rise next door beyond this cannot be ruled out where an interval reaches farther.
_WIDE: Final = 2.0


def verdict(found: Effect) -> Verdict:
    """Say what a drive came to in its own cells, beyond what matched cells did."""
    if found.treated.before < FEW_BEFORE or not found.singles.expected.sum() >= FEW_EXPECTED:
        return "few"
    back = _came_back(found)
    if back:
        return back
    if found.ratio.fell:
        return "fell"
    if found.ratio.rose:
        return "rose"
    return "unchanged" if _is_narrow(found.ratio) else "unsure"


def next_door(found: Effect) -> NextDoor:
    """Say whether what fell in the cells of a drive rose in the cells beside them."""
    if verdict(found) not in ("fell", "partly_back"):
        return ""
    around = found.neighbours
    if around.before + around.after < FEW_BEFORE:
        return "few"
    if found.next_door.rose:
        return "moved"
    if found.next_door.fell:
        return "fell_too"
    return "calm" if found.next_door.high <= _WIDE else "unsure"


def is_unlike(found: Effect) -> bool:
    """Tell whether no cells went like those of the drive before it."""
    return found.away > UNLIKE


def was_on_another_course(found: Effect) -> bool:
    """Tell whether the cells of the drive grew or shrank beside the matched ones before it already."""
    return found.course.fell or found.course.rose


def cell_verdict(one: Ratio, *, before: float, expected: float) -> Verdict:
    """Say of a single cell what `verdict` says of all together.

    Parameters
    ----------
    one
        Its rate after the drive over what was to be expected.
    before, expected
        Reports in it before the drive, and to be expected after it: with few of either nothing can be said.
    """
    if before < FEW_BEFORE or not expected >= FEW_EXPECTED:
        return "few"
    if one.fell or one.rose:
        return "fell" if one.fell else "rose"
    return "unchanged" if _is_narrow(one) else "unsure"


def _came_back(found: Effect) -> Verdict | None:
    late, again = found.in_late, found.again
    if late is None or again is None or not (found.in_early.fell and again.rose):
        return None
    if not late.fell:
        return "came_back"
    return "partly_back" if late.estimate - found.in_early.estimate >= _BACK else None


def _is_narrow(ratio: Ratio) -> bool:
    return ratio.low >= _NARROW[0] and ratio.high <= _NARROW[1]
