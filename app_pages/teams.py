"""Page: the field teams of a city, what is theirs and what they do."""

from app_pages import parts, session
from app_pages.teams_parts import PARTS
from data.workspace import Workspace, workspace
from i18n import gettext as _


def render(here: Workspace) -> None:
    """Compose the page: the choice of the part, its question, the part itself."""
    here.cube.refresh()
    name = parts.choose(PARTS, key=session.TEAMS, label=_("Part of the page"))
    session.show(session.current_view(), **parts.address(PARTS, name))
    parts.show(PARTS[name], here, key="teams")


if __name__ == "__main__":
    render(workspace())
