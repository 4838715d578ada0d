"""The words on the map, in the locale in use; the browser fills the `{fields}`."""

from i18n import gettext as _

#: The figure that a layer of cells shows where none is named.
COUNT = "count"


def labels(**changes: str) -> dict[str, str]:
    """Return every word that the map's scripts show, some of them changed.

    A page that counts something other than reports changes `title`, `one` and `many`.

    Raises
    ------
    ValueError
        A change of a label that does not exist.
    """
    words = _map_words() | _figure_words() | _legend_words() | _heat_words() | _street_words()
    words |= _point_words() | _place_words() | _search_words()
    unknown = changes.keys() - words.keys()
    if unknown:
        raise ValueError(f"'{min(unknown)}' is not a label. Expected one of {', '.join(sorted(words))}.")
    return words | changes


def measure_labels(measure: str) -> dict[str, str]:
    """Return the labels that are other words for a measure than for the count of reports.

    A measure that is not known here has the words of a plain value.
    """
    known = {
        COUNT: {},
        "open": {
            "title": _("Open reports per cell"),
            "one": _("1 open report"),
            "many": _("{n} open reports"),
        },
        "overdue": {
            "title": _("Overdue reports per cell"),
            "one": _("1 overdue report"),
            "many": _("{n} overdue reports"),
        },
        "on_time": {"title": _("Closed in time"), "value": _("{value} {unit} closed in time")},
        "density": {"title": _("Reports by area")},
        "days": {"title": _("Median time to fix"), "value": _("{value} {unit} to fix (median)")},
        "change": {"title": _("Change of reports"), "value": _("{value} {unit} reports")},
    }
    return known.get(measure, {"title": _("Figure per cell")})


def report_fields() -> dict[str, str]:
    """Return the fields of a report that a popup shows, and what they are called."""
    return {
        "kind": _("As reported"),
        "description": _("Description"),
        "address": _("Address"),
        "unit": _("Unit"),
        "reported_at": _("Reported at"),
        "closed_at": _("Closed at"),
        "suspect": _("Position doubted"),
    }


def _map_words() -> dict[str, str]:
    return {
        "frame": _("Map of reports"),
        "map": _(
            "Map of reports on hexagonal cells. Arrow keys move it, plus and minus zoom, "
            "Enter opens the cell in the middle, Shift and Enter selects it beside others, Escape goes back. "
            "A question mark lists all keys."
        ),
        "zoom_in": _("Zoom in"),
        "zoom_out": _("Zoom out"),
        "loading": _("Loading"),
        "retry": _("Try again"),
        "places_failed": _("Streets and places could not be loaded."),
        "base": _("Map under the figures"),
        "base_own": _("Own streets"),
        "base_online": _("Online map"),
        "base_satellite": _("Satellite"),
        "base_none": _("None"),
        "base_lost": _("The online map does not answer. Own streets are shown instead."),
    }


def _figure_words() -> dict[str, str]:
    return {
        "title": _("Reports per cell"),
        "one": _("1 report"),
        "many": _("{n} reports"),
        "cell": _("Cell {id}"),
        "range": _("{first} to {last}"),
        "open_range": _("{first} and more"),
        "resolution": _("Resolution {resolution}: cells about {metres} m across"),
        "coarser": _("Too many cells for resolution {wanted} here; zoom in to see it."),
        "legend": _("Legend"),
        "nothing_matches": _("No report matches the filter."),
        "nothing_here": _("No report in this part of the map."),
        "failed": _("The figures could not be loaded."),
    }


def _legend_words() -> dict[str, str]:
    return {
        "title_unit": _("{title}, {unit}"),
        "value": _("{value} {unit}"),
        "one_report": _("of 1 report"),
        "many_reports": _("of {n} reports"),
        "no_figure": _("no figure"),
        "nothing": _("no report"),
        "few": _("Small: fewer than {n} reports, uncertain"),
        "uncertain_figure": _("Few reports: uncertain"),
        "cells_in_view": _("cells in view: {n}"),
        "cells_head": _("cells in view"),
        "keep_classes": _("Keep these classes"),
        "kept_classes": _("Classes are kept"),
        "keep_classes_help": _("Colours keep their meaning while you change filters."),
        "days": _("{first} to {last}"),
        "against": _("{now} against {before}"),
        "swipe": _("Line between the two periods; arrow keys move it"),
    }


def _heat_words() -> dict[str, str]:
    return {
        "per_km2": _("{n} per km²"),
        "within": _("Weighed by distance, up to {metres} m"),
        "counts_within": _("A report counts up to {metres} m around it, the nearer the more."),
        "averaged": _("Too far out for {metres} m: peaks are averaged here; zoom in to see them."),
    }


def _street_words() -> dict[str, str]:
    return {
        "per_km_street": _("{n} per km of street"),
        "within_along": _("Weighed by distance along streets, up to {metres} m"),
        "counts_along": _("A report counts up to {metres} m along streets, the nearer the more."),
        "far_from_streets": _("Reports more than {metres} m from every street, not shown: {n} of {total}"),
        "no_streets": _(
            "This city has no streets yet. Import a file of streets to see reports along them, "
            "or choose Surface."
        ),
    }


def _point_words() -> dict[str, str]:
    return {
        "previous": _("Previous"),
        "next": _("Next"),
        "position": _("{i} of {n} here"),
        "close": _("Close"),
        "points_title": _("Reports by category"),
        "points_others": _("Other categories"),
        "points_open": _("Open"),
        "points_done": _("Done"),
        "points_share": _("Inner line: share that is open"),
        "points_photos": _("With photo"),
        "points_doubted": _("Position doubted"),
        "points_part": _("{name}: {n}"),
        "photo": _("Photo of the place"),
        "open_case": _("Open the case"),
        "points_truncated": _("Too many reports to show each one; zoom in."),
        "points_failed": _("The single reports could not be loaded."),
        "report_failed": _("This report could not be loaded."),
    }


def _place_words() -> dict[str, str]:
    return {
        "interval": _("95 % interval {low} to {high}"),
        "of_which_open": _("{counted}, {open} open"),
        "uncertain": _("Few reports: the rate is uncertain"),
        "faint": _("Faint: fewer than {n} reports, the rate is uncertain"),
        "under": _("under {last}"),
        "between": _("{first} up to {last}"),
        "any_rate": _("any report"),
        "no_report": _("no report"),
        "no_name": _("Without a name"),
        "no_places": _("There are no places of this kind. Import them to see them here."),
    }


def _search_words() -> dict[str, str]:
    return {
        "search": _("Find a place"),
        "search_hint": _("Street, compound, cell"),
        "search_nothing": _("Nothing has this name. Try a part of it, pinyin or initials."),
        "search_failed": _("The search does not answer. Try again."),
        "search_cell": _("Cell"),
        "search_position": _("Position"),
    }
