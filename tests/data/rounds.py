"""The same trials at any length: writers in parallel, and writers that are killed."""

import random
import time

from data.store import Store
from tests.data.writers import check, prepare, said, start


def parallel(store: Store, url: str, *, writers: int, seconds: float) -> int:
    """Let processes write at once; return how many writings were acknowledged."""
    prepare(store)
    processes = [start(url, seed, seconds) for seed in range(1, writers + 1)]
    answers = [process.communicate(timeout=seconds + 300) for process in processes]
    errors = [error for _lines, error in answers if error]
    assert [process.returncode for process in processes] == [0] * writers, errors[:1]
    acknowledged = [word for lines, _error in answers for word in said(lines)]
    assert acknowledged, "nobody wrote anything"
    check(store, acknowledged)
    return len(acknowledged)


def killed_rounds(store: Store, url: str, *, rounds: int, seed: int, writers: int = 2) -> None:
    """Kill writers (signal 9) at random moments, round after round on the same store."""
    rng = random.Random(seed)
    prepare(store)
    acknowledged = []
    for turn in range(rounds):
        processes = [start(url, 1000 + turn * writers + number, 60) for number in range(writers)]
        for process in processes:
            assert process.stdout
            acknowledged += said(process.stdout.readline())  # it is at work
        time.sleep(rng.uniform(0.0, 0.5))  # the moment is what is drawn here
        for process in processes:
            process.kill()
        for process in processes:
            lines, _error = process.communicate(timeout=60)
            acknowledged += said(lines)
        check(store, acknowledged)
