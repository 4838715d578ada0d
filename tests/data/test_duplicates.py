"""Candidates for duplicates: planted ones are found, the score means what it says, and the words say why."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.duplicate_rules import default_rules
from data.duplicates import CANDIDATE, explain, find_candidates
from data.usual_reports import Usual
from geo.errors import FrameError
from tests.data.planted import Planted, plant
from tests.shared_data import shared

NOON = datetime(2024, 9, 1, 4, tzinfo=UTC)
EVIDENCE = [name for name in CANDIDATE if name.startswith("evidence_")]
SCHEMA = {
    "id": pl.Int64, "lon": pl.Float64, "lat": pl.Float64, "reported_at": pl.Datetime("us", "UTC"),
    "category": pl.String, "description": pl.String, "closed_at": pl.Datetime("us", "UTC"),
    "status": pl.String, "photo_hashes": pl.List(pl.UInt64),
}  # fmt: skip


def report(number: int, *, north_m: float = 0.0, hours: float = 0.0, **values: Any) -> dict[str, Any]:
    """Make a report so many metres and hours from a fixed place and time."""
    place = {"id": number, "lon": 116.9, "lat": 38.3 + north_m / 111_195, "category": "full_bin"}
    return dict.fromkeys(SCHEMA) | place | {"reported_at": NOON + timedelta(hours=hours)} | values


def frame(*reports: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame(list(reports), schema=SCHEMA)


@pytest.fixture(scope="module")
def city() -> Planted:
    return plant(12_000, seed=7, side_m=4500)


@pytest.fixture(scope="module")
def quiet(city: Planted) -> pl.DataFrame:
    """Reports of a city in which none lie where `report` puts them."""
    return city.reports.with_columns(status=pl.lit(None, pl.String), lon=pl.col("lon") + 1).select(
        pl.col(name).cast(dtype) for name, dtype in SCHEMA.items()
    )


def score_of(one: dict[str, Any], other: dict[str, Any], quiet: pl.DataFrame) -> float:
    known = pl.concat([quiet, frame(other)])
    found = find_candidates(frame(one), known, usual=Usual.learn(quiet), at_least=0)
    return float(found["score"].item()) if len(found) else 0.0


# Truth


def precision_and_recall(city: Planted, candidates: pl.DataFrame) -> tuple[float, float]:
    """Return which share of pairs is of one thing, and of how many repeats an earlier report is found."""
    true = city.true_pairs(candidates)
    found = np.zeros(len(city.thing), dtype=bool)
    found[candidates["id"].to_numpy()[true]] = True
    return float(true.mean()), float(found[city.earlier()].mean())


def earlier(candidates: pl.DataFrame) -> pl.DataFrame:
    return candidates.filter(pl.col("hours") >= 0)


@pytest.mark.parametrize("side_m", [2500.0, 4500.0])
def test_nine_of_ten_planted_duplicates_are_found_and_nine_of_ten_suggestions_are_right(
    side_m: float,
) -> None:
    city = plant(12_000, seed=11, side_m=side_m)
    found = earlier(find_candidates(city.reports, city.reports))
    precision, recall = precision_and_recall(city, found)
    assert precision > 0.87
    assert recall > 0.87
    sure = found.filter(pl.col("score") >= default_rules().weights.sure)
    assert precision_and_recall(city, sure)[0] > 0.96


def test_of_candidates_with_a_score_that_share_is_right(city: Planted) -> None:
    found = earlier(find_candidates(city.reports, city.reports, at_least=0.05, limit=100))
    true, score = city.true_pairs(found), found["score"].to_numpy()
    for low, high in ((0.05, 0.2), (0.2, 0.4), (0.4, 0.6), (0.6, 0.8), (0.8, 0.95), (0.95, 1)):
        within = (score >= low) & (score < high)
        assert within.sum() > 100
        assert true[within].mean() == pytest.approx(score[within].mean(), abs=0.1)


def test_the_score_beats_every_fixed_distance_and_time(city: Planted) -> None:
    rules = default_rules()
    found = earlier(find_candidates(city.reports, city.reports, at_least=0, limit=1000))
    precision, recall = precision_and_recall(city, found.filter(pl.col("score") >= rules.weights.suggest))
    same = found.filter(pl.col("category") == pl.col("other"))
    fixed = [
        precision_and_recall(city, same.filter((pl.col("distance_m") <= metres) & (pl.col("hours") <= hours)))
        for metres in (10, 20, 30, 50, 80, 100)
        for hours in (3, 6, 12, 24, 48, 96, 336)
    ]
    best = max(2 * one * other / (one + other) for one, other in fixed)
    assert 2 * precision * recall / (precision + recall) > best + 0.04


@pytest.mark.parametrize("factor", [0.5, 2.0])
def test_limits_that_are_off_by_two_cost_little(city: Planted, factor: float) -> None:
    rules = default_rules()
    limits = rules.limits.with_columns(pl.col("spread_m", "pace_h") * factor)
    found = earlier(find_candidates(city.reports, city.reports, rules=replace(rules, limits=limits)))
    precision, recall = precision_and_recall(city, found)
    assert 2 * precision * recall / (precision + recall) > 0.84


@pytest.mark.shared
def test_chicagos_own_duplicates_get_a_candidate() -> None:
    rows = pl.read_csv(shared("chicago311/sanitation_2014-11-10.csv.gz"), infer_schema_length=0)
    day = {"format": "%Y-%m-%d", "strict": False, "time_unit": "us"}
    reports = (
        rows.unique("Service_Request_Number", keep="first", maintain_order=True)
        .select(
            id="Service_Request_Number",
            lon=pl.col("Longitude").cast(pl.Float64, strict=False),
            lat=pl.col("Latitude").cast(pl.Float64, strict=False),
            reported_at=pl.col("Creation_Date").str.to_datetime(**day).dt.replace_time_zone("UTC"),
            closed_at=pl.col("Completion_Date").str.to_datetime(**day).dt.replace_time_zone("UTC"),
            category=pl.lit("sanitation_code_violation"),
            description="What_is_the_Nature_of_this_Code_Violation",
            flagged=pl.col("Status").str.ends_with("- Dup"),
        )
        .drop_nulls(["lon", "lat", "reported_at"])
    )
    found = earlier(find_candidates(reports, reports))
    has = reports.with_columns(has=pl.col("id").is_in(found["id"].unique().implode()))
    shares = dict(has.group_by("flagged").agg(pl.col("has").mean()).iter_rows())
    assert has["flagged"].sum() > 3500
    assert shares[True] > 0.98
    assert shares[False] < 0.22  # some of these are duplicates too that nobody flagged


# Properties


def test_a_pair_turned_round_has_the_same_score(city: Planted) -> None:
    found = find_candidates(city.reports, city.reports, at_least=0.01, limit=1000)
    turned = found.rename({"id": "candidate", "candidate": "id"})
    both = found.join(turned, on=["id", "candidate"], suffix="_turned")
    assert len(both) == len(found) > 1000
    np.testing.assert_allclose(both["score"], both["score_turned"], rtol=1e-9)
    np.testing.assert_allclose(both["hours"], -both["hours_turned"])


def test_one_report_has_the_score_it_has_among_many(city: Planted) -> None:
    usual = Usual.learn(city.reports)
    many = find_candidates(city.reports.tail(80), city.reports, usual=usual)
    single = [
        find_candidates(city.reports[-row - 1], city.reports, usual=usual) for row in reversed(range(80))
    ]
    alone = pl.concat(single)
    assert alone.drop(EVIDENCE, "score").equals(many.drop(EVIDENCE, "score"))
    np.testing.assert_allclose(alone["score"], many["score"], rtol=1e-9)


def test_the_order_of_the_known_reports_does_not_matter(city: Planted) -> None:
    mixed = city.reports.sample(fraction=1, shuffle=True, seed=2)
    one, other = (find_candidates(city.reports.tail(200), known) for known in (city.reports, mixed))
    assert one.select("id", "candidate").equals(other.select("id", "candidate"))
    np.testing.assert_allclose(one["score"], other["score"], rtol=1e-9)


def test_many_reports_are_scored_in_blocks(city: Planted, monkeypatch: pytest.MonkeyPatch) -> None:
    new = city.reports.head(500)
    whole = find_candidates(new, city.reports)
    monkeypatch.setattr("data.duplicates._BLOCK_ROWS", 64)
    np.testing.assert_allclose(find_candidates(new, city.reports)["score"], whole["score"], rtol=1e-9)


def test_the_evidence_adds_up_to_the_score(city: Planted) -> None:
    found = find_candidates(city.reports.tail(500), city.reports, at_least=0.01)
    log_odds = found.select(EVIDENCE).sum_horizontal().to_numpy()
    np.testing.assert_allclose(found["score"], 1 / (1 + np.exp(-log_odds)))


@given(st.floats(0, 59), st.floats(0, 59), st.floats(0, 70), st.floats(0, 70))
@settings(max_examples=40, deadline=None)
def test_nearer_or_sooner_is_never_less_likely(
    quiet: pl.DataFrame, near_m: float, far_m: float, soon_h: float, late_h: float
) -> None:
    near_m, far_m, soon_h, late_h = *sorted((near_m, far_m)), *sorted((soon_h, late_h))
    at_first = score_of(report(-1, north_m=near_m, hours=soon_h), report(-2), quiet)
    farther = score_of(report(-1, north_m=far_m, hours=soon_h), report(-2), quiet)
    later = score_of(report(-1, north_m=near_m, hours=late_h), report(-2), quiet)
    # What is usual is counted on a grid of 50 m, so that a step over an edge may change it a little.
    assert farther <= at_first + 0.02
    assert later <= at_first + 1e-9


# What counts


PHOTO = 0x0123_4567_89AB_CDEF


def test_like_words_and_the_same_photo_speak_for_a_duplicate(quiet: pl.DataFrame) -> None:
    first = report(-2, description="青禾小区东门垃圾箱溢出来了", photo_hashes=[PHOTO, 1])
    apart = {"north_m": 45.0, "hours": 40.0}
    alone = score_of(report(-1, **apart), first, quiet)
    words = score_of(report(-1, **apart, description="垃圾箱溢出来了，青禾小区东门"), first, quiet)
    other_words = score_of(report(-1, **apart, description="明德路口没人管"), first, quiet)
    photo = score_of(report(-1, **apart, photo_hashes=[PHOTO ^ 0b1001]), first, quiet)
    other_photo = score_of(report(-1, **apart, photo_hashes=[~PHOTO & (2**64 - 1)]), first, quiet)
    assert other_words < alone < words < photo
    assert photo > 0.99
    assert other_photo == pytest.approx(alone)


def test_the_same_photo_makes_a_candidate_however_far_away(quiet: pl.DataFrame) -> None:
    far = report(-2, north_m=3000, photo_hashes=[PHOTO])
    assert score_of(report(-1, photo_hashes=[PHOTO ^ 1], hours=1), far, quiet) > 0.5
    assert score_of(report(-1, hours=1), far, quiet) == 0
    assert score_of(report(-1, photo_hashes=[PHOTO], hours=2000), far, quiet) == 0


def test_a_related_category_says_less_and_an_unrelated_one_nothing(quiet: pl.DataFrame) -> None:
    same, kin, other = (
        score_of(report(-1, hours=1, category=name), report(-2), quiet)
        for name in ("full_bin", "exposed_rubbish", "manhole")
    )
    assert 0.5 < kin < same
    assert other == 0


def test_what_was_closed_before_came_back_and_is_less_likely_a_duplicate(quiet: pl.DataFrame) -> None:
    open_, closed, later = (
        score_of(
            report(-1, hours=24),
            report(-2, closed_at=NOON + timedelta(hours=hours) if hours else None),
            quiet,
        )
        for hours in (0, 12, 36)
    )
    assert np.log(closed / (1 - closed)) == pytest.approx(
        np.log(open_ / (1 - open_)) + default_rules().weights.closed
    )
    assert later == open_


def test_where_such_reports_are_usual_one_more_says_less(quiet: pl.DataFrame) -> None:
    daily = frame(*(report(-10 - day, hours=-day * 48.0) for day in range(2, 170)))
    one, other = report(-1, north_m=20, hours=20), report(-2)
    rare = score_of(one, other, quiet)
    known = pl.concat([quiet, daily, frame(other)])
    found = find_candidates(frame(one), known, at_least=0).filter(pl.col("candidate") == -2)
    assert found["score"].item() < rare - 0.2
    assert found["usual_a_month"].item() > 10
    assert "usual here" in explain(found).item()


@pytest.mark.parametrize("status", ["merged", "rejected"])
def test_what_is_no_case_any_more_is_no_candidate(quiet: pl.DataFrame, status: str) -> None:
    assert score_of(report(-1, hours=1), report(-2, status=status), quiet) == 0
    assert score_of(report(-1, hours=1), report(-2, status="in_progress"), quiet) > 0.9


def test_a_report_is_not_its_own_candidate_but_one_without_an_id_may_have_any(quiet: pl.DataFrame) -> None:
    known = pl.concat([quiet, frame(report(-2))])
    assert find_candidates(frame(report(-2)), known).is_empty()
    unsaved = frame(report(-2)).drop("id").with_columns(id=None)
    assert find_candidates(unsaved, known)["candidate"].to_list() == [-2]


def test_the_best_candidates_come_first_and_no_more_than_asked_for(quiet: pl.DataFrame) -> None:
    known = pl.concat([quiet, frame(*(report(-number - 1, north_m=number) for number in range(1, 30)))])
    found = find_candidates(frame(report(-1, hours=1)), known, limit=5)
    assert found["score"].is_sorted(descending=True)
    assert found["distance_m"].round().to_list() == [1, 2, 3, 4, 5]


def test_the_frames_handed_in_are_not_changed(city: Planted) -> None:
    before = city.reports.clone()
    find_candidates(city.reports.tail(10), city.reports)
    assert city.reports.equals(before)


def test_missing_and_empty_things_have_no_candidates(quiet: pl.DataFrame) -> None:
    known = pl.concat([quiet, frame(report(-2))])
    for hole in ("lon", "lat", "reported_at", "category"):
        assert find_candidates(frame(report(-1) | {hole: None}), known).is_empty()
    assert find_candidates(frame(report(-1) | {"lat": float("nan")}), known).is_empty()
    for new, old in ((frame(), known), (frame(report(-1)), known.clear()), (frame(), known.clear())):
        assert find_candidates(new, old).columns == list(CANDIDATE)
        assert find_candidates(new, old).is_empty()


def test_only_the_needed_columns_are_needed(quiet: pl.DataFrame) -> None:
    needed = ["id", "lon", "lat", "reported_at", "category"]
    known = pl.concat([quiet, frame(report(-2))])
    found = find_candidates(frame(report(-1, hours=1)).select(needed), known.select(needed))
    assert found["candidate"].to_list() == [-2]
    with pytest.raises(FrameError, match="'known' lacks the columns lon, category"):
        find_candidates(frame(report(-1)), known.drop("lon", "category"))
    with pytest.raises(FrameError, match="ids"):
        find_candidates(frame(report(-1)).cast({"id": pl.String}), known)


# Words


def test_the_words_say_what_speaks_for_a_candidate(quiet: pl.DataFrame) -> None:
    new = report(-1, north_m=31, photo_hashes=[PHOTO], hours=2)
    known = pl.concat([quiet, frame(report(-2, photo_hashes=[PHOTO]))])
    found = find_candidates(frame(new), known)
    assert explain(found).to_list() == ["31 m away, same category, 2 h earlier, same photo"]


@pytest.mark.parametrize(
    ("one", "other", "words"),
    [
        ({}, {}, "same place, same category, at the same time"),
        ({"hours": 0.5}, {}, "same place, same category, 30 min earlier"),
        ({"hours": -60.0}, {}, "same place, same category, 2 days later"),
        ({"hours": 3, "category": "exposed_rubbish"}, {}, "same place, related category, 3 h earlier"),
        ({"hours": 3}, {"closed_at": NOON}, "same place, same category, 3 h earlier, closed before"),
        (
            {"hours": 3, "description": "青禾巷口有一只死猫"},
            {"description": "青禾巷口有一只死猫！"},
            "same place, same category, 3 h earlier, same words",
        ),
        (
            {"north_m": 2500.0, "photo_hashes": [PHOTO]},
            {"photo_hashes": [PHOTO]},
            "2.5 km away, same category, at the same time, same photo",
        ),
        (
            {"photo_hashes": [PHOTO]},
            {"photo_hashes": [PHOTO ^ 0xFF]},
            "same place, same category, at the same time, similar photo",
        ),
    ],
)
def test_the_words_fit_the_pair(
    quiet: pl.DataFrame, one: dict[str, Any], other: dict[str, Any], words: str
) -> None:
    found = find_candidates(
        frame(report(-1, **one)), pl.concat([quiet, frame(report(-2, **other))]), at_least=0
    )
    assert explain(found).item() == words


def test_no_candidates_need_no_words(quiet: pl.DataFrame) -> None:
    assert explain(find_candidates(frame(), quiet)).to_list() == []
