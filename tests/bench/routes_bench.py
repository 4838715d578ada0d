"""Routes of a shift in the demo zone: how long planning takes, and how short the walks are beside others."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import polars as pl
import shapely
from starlette.applications import Starlette
from starlette.testclient import TestClient

from api.routes import routes
from data.actors import OPERATOR, Actor
from data.cube import Cube
from data.demo.zone import demo_zone
from data.store import Store
from data.workspace import Workspace
from geo.cells import ANALYSIS_RESOLUTION, from_points
from geo.network import Streets
from geo.routes import Route, Shift, Stop, plan
from geo.walking import walks
from tests.bench.rows import Row
from tests.data.samples import reports

CASES: Final = 120
#: Sets of cases: single ones differ by how badly nearest neighbour happens to do.
_SETS: Final = 15
_TIMED: Final = 5
_SEED: Final = 20_240_903
_HOUR: Final = 3600.0
_MEMBER: Final = Actor("队员", "team_member", team=1)
#: Over the pause at noon, which lies in every stop's way as a window.
_LONG_DAY: Final = {"begins": "08:00", "ends": "20:00"}

Floats = npt.NDArray[np.float64]


def rows() -> Iterator[Row]:
    """Measure routes through all cases, then shifts that have no time for all of them."""
    zone = demo_zone()
    streets = Streets.from_lines(zone.of("street")[0].geometry)
    start = zone.of("window_unit")[0].geometry.iloc[0].centroid.coords[0]
    whole = Shift(start=start, end=start, ends_s=48 * _HOUR)
    sets = [_cases(zone, np.random.default_rng((_SEED, number))) for number in range(_SETS)]
    plan(streets, sets[0], whole)  # compiled, or read from the cache

    taken = _times(lambda cases: plan(streets, cases, whole), sets)
    figure = f"route through {CASES} cases, distances along {len(streets)} streets included"
    yield Row(figure, taken, "ms", "", None, "≤ 2000 ms", taken <= 2000)

    shift = replace(whole, ends_s=8 * _HOUR)
    busy = [_with_limits(cases, number) for number, cases in enumerate(sets)]
    taken = _times(lambda cases: plan(streets, cases, shift), busy)
    figure = f"shift of 8 hours, {CASES} cases with windows, deadlines and priorities"
    yield Row(figure, taken, "ms", "", None, "≤ 2000 ms", taken <= 2000)

    ours, nearest, alone = (np.zeros(_SETS) for _ in range(3))
    for number, cases in enumerate(sets):
        ours[number] = plan(streets, cases, whole).metres
        metres = _metres(streets, cases, whole)
        nearest[number] = _length(metres, _by_nearest(metres))
        alone[number] = _length(metres, _by_vroom(metres))
    saved = 1 - ours / nearest
    note = (
        f"shorter by {100 * saved.min():.1f} to {100 * saved.max():.1f} %, by 15 % and more in "
        f"{np.count_nonzero(saved >= 0.15)} of {_SETS} sets; median {100 * median(saved):.1f} %"
    )
    yield Row(
        f"walk through {CASES} cases, median of {_SETS} sets",
        median(ours) / 1000,
        "km",
        "nearest neighbour, same distances",
        median(nearest) / 1000,
        "≥ 15 % shorter",
        bool(median(saved) >= 0.15),
        note,
    )
    yield Row("the same", median(ours) / 1000, "km", "VROOM alone", median(alone) / 1000, "", None)

    planned, kept = _through_the_api(zone, sets)
    figure = f"/api/field/route of {CASES} cases, a shift chosen anew: day with a pause, planned, kept, told"
    yield Row(figure, planned, "ms", "", None, "≤ 2000 ms", planned <= 2000)
    yield Row("/api/field/route, asked for again", kept, "ms", "", None, "", None)

    done = [plan(streets, cases, shift) for cases in busy]
    urgent = median(_urgent(route) for route in done)
    peers = [_by_nearest_until(streets, cases, shift) for cases in busy]
    figure = "priorities in a shift of 8 hours, windows kept, median"
    note = "the peer goes to the nearest case that is open and can be done before the shift ends"
    yield Row(figure, urgent, "points", "nearest neighbour", median(peers), "", None, note)


def _cases(zone: Any, rng: np.random.Generator) -> list[Stop]:
    """Draw cases: half of them at shops, half in compounds."""
    shops, compounds = (zone.of(kind)[0].geometry.to_numpy() for kind in ("shop", "compound"))
    at = [shape.centroid.coords[0] for shape in rng.choice(shops, CASES // 2, replace=False)]
    while len(at) < CASES:
        shape = rng.choice(compounds)
        west, south, east, north = shape.bounds
        point = rng.uniform((west, south), (east, north))
        if shape.contains(shapely.Point(point)):
            at.append(tuple(point.tolist()))
    return [Stop(number, *where, service_s=180) for number, where in enumerate(at)]


def _with_limits(cases: list[Stop], number: int) -> list[Stop]:
    """Give each case a priority, a third of them a window and a third a deadline."""
    rng = np.random.default_rng((_SEED, number, 1))
    found = []
    for case in cases:
        begins = float(rng.uniform(0, 6 * _HOUR))
        found.append(
            replace(
                case,
                priority=int(rng.integers(0, 101)),
                windows=((begins, begins + 2 * _HOUR),) if rng.random() < 1 / 3 else (),
                due_s=float(rng.uniform(0, 12 * _HOUR)) if rng.random() < 1 / 3 else None,
            )
        )
    return found


def _through_the_api(zone: Any, sets: list[list[Stop]]) -> tuple[float, float]:
    """Return how long the route takes over HTTP, planned and kept, in milliseconds: medians."""
    planned, kept = [], []
    for number, cases in enumerate(sets[:_TIMED]):
        with TemporaryDirectory() as folder, Store.open(f"sqlite:///{folder}/city.sqlite") as store:
            _fill(store, zone, cases, number)
            here = Workspace(store, Cube.open(store), viewer=_MEMBER)
            client = TestClient(Starlette(routes=routes(lambda at=here: at)))
            for times, ask in ((planned, client.post), (kept, client.get)):
                how = {"json": {"shift": _LONG_DAY}} if ask == client.post else {}
                client.get("/api/field/route").raise_for_status()
                begun = time.perf_counter()
                answer = ask("/api/field/route", **how)
                times.append((time.perf_counter() - begun) * 1000)
                told = answer.raise_for_status().json()
                there = [one["case"] for one in (*told["stops"], *told["left"])]
                if sorted(there) != [*range(1, CASES + 1)]:
                    raise AssertionError(f"{len(there)} cases in the answer, expected {CASES}")
    return median(planned), median(kept)


def _fill(store: Store, zone: Any, cases: list[Stop], number: int) -> None:
    """Put the zone's streets and the cases into a store, all of them in the cells of one team."""
    store.write_places(zone.places, actor=OPERATOR)
    lon, lat = np.array([(case.lon, case.lat) for case in cases]).T
    frame = reports(CASES, seed=number, lon=lon, lat=lat, status=pl.lit("dispatched"), closed_at=None)
    store.write_reports(frame, actor=OPERATOR)
    team = store.add_team("一队", actor=OPERATOR).id
    cells = np.unique(from_points(lon, lat, ANALYSIS_RESOLUTION))
    made = store.draft_territories("一版", pl.DataFrame({"cell": cells, "team_id": team}), actor=OPERATOR)
    store.publish_territories(made.id, actor=OPERATOR, version=made.version, replaces=None)


def _metres(streets: Streets, cases: list[Stop], shift: Shift) -> Floats:
    """Return the walks between the start (row 0) and the cases."""
    at = np.array([shift.start, *((case.lon, case.lat) for case in cases)])
    return walks(streets, (at[:, 0], at[:, 1])).metres


def _length(metres: Floats, order: list[int]) -> float:
    tour = [0, *order, 0]
    return float(metres[tour[:-1], tour[1:]].sum())


def _by_nearest(metres: Floats) -> list[int]:
    """Go to the nearest case that is left, again and again."""
    left, order, at = set(range(1, len(metres))), [], 0
    while left:
        at = min(left, key=lambda case: (metres[at, case], case))
        left.remove(at)
        order.append(at)
    return order


def _by_vroom(metres: Floats) -> list[int]:
    """Ask VROOM for the same round trip and change nothing."""
    import vroom

    problem = vroom.Input()
    problem.set_durations_matrix("walk", np.rint(metres * 10).astype(np.uint32))
    problem.add_vehicle(vroom.Vehicle(1, start=0, end=0, profile="walk", max_distance=None))
    problem.add_job([vroom.Job(case, location=case) for case in range(1, len(metres))])
    found = problem.solve(exploration_level=5, nb_threads=1).routes
    return [int(case) for case in found.loc[found["type"] == "job", "id"]]


def _urgent(route: Route) -> int:
    return sum(visit.stop.priority for visit in route.visits)


def _by_nearest_until(streets: Streets, cases: list[Stop], shift: Shift) -> int:
    """Return the priorities of what nearest neighbour does before the shift ends."""
    walk = _metres(streets, cases, shift) / shift.speed_m_s
    left, at, now, urgent = set(range(1, len(walk))), 0, shift.begins_s, 0
    while True:
        can = {}
        for k in left:
            case = cases[k - 1]
            arrives = now + walk[at, k]
            opens = max([arrives, *(begin for begin, _end in case.windows)])
            is_open = all(arrives <= end for _begin, end in case.windows)
            if is_open and opens + case.service_s + walk[k, 0] <= shift.ends_s:
                can[k] = opens + case.service_s
        if not can:
            return urgent
        here = at
        at = min(can, key=lambda k: (can[k] - cases[k - 1].service_s, walk[here, k], k))
        now = can[at]
        urgent += cases[at - 1].priority
        left.remove(at)


def _times(run: Callable[[list[Stop]], Any], sets: list[list[Stop]]) -> float:
    """Return the median in milliseconds."""
    taken = []
    for cases in sets[:_TIMED]:
        begun = time.perf_counter()
        run(cases)
        taken.append((time.perf_counter() - begun) * 1000)
    return median(taken)
