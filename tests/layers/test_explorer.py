"""The explorer's component: what stands in the way of markup."""

import re

from layers import assets


def test_no_script_of_the_explorer_writes_markup() -> None:
    for name in assets.EXPLORER_SCRIPTS:
        text = (assets.FOLDER / "js" / f"{name}.js").read_text("utf-8")
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write", text), name
