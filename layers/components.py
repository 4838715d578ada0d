"""Components of a page that our own scripts draw, each with its style sheet from our own server."""

from typing import Any, Final

import streamlit as st

from layers import assets

#: Streamlit takes a script of one line for a path; a style sheet of ours is asked for once in a page.
_LOADER: Final = """
const home = (address) => new URL(address, document.baseURI).href;
const styled = new Promise((resolve) => {{
  const style = Object.assign(document.createElement("link"), {{ rel: "stylesheet", href: home("{style}") }});
  style.onload = style.onerror = resolve;
  document.head.append(style);
}});
const loaded = Promise.all([import(home("{script}")), styled]);
export default async (component) => {{
  await loaded;
  return window.gezhi.{mount}(component);
}};
"""


def scripted(name: str, *, script: str, style: str, mount: str) -> Any:
    """Declare a component that `gezhi.<mount>` of an asset draws once its style sheet is there.

    It is drawn in the page itself, not in a frame. Declare it when the module is imported, once.
    """
    js = loader(script=script, style=style, mount=mount)
    return st.components.v2.component(name, js=js, isolate_styles=False)


def loader(*, script: str, style: str, mount: str) -> str:
    """Return what Streamlit is given: it loads the assets and hands the component on."""
    return _LOADER.format(script=assets.url(script), style=assets.url(style), mount=mount)
