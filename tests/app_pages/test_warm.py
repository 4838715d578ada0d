"""What start-up does so that nobody waits for it later."""

import subprocess
import sys

_SETTLED = """
import gc
from app_pages import warm
made = [[number] for number in range(300_000)]
warm.settle()
print(gc.get_freeze_count(), len(gc.get_objects()))
"""


def test_a_full_collection_passes_over_what_start_up_made() -> None:
    run = subprocess.run([sys.executable, "-c", _SETTLED], check=True, capture_output=True, text=True)

    frozen, left_to_look_at = (int(figure) for figure in run.stdout.split()[-2:])
    assert frozen > 300_000
    assert left_to_look_at < 10_000
