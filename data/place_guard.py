"""The guard before places are taken: do the streets and areas of a file fit what the store knows?"""

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import shapely

from data.actors import Actor
from data.datum_evidence import evidence_around
from data.datum_judgement import Judgement
from geo.crs import WGS84, Crs, from_wgs84
from geo.datum_evidence import Evidence
from geo.datum_fit import candidates_for, fit_places
from geo.errors import CrsError
from i18n import gettext as _

if TYPE_CHECKING:
    from data.store import Store


def check_places(
    frame: gpd.GeoDataFrame,
    store: "Store",
    *,
    actor: Actor,
    said: str | None = None,
    force: bool = False,
) -> Judgement:
    """Compare the places of a file with the streets and the reports that are there already.

    Places from an earlier reading of the same file do not count: they would speak for themselves.

    Parameters
    ----------
    frame
        Places as `read_places` gives them, in WGS-84 as declared.
    said
        The system that the user said.
    force
        Take the places as declared, whatever the evidence says.

    Raises
    ------
    CrsError
        The evidence clearly speaks for another datum, or contradicts itself, and nothing is forced; with the
        figures and the ways on.
    """
    declared = _datum(said)
    shapes = frame.geometry.to_numpy()
    as_in_file: Any = shapely.transform
    if declared != WGS84:
        shapes = as_in_file(shapes, lambda lon, lat: from_wgs84(lon, lat, declared), interleaved=False)
    sources = frozenset(frame["source"]) if "source" in frame.columns else frozenset()
    x, y = shapely.get_coordinates(shapes).T
    known = evidence_around(store, x, y, candidates_for(declared), actor=actor, without=sources)
    fit = fit_places(shapes, declared, Evidence(streets=known.streets, earlier=known.earlier))
    doubt = not fit.agrees and (fit.best is not None or fit.reason == "contradictory")
    judged = Judgement(
        "agrees" if fit.agrees else "doubt" if doubt else "unknown",
        fit,
        "hand" if said else "file",
        declared,
        forced=force,
    )
    if judged.stops:
        better = judged.better
        raise CrsError(
            "{words} {ways}".format(
                words=judged.words(),
                ways=_("Say --crs {crs}, or --force to take them as declared.", crs=better)
                if better
                else _("Use --force to take them as declared."),
            )
        )
    return judged


def _datum(said: str | None) -> Crs:
    """Return the datum that was said; what is neither GCJ-02 nor BD-09 has become WGS-84 as it was read."""
    crs = Crs.parse(said) if said else WGS84
    return crs if crs in candidates_for(WGS84) else WGS84
