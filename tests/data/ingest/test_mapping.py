"""Profiles known by their headers, columns guessed, and what is said by hand."""

from pathlib import Path

import polars as pl
import pytest

from data.categories import delivered
from data.ingest import mapping, survey
from data.ingest.profiles import choose, common_statuses, profiles
from data.statuses import STATUSES
from data.store import Store
from tests.data.ingest.conftest import Import
from tests.data.ingest.made import HEADER, row, rows, stored, write

#: The headers of each city's exports, current and older.
KNOWN_HEADERS = {
    "nyc": [
        """Unique Key,Created Date,Closed Date,Agency,Agency Name,Complaint Type,Descriptor,Status,Latitude,
        Longitude""",
        "unique_key,created_date,closed_date,agency,complaint_type,descriptor,status,latitude,longitude",
        """Unique Key,Created Date,Closed Date,Problem (formerly Complaint Type),Problem Detail (formerly
        Descriptor),Status,Latitude,Longitude""",
    ],
    "chicago": [
        """SR_NUMBER,SR_TYPE,SR_SHORT_CODE,OWNER_DEPARTMENT,STATUS,CREATED_DATE,LAST_MODIFIED_DATE,CLOSED_DATE,
        STREET_ADDRESS,DUPLICATE,LATITUDE,LONGITUDE,LOCATION""",
        """Creation Date,Status,Completion Date,Service Request Number,Type of Service Request,Street Address,
        X Coordinate,Y Coordinate,Latitude,Longitude,Location""",
    ],
    "sf": [
        """CaseID,Opened,Closed,Updated,Status,Status Notes,Responsible Agency,Category,Request Type,
        Request Details,Address,Supervisor District,Neighborhood,Latitude,Longitude,Source,Media URL""",
        """service_request_id,requested_datetime,closed_date,updated_datetime,status_description,status_notes,
        agency_responsible,service_name,service_subtype,service_details,address,lat,long,source""",
        "CASEID,OPENED,CLOSED,STATUS,RESPONSIBLE AGENCY,ADDRESS,CATEGORY,REQUEST TYPE,REQUEST DETAILS,POINT",
    ],
    "boston": [
        """case_enquiry_id,open_dt,sla_target_dt,closed_dt,on_time,case_status,closure_reason,case_title,subject,
        reason,type,queue,department,location,latitude,longitude,source""",
        """CASE_ENQUIRY_ID,OPEN_DT,TARGET_DT,CLOSED_DT,OnTime_Status,CASE_STATUS,CASE_TITLE,TYPE,Department,
        Location,LATITUDE,LONGITUDE,Source""",
        """case_id,open_date,case_topic,service_name,assigned_department,case_status,close_date,full_address,
        longitude,latitude""",
    ],
    "open311": [
        """service_request_id,status,service_name,service_code,description,requested_datetime,updated_datetime,
        lat,long""",
    ],
}


def columns_of(header: str) -> list[str]:
    """Split a header that is written over several lines."""
    return [" ".join(column.split()) for column in header.split(",")]


@pytest.mark.parametrize(
    ("name", "header"), [(name, header) for name, headers in KNOWN_HEADERS.items() for header in headers]
)
def test_a_citys_export_is_known_by_its_header(name: str, header: str) -> None:
    columns = columns_of(header)
    profile = choose(columns)
    assert profile is not None
    assert profile.name == name
    uses = mapping.from_profile(profile, columns)
    needed = {"external_id", "reported_at", "kind", "status"}
    assert needed <= uses.keys()
    assert "location" in uses or {"lat", "lon"} <= uses.keys()


@pytest.mark.parametrize("name", list(KNOWN_HEADERS))
def test_a_profile_speaks_of_our_states_and_categories(name: str) -> None:
    profile = profiles()[name]
    assert set(profile.statuses.values()) <= set(STATUSES)
    assert set(profile.categories.values()) <= set(delivered()["slug"])
    assert set(profile.columns) <= set(mapping.FIELDS)


def test_the_usual_words_for_states_are_ours() -> None:
    assert set(common_statuses().values()) == set(STATUSES)


@pytest.mark.parametrize("said", ["nyc", "NYC311", "New York City 311"])
def test_a_profile_is_named_by_any_of_its_names(said: str) -> None:
    profile = choose([], said)
    assert profile is not None
    assert profile.name == "nyc"


def test_boston_is_read_in_its_own_words(import_: Import, store: Store, tmp_path: Path) -> None:
    columns = columns_of(KNOWN_HEADERS["boston"][0])
    cells = {
        "case_enquiry_id": "101005",
        "open_dt": "2024-07-04 09:30:00",
        "closed_dt": "2024-07-05 10:00:00",
        "case_status": "Closed",
        "case_title": "Parking Enforcement",
        "type": "Parking Enforcement",
        "department": "BTDT",
        "location": "1 City Hall Sq  Boston  MA  02201",
        "latitude": "42.3601",
        "longitude": "-71.0589",
    }
    import_(write(tmp_path / "boston.csv", [[cells.get(name, "") for name in columns]], header=columns))
    report = stored(store).row(0, named=True)
    assert (report["category"], report["status"], report["unit"]) == ("illegal_parking", "closed", "BTDT")
    assert report["reported_at"].isoformat() == "2024-07-04T13:30:00+00:00"
    assert report["address"] == "1 City Hall Sq  Boston  MA  02201"


def test_chicagos_current_export_marks_duplicates_in_a_column(
    import_: Import, store: Store, tmp_path: Path
) -> None:
    columns = columns_of(KNOWN_HEADERS["chicago"][0])
    cells = ["SR24-1", "Fly Dumping Complaint", "SIE", "Streets", "Completed", "09/01/2024 10:00:00 AM"]
    cells += [
        "09/02/2024 10:00:00 AM",
        "09/02/2024 09:00:00 AM",
        "1 N STATE ST",
        "true",
        "41.88",
        "-87.63",
        "",
    ]
    import_(write(tmp_path / "chicago.csv", [cells], header=columns))
    report = stored(store).row(0, named=True)
    assert (report["status"], report["category"]) == ("merged", "exposed_rubbish")
    assert report["updated_at"].isoformat() == "2024-09-02T15:00:00+00:00"


def test_san_franciscos_old_export_has_its_point_in_one_column(
    import_: Import, store: Store, tmp_path: Path
) -> None:
    columns = columns_of(KNOWN_HEADERS["sf"][2])
    cells = ["123", "07/01/2014 10:00:00 AM", "", "Open", "DPW", "1 Main St", "Illegal Postings", "a", "b"]
    import_(write(tmp_path / "sf.csv", [[*cells, "(37.77, -122.41)"]], header=columns))
    report = stored(store).row(0, named=True)
    assert (report["lon"], report["lat"], report["category"]) == (-122.41, 37.77, "flyposting")


@pytest.mark.parametrize(
    "header",
    [
        HEADER,
        ("案卷号", "小类名称", "发现时间", "办结时间", "办理状态", "经度坐标", "纬度坐标", "位置描述"),
        ("case_id", "category", "created_at", "closed_at", "state", "lng", "lat", "street_address"),
        ("Ticket Number", "Issue Type", "Date Opened", "Date Closed", "Status", "X", "Y", "Address"),
        (
            "REQUEST_ID",
            "TYPE",
            "REPORTED",
            "RESOLVED",
            "STATUS",
            "LONGITUDE",
            "LATITUDE",
            "LOCATION_DESCRIPTION",
        ),
        ("工单编号", "诉求类型", "受理时间", "结案时间", "当前状态", "地理经度", "地理纬度", "事发地址"),
    ],
)
def test_columns_are_guessed_from_chinese_and_english_headers(
    tmp_path: Path, header: tuple[str, ...]
) -> None:
    found = survey(write(tmp_path / "export.csv", rows(30), header=header))
    fields = ("external_id", "kind", "reported_at", "closed_at", "status", "lon", "lat", "address")
    assert {name: use.columns for name, use in found.mapping.items()} == {
        field: (column,) for field, column in zip(fields, header, strict=True)
    }
    assert found.taken == 30


def test_a_header_that_promises_what_its_values_do_not_hold_is_not_believed() -> None:
    sample = pl.DataFrame(
        {
            "lat": ["38.1", "38.2"],
            "lon": ["116.1", "116.2"],
            "date": ["soon", "later"],
            "created": ["2024-09-01"] * 2,
        }
    )
    uses = mapping.guess(sample)
    assert uses["reported_at"].columns == ("created",)
    feet = pl.DataFrame({"x": ["1165166.5", "1163839.0"], "y": ["1872509.0", "1872587.8"]})
    assert mapping.guess(feet) == {}
    assert mapping.guess(feet, degrees=False).keys() == {"lon", "lat"}


def test_every_guess_says_why(tmp_path: Path) -> None:
    found = survey(write(tmp_path / "export.csv", rows(9)))
    assert "values from 38.3 to 38.308" in found.mapping["lat"].reason
    assert "2024-09-02 08:01:00" in found.mapping["reported_at"].reason


def test_what_is_said_by_hand_wins(import_: Import, store: Store, tmp_path: Path) -> None:
    said = {"kind": "地址", "description": "问题类型", "unit": "=城管局", "source": "数字城管"}
    import_(write(tmp_path / "export.csv", rows(5)), mapping=said)
    report = stored(store).row(0, named=True)
    assert (report["kind"], report["description"]) == ("新华路1号", "暴露垃圾")
    assert (report["unit"], report["source"], report["category"]) == ("城管局", "数字城管", "新华路1号")


def test_a_date_format_can_be_said(import_: Import, store: Store, tmp_path: Path) -> None:
    body = [row(n, 上报时间="03/04/2024") for n in range(1, 5)]
    import_(write(tmp_path / "export.csv", body), mapping={"date_format": "%m/%d/%Y"}, tz="UTC")
    assert set(stored(store)["reported_at"].dt.month()) == {3}


def test_states_become_ours_and_unknown_ones_follow_the_closing_date(
    import_: Import, store: Store, tmp_path: Path
) -> None:
    states = ["待处理", "已受理", "已派遣", "处理中", "已结案", "作废", "挂账", "重复", "神秘", "神秘", ""]
    body = [row(n, 状态=state) for n, state in enumerate(states, 1)]
    body[9] = row(10, 状态="神秘", 结案时间="2024-10-01 10:00:00")
    summary = import_(write(tmp_path / "export.csv", body))
    assert stored(store)["status"].to_list() == [
        "reported",
        "accepted",
        "dispatched",
        "in_progress",
        "closed",
        "rejected",
        "suspended",
        "merged",
        "reported",
        "closed",
        "reported",
    ]
    notice = next(notice for notice in summary.warnings if notice.code == "unknown_status")
    assert (notice.count, notice.values["examples"]) == (2, "神秘")


def test_a_feed_is_named_without_the_numbers_of_its_export(tmp_path: Path) -> None:
    for name in ("案件_2024-09-01.csv", "案件 (1).csv", "案件20240908.csv"):
        assert survey(write(tmp_path / name, rows(3))).source == "案件"


def test_columns_that_no_field_takes_are_listed(tmp_path: Path) -> None:
    body = [(*one, "x", "y") for one in rows(3)]
    found = survey(write(tmp_path / "export.csv", body, header=(*HEADER, "来源", "网格")))
    assert found.columns_unused == ("来源", "网格")


def test_a_survey_without_coordinates_shows_the_rows_and_what_is_missing(tmp_path: Path) -> None:
    found = survey(write(tmp_path / "odd.csv", [("1", "a")] * 3, header=("n", "what")))
    assert found.missing == ("lat", "lon")
    assert found.raw.rows() == [("1", "a")] * 3
    assert found.sample.is_empty()


def test_blank_rows_do_not_change_what_a_column_is_taken_for(tmp_path: Path) -> None:
    found = survey(write(tmp_path / "export.csv", [row(1), *[("",) * len(HEADER)] * 20]))
    assert found.mapping["external_id"].columns == ("编号",)
    assert found.reasons == {"empty_row": 20}


def test_decimal_commas_are_coordinates(tmp_path: Path) -> None:
    body = [row(n, 经度="116,85", 纬度="38,3") for n in range(1, 4)]
    assert survey(write(tmp_path / "export.csv", body, delimiter=";")).taken == 3
