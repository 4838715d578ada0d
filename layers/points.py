"""Single reports as dots, from close up."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from i18n import current_locale
from layers import words
from layers.element import ScriptLayer
from layers.palettes import Theme

FROM_ZOOM: Final = 16


class PointLayer(ScriptLayer):
    """Dots with a popup, fetched from `/api/points` as the map moves; see `wire` for the shape.

    Parameters
    ----------
    source
        A filter as a query string for `/api/points`; or the answer itself, for a page without a server.
    from_zoom
        First zoom at which dots are shown.
    done
        Values of the column `status` that are drawn as a ring instead of a dot.
    labels
        From `words.labels`. A column of the answer is shown in the popup where it has a label.
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
        from_zoom: int = FROM_ZOOM,
        done: Sequence[str] = (),
        labels: dict[str, str] | None = None,
        theme: Theme = "light",
        version: str = "",
        locale: str | None = None,
    ) -> None:
        inline = not isinstance(source, str)
        super().__init__(
            {
                "query": None if inline else str(source).lstrip("?"),
                "answer": dict(source) if not isinstance(source, str) else None,
                "fromZoom": from_zoom,
                "done": list(done),
                "labels": labels or words.labels(),
                "theme": theme,
                "version": version,
                "locale": locale or current_locale(),
            }
        )
