"""A measured figure beside its peer's."""

from dataclasses import dataclass


class MissingError(RuntimeError):
    """Something that a bench needs is not on this machine: it is left out, in words that say what to do."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the benchmark's table."""

    figure: str  # what was measured, with its size
    ours: float
    unit: str
    peer: str  # what else does the same; empty where nothing was measured beside it
    peer_value: float | None
    target: str  # the figure to reach, in words; empty where there is none
    met: bool | None
    note: str = ""  # what a reader should know beside: spread, phases, conditions

    @property
    def ratio(self) -> float | None:
        """How many times the peer's figure is ours; None without a peer."""
        return None if self.peer_value is None else self.peer_value / self.ours
