"""Part of the teams page: who the teams are, by which links they come in, and what goes out to them."""

from typing import Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import segno
import streamlit as st

from app_pages import session, teams_link_notes, teams_roster
from app_pages.case_words import time_words
from app_pages.markdown import plain
from app_pages.view import known_id
from data.saved import MOST_LETTERS
from data.team_links import TeamLink
from data.teams import Team
from data.workspace import Workspace
from geo.errors import GezhiError
from i18n import current_locale
from i18n import gettext as _
from layers.copy_link import copy_link

#: The parameter of the address that names the team.
TEAM: Final = "team"
_CODE_PX: Final = 232


def render(here: Workspace) -> None:
    """Draw the team's choice, its links, a new link with its code, and the team's files."""
    teams_link_notes.render(here)
    _said()
    teams = here.store.teams(actor=session.actor(here))
    if not teams:
        teams_roster.first_teams(here)
        return
    teams_roster.said()
    links = here.store.links(actor=session.actor(here))
    team = _choose(here, teams, links)
    left, right = st.columns(2, gap="large")
    with left:
        _new(here, team)
        _listed(here, [link for link in links if link.team_id == team.id])
    with right:
        _made(team)
        _files(team)


def link_to(address: str, secret: str) -> str:
    """Return the link of a team: the secret stands behind the #, which no browser sends and no log keeps."""
    return f"{address}/field#k={secret}"


def code_of(link: str) -> str:
    """Return a link as a QR code, in SVG, black on white whatever the page is."""
    return segno.make(link, error="m", micro=False).svg_inline(scale=6, border=4, light="#fff")


def _choose(here: Workspace, teams: list[Team], links: list[TeamLink]) -> Team:
    known = {team.id: team for team in teams}
    if st.session_state.get(session.LINK_TEAM) not in known:
        asked = known_id(str(st.query_params.get(TEAM, "")))
        st.session_state[session.LINK_TEAM] = asked if asked in known else next(iter(known))

    def named(number: int) -> str:
        return f"{number} · {known[number].label(current_locale())}" if number in known else ""

    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen: int = st.selectbox(
            _("Team"),
            list(known),
            key=session.LINK_TEAM,
            format_func=named,
            on_change=_forget_made,
            width=560,
        )
        teams_roster.render(here, known[chosen])
    if st.query_params.get(TEAM) != str(chosen):
        st.query_params[TEAM] = str(chosen)
    if without := sorted(set(known) - {link.team_id for link in links}):
        st.caption(_("Teams without a link: {numbers}", numbers=", ".join(map(str, without))))
    return known[chosen]


def _new(here: Workspace, team: Team) -> None:
    with st.form("new_link", border=False):
        row = st.container(horizontal=True, vertical_alignment="bottom")
        row.text_input(
            _("Whose link"),
            key=session.LINK_LABEL,
            max_chars=MOST_LETTERS,
            placeholder=_("Such as: phone of Li Na"),
            help=_("What is done by this link stands in the cases under the team's name and this one."),
        )
        row.form_submit_button(
            _("Make a link"), type="primary", icon=":material/add_link:", on_click=_make, args=(here, team)
        )


def _make(here: Workspace, team: Team) -> None:
    label = st.session_state.get(session.LINK_LABEL, "")
    _forget_made()
    try:
        link, secret = here.store.make_link(team.id, label=label, actor=session.actor(here))
    except GezhiError as error:
        st.session_state[session.LINK_SAID] = ("error", str(error))
        return
    st.session_state[session.LINK_MADE] = (link.team_id, link.label, secret)
    st.session_state[session.LINK_LABEL] = ""


def _made(team: Team) -> None:
    """Show the link that was just made, as long as nobody goes on."""
    made = st.session_state.get(session.LINK_MADE)
    if made is None or made[0] != team.id:
        return
    _team_id, label, secret = made
    link = link_to(teams_link_notes.address(), secret)
    with st.container(border=True, key="new_link_card"):
        st.markdown("###### " + plain(_("The link of {name}", name=label)))
        st.image(code_of(link), width=_CODE_PX)
        st.code(link, language=None, wrap_lines=True)
        row = st.container(horizontal=True, vertical_alignment="center")
        with row:
            copy_link(_("Copy the link"), key="copy_team_link", address=link)
        row.button(_("Hide the link"), key="link_done", on_click=_forget_made)
        st.caption(
            _(
                "Scan it with the telephone that it is for, or send it to that person alone. It is shown "
                "only now: Gezhi keeps no copy of it. Whoever has it is of this team until you revoke it."
            )
        )


def _listed(here: Workspace, links: list[TeamLink]) -> None:
    if not links:
        st.caption(_("Nobody of this team can come in yet: make a link for each telephone."))
    zone = ZoneInfo(here.tz)
    for link in links:
        with st.container(key=f"link_{link.id}", gap=None):
            row = st.container(
                horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"
            )
            row.markdown(f"**{plain(link.label)}**", width="content")
            with row.popover(
                _("Edit"), key=f"change_link_{link.id}", type="tertiary", icon=":material/edit:"
            ):
                _change(here, link)
            st.caption(plain(_history(link, zone)))


def _change(here: Workspace, link: TeamLink) -> None:
    """Draw what can be done with a link: another name, and its end."""
    key = f"{session.LINK_LABEL}_{link.id}"
    st.text_input(_("Whose link"), value=link.label, key=key, max_chars=MOST_LETTERS)
    st.button(_("Rename"), key=f"rename_link_{link.id}", on_click=_rename, args=(here, link, key))
    st.markdown(_("Revoked, it opens nothing from the next moment on, and that stays so."))
    st.button(
        _("Revoke this link"),
        key=f"revoke_now_{link.id}",
        type="primary",
        icon=":material/link_off:",
        on_click=_revoke,
        args=(here, link),
    )


def _rename(here: Workspace, link: TeamLink, key: str) -> None:
    try:
        here.store.rename_link(link.id, str(st.session_state.get(key, "")), actor=session.actor(here))
    except GezhiError as error:
        st.session_state[session.LINK_SAID] = ("error", str(error))


def _history(link: TeamLink, zone: ZoneInfo) -> str:
    made = _("made {at} by {name}", at=time_words(link.made_at, zone), name=link.made_by)
    if link.used_at is None:
        return made + " · " + _("not used yet")
    return made + " · " + _("used last {at}", at=time_words(link.used_at, zone))


def _revoke(here: Workspace, link: TeamLink) -> None:
    _forget_made()
    try:
        here.store.revoke_link(link.id, actor=session.actor(here))
        said = ("success", _("The link of {name} opens nothing any more.", name=link.label))
    except GezhiError as error:
        said = ("error", str(error))
    st.session_state[session.LINK_SAID] = said


def _files(team: Team) -> None:
    """Draw the ways to what goes out to a team beside its links."""
    st.markdown("###### " + _("For people without a network"))
    params = urlencode(session.with_language({TEAM: str(team.id)}))
    row = st.container(horizontal=True)
    row.link_button(
        _("Pack for a telephone"),
        f"/api/field/pack?{params}",
        icon=":material/phonelink_erase:",
        help=_("One file with the cells, the cases and a form. It opens without a network."),
    )
    row.link_button(
        _("Sheet to print"),
        f"/api/field/sheet?{params}",
        icon=":material/print:",
        help=_("The map, the list of cases and a code for each, on A4."),
    )
    row.link_button(
        _("Look through its eyes"),
        f"/field?{params}",
        icon=":material/visibility:",
        help=_("The page that this team has on its telephones, as it is now."),
    )


def _said() -> None:
    """Say once what was just done."""
    kind, words = st.session_state.pop(session.LINK_SAID, ("", ""))
    if kind == "success":
        st.success(plain(words), icon=":material/check_circle:")
    elif kind:
        st.error(plain(words), icon=":material/error:")


def _forget_made() -> None:
    st.session_state.pop(session.LINK_MADE, None)
