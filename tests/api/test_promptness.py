"""Small answers are not held back."""

import asyncio
import socket
from unittest.mock import Mock

import pytest

import app
from api.promptness import send_at_once
from tests.api.own_loop import in_a_loop_of_its_own


def _bound() -> socket.socket:
    """Open a socket as Streamlit does: it does not name its protocol."""
    opened = socket.socket()
    opened.bind(("127.0.0.1", 0))
    return opened


async def _is_prompt(listening: socket.socket) -> bool:
    """Connect to a server on the socket; say whether it sends small pieces at once."""
    found: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

    class Connected(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            accepted = transport.get_extra_info("socket")
            found.set_result(bool(accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)))

    server = await asyncio.get_running_loop().create_server(Connected, sock=listening)
    async with server:
        _reader, writer = await asyncio.open_connection(*listening.getsockname())
        prompt = await asyncio.wait_for(found, 5)
        writer.close()
        return prompt


def test_connections_of_a_socket_that_was_opened_before_send_at_once() -> None:
    async def answer() -> bool:
        send_at_once(asyncio.get_running_loop())
        return await _is_prompt(_bound())

    assert in_a_loop_of_its_own(answer)


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="there are no Unix sockets here")
def test_a_unix_socket_is_left_alone(tmp_path_factory: pytest.TempPathFactory) -> None:
    async def answer() -> None:
        send_at_once(asyncio.get_running_loop())
        opened = socket.socket(socket.AF_UNIX)
        opened.bind(str(tmp_path_factory.mktemp("s") / "s"))
        server = await asyncio.get_running_loop().create_server(asyncio.Protocol, sock=opened)
        server.close()
        await server.wait_closed()

    in_a_loop_of_its_own(answer)


def test_the_app_sets_it_before_it_serves(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("warm", "settle", "workspace", "close"):
        monkeypatch.setattr(app, name, lambda *_: None)
    monkeypatch.setattr(app, "BasemapUpkeep", lambda _: Mock())

    async def answer() -> bool:
        async with app.lifespan(app.app):
            return await _is_prompt(_bound())

    assert in_a_loop_of_its_own(answer)
