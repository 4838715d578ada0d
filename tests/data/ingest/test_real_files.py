"""Every quirk of the real files: taken, or rejected with its reason; never lost."""

from collections.abc import Callable

import numpy as np
import polars as pl
import pytest

from data.actors import VIEWER
from data.ingest import survey
from data.store import Store
from geo.crs import haversine_m
from geo.errors import ImportFileError
from tests.data.ingest.conftest import Import, Imported
from tests.shared_data import shared

pytestmark = pytest.mark.shared

NYC_2024 = "nyc311/nyc311_2024-09-01.xlsx"
NYC_2023 = "nyc311/nyc311_2023-02-28.csv"
CHICAGO = "chicago311/sanitation_2014-11-10.csv.gz"
THEFT = "zhengzhou/theft_locations.csv"
SAN_FRANCISCO = "open311/sf_2010_requests.json"

Look = Callable[..., Imported]


@pytest.fixture
def nyc_2024(imported: Look) -> Imported:
    return imported(shared(NYC_2024))


@pytest.fixture
def nyc_2023(imported: Look) -> Imported:
    return imported(shared(NYC_2023), mapping={"description": "Resolution Description"})


@pytest.fixture
def chicago(imported: Look) -> Imported:
    return imported(shared(CHICAGO))


@pytest.fixture
def theft(imported: Look) -> Imported:
    return imported(shared(THEFT))


@pytest.fixture
def san_francisco(imported: Look) -> Imported:
    return imported(shared(SAN_FRANCISCO), tz="America/Los_Angeles")


def test_a_day_of_new_york_comes_out_of_its_workbook(nyc_2024: Imported) -> None:
    summary = nyc_2024.summary
    assert (summary.profile, summary.read, summary.taken) == ("nyc", 9_240, 9_142)
    assert summary.reasons == {"no_coordinates": 97, "closed_before_reported": 1}
    assert nyc_2024.tz == "America/New_York"


def test_new_yorks_complaints_get_our_categories(nyc_2024: Imported) -> None:
    left = sum(row["Complaint Type"] == "Illegal Parking" for row in nyc_2024.rejects)
    assert (nyc_2024.reports["category"] == "illegal_parking").sum() == 1_204 - left
    assert (nyc_2024.reports["category"] == "blocked_driveway").sum() == 416


def test_plumbing_in_capitals_and_in_small_letters_is_one_category(nyc_2024: Imported) -> None:
    plumbing = nyc_2024.reports.filter(pl.col("category") == "plumbing")
    assert set(plumbing["kind"]) == {"PLUMBING", "Plumbing"}


def test_new_yorks_local_times_become_utc(nyc_2024: Imported) -> None:
    report = nyc_2024.report("62291042")
    assert report["reported_at"].isoformat() == "2024-09-01T04:00:00+00:00"
    assert report["closed_at"].isoformat() == "2024-09-01T04:20:58+00:00"


def test_reports_on_one_point_are_all_taken(nyc_2024: Imported) -> None:
    assert nyc_2024.reports.group_by("lon", "lat").len()["len"].max() == 206


def test_what_is_not_closed_has_no_closing_date(nyc_2024: Imported, nyc_2023: Imported) -> None:
    assert nyc_2024.notices["closing_date_dropped"] == 88
    assert nyc_2023.notices["closing_date_dropped"] == 35
    for city in (nyc_2024, nyc_2023):
        closed = city.reports.filter(pl.col("closed_at").is_not_null())
        assert set(closed["status"]) == {"closed"}


def test_what_was_closed_before_it_was_reported_is_rejected(nyc_2023: Imported) -> None:
    assert nyc_2023.summary.reasons == {"no_coordinates": 87, "closed_before_reported": 2}
    first = nyc_2023.rejects[0]
    assert (first["row"], first["reason"], first["Unique Key"]) == ("2", "closed_before_reported", "56923577")


def test_damaged_text_in_columns_that_are_not_used_is_noticed() -> None:
    notices = {notice.code: notice for notice in survey(shared(NYC_2023)).warnings}
    assert notices["damaged_text"].count == 198
    assert "Resolution Description" in str(notices["damaged_text"])


def test_damaged_text_in_a_column_that_is_used_is_repaired(nyc_2023: Imported) -> None:
    told = nyc_2023.reports["description"].drop_nulls()
    assert told.str.contains("Department of Transportation’s website", literal=True).any()
    assert not told.str.contains("[\u0080-\u009f]").any()
    assert nyc_2023.notices["repaired_text"] > 150


def test_nothing_in_new_york_or_chicago_is_doubted(
    nyc_2024: Imported, nyc_2023: Imported, chicago: Imported
) -> None:
    assert [city.summary.suspicious for city in (nyc_2024, nyc_2023, chicago)] == [{}, {}, {}]


def test_chicagos_repeated_ids_and_repeated_header_are_rejected(chicago: Imported) -> None:
    summary = chicago.summary
    assert (summary.profile, summary.read, summary.taken) == ("chicago", 72_847, 72_449)
    # The header as a last row has no coordinates either: 24 of the 25 rows without are reports.
    assert summary.reasons == {"repeated_id": 373, "no_coordinates": 24, "header_again": 1}


def test_of_a_repeated_id_the_last_row_is_kept_and_named(chicago: Imported) -> None:
    first = next(row for row in chicago.rejects if row["Service_Request_Number"] == "12-01209013")
    assert first["Completion_Date"] == "2012-07-27"
    assert f"row {int(first['row']) + 1} is kept" in first["explanation"]
    assert chicago.report("12-01209013")["closed_at"].date().isoformat() == "2013-11-20"


def test_the_header_again_stands_in_the_rejects_with_its_line(chicago: Imported) -> None:
    last = chicago.rejects[-1]
    assert (last["row"], last["reason"]) == ("72848", "header_again")
    assert last["Service_Request_Number"] == "SERVICE REQUEST NUMBER"


def test_what_chicago_marks_as_a_duplicate_is_merged(chicago: Imported) -> None:
    rejected = sum(row["Status"].endswith("- Dup") for row in chicago.rejects)
    assert (chicago.reports["status"] == "merged").sum() == 3_526 - rejected


def test_a_day_without_a_time_is_midnight_in_chicago(chicago: Imported) -> None:
    report = chicago.report("00-00002158")
    assert report["reported_at"].isoformat() == "2000-01-03T06:00:00+00:00"
    assert report["closed_at"].isoformat() == "2011-03-28T05:00:00+00:00"


def test_chicagos_degrees_are_taken_not_its_feet(chicago: Imported) -> None:
    assert chicago.reports["lon"].is_between(-88, -87.4).all()
    assert chicago.reports["lat"].is_between(41.6, 42.1).all()


def test_chicagos_ten_kinds_are_kept_apart(chicago: Imported) -> None:
    kinds = set(chicago.reports["kind"])
    assert len(kinds) == 10
    assert {"Garbage in alley", "Sanitation Code Violation"} < kinds  # the type where the nature is left out


def test_failed_geocoding_in_zhengzhou_is_taken_and_doubted(theft: Imported) -> None:
    reports = theft.reports
    lon, lat = reports["lon"].to_numpy(), reports["lat"].to_numpy()
    distance_m = haversine_m(lon, lat, np.median(lon), np.median(lat))
    doubted = reports["suspect"].is_not_null().to_numpy()
    assert (theft.summary.read, theft.summary.taken) == (203, 203)
    assert doubted[distance_m >= 14_000].all()
    assert not doubted[distance_m <= 10_000].any()
    assert theft.summary.suspicious == {"far": doubted.sum()}


def test_doubted_rows_are_listed_in_a_file_of_their_own(theft: Imported) -> None:
    assert len(theft.doubted) == theft.summary.suspicious["far"]
    assert "第一大街经南三路" in {row["name"] for row in theft.doubted}


def test_points_without_a_date_carry_the_files_day_or_the_one_that_is_said(
    theft: Imported, imported: Look
) -> None:
    said = imported(shared(THEFT), mapping={"reported_at": "=2025-06-01"}, tz="Asia/Shanghai")
    assert "no_date_column" in theft.notices
    assert "no_date_column" not in said.notices
    assert {at.isoformat() for at in said.reports["reported_at"]} == {"2025-05-31T16:00:00+00:00"}


def test_san_franciscos_open311_answer_is_read(san_francisco: Imported) -> None:
    summary = san_francisco.summary
    assert (summary.profile, summary.read, summary.taken) == ("open311", 1_001, 945)
    assert summary.reasons == {"zero_coordinates": 55, "empty_row": 1}
    assert set(san_francisco.reports["status"]) == {"reported", "closed"}


def test_what_an_open311_answer_calls_closed_was_closed_at_its_last_change(san_francisco: Imported) -> None:
    # The key stands twice in the object: a date first, the text "null" after it.
    assert san_francisco.report("769886")["closed_at"].isoformat() == "2010-11-12T14:04:32.190000+00:00"
    still_open = san_francisco.reports.filter(pl.col("status") == "reported")
    assert still_open["closed_at"].is_null().all()


def test_the_longitude_is_called_long_in_the_xml(imported: Look) -> None:
    one = imported(shared("open311/sf_2010_request.xml"), tz="America/Los_Angeles").report("773485")
    assert (one["lon"], one["lat"]) == (-122.41206, 37.766983)


def test_a_zone_that_does_not_fit_the_points_is_noticed(san_francisco: Imported) -> None:
    wrong = survey(shared(SAN_FRANCISCO), tz="Asia/Shanghai")
    assert "zone_doubtful" in {notice.code for notice in wrong.warnings}
    assert "zone_doubtful" not in san_francisco.notices


@pytest.mark.parametrize(
    "name", ["zhengzhou/roads.geojson", "cangzhou/130900.json", "boundaries/nyc_boroughs.geojson"]
)
def test_streets_and_areas_are_no_reports(import_: Import, store: Store, name: str) -> None:
    with pytest.raises(ImportFileError, match="reports are points"):
        import_(shared(name))
    assert store.last_seq(actor=VIEWER) == 0


def test_a_table_without_coordinates_says_which_columns_there_are(import_: Import) -> None:
    with pytest.raises(ImportFileError, match=r"路段ID, 路段长度\(m\).*--map lat=COLUMN"):
        import_(shared("zhengzhou/road_risk.csv"))


@pytest.mark.parametrize("name", [NYC_2024, NYC_2023, CHICAGO, THEFT, SAN_FRANCISCO])
def test_importing_twice_changes_nothing(import_: Import, store: Store, name: str) -> None:
    first = import_(shared(name), tz="UTC")
    seq = store.last_seq(actor=VIEWER)

    second = import_(shared(name), tz="UTC")

    assert (second.taken, second.updated, second.unchanged) == (0, 0, first.taken)
    assert second.reasons == first.reasons
    assert store.last_seq(actor=VIEWER) == seq
