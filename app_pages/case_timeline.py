"""Card: everything that happened to a case, the newest first."""

import json
from collections.abc import Sequence
from html import escape
from zoneinfo import ZoneInfo

import streamlit as st

from app_pages import session
from app_pages.case_story import Told, story
from app_pages.case_words import time_words
from data.cases import Case
from data.workspace import Workspace
from i18n import current_locale
from i18n import gettext as _


def render(here: Workspace, case: Case) -> None:
    """Draw the events; what they say of others is escaped."""
    events = here.store.events(case.id, actor=session.actor(here))
    payloads = [json.loads(text) for text in events["payload"]]
    known = here.store.units(actor=session.actor(here))
    units = {name: unit.label(current_locale()) for name, unit in known.items()}
    told = story(events.iter_rows(named=True), payloads, units=units)
    st.markdown("###### " + _("What happened"))
    st.html(timeline(told, ZoneInfo(here.tz)))


def timeline(told: Sequence[Told], zone: ZoneInfo) -> str:
    """Write events, given oldest first, as an HTML list with the newest on top."""
    return f'<ol class="gz-time">{"".join(_item(one, zone) for one in reversed(told))}</ol>'


def _item(one: Told, zone: ZoneInfo) -> str:
    lines = "".join(f"<p>{escape(line)}</p>" for line in one.lines)
    into = ""
    if one.kind == "merge" and one.into:
        words = escape(_("into case {id}", id=one.into))
        into = f'<p><a href="{escape(session.case_link(one.into))}" target="_self">{words}</a></p>'
    reason = f"<blockquote>{escape(one.reason)}</blockquote>" if one.reason else ""
    recorded = ""
    if one.recorded:
        recorded = " · " + escape(_("written down {time}", time=time_words(one.recorded, zone)))
    return (
        f'<li class="gz-{escape(one.kind)}"><strong>{escape(one.title)}</strong>{into}{reason}{lines}'
        f"<footer><time>{time_words(one.moment, zone)}</time> · {escape(one.who)}{recorded}</footer></li>"
    )
