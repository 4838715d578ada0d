"""What becomes of each row, decided over the whole file: faults, repetitions, doubtful positions."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import polars as pl

from data.ingest import positions
from data.ingest.plan import Plan
from data.ingest.reasons import REJECTION_CODES, SUSPICIONS, Notice
from data.ingest.rows import check, named
from data.ingest.tables import ReadAgain, Table
from i18n import gettext as _

Progress = Callable[[int, int | None, str], None]

_CODES: Final = ("", *REJECTION_CODES)
_DOUBTS: Final = ("", *SUSPICIONS)
#: Hours of sun time by which a zone may differ from where the points lie.
_MOST_HOURS: Final = 4.0


@dataclass
class Verdicts:
    """The fate of each row, in the order of the file; rows that do not fit the header are not among them."""

    rows: npt.NDArray[np.int64]  # number in the file
    faults: npt.NDArray[np.uint8]  # index into codes; 0 is none
    doubts: npt.NDArray[np.uint8]
    kept: dict[int, int]  # index of a repeated row -> number of the row that is kept
    occurrence: dict[int, int]  # index of a row without id -> 2 for the second of the same content, …
    broken: int
    notices: list[Notice]

    @property
    def total(self) -> int:
        """How many rows the file has."""
        return len(self.rows) + self.broken

    @property
    def taken(self) -> int:
        """How many of them can be taken."""
        return int((self.faults == 0).sum())

    def fault(self, index: int) -> str:
        """Return the code of what is wrong with a row."""
        return str(_CODES[int(self.faults[index])])

    def doubts_of(self, part: slice) -> pl.Series:
        """Return the codes of what is doubted about rows; null for nothing."""
        codes = pl.Series([None, *SUSPICIONS], dtype=pl.String)
        return codes.gather(self.doubts[part].astype(np.uint32)).alias("suspect")


def judge(table: Table, plan: Plan, progress: Progress | None = None) -> Verdicts:
    """Read the file once and decide about every row."""
    try:
        return _judged(table, plan, progress)
    except ReadAgain:
        return _judged(table, plan, progress)


def _judged(table: Table, plan: Plan, progress: Progress | None) -> Verdicts:
    rows: list[npt.NDArray[np.int64]] = []
    parts: list[pl.DataFrame] = []
    broken = 0
    for batch in table.batches():
        checked = check(batch.frame, plan)
        checked = checked.with_columns(named(checked["fault"], batch.frame, plan).alias("fault"))
        parts.append(
            checked.select(
                "external_id",
                "x",
                "y",
                "lon",
                "lat",
                pl.col("updated_at").cast(pl.Int64),
                pl.col("fault").replace_strict(_CODES, range(len(_CODES)), return_dtype=pl.UInt8),
            )
        )
        rows.append(batch.rows)
        broken += len(batch.broken)
        if progress:
            done = sum(map(len, parts)) + broken
            progress(done, max(table.estimate, done), _("checking"))
    if not parts:
        nothing = np.zeros(0, np.uint8)
        return Verdicts(np.zeros(0, np.int64), nothing, nothing, {}, {}, broken, [Notice("no_rows")])
    return _over_all(pl.concat(parts), np.concatenate(rows), broken, plan)


def _over_all(seen: pl.DataFrame, rows: npt.NDArray[np.int64], broken: int, plan: Plan) -> Verdicts:
    notices: list[Notice] = []
    faults = seen["fault"].to_numpy().copy()
    notices += _mark_swapped(seen, faults, plan)
    kept: dict[int, int] = {}
    occurrence: dict[int, int] = {}
    if "external_id" in plan.uses:
        kept = _mark_repeated(seen, faults, rows)
    else:
        occurrence = _occurrences(seen["external_id"], faults)
        if occurrence:
            notices.append(Notice("identical_rows", len(occurrence)))
    doubts, more = _doubts(seen, faults, plan)
    return Verdicts(rows, faults, doubts, kept, occurrence, broken, notices + more)


def _mark_swapped(seen: pl.DataFrame, faults: npt.NDArray[np.uint8], plan: Plan) -> list[Notice]:
    """Mark positions that are right the other way round."""
    x, y, lon, lat = (seen[name].to_numpy() for name in ("x", "y", "lon", "lat"))
    good = faults == 0
    extent = plan.profile.extent if plan.profile else None
    extent = extent or positions.extent_of(lon[good], lat[good])
    candidates = faults == _CODES.index("out_of_range")
    if extent:
        candidates |= good & ~positions.inside(lon, lat, extent)
    where = np.flatnonzero(candidates)
    found = where[positions.swapped(x[where], y[where], plan.crs, extent)]
    faults[found] = _CODES.index("swapped_coordinates")
    if len(found) * 2 <= len(seen) or "lat" not in plan.uses:
        return []
    option = f"--map lat={plan.uses['lon']} --map lon={plan.uses['lat']}"
    return [Notice("swapped_columns", len(found), {"option": option})]


def _mark_repeated(
    seen: pl.DataFrame, faults: npt.NDArray[np.uint8], rows: npt.NDArray[np.int64]
) -> dict[int, int]:
    """Mark the rows whose id comes again; the one changed last is kept, or else the last in the file."""
    good = pl.DataFrame(
        {
            "n": np.arange(len(faults)),
            "external_id": seen["external_id"],
            "updated_at": seen["updated_at"].fill_null(np.iinfo(np.int64).min),
        }
    ).filter(pl.Series(faults == 0))
    repeated = good.filter(pl.col("external_id").is_duplicated())
    if repeated.is_empty():
        return {}
    last = (
        repeated.sort("updated_at", "n")
        .group_by("external_id", maintain_order=True)
        .agg(keep=pl.col("n").last())
    )
    given_up = repeated.join(last, on="external_id").filter(pl.col("n") != pl.col("keep"))
    faults[given_up["n"].to_numpy()] = _CODES.index("repeated_id")
    return {int(n): int(rows[keep]) for n, keep in given_up.select("n", "keep").iter_rows()}


def _occurrences(ids: pl.Series, faults: npt.NDArray[np.uint8]) -> dict[int, int]:
    """Number the rows of the same content, from the second on."""
    good = pl.DataFrame({"n": np.arange(len(faults)), "id": ids}).filter(pl.Series(faults == 0))
    again = good.filter(pl.col("id").is_duplicated()).with_columns(
        occurrence=pl.col("n").cum_count().over("id")
    )
    return {int(n): int(k) for n, k in again.select("n", "occurrence").iter_rows() if k > 1}


def _doubts(
    seen: pl.DataFrame, faults: npt.NDArray[np.uint8], plan: Plan
) -> tuple[npt.NDArray[np.uint8], list[Notice]]:
    """Doubt positions that lie far from everything else, or outside what the profile covers."""
    doubts = np.zeros(len(faults), np.uint8)
    good = np.flatnonzero(faults == 0)
    if not len(good):
        return doubts, []
    lon, lat = seen["lon"].to_numpy()[good], seen["lat"].to_numpy()[good]
    if plan.profile and plan.profile.extent:
        outside = ~positions.inside(lon, lat, plan.profile.extent)
        doubts[good[outside]] = _DOUBTS.index("outside_area")
    far, scattered = positions.far(lon, lat)
    doubts[good[far]] = _DOUBTS.index("far")
    notices = [Notice("scattered")] if scattered else []
    return doubts, notices + _zone_notices(float(np.median(lon)), plan)


def _zone_notices(lon: float, plan: Plan) -> list[Notice]:
    """Notice a time zone that cannot be that of the points: by the sun, 15 degrees are an hour."""
    offset = plan.zone_hours
    apart = abs((lon / 15 - offset + 12) % 24 - 12)
    return [Notice("zone_doubtful", values={"zone": plan.zone.key})] if apart > _MOST_HOURS else []


def rejected(verdicts: Verdicts) -> dict[str, int]:
    """Count the rows that are not taken by the code of their fault, the commonest first."""
    counts = {
        _CODES[code]: int(n)
        for code, n in enumerate(np.bincount(verdicts.faults, minlength=len(_CODES)))
        if code
    }
    counts["wrong_fields"] += verdicts.broken
    return dict(sorted(((code, n) for code, n in counts.items() if n), key=lambda item: -item[1]))


def doubted(verdicts: Verdicts) -> dict[str, int]:
    """Count the reports whose position is doubted by the code of the doubt."""
    counts: Any = np.bincount(verdicts.doubts, minlength=len(_DOUBTS))
    return {_DOUBTS[code]: int(n) for code, n in enumerate(counts) if code and n}
