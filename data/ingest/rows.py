"""Rows of a file as reports: what each one says, and what is wrong with it."""

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC as UTC_ZONE
from datetime import datetime, timedelta
from typing import Final

import numpy as np
import polars as pl

from data.categories import UNKNOWN, slug_of
from data.ingest import encoding, positions, times
from data.ingest.plan import Plan
from data.ingest.profiles import common_statuses, plain, word
from data.schema import REPORT, UTC
from data.statuses import STATUS_GROUPS

#: Words that say yes in a column that marks repeated reports.
_YES: Final = ("true", "t", "yes", "y", "1", "是")
_TEXTS: Final = ("kind", "description", "address", "unit")
#: A row is the header again when two cells or more, and this share of those filled, say what it says.
_HEADERS: Final = 2
_HEADER_SHARE: Final = 0.6
_DIGEST_BYTES: Final = 10
#: A clock may be fast, a zone wrong: what is dated a day ahead is in the future.
_TOMORROW: Final = timedelta(days=1)

#: What may be noticed about a row that is taken; columns of `check`.
ROW_NOTICES: Final = (
    "closing_date_dropped",
    "unreadable_closing_date",
    "unreadable_update_date",
    "unknown_status",
    "future_date",
)


@dataclass
class Tally:
    """What was noticed in the rows, added up over the file."""

    counts: Counter[str] = field(default_factory=Counter)
    examples: dict[str, Counter[str]] = field(default_factory=dict)

    def note(self, code: str, count: int, examples: pl.Series | None = None) -> None:
        """Add to a count, and keep what the rows say."""
        if count:
            self.counts[code] += count
            if examples is not None:
                self.examples.setdefault(code, Counter()).update(examples.drop_nulls().to_list())

    def commonest(self, code: str) -> str:
        """List the commonest examples."""
        return ", ".join(text for text, _n in self.examples.get(code, Counter()).most_common(5))


def check(frame: pl.DataFrame, plan: Plan) -> pl.DataFrame:
    """Read what decides whether a row is taken.

    Returns
    -------
    One row for each: `external_id`, `x`, `y` (as in the file), `lon`, `lat`, `reported_at`, `closed_at`,
    `updated_at`, `status`; `fault`, the code of what is wrong or ""; and for each code of `ROW_NOTICES`
    whether it is so. `named` tells more about faulty rows.
    """
    x, y = plan.places(frame)
    place = positions.read(x, y, plan.crs)
    ids = _ids(frame, plan)
    dates = {name: _dates(frame, plan, name) for name in ("reported_at", "closed_at", "updated_at")}
    reported, closed = dates["reported_at"], dates["closed_at"]
    closing = closed["utc"].is_not_null()
    status, unknown = _statuses(frame, plan, closing)
    is_open = status.is_in(STATUS_GROUPS["open"])
    before = _before(closed, reported) & ~is_open
    fault = np.select(
        [
            ids.is_null().to_numpy(),
            place.faults() != "",
            ~reported["given"].to_numpy(),
            reported["utc"].is_null().to_numpy(),
            before.to_numpy(),
        ],
        ["no_id", place.faults(), "no_date", "unreadable_date", "closed_before_reported"],
        default="",
    )
    return pl.DataFrame(
        {
            "external_id": ids,
            "x": place.x,
            "y": place.y,
            "lon": place.lon,
            "lat": place.lat,
            "reported_at": reported["utc"],
            "closed_at": closed["utc"].set(is_open, None),
            "updated_at": dates["updated_at"]["utc"],
            "status": status,
            "fault": pl.Series(fault.tolist(), dtype=pl.String),
            "closing_date_dropped": is_open & closing & (not _closing_is_update(plan)),
            "unreadable_closing_date": closed["given"] & closed["utc"].is_null(),
            "unreadable_update_date": dates["updated_at"]["given"] & dates["updated_at"]["utc"].is_null(),
            "unknown_status": unknown,
            "future_date": (reported["utc"] > datetime.now(UTC_ZONE) + _TOMORROW).fill_null(value=False),
        }
    )


def named(faults: pl.Series, frame: pl.DataFrame, plan: Plan) -> pl.Series:
    """Tell among faulty rows those that say nothing, and those that are the header again."""
    rows = (faults != "").arg_true()
    if rows.is_empty():
        return faults
    faulty = frame[rows]
    texts = pl.DataFrame([times.clean(faulty[name]).alias(name) for name in frame.columns])
    filled = texts.select(pl.sum_horizontal(pl.all().is_not_null())).to_series()
    saying = {column for name, use in plan.uses.items() if not name.endswith("_at") for column in use.columns}
    silent = texts.select(pl.all_horizontal(pl.col(saying or frame.columns).is_null())).to_series()
    same = texts.select(pl.sum_horizontal(_plain(name) == plain(name) for name in texts.columns)).to_series()
    header = (same >= _HEADERS) & (same >= filled * _HEADER_SHARE)
    faults = faults.scatter(rows.filter(silent), "empty_row")
    return faults.scatter(rows.filter(header), "header_again")


def details(frame: pl.DataFrame, plan: Plan, tally: Tally) -> pl.DataFrame:
    """Read what is told about each report: category, kind, description, address, unit."""
    columns = {}
    for name in _TEXTS:
        texts, mended = encoding.repair(plan.text(frame, name))
        tally.note("repaired_text", mended)
        columns[name] = texts
    return pl.DataFrame({"category": _categories(columns["kind"], plan), **columns})


def reports(checked: pl.DataFrame, told: pl.DataFrame, plan: Plan) -> pl.DataFrame:
    """Put together the columns of `REPORT`; `checked` has a column `suspect` by now."""
    whole = pl.concat([checked, told], how="horizontal").with_columns(pl.lit(plan.source).alias("source"))
    return whole.select(pl.col(name).cast(dtype) for name, dtype in REPORT.items())


def note_damage(frame: pl.DataFrame, plan: Plan, tally: Tally) -> None:
    """Note text that was decoded wrongly in columns that no report keeps."""
    for name in plan.unused:
        if frame[name].dtype == pl.String:
            damaged = int(encoding.is_damaged(frame[name]).sum())
            if damaged:
                tally.note("damaged_text", damaged, pl.Series([name]))


def note_zeros(frame: pl.DataFrame, plan: Plan, tally: Tally) -> None:
    """Note the texts of reports that held zero characters, which `times.clean` leaves out."""
    fields = (*_TEXTS, "external_id", "status")
    columns = {column for name in fields if name in plan.uses for column in plan.uses[name].columns}
    for column in sorted(columns):
        if frame[column].dtype == pl.String:
            tally.note("zero_characters", int(frame[column].str.contains("\0", literal=True).sum()))


def _ids(frame: pl.DataFrame, plan: Plan) -> pl.Series:
    if "external_id" in plan.uses:
        return plan.text(frame, "external_id")
    columns = [name for name in frame.columns if frame[name].dtype != pl.Null]
    content = frame.select(
        pl.concat_str(
            [pl.lit(name + "=") + pl.col(name).cast(pl.String) for name in columns],
            separator="\x1f",
            ignore_nulls=True,
        )
    ).to_series()
    return pl.Series(
        [hashlib.blake2b(text.encode(), digest_size=_DIGEST_BYTES).hexdigest() for text in content],
        dtype=pl.String,
    )


def _dates(frame: pl.DataFrame, plan: Plan, name: str) -> pl.DataFrame:
    if name not in plan.uses:
        nothing: dict[str, pl.DataType | type[pl.DataType]] = {
            "utc": UTC,
            "local": times.LOCAL,
            "given": pl.Boolean,
            "timed": pl.Boolean,
        }
        return (
            pl.DataFrame(schema=nothing)
            .clear(len(frame))
            .with_columns(pl.col("given", "timed").fill_null(False))
        )
    return times.read(plan.values(frame, name), plan.forms[name], plan.zone)


def _before(closed: pl.DataFrame, reported: pl.DataFrame) -> pl.Series:
    """Tell what was closed before it was reported; a day without a time is compared by the day."""
    by_day = ~(closed["timed"] & reported["timed"])
    earlier = closed["local"] < reported["local"]
    earlier_day = closed["local"].dt.date() < reported["local"].dt.date()
    return earlier.zip_with(~by_day.fill_null(value=True), earlier_day).fill_null(value=False)


def _closing_is_update(plan: Plan) -> bool:
    return bool(plan.profile and plan.profile.closed_at_is_update)


def _statuses(frame: pl.DataFrame, plan: Plan, closing: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Translate the source's states, and mark those not known: the closing date tells instead."""
    texts = plan.text(frame, "status")
    words = {**common_statuses(), **(plan.profile.statuses if plan.profile else {})}
    status = _translated(texts, {text: words.get(word(text)) for text in texts.unique().drop_nulls()})
    unknown = texts.is_not_null() & status.is_null()
    by_date = _translated(closing.cast(pl.String), {"true": "closed", "false": "reported"})
    status = status.fill_null(by_date)
    if "duplicate" in plan.uses:
        marked = plan.text(frame, "duplicate").str.to_lowercase().is_in(_YES).fill_null(value=False)
        status = status.set(marked, "merged")
    return status, unknown


def _translated(texts: pl.Series, words: Mapping[str, str | None]) -> pl.Series:
    return texts.replace_strict(
        pl.Series(list(words), dtype=pl.String),
        pl.Series(list(words.values()), dtype=pl.String),
        default=None,
        return_dtype=pl.String,
    )


def _categories(kinds: pl.Series, plan: Plan) -> pl.Series:
    """Turn the source's words for a category into slugs: by the profile's own table, else by `slug_of`."""
    listed = plan.profile.categories if plan.profile else {}
    slugs = {text: listed.get(word(text)) or slug_of(text) for text in kinds.unique().drop_nulls()}
    return _translated(kinds, slugs).fill_null(UNKNOWN)


def _plain(column: str) -> pl.Expr:
    """Reduce texts as `profiles.plain` does."""
    return pl.col(column).str.to_lowercase().str.replace_all(r"[\W_]+", "")
