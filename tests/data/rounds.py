"""The same trials at any length: writers in parallel, and writers that are killed."""

import random
import time
from typing import NamedTuple

from data.store import Store
from tests.data.writers import Writer, check, prepare


class Written(NamedTuple):
    """What writers in parallel came to."""

    acknowledged: int
    longest_s: float  # that somebody waited for one writing


def parallel(store: Store, url: str, *, writers: int, seconds: float) -> Written:
    """Let processes write at once; all of them see the end without an error, and nothing is lost."""
    prepare(store)
    started = [Writer(url, seed, seconds) for seed in range(1, writers + 1)]
    for writer in started:
        writer.wait(seconds * 3 + 300)
    words = [word for writer in started for word in writer.said]
    acknowledged = [word for word in words if "longest_s" not in word]
    assert acknowledged, "nobody wrote anything"
    check(store, acknowledged)
    return Written(
        len(acknowledged), max(float(str(word["longest_s"])) for word in words if "longest_s" in word)
    )


def killed_rounds(store: Store, url: str, *, rounds: int, seed: int, writers: int = 2) -> int:
    """Kill writers (signal 9) at random moments, round after round on the same store.

    Returns
    -------
    How many writings were acknowledged; all of them are there.
    """
    rng = random.Random(seed)
    prepare(store)
    acknowledged: list[dict[str, object]] = []
    for turn in range(rounds):
        started = [Writer(url, 1000 + turn * writers + number, 60) for number in range(writers)]
        for writer in started:
            writer.wait_until_at_work()
        time.sleep(rng.uniform(0.0, 0.5))  # the moment is what is drawn here
        for writer in started:
            writer.kill()
            acknowledged += writer.said
        check(store, acknowledged)
    return len(acknowledged)
