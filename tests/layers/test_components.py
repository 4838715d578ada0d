"""Components of a page: what they load, and from where."""

import re

from layers import assets
from layers.components import loader


def test_a_component_loads_scripts_and_styles_from_our_own_server() -> None:
    text = loader(script="explorer.js", style="explorer.css", mount="mount")
    addresses = re.findall(r'home\("([^"]+)"\)', text)
    assert sorted(addresses) == sorted([assets.url("explorer.js"), assets.url("explorer.css")])
    assert "\n" in text, "Streamlit takes a script of one line for a path"
    assert "gezhi.mount(component)" in text
