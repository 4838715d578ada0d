"""Work that a rerun must not cut in two."""

import pytest
from streamlit.testing.v1 import AppTest

from app_pages.undisturbed import undisturbed


def stopped_half_way(whole: bool) -> None:
    import streamlit as st
    from streamlit.runtime.scriptrunner import get_script_run_ctx

    from app_pages.undisturbed import undisturbed

    def work() -> None:
        ctx = get_script_run_ctx()
        assert ctx
        assert ctx.script_requests
        st.session_state["begun"] = True
        ctx.script_requests.request_stop()  # as a click elsewhere does
        st.session_state["done"] = True

    undisturbed(work) if whole else work()


@pytest.mark.parametrize("whole", [True, False])
def test_a_click_elsewhere_does_not_end_it_half_way(whole: bool) -> None:
    page = AppTest.from_function(stopped_half_way, args=(whole,)).run()
    assert page.session_state["begun"]
    assert ("done" in page.session_state) is whole


def test_its_error_is_raised_where_it_was_asked() -> None:
    def fail(word: str) -> None:
        raise ValueError(word)

    with pytest.raises(ValueError, match="too late"):
        undisturbed(fail, "too late")
