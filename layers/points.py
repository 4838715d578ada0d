"""Reports as points: clusters that split by category, and single reports."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from i18n import current_locale
from layers import words
from layers.element import ScriptLayer
from layers.palettes import Theme
from layers.point_colours import kind_colours

FROM_ZOOM: Final = 16


class PointLayer(ScriptLayer):
    """Clusters and single reports, fetched as the map moves (`point_wire`); a click tells what is there.

    A cluster is a ring of its categories' shares with its number of reports. A click goes closer until it
    comes apart; one whose reports lie at one address is spread out on legs. A popup tells of a single report.

    Parameters
    ----------
    source
        A filter as a query string for `/api/clusters` and `/api/points`; or an answer of `/api/points`, for a
        page without a server: reports are gathered there only where they share a position.
    reports
        With an answer as source: the fields of each report by its id, as `/api/reports/{id}` gives them.
    from_zoom
        First zoom at which points are shown.
    done
        Statuses that are drawn as a ring instead of a dot.
    case_link
        Address of a case's page, relative to the app, with `{id}` for its number; none is offered without.
    fields
        Fields of a report that the popup shows and what they are called, in this order; the usual ones
        where left out (`words.report_fields`).
    tz
        The city's time zone, in which times are read.
    labels
        Words to change (`words.labels`); the others are in the locale in use.
    theme
        `light` or `dark`.
    version
        Of the data: another one makes the map fetch again.
    locale
        For the way numbers and times are written; the one in use where left out.
    """

    part = "points"

    def __init__(
        self,
        source: str | Mapping[str, Any] = "",
        *,
        reports: Mapping[int, Mapping[str, Any]] | None = None,
        from_zoom: int = FROM_ZOOM,
        done: Sequence[str] = (),
        case_link: str = "",
        fields: Mapping[str, str] | None = None,
        tz: str = "UTC",
        labels: dict[str, str] | None = None,
        theme: Theme = "light",
        version: str = "",
        locale: str | None = None,
    ) -> None:
        answer = None if isinstance(source, str) else dict(source)
        super().__init__(
            {
                "query": source.lstrip("?") if isinstance(source, str) else None,
                "answer": answer,
                "reports": None if answer is None else dict(reports or {}),
                "fromZoom": from_zoom,
                "done": list(done),
                "caseLink": case_link,
                "colours": kind_colours(theme),
                "fields": list((fields or words.report_fields()).items()),
                "tz": tz,
                "labels": words.labels(**(labels or {})),
                "theme": theme,
                "version": version,
                "locale": locale or current_locale(),
            }
        )
