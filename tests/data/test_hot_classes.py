"""Classes of emerging hot spots out of the cube, the words for them, and one cell's series."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from data import demo
from data.cube import Cube
from data.filters import Filter
from data.hot_cells import HotAsked
from data.hot_classes import hot_classes, series, why
from data.step_counts import StepCounts, step_counts
from data.step_rates import exposure_by_step
from data.store import Store
from geo.cells import to_text
from geo.emerging import CLASSES, analyse
from geo.errors import CellError
from geo.rates import smoothed
from i18n import use_locale

END = date(2026, 6, 17)
PARKING = Filter(categories=("illegal_parking",))


@pytest.fixture(scope="module")
def cube(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cube]:
    with Store.open(f"sqlite:///{tmp_path_factory.mktemp('classes') / 'zone.sqlite'}") as store:
        demo.build(store, reports=6_000, seed=5, end=END)
        yield Cube.open(store)


@pytest.mark.parametrize(
    "asked",
    [
        HotAsked(),
        HotAsked(where=PARKING, step="month"),
        HotAsked(where=PARKING, resolution=9, ring=2),
    ],
)
def test_each_cell_has_the_class_of_the_whole_way(cube: Cube, asked: HotAsked) -> None:
    counted = step_counts(cube, asked.where, resolution=asked.resolution, step=asked.step)
    frame = pd.DataFrame(counted.counts, index=to_text(counted.cells), columns=list(counted.starts))
    expected = analyse(frame, ring=asked.ring)

    found = hot_classes(cube, asked)

    assert found.note == ""
    assert found.classes == CLASSES
    assert found.cells.tolist() == counted.cells.tolist()
    assert np.array(found.classes)[found.codes].tolist() == expected.classes.tolist()
    assert found.figures.tolist() == expected.z[:, -1].tolist()
    assert found.n.tolist() == counted.counts.sum(axis=1).tolist()
    assert len(set(expected.classes)) > 1


def test_the_series_of_a_cell_is_what_its_class_was_made_of(cube: Cube) -> None:
    asked = HotAsked(where=PARKING)
    counted = step_counts(cube, PARKING)
    expected = analyse(counted.counts, cells=counted.cells)
    found, said = hot_classes(cube, asked), why(cube, asked)
    for code in np.unique(found.codes):
        row = int(np.flatnonzero(found.codes == code)[0])
        one = series(cube, asked, int(found.cells[row]))
        assert one.slug == CLASSES[code]
        assert one.reason == said[row]
        assert one.starts == counted.starts
        assert one.counts.tolist() == counted.counts[row].tolist()
        assert one.z.tolist() == expected.z[row].tolist()
        assert one.significant.tolist() == expected.significant[row].tolist()
        assert one.p[-1] == expected.summary["p_last"][row]
        assert one.figures is not None
        assert one.figures["hot_steps"] == (one.significant == 1).sum()


@pytest.mark.parametrize("per", ["street", "household", "visit"])
def test_rates_are_compared_where_there_is_something_to_count_by(cube: Cube, per: str) -> None:
    asked = HotAsked(per=per)
    counted = step_counts(cube, Filter())
    by = exposure_by_step(cube, counted, per)
    known = by.any(axis=1)
    rates = smoothed(counted.counts[known].ravel(), by[known].ravel()).reshape(-1, len(counted.starts))
    rates[np.isnan(rates)] = counted.counts[by > 0].sum() / by.sum()
    expected = analyse(rates, cells=counted.cells[known])

    found = hot_classes(cube, asked)

    assert known.sum() > 30
    assert known.all() == (per == "visit")  # patrols pass every cell, but not all have streets or homes
    slugs = np.array(found.classes)[found.codes]
    assert slugs[known].tolist() == expected.classes.tolist()
    assert set(slugs[~known]) <= {"none"}
    assert np.isnan(found.figures[~known]).all()
    assert found.n.tolist() == counted.counts.sum(axis=1).tolist()
    assert found.codes.tolist() != hot_classes(cube, HotAsked()).codes.tolist()
    row = int(np.argmax(found.figures[known]))
    one = series(cube, asked, int(found.cells[known][row]))
    np.testing.assert_allclose(one.z, expected.z[row], rtol=1e-9)
    assert one.significant.tolist() == expected.significant[row].tolist()
    for unknown in found.cells[~known][:1].tolist():
        assert series(cube, asked, unknown).note == "outside"
        assert why(cube, asked, [unknown]) == [""]


def test_without_visits_there_is_no_rate_by_visits(cube: Cube, monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(cube: Cube, counted: StepCounts, per: str) -> np.ndarray:
        return np.zeros(counted.counts.shape)

    monkeypatch.setattr("data.hot_classes.exposure_by_step", nobody)
    assert hot_classes(cube, HotAsked(per="visit")).note == "visits"
    assert hot_classes(cube, HotAsked(per="street")).note == "cells"


def test_the_least_score_is_where_hot_begins(cube: Cube) -> None:
    asked = HotAsked(where=PARKING)
    found = hot_classes(cube, asked)
    one = series(cube, asked, int(found.cells[int(np.argmax(found.figures))]))
    later = slice(1, None)
    assert (one.significant[later] == 1).tolist() == (one.z[later] >= one.least_z).tolist()
    assert (one.significant[later] == -1).tolist() == (one.z[later] <= one.cold_z).tolist()
    assert -one.cold_z < one.least_z


def test_a_cell_may_be_given_as_text(cube: Cube) -> None:
    cell = int(hot_classes(cube, HotAsked()).cells[5])
    assert series(cube, HotAsked(), f"{cell:x}").reason == series(cube, HotAsked(), cell).reason
    with pytest.raises(CellError, match="not H3 cells"):
        series(cube, HotAsked(), "nowhere")


def test_a_cell_outside_the_study_area_has_no_series(cube: Cube) -> None:
    far = "8a2a1072b59ffff"
    found = series(cube, HotAsked(), far)
    assert (found.note, found.starts, found.reason) == ("outside", (), "")
    assert why(cube, HotAsked(), [far]) == [""]


@pytest.mark.parametrize(
    ("where", "note"),
    [
        (Filter(start=date(2026, 5, 20)), "steps"),
        (Filter(start=date(2030, 1, 1)), "steps"),
        (Filter(categories=("first_aid_expired",), start=date(2026, 5, 1), hours=(3,)), "same"),
    ],
)
def test_what_cannot_be_told_is_said(cube: Cube, where: Filter, note: str) -> None:
    found = hot_classes(cube, HotAsked(where=where))
    assert found.note == note
    assert not found.codes.any()
    assert np.isnan(found.figures).all()
    assert series(cube, HotAsked(where=where), int(found.cells[0])).note == note
    assert set(why(cube, HotAsked(where=where))) == {""}


def test_a_single_cell_is_not_enough(cube: Cube) -> None:
    cell = int(hot_classes(cube, HotAsked()).cells[0])
    assert hot_classes(cube, HotAsked(where=Filter(cells=(cell,)))).note == "cells"


def test_an_answer_is_kept_until_the_reports_change(cube: Cube, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = HotAsked(where=Filter(categories=("flyposting",)))
    first = hot_classes(cube, asked)
    monkeypatch.setattr("data.hot_classes.analyse", None)
    assert hot_classes(cube, asked).codes is not None
    assert hot_classes(cube, asked).codes.tolist() == first.codes.tolist()


def test_reasons_are_sentences_of_the_locale(cube: Cube) -> None:
    asked = HotAsked(where=PARKING)
    said = {reason.partition(":")[0].partition(",")[0] for reason in why(cube, asked)}
    assert any("of the last 103 weeks" in reason for reason in said)
    use_locale("zh")
    try:
        assert len(why(cube, asked)) == len(hot_classes(cube, asked).cells)
    finally:
        use_locale("en")


def test_a_handful_of_reports_without_a_hot_spot_says_nothing(tmp_path: Path) -> None:
    with Store.open(f"sqlite:///{tmp_path / 'zone.sqlite'}") as store:
        demo.build(store, reports=25, seed=5, end=END)
        found = hot_classes(Cube.open(store), HotAsked(step="month"))
    assert found.note == "few" and not found.codes.any()
