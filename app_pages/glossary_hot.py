"""What every figure of hot spots means. Knows no Streamlit."""

from app_pages.glossary_entries import Entry
from i18n import gettext as _

_ESRI = "Esri, ArcGIS Pro: How Emerging Hot Spot Analysis works"


def hot_entries() -> tuple[Entry, ...]:
    """Return the figures of hot spots, in the language in use."""
    return (*_scores(), *_over_time(), *_sureness(), *_ahead(), *_done(), *_on_streets())


def _scores() -> tuple[Entry, ...]:
    return (
        Entry(
            "hot_spot",
            _("Hot spot, cold spot"),
            _("A cell that has, together with its neighbours, more or fewer reports than chance explains."),
            _(
                "All cells in which anything was ever reported count, those without a report as zero. Cells "
                "are compared at one resolution, each with its ring of neighbours."
            ),
            _("It says where to look, not why. Where many people report there are hot spots of reporting."),
            "J. K. Ord, A. Getis (1995), Geographical Analysis 27(4), 286-306",
        ),
        Entry(
            "hot_z",
            _("z-score (Gi*)"),
            _("How unusual the reports in a cell and its neighbours are, in standard deviations."),
            _(
                "The sum over the cell and its ring less what chance would put there, divided by how much "
                "such sums scatter. Above 0 there are more reports than usual, below 0 fewer."
            ),
            _("A score of 2 alone is no proof: among a thousand cells some fifty reach it by chance."),
            "J. K. Ord, A. Getis (1995), Geographical Analysis 27(4), 286-306",
        ),
        Entry(
            "hot_now",
            _("Hot spots of the period"),
            _("Which cells are hot or cold when all reports of the period are taken together, and how sure."),
            _(
                "p is how often chance alone gives so large a score, q the same after correction for looking "
                "at all cells at once: of the cells with q below 0.05 at most 5 % are expected to be chance."
            ),
            _("It does not tell a spot that was hot long ago from one that is hot now."),
            "Y. Benjamini, Y. Hochberg (1995), Journal of the Royal Statistical Society B 57(1), 289-300",
        ),
        Entry(
            "hot_per",
            _("Rates of hot spots"),
            _("Reports for each km of street, each household or each patrol visit, instead of their number."),
            _(
                "Divided cell by cell and drawn towards the mean of the city where a cell has little to "
                "divide by (empirical Bayes), so that one report on ten metres of street is no hot spot."
            ),
            _("A cell without street, household or visit has no rate and is left out."),
            "R. J. Marshall (1991), Applied Statistics 40(2), 283-294",
        ),
        Entry(
            "hot_outliers",
            _("Cells unlike their neighbours"),
            _("Cells with many reports among neighbours with few, or with few among many."),
            _("Local Moran's I of each cell, its chance by seeded permutations, corrected for all cells."),
            _("A single busy address is often such a cell: look at it before calling it a hot spot."),
            "L. Anselin (1995), Geographical Analysis 27(2), 93-115",
        ),
    )


def _on_streets() -> tuple[Entry, ...]:
    return (
        Entry(
            "along_streets",
            _("Heat along streets"),
            _("How many reports lie per kilometre of street, spread along streets only."),
            _(
                "At a junction a report's share goes on into the other streets in equal parts; at a dead end "
                "it turns back. Streets that only cross on a bridge share nothing."
            ),
            _("Reports more than 50 m from every street are not in it."),
            "A. Okabe, K. Sugihara (2012), Spatial Analysis along Networks, chapter 9",
        ),
    )


def _over_time() -> tuple[Entry, ...]:
    return (
        Entry(
            "hot_classes",
            _("Hot spots over time"),
            _("Whether a hot or cold spot is new, lasting, growing, fading, comes and goes, or is over."),
            _(
                "Each whole week or month is scored with the one before it, against all steps and cells, "
                "corrected for looking at all of them. The steps that are significant and their trend give "
                "one of 16 classes. The step that is not over yet is left out; of a long period the last 156 "
                "weeks or 60 months count."
            ),
            _("Steps that are too short hold too few reports; with fewer than four there is no answer."),
            _ESRI,
        ),
        Entry(
            "hot_trend",
            _("Trend of a hot spot"),
            _("Whether the z-scores of a cell rise or fall over the steps."),
            _(
                "The Mann-Kendall test: of all pairs of steps, how many rise and how many fall; "
                "significant at 10 %."
            ),
            _("It tells the direction, not how steep it is; seasons can look like a trend."),
            "H. B. Mann (1945), Econometrica 13(3), 245-259",
        ),
    )


def _sureness() -> tuple[Entry, ...]:
    return (
        Entry(
            "hot_stability",
            _("How firm a hot spot is"),
            _("On which share of other grids a hot spot is hot too."),
            _(
                "The same reports are counted on grids that are shifted by half a cell, finer and coarser, "
                "and with one or two rings of neighbours; the share is how many of them agree."
            ),
            _("A real problem that is very small can look shaky: one address fits into few grids."),
            "S. Openshaw (1984), The Modifiable Areal Unit Problem",
        ),
        Entry(
            "hot_blind",
            _("Where nobody looked"),
            _("Cells that patrols and inspections visited seldom or not at all."),
            _("Visits that were imported, by cell and period, beside those of other cells."),
            _("Visits that nobody wrote down are not known. Citizens report from blind cells too."),
        ),
        Entry(
            "hot_patrols",
            _("Moves with the patrols"),
            _("A warning that there are more reports where and when there were more visits."),
            _(
                "Week by week, before and after the visits to a cell and its neighbours changed: whether the "
                "patrols' own reports changed with them, while those of others and reports per visit did not."
            ),
            _("Patrols also go where problems are: the warning says that both cannot be told apart here."),
        ),
    )


def _ahead() -> tuple[Entry, ...]:
    return (
        Entry(
            "hot_forecast",
            _("Next hot cells"),
            _("The cells that should be planned for in the next step, as many as fit the planned area."),
            _(
                "The method that did best when it had to forecast past steps from what was known before "
                "them; the page Analysis shows its hits and its misses."
            ),
            _("It continues what was reported; it does not know of works, holidays or drives to come."),
        ),
        Entry(
            "hot_pai",
            _("PAI, PEI and hit rate"),
            _("How good a forecast was."),
            _(
                "The hit rate is the share of the reports that fell into the forecast cells. PAI divides it "
                "by their share of the area: 1 is no better than chance. PEI is PAI divided by the best one "
                "that the same area could have had."
            ),
            _("A small area makes a large PAI easy: compare only forecasts of the same area."),
            "National Institute of Justice (2017), Real-Time Crime Forecasting Challenge",
        ),
    )


def _done() -> tuple[Entry, ...]:
    return (
        Entry(
            "effect",
            _("Effect of a drive"),
            _("By how much reports fell or rose in the cells of a drive, beyond what happened elsewhere."),
            _(
                "Up to 26 whole weeks before are compared with up to 52 after. The change is divided by that "
                "of matched cells: outside the drive and its neighbours, most similar in level and trend "
                "before it. The 95 % interval allows for weeks that scatter more than chance and for cells "
                "that go their own way; where it holds no change, nothing is said to have worked."
            ),
            _(
                "What else happened in just these cells at that time counts as effect. Fewer reports can "
                "also mean that fewer people report."
            ),
            "G. Y. Zou, A. Donner (2008), Statistics in Medicine 27(10), 1693-1702",
        ),
        Entry(
            "displacement",
            _("Moved next door"),
            _("Whether reports rose in the cells right beside those of a drive."),
            _(
                "The cells beside are compared with matched cells of their own. The displacement quotient is "
                "their change by that of the drive's cells, both as shares of the matched ones: 0 nothing "
                "moved, -1 all of it did, above 0 they gained too."
            ),
            _("What moves farther than to the next cell is not seen."),
            "K. J. Bowers, S. D. Johnson (2003), Journal of Quantitative Criminology 19(3), 275-301",
        ),
        Entry(
            "returns",
            _("Came back"),
            _("Which share of closed cases was followed by a report of the same category at the same spot."),
            _(
                "A closed case came back if the same category was reported again after its closing, within "
                "the chosen days, in the same cell or within the chosen distance. Cases closed so lately "
                "that these days have not passed are not judged. Rejected reports and duplicates are no "
                "return. Cases that the same report brings back count for less in the interval."
            ),
            _(
                "Where much is reported something comes back by chance alone: compare like with like, and "
                "look at the busiest cells as places that need another cure."
            ),
            "E. B. Wilson (1927), Journal of the American Statistical Association 22, 209-212",
        ),
    )
