"""What became of a file: figures that add up."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from data.datum_judgement import Judgement
from data.ingest.reasons import Notice


@dataclass(frozen=True, slots=True)
class Summary:
    """What an import did: `read` = `taken` + `updated` + `unchanged` + `rejected`, always.

    The figures are those of the whole file, in however many attempts it came into the store; `seconds` is
    the work of all of them.
    """

    name: str
    source: str
    profile: str | None
    read: int
    taken: int
    updated: int
    unchanged: int
    rejected: int
    reasons: dict[str, int] = field(default_factory=dict)  # code -> rows, the commonest first
    suspicious: dict[str, int] = field(default_factory=dict)  # code -> reports that were taken all the same
    warnings: tuple[Notice, ...] = ()
    columns_unused: tuple[str, ...] = ()
    rejects_path: Path | None = None
    suspicious_path: Path | None = None
    seconds: float = 0.0
    import_id: int | None = None
    went_on_at: int = 0  # rows that an attempt before this one had handed over; the figures are of all
    datum: Judgement | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return the figures as plain values; warnings with their code, count and words."""
        return {
            "name": self.name,
            "source": self.source,
            "profile": self.profile,
            "read": self.read,
            "taken": self.taken,
            "updated": self.updated,
            "unchanged": self.unchanged,
            "rejected": self.rejected,
            "reasons": self.reasons,
            "suspicious": self.suspicious,
            "warnings": [
                {"code": notice.code, "count": notice.count, "text": str(notice)} for notice in self.warnings
            ],
            "columns_unused": list(self.columns_unused),
            "rejects_path": str(self.rejects_path) if self.rejects_path and self.rejected else None,
            "suspicious_path": str(self.suspicious_path) if self.suspicious_path else None,
            "seconds": round(self.seconds, 2),
            "import_id": self.import_id,
            "went_on_at": self.went_on_at,
            "datum": {**self.datum.as_dict(), "text": self.datum.words()} if self.datum else None,
        }

    def as_json(self) -> str:
        """Return the figures as one JSON object."""
        return json.dumps(self.as_dict(), ensure_ascii=False)
