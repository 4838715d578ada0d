"""`/assets`: scripts and styles from our own server, so that no request leaves the machine."""

from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.types import Message, Receive, Scope, Send

from layers import assets


class ForeverFiles(StaticFiles):
    """Files whose addresses carry their checksum: a browser that holds one need not ask again."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the file; where the address names its version, for a year."""
        versioned = b"v=" in scope.get("query_string", b"")

        async def send_with_age(message: Message) -> None:
            if message["type"] == "http.response.start" and versioned and message["status"] == 200:
                message["headers"].append((b"cache-control", b"public, max-age=31536000, immutable"))
            await send(message)

        await super().__call__(scope, receive, send_with_age)


def assets_mount() -> Mount:
    """Make the route of the vendored and own assets."""
    return Mount("/assets", app=ForeverFiles(directory=assets.FOLDER), name="assets")
