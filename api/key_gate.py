"""The key of an installation: asked for once in each browser, before any page of those who head the city."""

import asyncio
import hmac
import time
from functools import cached_property
from hashlib import scrypt, sha256
from html import escape
from typing import Final
from urllib.parse import parse_qs

from starlette.requests import HTTPConnection, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from api.visitors import remember
from i18n import current_locale
from i18n import gettext as _

#: Where the form sends the key.
KEY_PATH: Final = "/api/key"
#: Says that a browser knew the key; it ends with the key.
KEY_COOKIE: Final = "gezhi_key"
_LASTS_S: Final = 30 * 86_400
#: Wrong keys are answered one after the other and so late; so many wait for that. While they do, no other key
#: is looked at: an answer that comes at once would tell a right one from a wrong one.
_LATE_S: Final = 1.0
_WAITING: Final = 5
_MOST_BYTES: Final = 8_192
_MOST_FIELDS: Final = 8
_HEADERS: Final = {"Cache-Control": "no-store", "X-Frame-Options": "DENY", "Referrer-Policy": "same-origin"}

_PAGE: Final = """<!DOCTYPE html>
<html lang="{lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>Gezhi 格治</title>
<style>
:root {{ color-scheme: light dark; --ink: #1d2733; --paper: #fff; --line: #9aa5b1;
  --key: #1f6f8b; --on-key: #fff; --wrong: #b3261e; }}
@media (prefers-color-scheme: dark) {{
  :root {{ --ink: #e6ebf0; --paper: #12171d; --line: #6b7785;
    --key: #56b4d3; --on-key: #12171d; --wrong: #f2a59f; }}
}}
body {{ margin: 0; min-height: 100vh; display: grid; place-items: center; background: var(--paper);
  color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }}
form {{ display: grid; gap: .75rem; width: min(22rem, calc(100vw - 2rem)); }}
h1 {{ margin: 0; font-size: 1.35rem; }}
p {{ margin: 0; }}
.wrong {{ color: var(--wrong); }}
input, button {{ font: inherit; min-height: 44px; border-radius: 8px; box-sizing: border-box; }}
input {{ width: 100%; padding: 0 .75rem; border: 1px solid var(--line); background: transparent;
  color: inherit; }}
button {{ border: 0; background: var(--key); color: var(--on-key); font-weight: 600; }}
</style>
</head>
<body>
<form method="post" action="{action}">
<h1>Gezhi 格治</h1>
<label for="key">{ask}</label>
<input id="key" name="key" type="password" autocomplete="current-password" required autofocus>
<input type="hidden" name="to" value="{to}">
{wrong}<button>{open}</button>
<p>{teams}</p>
</form>
</body>
</html>
"""


class KeyGate:
    """Asks browsers for the key, and knows those that gave it."""

    def __init__(self, key: str) -> None:
        self._key = key
        self._turn = asyncio.Lock()
        self._waiting = 0

    def knows(self, asked: HTTPConnection) -> bool:
        """Tell whether a browser gave the key, within the last 30 days."""
        ends, _dot, sign = asked.cookies.get(KEY_COOKIE, "").partition(".")
        if not (ends.isascii() and ends.isdigit() and len(ends) < 20 and sign.isascii()):
            return False
        return hmac.compare_digest(sign, self._sign(ends)) and int(ends) > time.time()

    def ask(self, asked: HTTPConnection, *, to: str | None = None, wrong: str = "") -> Response:
        """Answer a question for a page with the form; the page `to` comes after it, or the one asked for."""
        if to is None:
            query = asked.url.query
            to = asked.scope["path"] + (f"?{query}" if query else "")
        page = _PAGE.format(
            lang="zh-CN" if current_locale() == "zh" else "en",
            action=KEY_PATH,
            ask=escape(_("Key of this installation")),
            to=escape(_local(to)),
            wrong=f'<p class="wrong" role="alert">{escape(wrong)}</p>\n' if wrong else "",
            open=escape(_("Come in")),
            teams=escape(_("Field teams need no key: they come in by the link that they were given.")),
        )
        return HTMLResponse(page, status_code=401, headers=_HEADERS)

    async def answer(self, request: Request) -> Response:
        """Answer the form: on to the page with the cookie, or the form again."""
        body = b""
        async for piece in request.stream():
            body += piece
            if len(body) > _MOST_BYTES:
                return self.ask(request, to="/", wrong=_("This is too long."))
        try:
            given = parse_qs(body.decode("utf-8", "replace"), max_num_fields=_MOST_FIELDS)
        except ValueError:
            return self.ask(request, to="/", wrong=_("This is too long."))
        key, to = (given.get(name, [""])[0] for name in ("key", "to"))
        if self._waiting >= _WAITING:
            return self.ask(request, to=to, wrong=_("Too many wrong keys at once. Try again in a minute."))
        if hmac.compare_digest(sha256(key.encode()).digest(), sha256(self._key.encode()).digest()):
            passed = RedirectResponse(_local(to), status_code=303, headers=_HEADERS)
            ends = str(int(time.time()) + _LASTS_S)
            remember(passed, KEY_COOKIE, f"{ends}.{self._sign(ends)}", request=request, seconds=_LASTS_S)
            return passed
        await self._wait()
        return self.ask(request, to=to, wrong=_("This is not the key."))

    async def _wait(self) -> None:
        """Make guessing slow, whoever guesses and from however many machines."""
        self._waiting += 1
        try:
            async with self._turn:
                await asyncio.sleep(_LATE_S)
        finally:
            self._waiting -= 1

    def _sign(self, ends: str) -> str:
        return hmac.new(self._secret, f"until {ends}".encode(), sha256).hexdigest()

    @cached_property
    def _secret(self) -> bytes:
        """Make what signs the cookies: from one of them the key is not easily guessed."""
        return scrypt(self._key.encode(), salt=b"gezhi key", n=2**14, r=8, p=1, dklen=32)


def _local(to: str) -> str:
    """Return an address within this server, the first page where it is another's."""
    plain = to.isprintable() and "\\" not in to
    return to if plain and to.startswith("/") and not to.startswith("//") else "/"
