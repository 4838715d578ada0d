"""Page: what every figure means, how it is computed, and what it does not say."""

from html import escape

import streamlit as st

from app_pages import session
from app_pages.glossary_entries import Entry, Section, sections
from app_pages.glossary_hot import hot_entries
from i18n import gettext as _

_PAGE = "glossary"


def render() -> None:
    """Compose the page: a field to search in it, then the figures page by page."""
    st.markdown("##### " + _("What the figures mean"))
    words = st.text_input(
        _("Search in the figures"),
        key=session.GLOSSARY,
        icon=":material/search:",
        placeholder=_("A word, such as: overdue"),
        label_visibility="collapsed",
        width=380,
    )
    every = every_section()
    found = matching(every, words)
    if not found:
        st.info(_("No figure here has this in its words."), icon=":material/search_off:")
        st.button(_("Show all figures"), key="all_figures", on_click=_forget_words)
        return
    st.html(glossary_html(found, first="" if words else str(st.query_params.get("figure", ""))))
    st.page_link("map.py", label=_("To the map"), icon=":material/hexagon:")


def every_section() -> tuple[Section, ...]:
    """Return everything, page by page; hot spots come after what else colours the map."""
    first, *others = sections()
    return (first, Section(_("Hot spots"), hot_entries()), *others)


def matching(known: tuple[Section, ...], words: str) -> tuple[Section, ...]:
    """Return the figures that have all of these words somewhere; a section without any is left out."""
    wanted = words.casefold().split()
    kept = (Section(one.title, tuple(e for e in one.entries if _has(e, wanted))) for one in known)
    return tuple(section for section in kept if section.entries)


def link(name: str) -> str:
    """Return the address of a figure's entry, as seen from any page."""
    return session.page_link(_PAGE, figure=name)


def help_words(words: str, name: str) -> str:
    """Return the help of a figure as Markdown: its own words and the way to its entry."""
    more = _("More on this figure")
    return f"{words} [{more}]({link(name)})"


def meaning(name: str) -> str:
    """Return the way to what a figure means, as markdown."""
    words = _("What the figures mean")
    return f"[{words}]({link(name)})"


def glossary_html(known: tuple[Section, ...], *, first: str = "") -> str:
    """Write the figures as HTML; the one of the name `first` comes before all others."""
    asked = [entry for section in known for entry in section.entries if entry.name == first]
    head = "".join(f'<dl class="gz-first">{_entry(entry, "gz-asked")}</dl>' for entry in asked[:1])
    return f'<div class="gz-glossary">{head}{"".join(map(_section, known))}</div>'


def _section(section: Section) -> str:
    entries = "".join(map(_entry, section.entries))
    return f"<section><h3>{escape(section.title)}</h3><dl>{entries}</dl></section>"


def _entry(entry: Entry, style: str = "gz-entry") -> str:
    parts = [
        f"<dd>{escape(entry.says)}</dd>",
        _part(_("How"), entry.computed),
        _part(_("But"), entry.silent),
        _part(_("Source"), entry.source),
    ]
    dt = f"<dt>{escape(entry.title)}</dt>"
    return f'<div class="{style}" data-figure="{entry.name}">{dt}{"".join(parts)}</div>'


def _part(head: str, words: str) -> str:
    return f"<dd><b>{escape(head)}</b> {escape(words)}</dd>" if words else ""


def _has(entry: Entry, wanted: list[str]) -> bool:
    text = "\n".join((entry.title, entry.says, entry.computed, entry.silent, entry.source)).casefold()
    return all(word in text for word in wanted)


def _forget_words() -> None:
    st.session_state[session.GLOSSARY] = ""


if __name__ == "__main__":
    render()
