"""What became of a file of places: figures that add up."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from data.place_ingest.reading import Overlap
from data.place_ingest.reasons import PlaceNotice


@dataclass(frozen=True, slots=True)
class PlaceSummary:
    """What an import of places did: `read` = `new` + `changed` + `unchanged` + `rejected`, always.

    Attributes
    ----------
    streets
        Named streets that were put together from the file's lines; they are no features of it and not among
        those figures.
    relocated
        Cases that belong elsewhere now.
    left
        Elements that were not asked for: no place by the table of tags, or outside the box.
    kinds
        Kind -> places of the file, the named streets too.
    """

    name: str
    format: str
    source: str
    crs: str
    read: int
    new: int
    changed: int
    unchanged: int
    rejected: int
    retired: int = 0
    relocated: int = 0
    streets: dict[str, int] = field(default_factory=dict)
    left: int = 0
    kinds: dict[str, int] = field(default_factory=dict)
    reasons: dict[str, int] = field(default_factory=dict)
    repaired: dict[str, int] = field(default_factory=dict)
    overlaps: tuple[Overlap, ...] = ()
    warnings: tuple[PlaceNotice, ...] = ()
    area_faults: tuple[str, ...] = ()
    columns_unused: tuple[str, ...] = ()
    rejects_path: Path | None = None
    seconds: float = 0.0

    def as_dict(self) -> dict[str, Any]:
        """Return the figures as plain values; warnings with their code, count and words."""
        plain = {name: getattr(self, name) for name in self.__slots__}
        plain["overlaps"] = [asdict(one) | {"area_m2": round(one.area_m2, 1)} for one in self.overlaps]
        plain["warnings"] = [
            {"code": notice.code, "count": notice.count, "text": str(notice)} for notice in self.warnings
        ]
        plain["area_faults"] = list(self.area_faults)
        plain["columns_unused"] = list(self.columns_unused)
        plain["rejects_path"] = str(self.rejects_path) if self.rejects_path else None
        plain["seconds"] = round(self.seconds, 2)
        return plain

    def as_json(self) -> str:
        """Return the figures as one JSON object."""
        return json.dumps(self.as_dict(), ensure_ascii=False)
