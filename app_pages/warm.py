"""Do once at start-up what the first visitor would otherwise wait for."""

import gc
from contextlib import suppress
from datetime import timedelta
from threading import Thread
from typing import Final

import folium

from api.asked_cells import AskedCells
from api.counting import classes_of
from api.heat import scale_of
from api.search import gazetteer
from app_pages import cell_panel, charts, figures, filters
from app_pages.garbage import collect_when_quiet
from data.cube import Cube
from data.field_routes import prepare
from data.filters import Filter
from data.heaps import give_back
from data.heat import WEIGHTS, usual_bandwidth
from data.heat_border import heat_border
from data.hot_cells import HotAsked
from data.hot_kinds import hot_cells
from data.street_density import street_density, street_lines
from data.study_area import study_area
from data.workspace import Workspace
from geo.cells import RESOLUTIONS
from geo.errors import AnalysisError, StoreError
from layers.canvas_map import canvas_map

#: What the first page needs; importing it is most of the wait. Not `map_card`: streamlit-folium declares
#: its component when it is imported, which is lost while Streamlit's runtime does not run yet.
CARDS = (cell_panel, charts, figures, filters)
#: Of a larger city the hot spots are not looked for before somebody asks.
_MOST_CELLS: Final = 20_000
#: Of more reports only the latest are laid along streets.
_MOST_REPORTS: Final = 1_000_000
_RECENT: Final = timedelta(days=27)


def warm(here: Workspace) -> None:
    """Import what the first page needs, compile the map's templates, count each resolution once."""
    folium.FeatureGroup().add_to(canvas_map((0.0, 0.0), 3)).get_root().render()
    charts.bars(figures.labelled_mix(here, Filter())).to_dict()
    for resolution in RESOLUTIONS:
        classes_of(here.cube, here.cube.version, AskedCells(), resolution)
    Thread(target=_beside, args=(here,), daemon=True).start()


def _beside(here: Workspace) -> None:
    """Do beside everything else what takes seconds: compile kernels of heat, index a large city's names."""
    with suppress(StoreError):  # whoever asks is told
        usual = usual_bandwidth(here.cube)
        border = heat_border(here.store, here.cube, usual, actor=here.viewer)
        scale_of(here.cube, here.cube.version, Filter(), usual, WEIGHTS[0], border=border)
    with suppress(StoreError):
        gazetteer(here)
    with suppress(StoreError, AnalysisError):
        _hot_spots(here)
    with suppress(StoreError):
        street_density(
            here.cube,
            street_lines(here.store, actor=here.viewer),
            usual_part(here.cube),
            weight=WEIGHTS[0],
            bandwidth_m=usual_bandwidth(here.cube),
        )
    with suppress(StoreError, AnalysisError):
        if here.store.teams(actor=here.viewer):
            prepare(here.store, actor=here.viewer)
    give_back()


def usual_part(cube: Cube) -> Filter:
    """Return a filter that leaves all reports of a city, of a large one those of the last four weeks.

    Ten million reports along streets take 0.8 GB for a moment: kernels are compiled by fewer.
    """
    known = cube.period()
    return Filter() if known is None or len(cube.state) <= _MOST_REPORTS else Filter(start=known[1] - _RECENT)


def _hot_spots(here: Workspace) -> None:
    """Compile what finds hot spots, and find those of the usual question, unless the city is a large one."""
    asked = HotAsked()
    if len(study_area(here.cube, asked.where, asked.resolution)) <= _MOST_CELLS:
        hot_cells(here.cube, asked)


def settle() -> None:
    """Take what start-up made out of the garbage collector's sight, and let it come when nobody waits.

    Streamlit collects all garbage after each run of a page. With the quarter of a million objects of the
    libraries that stops the whole server for 0.13 s, just when the map asks for its cells.
    """
    gc.collect()
    gc.freeze()
    give_back()
    collect_when_quiet()
