"""Dates and times of a city's clock, in whatever form, as moments in UTC.

A time that the clock shows twice (when summer time ends) is the first of the two. A time that it skips
(when summer time begins) is as long after the last moment before the gap as the clock would have shown:
02:30 becomes 03:30. A day without a time is its midnight.
"""

import itertools
import re
import string
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import polars as pl

from data.schema import UTC
from geo.errors import ImportFileError
from i18n import gettext as _

LOCAL: Final = pl.Datetime("us")
#: Years outside are slips of the pen or placeholders such as 1900-01-01.
_FIRST_YEAR, _LAST_YEAR = 1950, 2099
_SAMPLE: Final = 1_000
_EPOCH_DAY: Final = 25_569  # 1970-01-01 in a spreadsheet
_YMD: Final = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日")
_MDY: Final = ("%m/%d/%Y", "%m-%d-%Y", "%m.%d.%Y", "%m/%d/%y", "%m-%d-%y")
_DMY: Final = ("%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%d/%m/%y", "%d-%m-%y", "%d.%m.%y")
_NAMED: Final = ("%b %d, %Y", "%b %d %Y", "%d %b %Y", "%d-%b-%Y", "%d-%b-%y", "%Y-%b-%d")
_TIMES: Final = (
    "",
    " %H:%M:%S%.f",
    " %H:%M",
    "T%H:%M:%S%.f",
    "T%H:%M",
    " %I:%M:%S %p",
    " %I:%M %p",
    " %I:%M:%S%p",
    " %I:%M%p",
    " %p %I:%M:%S",
    " %p %I:%M",
    " %p%I:%M:%S",
    " %H时%M分%S秒",
    " %H时%M分",
    " %H:%M:%S%.f UTC",
    "T%H:%M:%S%.f%#z",
    " %H:%M:%S%.f%#z",
    " %H:%M:%S%.f %#z",
    "%H:%M:%S",  # Chinese dates need no blank before the time
    "%H:%M",
    "%H时%M分%S秒",
    "%H时%M分",
)
_SHORT: Final = ("%Y%m%d%H%M%S", "%Y%m%d%H%M", "%Y%m%d", "%Y%m%dT%H%M%S")
#: Numbers that count from a day: spreadsheets' days since 1899-12-30, Unix seconds and milliseconds.
_COUNTS: Final = {"excel": (20_000.0, 80_000.0), "seconds": (3e8, 4e9), "milliseconds": (3e11, 4e12)}


#: Texts that say that there is nothing.
NOTHING: Final = frozenset(
    {"", "null", "none", "nan", "nat", "n/a", "na", "nil", "-", "--", "无", "(null)", "\\n"}
)
_LONGEST_NOTHING: Final = max(map(len, NOTHING))


@dataclass(frozen=True, slots=True)
class Forms:
    """The forms that a column's dates have, the commonest first."""

    formats: tuple[str, ...]
    ambiguous: tuple[str, ...] = ()  # examples whose day and month could change places
    other: str = ""  # the form that those could have as well


def zone(name: str) -> ZoneInfo:
    """Return the time zone with this name.

    Raises
    ------
    ImportFileError
        There is none.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ImportFileError(
            _("'{name}' is not a time zone. Expected a name such as Asia/Shanghai.", name=name)
        ) from error


def forms_of(sample: pl.Series, *, known: Sequence[str] = (), month_first: bool = False) -> Forms | None:
    """Find the forms of the dates in a column.

    Parameters
    ----------
    sample
        Values of the column.
    known
        Forms to try first: where they read all of the sample, nothing else is tried.
    month_first
        How dates such as 03/04/2024 are meant where the whole sample leaves it open.

    Returns
    -------
    None where less than four fifths of the values are dates.
    """
    if _is_date(sample):
        return Forms(())
    every = clean(sample).drop_nulls()
    texts = every.unique(maintain_order=True).head(_SAMPLE)
    if texts.is_empty():
        return None
    chosen = _cover(texts, known)
    if _unread(texts, chosen).len() == 0:
        return Forms(chosen)
    signs = set("".join(texts.to_list()))
    month, day = (
        _cover(texts, [form for form in _candidates(order) if _needs(form).may_be_in(signs)])
        for order in ("mdy", "dmy")
    )
    left = {"mdy": _unread(texts, month).len(), "dmy": _unread(texts, day).len()}
    first = "mdy" if left["mdy"] < left["dmy"] or (left["mdy"] == left["dmy"] and month_first) else "dmy"
    chosen, others = (month, day) if first == "mdy" else (day, month)
    if every.is_in(_unread(texts, chosen).implode()).sum() > len(every) / 5:
        return None
    if left["mdy"] == left["dmy"] and set(month) != set(day):
        differing = [pair for pair in zip(chosen, others, strict=False) if pair[0] != pair[1]]
        return Forms(chosen, tuple(texts.head(2)), differing[0][1] if differing else "")
    return Forms(chosen)


def read(values: pl.Series, forms: Forms, tz: ZoneInfo) -> pl.DataFrame:
    """Read dates.

    Returns
    -------
    `utc`, null where there is no date or it cannot be read; `local`, what the city's clock shows;
    `given`, whether there is a value at all; `timed`, whether it says more than the day.
    """
    if _is_date(values):
        return _read_typed(values, tz)
    texts = clean(values)
    utc = pl.Series(pl.repeat(None, len(texts), dtype=UTC, eager=True))
    local = pl.Series(pl.repeat(None, len(texts), dtype=LOCAL, eager=True))
    for form in forms.formats:
        rest = texts if form == forms.formats[0] else texts.set(local.is_not_null() | utc.is_not_null(), None)
        if rest.null_count() == len(rest):
            break
        moment = _parse(rest, form)
        if moment.dtype == UTC:
            utc = utc.fill_null(moment) if utc.null_count() < len(utc) else moment
        else:
            local = local.fill_null(moment) if local.null_count() < len(local) else moment
    utc = to_utc(local, tz).fill_null(utc)
    local = local.fill_null(utc.dt.convert_time_zone(tz.key).dt.replace_time_zone(None))
    timed = local != local.dt.truncate("1d")
    return pl.DataFrame({"utc": utc, "local": local, "given": texts.is_not_null(), "timed": timed})


def to_utc(local: pl.Series, tz: ZoneInfo) -> pl.Series:
    """Turn what a city's clock shows into UTC; the module says how gaps and repeated hours are decided."""
    aware = local.dt.replace_time_zone(tz.key, ambiguous="earliest", non_existent="null")
    utc = aware.dt.convert_time_zone("UTC").cast(UTC)
    skipped = local.is_not_null() & utc.is_null()
    if skipped.any():
        rows = skipped.arg_true()
        moments = [moment.replace(tzinfo=tz).astimezone(ZoneInfo("UTC")) for moment in local.gather(rows)]
        utc = utc.scatter(rows, pl.Series(moments, dtype=UTC))
    return utc


def clean(values: pl.Series) -> pl.Series:
    """Trim texts, write numbers as whole as they are, and make the usual words for nothing null."""
    texts = values.cast(pl.String, strict=False)
    if texts.str.contains("\0", literal=True).any():  # no database holds it
        texts = texts.str.replace_all("\0", "", literal=True)
    texts = texts.str.strip_chars()
    if values.dtype.is_float():
        texts = texts.str.strip_suffix(".0")
    short = (texts.str.len_bytes() <= _LONGEST_NOTHING).arg_true()
    if len(short):
        words = texts.gather(short)
        texts = texts.scatter(short.filter(words.str.to_lowercase().is_in(list(NOTHING))), None)
    if texts.str.contains("午|：", literal=False).any():
        texts = texts.str.replace_many(["上午", "下午", "："], ["AM", "PM", ":"])
    return texts


def _is_date(values: pl.Series) -> bool:
    return values.dtype == pl.Date or isinstance(values.dtype, pl.Datetime)


def _read_typed(values: pl.Series, tz: ZoneInfo) -> pl.DataFrame:
    """Read a column that holds dates already."""
    timed = pl.repeat(values.dtype != pl.Date, len(values), eager=True)
    if isinstance(values.dtype, pl.Datetime) and values.dtype.time_zone:
        utc = _plausible(values.dt.convert_time_zone("UTC").cast(UTC))
    else:
        utc = to_utc(_plausible(values.cast(LOCAL)), tz)
    local = utc.dt.convert_time_zone(tz.key).dt.replace_time_zone(None)
    return pl.DataFrame({"utc": utc, "local": local, "given": values.is_not_null(), "timed": timed})


def _parse(texts: pl.Series, form: str) -> pl.Series:
    """Read what has one form: UTC where the form says so, else local."""
    if form in _COUNTS:
        numbers = texts.cast(pl.Float64, strict=False)
        low, high = _COUNTS[form]
        numbers = numbers.set(~numbers.is_between(low, high), None)
        if form == "excel":
            microseconds = (numbers - _EPOCH_DAY) * 86_400e6
            return _plausible(microseconds.round().cast(pl.Int64).cast(LOCAL).dt.round("1ms"))
        scale = 1_000_000 if form == "seconds" else 1_000
        return (numbers * scale).round().cast(pl.Int64).cast(UTC)
    if form.endswith(" UTC"):
        return _parse(texts.str.strip_suffix(" UTC"), form.removesuffix(" UTC")).dt.replace_time_zone("UTC")
    moments = texts.str.to_datetime(form, strict=False, time_unit="us")
    return _plausible(moments)


def _plausible(moments: pl.Series) -> pl.Series:
    return moments.set(~moments.dt.year().is_between(_FIRST_YEAR, _LAST_YEAR), None)


def _cover(texts: pl.Series, formats: Iterable[str]) -> tuple[str, ...]:
    """Choose forms one after the other, each the one that reads most of what is left."""
    candidates = list(formats)
    chosen: list[str] = []
    rest = texts
    while candidates and len(rest):
        read = {form: _parse(rest, form).is_not_null() for form in candidates}
        best = max(candidates, key=lambda form: read[form].sum())
        if not read[best].any():
            break
        chosen.append(best)
        rest = rest.filter(~read[best])
        candidates = [form for form in candidates if form != best and read[form].any()]
    return tuple(chosen)


@dataclass(frozen=True, slots=True)
class _Needs:
    """What a text must have to be of a form: most of the hundreds of forms need not be tried."""

    signs: frozenset[str]
    letters: bool  # the name of a month or of a half of the day

    def may_be_in(self, signs: set[str]) -> bool:
        """Say whether texts of these signs could be of the form; a date has digits in any."""
        return (
            self.signs <= signs
            and not signs.isdisjoint(string.digits)
            and not (self.letters and signs.isdisjoint(string.ascii_letters))
        )


@cache
def _needs(form: str) -> _Needs:
    if form in _COUNTS:
        return _Needs(frozenset(), letters=False)
    given = frozenset(re.sub(r"%[.#]?[A-Za-z]", "", form))
    return _Needs(given - {" "}, letters="%b" in form or "%p" in form)


def _unread(texts: pl.Series, formats: Iterable[str]) -> pl.Series:
    for form in formats:
        texts = texts.filter(_parse(texts, form).is_null())
    return texts


@cache
def _candidates(order: str) -> tuple[str, ...]:
    days = (*_YMD, *_NAMED, *(_MDY if order == "mdy" else _DMY))
    return (*(day + time for day, time in itertools.product(days, _TIMES)), *_SHORT, *_COUNTS)
