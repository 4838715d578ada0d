"""What was found out about a datum, decided and put into words: for imports and for places."""

from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np

from geo.crs import Crs
from geo.datum_evidence import NEAR_M, REACH_M, Comparison, Kind
from geo.datum_fit import DatumFit
from i18n import N_
from i18n import gettext as _

Outcome = Literal["agrees", "guessed", "doubt", "unknown"]
#: Whose word the declared system is: said with this import, the profile's, the file's own, nobody's.
Word = Literal["hand", "profile", "file", "nobody"]

_AS: Final[dict[Kind, str]] = {
    "streets": N_("as {system} the points lie a median {distance} from the nearest street"),
    "earlier": N_("as {system} the points lie a median {distance} from the nearest earlier report"),
    "areas": N_("as {system} {share} of the points lie inside the known areas"),
}
_AND_AS: Final = N_("as {system} {value}")
_COMPARED: Final[dict[Kind, str]] = {
    "streets": N_("streets"),
    "earlier": N_("earlier reports"),
    "areas": N_("areas"),
}
_WHY: Final[dict[str, str]] = {
    "no_evidence": N_("the store knows no streets and no reports there"),
    "few_points": N_("too few points lie near what the store knows there"),
    "same": N_("outside China these systems are one"),
    "unclear": N_("none of them fits better than chance"),
    "contradictory": N_("streets and earlier reports speak for different systems"),
    "fits": "",
}


@dataclass(frozen=True, slots=True)
class Judgement:
    """What was decided about the datum of a file.

    Attributes
    ----------
    outcome
        `agrees`: the evidence supports the declared system. `guessed`: nobody had declared one, and another
        one is used. `doubt`: declared against clear evidence, or undeclared with contradictory evidence.
        `unknown`: nothing decides.
    fit
        The figures.
    word
        Whose word the declared system is.
    used
        The system that the coordinates are taken in.
    remembered
        Whether the guess is that of the last import from this source, for want of evidence.
    forced
        Whether the file is taken as declared whatever the evidence says.
    """

    outcome: Outcome
    fit: DatumFit
    word: Word
    used: Crs
    remembered: bool = False
    forced: bool = False

    @property
    def stops(self) -> bool:
        """Whether the file is not to be taken without a word more."""
        return self.outcome == "doubt" and not self.forced

    @property
    def shift_m(self) -> float:
        """How far the points lie, as declared, from where the better system puts them, in metres."""
        better = self.fit.best or (self.used if self.used in self.fit.candidates else None)
        return 0.0 if better is None else self.fit.shift_m[self.fit.candidates.index(better)]

    @property
    def better(self) -> Crs | None:
        """The system that the evidence speaks for against the declared one."""
        return None if self.fit.agrees else self.fit.best

    def words(self) -> str:
        """Say what was found, with the figures, in the locale in use."""
        if self.outcome == "agrees":
            return _("{figures}. That fits.", figures=_capital(self._figures()))
        if self.remembered:
            return _(
                "Nothing shows the coordinate system; taken as {system}, as the last import from this source "
                "was. The shift is {shift}.",
                system=self.used.label,
                shift=metres(self.shift_m),
            )
        if self.fit.best is not None:
            figures = _capital(self._figures())
            if self.outcome == "guessed":
                return _(
                    "Nobody said the coordinate system; taken as {system}. {figures}; the shift is {shift}.",
                    system=self.used.label,
                    figures=figures,
                    shift=metres(self.shift_m),
                )
            return _("{figures}; the shift is {shift}.", figures=figures, shift=metres(self.shift_m))
        if self.fit.reason == "contradictory":
            found = "; ".join(self._speaking(c) for c in self.fit.comparisons if c.speaks_for is not None)
            return _("Streets and earlier reports contradict each other: {figures}.", figures=found)
        return _(
            "Whether the coordinates are {systems} cannot be told: {why}. Taken as {system}.",
            systems=" / ".join(crs.label for crs in self.fit.candidates),
            why=_(_WHY[self.fit.reason]),
            system=self.used.label,
        )

    def compared(self) -> str:
        """Say what the points were compared with."""
        return ", ".join(_(_COMPARED[c.kind]) for c in self.fit.comparisons)

    def table(self) -> list[dict[str, str]]:
        """Return the figures in words, a row for each candidate."""
        rows = []
        for index, crs in enumerate(self.fit.candidates):
            row = {_("System"): crs.label, _("Shift"): metres(self.fit.shift_m[index])}
            for found in self.fit.comparisons:
                name = _(_COMPARED[found.kind])
                if found.kind != "areas":
                    row[_("{what}: median distance", what=name)] = metres(found.median_m[index])
                    row[_("{what}: within {near}", what=name, near=metres(NEAR_M))] = _share(
                        found.share[index]
                    )
                else:
                    row[_("{what}: inside", what=name)] = _share(found.share[index])
            rows.append(row)
        return rows

    def as_dict(self) -> dict[str, Any]:
        """Return what was decided and its figures as plain values, for the record of the import."""
        return {
            "outcome": self.outcome,
            "declared": str(self.fit.declared),
            "declared_by": self.word,
            "used": str(self.used),
            "best": str(self.fit.best) if self.fit.best else None,
            "reason": self.fit.reason,
            "remembered": self.remembered,
            "forced": self.forced,
            "shift_m": round(self.shift_m, 1),
            "candidates": [
                {
                    "crs": str(crs),
                    "shift_m": round(self.fit.shift_m[index], 1),
                    **{found.kind: _plain(found, index) for found in self.fit.comparisons},
                }
                for index, crs in enumerate(self.fit.candidates)
            ],
        }

    def _figures(self) -> str:
        """Compare the declared system with the one that the evidence speaks for, by what speaks for it."""
        best = self.fit.candidates.index(self.fit.best) if self.fit.best else 0
        found = next(c for c in self.fit.comparisons if c.speaks_for == best)
        first = self._speaking(found, 0)
        if best == 0:
            others = range(1, len(self.fit.candidates))
            rivals = [_and_as(self.fit.candidates[index], found, index) for index in others]
            return ", ".join([first, *rivals])
        return f"{first}, {_and_as(self.fit.candidates[best], found, best)}"

    def _speaking(self, found: Comparison, index: int | None = None) -> str:
        index = (found.speaks_for or 0) if index is None else index
        return _(
            _AS[found.kind],
            system=(self.fit.declared if index == 0 else self.fit.candidates[index]).label,
            distance=metres(found.median_m[index]),
            share=_share(found.share[index]),
        )


def metres(length_m: float) -> str:
    """Return a length in words: whole metres, kilometres where it is long."""
    if not np.isfinite(length_m):
        return _("more than {distance}", distance=metres(REACH_M))
    if length_m < 9_999.5:
        return _("{n} m", n=f"{length_m:,.0f}" if length_m >= 10 else f"{length_m:.1f}")
    return _("{n} km", n=f"{length_m / 1000:,.0f}")


def _and_as(crs: Crs, found: Comparison, index: int) -> str:
    value = _share(found.share[index]) if found.kind == "areas" else metres(found.median_m[index])
    return _(_AND_AS, system=crs.label, value=value)


def _plain(found: Comparison, index: int) -> dict[str, float | None]:
    median = found.median_m[index]
    return {
        "places": found.places,
        "median_m": round(median, 1) if np.isfinite(median) else None,
        "share": round(found.share[index], 4),
    }


def _share(share: float) -> str:
    return f"{share:.0%}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
