"""What every figure means: what it says, how it is computed, what it does not say. Knows no Streamlit."""

from dataclasses import dataclass
from typing import Final

from data.measures import FEW, measures
from data.place_rates import UNCERTAIN_BELOW
from geo.cells import ANALYSIS_RESOLUTION
from i18n import N_, gettext
from i18n import gettext as _


@dataclass(frozen=True, slots=True)
class Entry:
    """One figure.

    Attributes
    ----------
    name
        Its anchor on the page.
    says, computed, silent
        What it says; how it comes about; what it does not say, or where it misleads.
    source
        Where its definition is published; empty for a plain count.
    """

    name: str
    title: str
    says: str
    computed: str
    silent: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """The figures of a page."""

    title: str
    entries: tuple[Entry, ...]


#: What the measures' own words leave to be said: how each is computed, and what it does not say.
_OF_MEASURES: Final[dict[str, tuple[str, str]]] = {
    "count": (
        N_("Each report counts once, in the cell in which it lies, on the day on which it was made."),
        N_(
            "Many reports can mean many problems, many people who report, or many "
            "patrols. Where nobody looks nothing is reported."
        ),
    ),
    "open": (
        N_("The state of each case is the one that its last event left it in."),
        N_("An old import whose file says nothing of closing looks open for ever."),
    ),
    "overdue": (
        N_(
            "The limit of a category runs in working hours or working days on the city's calendar and "
            "pauses while a case is suspended; overdue is what is open past that moment."
        ),
        N_("Limits are the city's own table: other limits make other figures."),
    ),
    "on_time": (
        N_("Cases closed by their deadline, divided by closed cases that had one."),
        N_(
            "Shares close to 100 % separate nobody; look at how often the "
            "same problem comes back in the same cell too."
        ),
    ),
    "density": (
        N_("Reports divided by the area, in square kilometres."),
        N_("It does not know how many people live, park or trade there."),
    ),
    "days": (
        N_("Of the days between report and closing the middle one: half of the cases took less, half more."),
        N_("One case that took a year hardly moves it, so the worst cases do not show in it."),
    ),
    "change": (
        N_("The reports now less those before, divided by those before, both for the same number of days."),
        N_("From few reports a large percentage is mostly chance: look at the numbers behind it."),
    ),
}


def sections() -> tuple[Section, ...]:
    """Return everything, page by page, in the language in use."""
    return (
        Section(_("On the map: what colours it"), (*_measures(), *_ground())),
        Section(_("Beside the map"), _beside()),
        Section(_("Places"), _places()),
        Section(_("Cases"), _cases()),
        Section(_("Duplicates"), _duplicates()),
    )


def _measures() -> tuple[Entry, ...]:
    found = []
    for one in measures():
        computed, silent = map(gettext, _OF_MEASURES.get(one.name, ("", "")))
        found.append(Entry(one.name, one.words, one.help, computed, silent))
    return tuple(found)


def _ground() -> tuple[Entry, ...]:
    return (
        Entry(
            "cell",
            _("Cell"),
            _("A hexagon of a worldwide grid; finer ones are shown as you zoom in."),
            _(
                "A report belongs to the cell in which its position lies, computed anew at each resolution. "
                "Analyses use resolution {resolution}: about a hectare, as the national unit grid.",
                resolution=ANALYSIS_RESOLUTION,
            ),
            _("A cell has no meaning of its own: a street that runs between two cells is split."),
            "H3, Uber Technologies",
        ),
        Entry(
            "classes",
            _("Classes and colours"),
            _("Which colour a cell has, by its figure among the others."),
            _(
                "Quantiles put about as many cells into each class; natural breaks cut where "
                "figures lie far apart; fixed steps are the same for every filter."
            ),
            _("With quantiles the darkest cells are the highest here, not high by themselves."),
            "G. F. Jenks (1967)",
        ),
        Entry(
            "heat",
            _("Heat"),
            _("A smooth surface of how many reports lie per square kilometre around each spot."),
            _(
                "Each report is spread over the bandwidth, a distance in metres that is "
                "shown, most of it near the report itself (quartic kernel). The bandwidth "
                "stays the same on the ground as you zoom. What would fall beyond the border of "
                "the city is given back inside it."
            ),
            _(
                "A wide bandwidth joins what is apart, a narrow one shows single reports as spots. "
                "The chosen one foretells reports best from the others, at all other places."
            ),
            "B. W. Silverman (1986), Density Estimation for Statistics and Data Analysis, eq. 4.5",
        ),
    )


def _beside() -> tuple[Entry, ...]:
    return (
        Entry(
            "closed",
            _("Closed"),
            _("How much of all reports is closed."),
            _("Closed reports divided by all, rejected ones and duplicates included."),
            _("It says nothing of how long it took, nor whether the problem came back."),
        ),
        Entry(
            "before",
            _("The arrow below a figure"),
            _("How the figure has changed."),
            _("Against the equally long period just before. Without a period there is nothing to compare."),
            _(
                "Seasons and holidays fall into one of the two periods "
                "alone: compare with a year earlier too."
            ),
        ),
        Entry(
            "chance",
            _("Changes in brackets"),
            _("What grew or shrank by no more than chance alone may do, or from few reports."),
            _(
                "The exact binomial test of the two counts, with its 95 % interval. In brackets is what "
                "holds no change at all within it, or has fewer than {n} reports behind it.",
                n=FEW,
            ),
            _(
                "Reports that bring others along scatter more than chance: a "
                "sure change can be an ordinary one."
            ),
            "J. Przyborowski, H. Wilenski (1940), Biometrika 31, 313-323",
        ),
        Entry(
            "over_time",
            _("Over time"),
            _("When the reports were made."),
            _("Reports by week, or by day in a short period, in the city's own time."),
            _("The last week may not be over yet."),
        ),
        Entry(
            "week",
            _("Weekday and hour"),
            _("At which hours of the week reports are made."),
            _("Reports by weekday and hour in the city's own time."),
            _(
                "It is the hour of the report, not of the problem; sources "
                "with days alone fall into one hour."
            ),
        ),
        Entry(
            "busiest",
            _("Busiest cells"),
            _("The cells with the most reports."),
            _("By count; the address is the one that the newest reports of the cell name most often."),
            _("A large number can be one place that is reported daily."),
        ),
    )


def _places() -> tuple[Entry, ...]:
    return (
        Entry(
            "rate",
            _("Rate of a place"),
            _("How many reports a place has for its size."),
            _(
                "Reports for each 100 m of a street, each 100 households of a "
                "compound, each hectare of other places and areas."
            ),
            _("Where length, households or area are unknown there is no rate; that is not zero."),
        ),
        Entry(
            "interval",
            _("95 % interval"),
            _("Between which rates the true one lies, since a count of reports goes up and down by chance."),
            _(
                "The exact interval of a Poisson count, divided by the size. Fewer "
                "than {n} reports are marked as uncertain.",
                n=UNCERTAIN_BELOW,
            ),
            _("It knows of chance alone, not of reports that nobody made."),
            "F. Garwood (1936), Biometrika 28(3/4), 437-442",
        ),
        Entry(
            "worst_first",
            _("Surely worst first"),
            _("An order in which chance does not lead."),
            _("By the lower end of the interval: what is at least so bad."),
            _("A small place needs a very high rate to come first."),
        ),
        Entry(
            "grown",
            _("Change of a place"),
            _("Whether there were more reports than in the period before."),
            _("In percent; red where the growth is larger than 1.96 standard errors of two such counts."),
            _("Among a hundred places a few are red by chance."),
        ),
        Entry(
            "sum",
            _("The sum below the table"),
            _("How the places of a kind add up to all reports of the filter."),
            _(
                "Each report belongs to one place and one chain of areas at "
                "most: its nearest street or its ground."
            ),
        ),
    )


def _cases() -> tuple[Entry, ...]:
    return (
        Entry(
            "due",
            _("Due"),
            _("When a case has to be closed."),
            _(
                "From the moment of its report on, the limit of its category and area runs in working "
                "time on the city's calendar, with holidays and moved working days; it stands still "
                "while the case is suspended and grows when it is extended."
            ),
            _("Limits and holidays are the city's own tables."),
        ),
        Entry(
            "due_today",
            _("Due today"),
            _("What has to be closed before the city's midnight."),
            _(
                "Open cases whose due moment lies before it; those that are "
                "overdue already are not among them."
            ),
        ),
        Entry(
            "suspended",
            _("Suspended"),
            _("Cases that wait for something outside, with a reason."),
            _("Their clock stands still; they are open, and not overdue."),
            _("A case that is suspended for long disappears from the overdue ones: look at the reasons."),
        ),
    )


def _duplicates() -> tuple[Entry, ...]:
    return (
        Entry(
            "score",
            _("Likely, almost certain"),
            _("How probable it is that two cases are the same problem."),
            _(
                "How many repeats of a report are expected at this distance and time, against how many such "
                "reports come in here by themselves; words, photos and an earlier closing add their evidence."
            ),
            _(
                "It is a guess from what was reported; nothing is merged "
                "without a person, and merges can be undone."
            ),
            "I. P. Fellegi, A. B. Sunter (1969), JASA 64(328), 1183-1210",
        ),
    )
