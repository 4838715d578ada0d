"""Card: the rota of a Friday: proposed, changed by hand, published; who came, and what came of it."""

from datetime import date
from typing import Final

import polars as pl
import streamlit as st

from app_pages import rota_actions, rota_board, rota_tables, session
from app_pages import rota_words as words
from app_pages.markdown import plain
from app_pages.rota_board import Board
from data import rota_plan
from data.city_days import today as city_today
from data.rotas import Rota
from data.workspace import Workspace
from geo.rota import balances
from i18n import gettext as _
from i18n import ngettext
from reports.rota_sheet import CSV_TYPE, HTML_TYPE, write_csv, write_sheet

#: The parameter of the address that names a day.
_ADDRESS: Final = "friday"
#: Stands for "goes nowhere" among the places.
_EXCUSED: Final = 0


def render(here: Workspace) -> None:
    """Draw the choice of the day, what there is of it, and how turns stand over the weeks."""
    rotas = here.store.rotas(actor=session.actor(here))
    day = _choose_day(rota_board.days_offered(rotas, city_today(here.tz)), rotas, here)
    board = rota_board.read(here, day, rotas)
    rota_actions.said()
    if not board.places or not board.there:
        _lacking(board)
    elif board.rota is None:
        _nothing_yet(here, board)
    elif board.rota.state == "draft":
        _draft(here, board, board.rota)
    else:
        _held(here, board, board.rota)
    _over_weeks(here, board)


def _choose_day(days: list[date], rotas: list[Rota], here: Workspace) -> date:
    today = city_today(here.tz)
    if st.session_state.get(session.ROTA_DAY) not in days:
        asked = str(st.query_params.get(_ADDRESS, ""))
        known = {day.isoformat(): day for day in days}
        st.session_state[session.ROTA_DAY] = known.get(asked, rota_plan.next_friday(today))
    elif session.ROTA_SAID in st.session_state:  # set again, the browser writes it as it stands now
        st.session_state[session.ROTA_DAY] = st.session_state[session.ROTA_DAY]
    chosen: date = st.selectbox(
        _("Friday"),
        days,
        key=session.ROTA_DAY,
        format_func=lambda day: words.day_words(day, rotas, today=today),
        on_change=_forget,
        width=320,
    )
    if st.query_params.get(_ADDRESS) != chosen.isoformat():
        st.query_params[_ADDRESS] = chosen.isoformat()
    return chosen


def _forget() -> None:
    for key in (session.ROTA_TEAM, session.ROTA_PLACE, session.ROTA_WHY, session.ROTA_CAME):
        st.session_state.pop(key, None)


def _lacking(board: Board) -> None:
    st.info(
        _("There are no field teams yet, so nobody can be sent anywhere.")
        if not board.there
        else _("There are no compounds in this store, so there is nowhere to send teams to."),
        icon=":material/group_off:",
    )


def _nothing_yet(here: Workspace, board: Board) -> None:
    if board.day < board.today:
        st.info(_("There was no rota on this day."), icon=":material/event_busy:")
        return
    st.markdown(
        _(
            "No rota yet. The proposal sends teams where most work is expected, nobody where it was last "
            "time, and gives the hard places to those who have carried least."
        )
    )
    if not board.may_write:
        return
    st.multiselect(
        _("Excused this time"),
        board.there,
        key=session.ROTA_EXCUSED,
        format_func=lambda team: f"{team} · {board.teams[team]}",
        placeholder=_("Nobody"),
        width=560,
    )
    st.button(
        _("Propose"),
        key="rota_propose",
        type="primary",
        icon=":material/auto_awesome:",
        on_click=rota_actions.propose,
        args=(here, board),
    )


def _draft(here: Workspace, board: Board, rota: Rota) -> None:
    if board.held:
        st.caption(_("This draft is to replace the rota that is published for this day."))
    else:
        st.caption(
            _("A draft by {actor}: nobody goes by it until it is published.", actor=plain(rota.made_by))
        )
    standing = board.standing()
    _facts(board, standing)
    if board.may_write:
        row = st.container(horizontal=True, key="rota_draft_actions")
        row.button(
            _("Publish"),
            key="rota_publish",
            type="primary",
            icon=":material/campaign:",
            on_click=rota_actions.publish,
            args=(here, board, rota),
        )
        row.button(
            _("Propose anew"),
            key="rota_propose",
            icon=":material/refresh:",
            help=_("From the cases as they are now; what was chosen by hand stays."),
            on_click=rota_actions.propose,
            args=(here, board),
        )
        _files(here, board, rota, row)
        row.button(
            _("Give up the draft"),
            key="rota_drop",
            type="tertiary",
            icon=":material/delete:",
            on_click=rota_actions.drop,
            args=(here, rota),
        )
    _tables(board, standing)
    if board.may_write:
        _by_hand(here, board, rota, standing)
    _fairness(board, standing)


def _held(here: Workspace, board: Board, rota: Rota) -> None:
    standing = board.standing()
    _facts(board, standing)
    row = st.container(horizontal=True, key="rota_held_actions")
    _files(here, board, rota, row)
    if board.may_write and rota.attended_at is None:
        row.button(
            _("Change it"),
            key="rota_copy",
            type="tertiary",
            icon=":material/edit:",
            on_click=rota_actions.copy,
            args=(here, board, rota),
        )
    _tables(board, standing)
    if board.day <= board.today:
        _attendance(here, board, rota)
        _results(here, board)


def _facts(board: Board, standing: pl.DataFrame) -> None:
    """Draw the figures of the whole rota."""
    sent = board.duties.filter(pl.col("place_id").is_not_null()).height
    shares = standing["share"].drop_nulls()
    mean = float(shares.sum()) / max(shares.len(), 1)
    heaviest = f"{max(shares) / mean:.2f} ×" if mean else "–"
    before, after = (rota_plan.gap(standing[name]) for name in ("before", "after"))
    with st.container(key="rota_facts", horizontal=True, gap="medium"):
        st.metric(_("Teams sent"), _("{n} of {all}", n=sent, all=board.duties.height), width="content")
        st.metric(
            _("Heaviest place"),
            heaviest,
            width="content",
            help=_("The work of the team with the heaviest place, over the mean of all teams."),
        )
        st.metric(
            _("Where they were last time"),
            ngettext("{n} team", "{n} teams", words.again(standing)),
            width="content",
        )
        st.metric(
            _("Gap between the teams"),
            f"{before:.1f} → {after:.1f}",
            width="content",
            help=_(
                "How far the team that has carried most is ahead of the one that has carried least, in "
                "cases: before this Friday, and after it if everybody comes."
            ),
        )


def _tables(board: Board, standing: pl.DataFrame) -> None:
    if board.rota and board.rota.note:
        st.markdown(f"> {plain(board.rota.note)}")
    amounts = dict(board.amounts.iter_rows())
    st.html(rota_tables.places_table(standing, amounts, board.places, board.teams))
    st.caption(
        _(
            "Cases: open there when it was proposed, and those to be expected until Friday at the pace of "
            "the last {days} days.",
            days=rota_plan.PACE_DAYS,
        )
    )


def _by_hand(here: Workspace, board: Board, rota: Rota, standing: pl.DataFrame) -> None:
    """Draw the choice of another place for a team, with what it would do before it is done."""
    st.markdown("###### " + _("Change by hand"))
    with st.container(key="rota_by_hand", horizontal=True, vertical_alignment="bottom"):
        team = st.selectbox(
            _("Team"),
            board.there,
            index=None,
            key=session.ROTA_TEAM,
            format_func=lambda one: f"{one} · {board.teams[one]}",
            placeholder=_("Choose a team"),
            width=320,
        )
        place = st.selectbox(
            _("Goes to"),
            [*board.places, _EXCUSED],
            index=None,
            key=session.ROTA_PLACE,
            format_func=lambda one: board.places[one] if one else _("Nowhere: excused"),
            placeholder=_("Choose a compound"),
            width=320,
        )
        if place == _EXCUSED:
            st.text_input(_("Why"), key=session.ROTA_WHY, max_chars=200, width=280)
        ready = team is not None and place is not None
        st.button(
            _("Send it there"),
            key="rota_move",
            icon=":material/swap_horiz:",
            disabled=not ready,
            on_click=rota_actions.move,
            args=(here, board, rota),
        )
    if team is not None and place is not None:
        after = board.standing(board.moved(team, place or None, ""))
        st.info(plain(" ".join(words.effect_words(standing, after, team))), icon=":material/balance:")


def _fairness(board: Board, standing: pl.DataFrame) -> None:
    st.markdown("###### " + _("Is it fair?"))
    st.html(rota_tables.fairness_table(standing, board.teams))
    st.caption(_balance_meaning())


def _balance_meaning() -> str:
    return _(
        "Balance: what a team has carried more (+) or less (−) than the mean of those who had a turn, in "
        "cases, over the last 26 Fridays. Who was excused owes nothing; who stayed away without one does."
    )


def _files(here: Workspace, board: Board, rota: Rota, row: "st.delta_generator.DeltaGenerator") -> None:
    name = f"rota-{rota.day.isoformat()}"
    row.download_button(
        _("Sheet to print"),
        lambda: write_sheet(rota_board.sheet(here, board, rota)),
        file_name=f"{name}.html",
        mime=HTML_TYPE,
        key="rota_sheet",
        icon=":material/print:",
        on_click="ignore",
        help=_("One page that opens in any browser, with boxes for who came."),
    )
    row.download_button(
        _("As a table (CSV)"),
        lambda: write_csv(rota_board.sheet(here, board, rota)),
        file_name=f"{name}.csv",
        mime=CSV_TYPE,
        key="rota_csv",
        icon=":material/download:",
        on_click="ignore",
    )


def _attendance(here: Workspace, board: Board, rota: Rota) -> None:
    st.markdown("###### " + _("Who came"))
    sent = board.duties.filter(pl.col("place_id").is_not_null())
    if rota.attended_at is None:
        st.caption(_("Not noted yet: until then all count as having come."))
    if not board.may_write:
        return
    teams = sent["team_id"].to_list()
    if session.ROTA_CAME not in st.session_state:
        st.session_state[session.ROTA_CAME] = sent.filter(pl.col("came").fill_null(value=True))[
            "team_id"
        ].to_list()
    st.pills(
        _("Marked teams came, the others did not"),
        teams,
        selection_mode="multi",
        key=session.ROTA_CAME,
        format_func=lambda team: f"{team} · {board.teams[team]}",
    )
    st.button(
        _("Note who came"),
        key="rota_attend",
        type="primary" if rota.attended_at is None else "secondary",
        icon=":material/how_to_reg:",
        on_click=rota_actions.attend,
        args=(here, rota, teams),
    )


def _results(here: Workspace, board: Board) -> None:
    st.markdown("###### " + _("What came of it"))
    found = rota_plan.results(
        here.cube, board.duties, board.amounts, board.day, today=board.today, actor=session.actor(here)
    )
    st.html(rota_tables.results_table(found, board.places))
    st.caption(
        _(
            "Done: cases there that were closed or reported as fixed on that day. Reports a week: in the "
            "{days} days before, and in as many after it as far as they are over.",
            days=rota_plan.BESIDE_DAYS,
        )
    )


def _over_weeks(here: Workspace, board: Board) -> None:
    """Draw how turns and balances stand over the last half year, today's day included."""
    turns = here.store.turns(before=date.max, actor=session.actor(here))
    if turns.is_empty():
        return
    with st.expander(_("Turns over the weeks"), icon=":material/history:"):
        teams = {team: board.teams[team] for team in board.there}
        found = balances(rota_plan.history(turns), list(teams))
        days = turns["day"].to_list()
        said = ngettext("{n} Friday", "{n} Fridays", len(set(days)))
        st.caption(f"{said}, {min(days).isoformat()} – {max(days).isoformat()}. {_balance_meaning()}")
        st.html(rota_tables.history_table(turns, dict(zip(teams, found, strict=True)), teams))
