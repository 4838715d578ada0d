"""How one file is read: its profile, its mapping, its system, its zone, its dates."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from data.ingest import mapping as mappings
from data.ingest import positions, times
from data.ingest.mapping import PAIR, Use
from data.ingest.profiles import Profile, choose
from data.ingest.reasons import Notice
from data.ingest.tables import Table
from data.ingest.times import Forms
from geo import crs as systems
from geo.crs import WGS84, Crs
from geo.errors import CrsError, ImportFileError
from i18n import gettext as _

_DATES: Final = ("reported_at", "closed_at", "updated_at")
#: A file's name without what changes from one export to the next: dates, numbers, "(1)", "copy".
_SERIAL: Final = re.compile(r"([\W_]*(\d+|copy|副本|new|final|export|v\d+|[\W_])+)+$", re.IGNORECASE)


@dataclass(frozen=True)
class Plan:
    """Everything that has to be known to turn rows of one file into reports."""

    profile: Profile | None
    uses: Mapping[str, Use]
    crs: Crs
    zone: ZoneInfo
    zone_is_known: bool  # said by hand or by the profile, not merely supposed
    forms: Mapping[str, Forms]
    source: str
    missing: tuple[str, ...] = ()  # fields that reports need and no column holds
    notices: tuple[Notice, ...] = ()
    unused: tuple[str, ...] = field(default=())  # columns that no field takes

    @property
    def zone_hours(self) -> float:
        """Hours by which the zone's winter time is ahead of UTC."""
        offset = datetime(2024, 1, 1, tzinfo=self.zone).utcoffset()
        return offset.total_seconds() / 3600 if offset else 0.0

    def text(self, frame: pl.DataFrame, name: str) -> pl.Series:
        """Return the texts of a field: of the columns that hold it, the first that is not empty."""
        use = self.uses.get(name, Use())
        if use.constant is not None:
            return pl.Series(name, [use.constant], dtype=pl.String).new_from_index(0, len(frame))
        texts = pl.Series(name, pl.repeat(None, len(frame), dtype=pl.String, eager=True))
        for position, column in enumerate(use.columns):
            values = times.clean(frame[column])
            texts = values if position == 0 else texts.fill_null(values)
            if texts.null_count() == 0:
                break
        return texts.alias(name)

    def values(self, frame: pl.DataFrame, name: str) -> pl.Series:
        """Return the values of a field as they are where one column holds it, else as texts."""
        use = self.uses.get(name, Use())
        if len(use.columns) == 1 and use.constant is None:
            return frame[use.columns[0]].alias(name)
        return self.text(frame, name)

    def places(self, frame: pl.DataFrame) -> tuple[pl.Series, pl.Series]:
        """Return x (or longitude) and y (or latitude) as they stand in the file."""
        if "lat" in self.uses and "lon" in self.uses:
            x, y = self.values(frame, "lon"), self.values(frame, "lat")
            if "location" not in self.uses or (x.null_count() == 0 and y.null_count() == 0):
                return x, y
            other_x, other_y = _split(self.text(frame, "location"))
            blank = times.clean(x).is_null() & times.clean(y).is_null() & other_x.is_not_null()
            if not blank.any():
                return x, y
            x, y = x.cast(pl.String), y.cast(pl.String)
            return x.zip_with(~blank, other_x), y.zip_with(~blank, other_y)
        return _split(self.text(frame, "location"))


def make_plan(
    table: Table,
    *,
    profile: str | None = None,
    mapping: Mapping[str, str] | None = None,
    crs: str | None = None,
    tz: str | None = None,
    default_tz: str,
) -> Plan:
    """Decide how a file is read.

    What is said by hand comes first, then the profile, then what is guessed from headers and values.

    Raises
    ------
    ImportFileError
        An unknown profile, field, column or zone.
    CrsError
        An unknown coordinate reference system.
    """
    if table.needs_crs and not crs:
        raise CrsError(
            _(
                "{name} does not say in which coordinate reference system its shapes are (a Shapefile says "
                "so in its .prj file). Declare it: --crs EPSG:n, wgs84, gcj02 or bd09.",
                name=table.source.path.name,
            )
        )
    hand, options = mappings.by_hand(mapping, table.columns)
    short = table.kind == "Shapefile"
    chosen = choose(table.columns, profile, short_names=short)
    system = Crs.parse(crs or table.crs or (chosen.crs if chosen else None) or WGS84)
    sample = table.sample()
    uses = _uses(table, sample, hand, chosen, system, short_names=short)
    zone = times.zone(tz or (chosen.tz if chosen else None) or default_tz)
    dated = "reported_at" in uses
    if not dated:
        day = datetime.fromtimestamp(table.source.path.stat().st_mtime, zone).date().isoformat()
        uses["reported_at"] = Use(constant=day, reason=_("the day the file was last changed"))
    forms, notices = _forms(sample, uses, chosen, zone, options.get("date_format"))
    if not dated:
        notices.insert(0, Notice("no_date_column", values={"day": uses["reported_at"].constant}))
    if "external_id" not in uses:
        notices.insert(0, Notice("no_id_column"))
    used = {column for use in uses.values() for column in use.columns}
    plan = Plan(
        profile=chosen,
        uses=uses,
        crs=system,
        zone=zone,
        zone_is_known=bool(tz or (chosen and chosen.tz)),
        forms=forms,
        source=_source(uses, chosen, table.source.stem),
        missing=_missing(uses) if table.columns else (),  # an answer without records has no columns
        notices=tuple(notices),
        unused=tuple(column for column in table.columns if column not in used),
    )
    if not plan.missing:
        _check_fit(plan, sample)
    return plan


def _uses(
    table: Table,
    sample: pl.DataFrame,
    hand: Mapping[str, Use],
    chosen: Profile | None,
    system: Crs,
    *,
    short_names: bool,
) -> dict[str, Use]:
    """Return what each field is read from: by hand, else by the profile, else as is guessed."""
    uses = (
        mappings.from_profile(chosen, table.columns, short_names=short_names)
        if chosen
        else mappings.guess(sample, degrees=system.is_degrees, short_names=short_names)
    )
    if table.place:
        for name, column in zip(("lon", "lat"), table.place, strict=True):
            uses[name] = Use((column,), reason=_("the file's geometry"))
        uses.pop("location", None)
    if {"lat", "lon", "location"} & hand.keys():
        for name in ("lat", "lon", "location") if "location" in hand else ("location",):
            uses.pop(name, None)
    by_hand_columns = {column for use in hand.values() for column in use.columns}
    free = {
        name: use for name, use in uses.items() if chosen or not by_hand_columns.intersection(use.columns)
    }
    return {**free, **hand}


def _check_fit(plan: Plan, sample: pl.DataFrame) -> None:
    """Raise where coordinates cannot be meant in their system; swapped degrees are told row by row."""
    x, y = plan.places(sample)
    place = positions.read(x, y, plan.crs)
    given = np.isfinite(place.x) & np.isfinite(place.y)
    degrees = (np.abs(place.x[given]) <= 180) & (np.abs(place.y[given]) <= 180)
    if not (plan.crs.is_degrees and 2 * np.count_nonzero(degrees) >= len(degrees)):
        systems.check_fit(place.x, place.y, plan.crs)


def check_complete(plan: Plan, table: Table) -> None:
    """Raise where the file cannot be imported this way.

    Raises
    ------
    ImportFileError
        No column holds the coordinates; the message names the columns and how to say which it is.
    """
    if not plan.missing:
        return
    raise ImportFileError(
        _(
            "{name} has no column that is plainly the {missing}. Its columns are {columns}. "
            "Say which it is: --map {first}=COLUMN (coordinates in metres or feet: with --crs EPSG:n).",
            name=table.source.path.name,
            missing=", ".join(plan.missing),
            columns=mappings.listed(table.columns),
            first="=COLUMN --map ".join(plan.missing),
        )
    )


def _missing(uses: Mapping[str, Use]) -> tuple[str, ...]:
    if "location" in uses:
        return ()
    return tuple(name for name in ("lat", "lon") if name not in uses)


def _forms(
    sample: pl.DataFrame, uses: dict[str, Use], profile: Profile | None, zone: ZoneInfo, given: str | None
) -> tuple[dict[str, Forms], list[Notice]]:
    """Find the forms of every date column; those that were said by hand stand alone."""
    forms: dict[str, Forms] = {}
    notices = []
    known = (given,) if given else profile.date_formats if profile else ()
    for name in _DATES:
        use = uses.get(name)
        if use is None:
            continue
        if use.constant is not None:
            values = pl.Series([use.constant])
        else:
            columns = [sample[column] for column in use.columns]
            values = (
                columns[0] if len(columns) == 1 else pl.concat([column.cast(pl.String) for column in columns])
            )
        month_first = zone.key.startswith(("America/", "US/"))
        found = times.forms_of(values, known=known, month_first=month_first)
        forms[name] = Forms((given,)) if given else found or Forms(())
        if found and found.ambiguous and not given:
            notices.append(
                Notice(
                    "ambiguous_dates",
                    values={
                        "examples": ", ".join(found.ambiguous),
                        "format": found.formats[0],
                        "other": found.other,
                    },
                )
            )
    return forms, notices


def _source(uses: Mapping[str, Use], profile: Profile | None, stem: str) -> str:
    """Name the feed: by hand, by profile, or after the file without the numbers of this very export."""
    if "source" in uses and uses["source"].constant:
        return uses["source"].constant
    if profile:
        return profile.source
    name = _SERIAL.sub("", stem) or stem
    return re.sub(r"[\W_]+", "_", name.casefold()).strip("_") or "file"


def _split(texts: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Split texts that hold both coordinates: WKT has x first, "(41.8, -87.6)" the latitude.

    Where a number above 90 shows that the longitude comes first, it does.
    """
    first, second = texts.str.extract(PAIR, 1), texts.str.extract(PAIR, 2)
    high = first.cast(pl.Float64, strict=False).abs() > 90
    x_first = texts.str.contains("(?i)point").fill_null(value=False) | high.fill_null(value=False)
    return first.zip_with(x_first, second), second.zip_with(x_first, first)
