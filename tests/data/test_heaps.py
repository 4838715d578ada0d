"""What was freed is given back to the system, where the C library can."""

import platform
import subprocess
import sys
from pathlib import Path

import pytest

from data import heaps

ROOT = Path(__file__).parents[2]
glibc = pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc can be asked")

FREED = """
import psutil
from data.heaps import give_back

kept = [bytearray(100_000) for _ in range(2_000)]
peak = psutil.Process().memory_info().rss
del kept[:-1]  # the last one, at the top, holds the heap where it is
assert psutil.Process().memory_info().rss > peak - 50_000_000, "nothing to give back"
assert give_back()
assert psutil.Process().memory_info().rss < peak - 150_000_000
"""
SHARED = """
import threading
from pathlib import Path
from data.heaps import share_heaps

def heaps():
    # A heap of a thread begins at a multiple of 64 MB and is reserved as a whole.
    ranges = [line.split()[0].split("-") for line in Path("/proc/self/maps").read_text().splitlines()]
    return sum(int(start, 16) % 2**26 == 0 for start, _end in ranges)

before = heaps()
assert share_heaps()
wait = threading.Barrier(9)

def work():
    kept = [bytearray(1_000) for _ in range(1_000)]
    wait.wait(30)
    wait.wait(30)

for _ in range(8):
    threading.Thread(target=work).start()
wait.wait(30)
print(heaps() - before)
wait.wait(30)
"""


@glibc
def test_what_lies_free_between_what_is_in_use_is_given_back() -> None:
    subprocess.run([sys.executable, "-c", FREED], cwd=ROOT, check=True, timeout=300)


@glibc
@pytest.mark.skipif(sys.platform != "linux", reason="looks at Linux' own list of what is mapped")
def test_eight_threads_share_one_heap_beside_the_first() -> None:
    run = subprocess.run(
        [sys.executable, "-c", SHARED], cwd=ROOT, check=True, timeout=300, capture_output=True, text=True
    )
    assert int(run.stdout) <= 1


def test_without_glibc_nothing_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "libc_ver", lambda: ("", ""))
    heaps._glibc.cache_clear()
    try:
        assert (heaps.share_heaps(), heaps.give_back()) == (False, False)
    finally:
        heaps._glibc.cache_clear()
