"""Answers leave the machine as soon as they are written."""

import asyncio
import socket
from contextlib import suppress
from functools import wraps
from typing import Any


def send_at_once(loop: asyncio.AbstractEventLoop) -> None:
    """Have every connection of the servers that this loop will start send small pieces at once.

    An answer is written in two pieces, its head and its body; a page's changes come in many. By default TCP
    keeps a small piece back until the one before is acknowledged, which the other side does 40 ms later.
    asyncio turns that off, but not for a socket that was opened before and does not name its protocol, and
    such is the one that Streamlit hands to its server (as uvicorn does to several workers). Connections
    inherit the setting from the socket that listens.
    """
    create_server = loop.create_server

    @wraps(create_server)
    async def create_prompt_server(*args: Any, sock: socket.socket | None = None, **how: Any) -> Any:
        if sock is not None and sock.family in {socket.AF_INET, socket.AF_INET6}:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return await create_server(*args, sock=sock, **how)

    with suppress(AttributeError):  # a loop that is not Python's own takes no new method, nor needs one
        loop.create_server = create_prompt_server  # type: ignore[method-assign] # the one place to see the socket
