"""Cells of a town at the analysis resolution, given to teams, for the tests of territories."""

from collections.abc import Mapping
from typing import Final

import polars as pl

from geo.cells import ANALYSIS_RESOLUTION, from_points, grow
from tests.data.samples import LAT, LON

#: How far apart the middles of two teams' disks are, in degrees of longitude.
APART: Final = 0.04


def middle(team: int) -> tuple[float, float]:
    """Return longitude and latitude of the middle of a team's disk."""
    return LON + APART * (team - 1.5), LAT


def disk(teams: Mapping[int, int]) -> pl.DataFrame:
    """Give each team (number to ring) the disk around its middle, as a frame of territories."""
    frames = []
    for team, ring in teams.items():
        lon, lat = middle(team)
        cells = grow(from_points([lon], [lat], ANALYSIS_RESOLUTION), ring)
        frames.append(pl.DataFrame({"cell": cells, "team_id": [team] * len(cells)}))
    return pl.concat(frames).sort("cell")
