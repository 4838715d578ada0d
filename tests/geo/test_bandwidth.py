"""The bandwidth that is chosen, against scores written out and cities whose density is known."""

import numpy as np
import numpy.typing as npt
import pytest

from geo.bandwidth import FEWEST, LADDER_M, chosen_bandwidth
from geo.density import Grid, density, power_for
from geo.distances import from_local_m, to_local_m
from geo.errors import FrameError, NotEnoughDataError

MIDDLE = (116.9, 38.3)
REACH_M = 2_500.0
Floats = npt.NDArray[np.float64]


class City:
    """Hills of reports of one width, and a third of them anywhere: its density is known everywhere."""

    def __init__(self, *, sigma_m: float, seed: int = 0, hills: int = 40) -> None:
        self.rng = np.random.default_rng(seed)
        self.at = self.rng.uniform(-REACH_M, REACH_M, (hills, 2))
        self.sigma_m = sigma_m

    def reports(self, n: int) -> tuple[Floats, Floats]:
        hill = self.rng.integers(0, len(self.at), n)
        at = self.at[hill] + self.rng.normal(0, self.sigma_m, (n, 2))
        anywhere = self.rng.random(n) < 1 / 3
        at[anywhere] = self.rng.uniform(-REACH_M, REACH_M, (int(anywhere.sum()), 2))
        return from_local_m(*at.T, around=MIDDLE)

    def density(self, east: Floats, north: Floats) -> Floats:
        """Return how likely a report is, per m²."""
        squared = (east[..., None] - self.at[:, 0]) ** 2 + (north[..., None] - self.at[:, 1]) ** 2
        hills = np.exp(-squared / 2 / self.sigma_m**2).mean(axis=-1) / (2 * np.pi * self.sigma_m**2)
        found: Floats = hills * 2 / 3 + 1 / 3 / (2 * REACH_M) ** 2
        return found

    def error(self, reports: tuple[Floats, Floats], bandwidth_m: float) -> float:
        """Return the mean squared error of the surface with a bandwidth."""
        corners = from_local_m(np.array([-REACH_M, REACH_M]), np.array([-REACH_M, REACH_M]), around=MIDDLE)
        (west, east), (south, north) = corners
        grid = Grid.over((west, south, east, north), power=power_for(100, MIDDLE[1], share=1 / 3))
        found = density(*reports, grid=grid, bandwidth_m=bandwidth_m) / 1e6 / len(reports[0])
        truth = self.density(*to_local_m(*np.meshgrid(grid.lon, grid.lat), around=MIDDLE))
        return float(((found - truth) ** 2).mean())


def scott_m(reports: tuple[Floats, Floats]) -> float:
    """Return the rule of thumb, for a quartic kernel."""
    east, north = to_local_m(*reports, around=MIDDLE)
    spread = np.sqrt((east.var() + north.var()) / 2)
    return float(2.78 * spread * len(east) ** (-1 / 6))


@pytest.mark.parametrize(("sigma_m", "n"), [(150, 2_000), (250, 4_000), (150, 20_000)])
def test_it_is_near_the_best_where_a_rule_of_thumb_is_far_off(sigma_m: float, n: int) -> None:
    city = City(sigma_m=sigma_m, seed=n)
    reports = city.reports(n)
    errors = {metres: city.error(reports, metres) for metres in LADDER_M[2::2]}
    chosen = city.error(reports, chosen_bandwidth(*reports).metres)
    assert chosen <= 2.2 * min(errors.values())
    assert chosen < 0.6 * city.error(reports, scott_m(reports))


def test_the_scores_are_those_of_each_point_foretold_by_the_others() -> None:
    city = City(sigma_m=120, hills=5)
    lon, lat = city.reports(200)
    found = chosen_bandwidth(lon, lat, least_m=100)
    east, north = to_local_m(lon, lat, around=(float(np.median(lon)), float(np.median(lat))))
    area = np.prod([np.diff(np.quantile(axis, [0.01, 0.99]))[0] for axis in (east, north)])
    place = np.rint(east / 10) + 1j * np.rint(north / 10)
    for metres, score in zip(found.tried_m, found.scores, strict=True):
        total = 0.0
        for i in range(200):
            others = place != place[i]
            squared = ((east[others] - east[i]) ** 2 + (north[others] - north[i]) ** 2) / metres**2
            kernel = 3 / np.pi / metres**2 * np.where(squared < 1, (1 - squared) ** 2, 0).sum() / others.sum()
            total += np.log(0.99 * kernel + 0.01 / area) / 200
        assert score == pytest.approx(total)
    assert found.metres == found.tried_m[int(np.argmax(found.scores))]


def test_reports_of_one_address_do_not_vouch_for_each_other() -> None:
    lon, lat = City(sigma_m=400).reports(600)
    once = chosen_bandwidth(lon, lat).metres
    assert chosen_bandwidth(np.repeat(lon, 50), np.repeat(lat, 50)).metres >= once / 2.5


def test_more_reports_are_seen_more_closely() -> None:
    city = City(sigma_m=200)
    few, many = chosen_bandwidth(*city.reports(300)), chosen_bandwidth(*city.reports(60_000))
    assert many.metres < few.metres
    assert (few.points, many.points) == (300, 50_000)


def test_no_bandwidth_is_finer_than_positions_are_known() -> None:
    lon, lat = City(sigma_m=10, hills=3).reports(2_000)
    assert chosen_bandwidth(lon, lat).metres < 100
    assert chosen_bandwidth(lon, lat, least_m=100).metres == 100


def test_too_little_to_choose_from_is_said() -> None:
    lon, lat = City(sigma_m=100).reports(FEWEST)
    chosen_bandwidth(lon, lat)
    with pytest.raises(NotEnoughDataError, match="49 points"):
        chosen_bandwidth(np.append(lon[1:], np.nan), np.append(lat[1:], 38))
    with pytest.raises(NotEnoughDataError, match="1 places"):
        chosen_bandwidth(np.full(80, 116.9), np.full(80, 38.3))
    with pytest.raises(FrameError, match="one length"):
        chosen_bandwidth(lon, lat[1:])
