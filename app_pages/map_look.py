"""Card: how the map looks: classes, colours, opacity, single reports."""

from dataclasses import replace
from typing import Any, Final

import streamlit as st

from app_pages import session
from app_pages.look import CLASSES, METHODS, MOST_EDGES, STEPS, Look, edges_from
from app_pages.map_measure import CHANGE, chosen
from app_pages.view import HEAT, HOT, POINTS, View
from i18n import gettext as _
from layers import palettes
from layers.palettes import Theme

#: So many colours of a palette are shown as a sample.
_SAMPLE: Final = 7


def render(view: View, theme: Theme) -> None:
    """Draw the button that opens the card."""
    with st.popover(_("Look"), icon=":material/palette:"):
        if not view.show:
            _classes(view.look)
        if view.show == HOT:
            _greys(view.look)
        elif view.show != POINTS:
            _palette(view, theme)
        if not view.show or view.show in {HEAT, HOT}:
            _opacity(view.look)
        st.session_state[session.LOOK_POINTS] = view.points
        st.toggle(_("Single reports from close up"), key=session.LOOK_POINTS, on_change=_choose_points)


def _classes(look: Look) -> None:
    words = {
        "quantile": _("As many cells in each"),
        "natural": _("Natural breaks"),
        "fixed": _("Round steps"),
        STEPS: _("My own"),
    }
    st.session_state[session.LOOK_METHOD] = look.method
    st.segmented_control(
        _("Classes"),
        METHODS,
        key=session.LOOK_METHOD,
        format_func=words.__getitem__,
        required=True,
        on_change=_choose_method,
        help=_(
            "As many cells in each class shows the order of cells. Natural breaks put cells together that "
            "are alike. Round steps stay the same whatever the filter."
        ),
    )
    if look.method == STEPS:
        _own_edges(look)
    elif look.keeps:
        st.caption(_("These classes are kept: {edges}", edges=edges_text(look)))
        st.button(_("Choose classes anew"), key="look_let_go", on_click=_let_go)
    else:
        st.session_state[session.LOOK_CLASSES] = look.classes
        st.segmented_control(
            _("How many classes"),
            list(CLASSES),
            key=session.LOOK_CLASSES,
            required=True,
            on_change=_choose,
            args=("classes", session.LOOK_CLASSES),
        )


def _own_edges(look: Look) -> None:
    st.session_state[session.LOOK_EDGES] = st.session_state.get(session.LOOK_FAULT, edges_text(look))
    st.text_input(
        _("Lowest value of each class"),
        key=session.LOOK_EDGES,
        placeholder="1, 5, 20, 100",
        on_change=_choose_edges,
    )
    if session.LOOK_FAULT in st.session_state:
        st.error(_("Expected at most {n} numbers, each larger than the one before.", n=MOST_EDGES))


def edges_text(look: Look) -> str:
    """Write edges as they are typed."""
    return ", ".join(f"{edge:g}" for edge in look.edges)


def _palette(view: View, theme: Theme) -> None:
    words = {
        "ember": _("Ember"),
        "tide": _("Tide"),
        "dusk": _("Dusk"),
        palettes.PRINT: _("Ink, for print"),
    }
    st.html(f"<style>{samples_css(chosen(view) == CHANGE and not view.show, theme)}</style>")
    st.session_state[session.LOOK_PALETTE] = view.look.palette
    st.radio(
        _("Colours"),
        palettes.PALETTES,
        key=session.LOOK_PALETTE,
        format_func=words.__getitem__,
        on_change=_choose,
        args=("palette", session.LOOK_PALETTE),
        help=_("Colour-blind people tell all of them apart."),
    )


def _greys(look: Look) -> None:
    """Offer greys: the other palettes are one for what is hot and cold."""
    st.session_state[session.LOOK_GREYS] = look.palette == palettes.PRINT
    st.toggle(_("In greys, for print"), key=session.LOOK_GREYS, on_change=_choose_greys)


def _choose_greys() -> None:
    _show(palette=palettes.PRINT if st.session_state[session.LOOK_GREYS] else palettes.DEFAULT)


def samples_css(changes: bool, theme: Theme) -> str:
    """Return the style that puts a sample of its colours behind the name of each palette."""
    rules = []
    for place, name in enumerate(palettes.PALETTES, start=1):
        few = (_SAMPLE - 1) // 2
        colours = palettes.diverging(name, few, theme) if changes else palettes.colours(name, _SAMPLE, theme)
        share = 100 / len(colours)
        stops = ",".join(f"{c} {i * share:.2f}% {(i + 1) * share:.2f}%" for i, c in enumerate(colours))
        rules.append(
            f".st-key-{session.LOOK_PALETTE} [role=radiogroup]>:nth-child({place}) label::after"
            f"{{background:linear-gradient(90deg,{stops})}}"
        )
    return "".join(rules)


def _opacity(look: Look) -> None:
    st.session_state[session.LOOK_OPACITY] = look.opacity
    st.slider(
        _("Opacity"),
        10,
        100,
        step=1,
        key=session.LOOK_OPACITY,
        format="%d %%",
        on_change=_choose,
        args=("opacity", session.LOOK_OPACITY),
    )


def _choose(name: str, key: str) -> None:
    _show(**{name: st.session_state[key]})


def _choose_method() -> None:
    method = st.session_state[session.LOOK_METHOD]
    st.session_state.pop(session.LOOK_FAULT, None)
    # Own classes begin with those that are kept; any other way chooses them anew.
    _show(method=method, edges=session.current_view().look.edges if method == STEPS else ())


def _choose_edges() -> None:
    text = str(st.session_state[session.LOOK_EDGES])
    edges = edges_from(text)
    if text.strip() and not edges:
        st.session_state[session.LOOK_FAULT] = text
        return
    st.session_state.pop(session.LOOK_FAULT, None)
    _show(edges=edges)


def _let_go() -> None:
    _show(edges=())


def _show(**changes: Any) -> None:
    view = session.current_view()
    session.show(view.but(look=replace(view.look, **changes)))


def _choose_points() -> None:
    session.show(session.current_view().but(points=bool(st.session_state[session.LOOK_POINTS])))
