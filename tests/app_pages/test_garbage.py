"""When garbage is collected."""

import gc
import inspect
from threading import Event

import pytest
from streamlit.runtime.scriptrunner import script_runner

from app_pages import garbage
from app_pages.garbage import LONGEST_S, QUIET_S, Collector, collect_when_quiet, wait_s


def test_a_collection_waits_until_no_page_has_run_for_a_while() -> None:
    assert wait_s(100.0, 101.0, now=101.0) == QUIET_S
    assert wait_s(100.0, 101.0, now=101.0 + QUIET_S) == 0.0


def test_pages_that_never_rest_do_not_put_it_off_for_ever() -> None:
    last = 100.0 + LONGEST_S - 0.5
    assert wait_s(100.0, last, now=last) == 0.5


def test_it_is_done_in_the_end_and_not_by_whoever_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(garbage, "QUIET_S", 0.0)
    done = [Event(), Event()]
    waiting = iter(done)
    collector = Collector(lambda: next(waiting).set())
    for event in done:
        assert collector.collect(2) == 0
        assert event.wait(30)


def test_streamlit_asks_for_it_where_it_is_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "gc.collect(" in inspect.getsource(script_runner.ScriptRunner._on_script_finished)
    monkeypatch.setitem(vars(script_runner), "gc", gc)
    collect_when_quiet()
    assert isinstance(vars(script_runner)["gc"], Collector)
    assert vars(script_runner)["gc"].get_threshold() == gc.get_threshold()
