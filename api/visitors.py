"""Who a browser is, by its cookies: of a field team, or somebody who knows the key of the installation."""

from dataclasses import dataclass
from typing import Final, Literal

from starlette.requests import HTTPConnection
from starlette.responses import Response

from data.actors import SYSTEM
from data.store import Store
from data.team_links import Member
from geo.errors import NotAllowedError

#: Holds the secret of a team's link.
TEAM_COOKIE: Final = "gezhi_team"
_YEAR_S: Final = 365 * 86_400

#: What a browser that may not go on is to be asked for.
Ask = Literal["link", "key"]


@dataclass(frozen=True, slots=True)
class Refused:
    """A browser that may not go on: what it needs, and why in words."""

    ask: Ask
    words: str


def secret_of(connection: HTTPConnection) -> str | None:
    """Return the secret of the team's link that a browser came in by."""
    return connection.cookies.get(TEAM_COOKIE)


def member_of(store: Store, secret: str) -> Member | Refused:
    """Return who comes with a secret; a revoked one makes nobody a manager."""
    try:
        return store.member(secret, actor=SYSTEM)
    except NotAllowedError as error:
        return Refused("link", str(error))


def remember(
    answer: Response, name: str, value: str, *, request: HTTPConnection, seconds: int = _YEAR_S
) -> None:
    """Let a browser keep a cookie that no script can read and no other site can send along."""
    answer.set_cookie(
        name, value, max_age=seconds, path="/", secure=is_encrypted(request), httponly=True, samesite="lax"
    )


def forget(answer: Response, name: str, *, request: HTTPConnection) -> None:
    """Let a browser forget a cookie."""
    answer.delete_cookie(name, path="/", secure=is_encrypted(request), httponly=True, samesite="lax")


def is_encrypted(connection: HTTPConnection) -> bool:
    """Tell whether the browser asked over https, also where a server in front of this one takes that off."""
    said = connection.headers.get("x-forwarded-proto", "").split(",")[0].strip()
    return (said or connection.url.scheme) in {"https", "wss"}
