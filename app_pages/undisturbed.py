"""Steps of a page that belong together: Streamlit does not stop the page's script between them.

A click elsewhere, or a map that tells something, ends a running script at its next call to Streamlit, access
to the session's state included. What writes to the store and then notes it down must not end in between.
"""

from collections.abc import Callable
from contextvars import copy_context
from threading import Thread
from typing import Any

from streamlit.runtime.scriptrunner import add_script_run_ctx, get_script_run_ctx


def undisturbed(work: Callable[..., None], *given: Any) -> None:
    """Run work to its end in a thread of its own, with this script's session and language.

    What it raises is raised here. It draws nothing.
    """
    faults: list[BaseException] = []

    def run() -> None:
        try:
            work(*given)
        except BaseException as error:
            faults.append(error)

    thread = Thread(target=copy_context().run, args=(run,), name="undisturbed")
    add_script_run_ctx(thread, get_script_run_ctx())
    thread.start()
    thread.join()
    if faults:
        raise faults[0]
