"""The explorer's component: what it loads, and what stands in the way of markup."""

import re

from layers import assets, explorer


def test_the_component_loads_scripts_and_styles_from_our_own_server() -> None:
    addresses = re.findall(
        r'home\("([^"]+)"\)',
        explorer._LOADER.format(script=assets.url("explorer.js"), style=assets.url("explorer.css")),
    )
    assert sorted(addresses) == sorted([assets.url("explorer.js"), assets.url("explorer.css")])
    assert "\n" in explorer._LOADER, "Streamlit takes a script of one line for a path"


def test_no_script_of_the_explorer_writes_markup() -> None:
    for name in assets.EXPLORER_SCRIPTS:
        text = (assets.FOLDER / "js" / f"{name}.js").read_text("utf-8")
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write", text), name
