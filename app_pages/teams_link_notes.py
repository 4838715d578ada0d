"""Part of the links of teams: the address that they begin with, and what keeps them from being of use."""

from typing import Final
from urllib.parse import urlsplit

import streamlit as st

from data.settings import settings
from data.workspace import Workspace
from i18n import gettext as _

_THIS_MACHINE: Final = frozenset({"localhost", "127.0.0.1", "::1", "0.0.0.0"})  # noqa: S104 - names, no binding


def render(here: Workspace) -> None:
    """Say what is to be set before links are of use: a key, an address, https."""
    if not settings().key.get_secret_value():
        st.warning(
            _(
                "No key is set: whoever reaches this server without a link heads the city. Set GEZHI_KEY "
                "before anybody else does, and start again."
            ),
            icon=":material/lock_open:",
        )
    if here.synthetic:
        st.caption(
            _("These are the teams of the demo zone. Their links end when the city has reports of its own.")
        )
    parts = urlsplit(address())
    if not parts.hostname or parts.hostname in _THIS_MACHINE:
        st.warning(
            _(
                "Links begin with {address}, which is this very machine; a telephone does not find it. Set "
                "GEZHI_ADDRESS to the address that telephones see.",
                address=f"`{parts.hostname or '/'}`",
            ),
            icon=":material/wifi_off:",
        )
    elif parts.scheme != "https":
        st.warning(
            _(
                "Telephones give position and camera to https alone, and this address is http. How to get "
                "there stands in docs/field.md."
            ),
            icon=":material/no_encryption:",
        )


def address() -> str:
    """Return the address of the server as telephones see it: the one set, or what this browser sees."""
    if settings().address:
        return settings().address
    seen = urlsplit(st.context.url or "")
    return f"{seen.scheme}://{seen.netloc}" if seen.netloc else ""
