"""What start-up does so that nobody waits for it later."""

import subprocess
import sys
from datetime import date
from types import SimpleNamespace
from typing import Any

from app_pages import warm
from data.filters import Filter

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


def test_of_a_large_city_only_the_latest_reports_are_laid_along_streets() -> None:
    def city(reports: int) -> Any:
        return SimpleNamespace(state=range(reports), period=lambda: (date(2023, 1, 1), date(2024, 12, 31)))

    assert warm.usual_part(city(1_000_000)) == Filter()
    assert warm.usual_part(city(1_000_001)) == Filter(start=date(2024, 12, 4))
    empty: Any = SimpleNamespace(state=(), period=lambda: None)
    assert warm.usual_part(empty) == Filter()
