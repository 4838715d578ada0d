"""What becomes of single rows: ids, dates, repetitions; and figures that add up."""

import json
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.actors import OPERATOR, VIEWER
from data.ingest import import_file, survey
from data.store import Store
from i18n import use_locale
from tests.data.ingest.conftest import Import
from tests.data.ingest.made import HEADER, read_rows, row, rows, stored, write

WRONG = {
    "no_id": {"编号": ""},
    "no_date": {"上报时间": "null"},
    "unreadable_date": {"上报时间": "someday"},
    "closed_before_reported": {"状态": "已结案", "结案时间": "2023-01-01 00:00:00"},
    "no_coordinates": {"经度": ""},
    "empty_row": dict.fromkeys(HEADER, "null"),
    "header_again": dict(zip(HEADER, HEADER, strict=True)),
}


def closed(n: int) -> list[tuple[str, ...]]:
    """Return good rows of what was closed."""
    return [row(number, 状态="已结案", 结案时间="2024-10-01 10:00:00") for number in range(1, n + 1)]


def test_each_wrong_row_has_its_reason(import_: Import, store: Store, tmp_path: Path) -> None:
    body = [*closed(30), *(row(100 + n, **changes) for n, changes in enumerate(WRONG.values()))]
    summary = import_(write(tmp_path / "export.csv", body))
    assert summary.reasons == dict.fromkeys(summary.reasons, 1)
    rejects = read_rows(summary.rejects_path)
    assert [(reject["row"], reject["reason"]) for reject in rejects] == [
        (str(32 + n), reason) for n, reason in enumerate(WRONG)
    ]
    assert len(stored(store)) == 30


def test_closed_on_the_day_of_the_report_is_not_before_it(import_: Import, tmp_path: Path) -> None:
    body = [row(1, 状态="已结案", 上报时间="2024-09-05 18:00:00", 结案时间="2024-09-05")]
    assert import_(write(tmp_path / "export.csv", body)).taken == 1


def test_an_unreadable_closing_date_is_left_out_and_counted(
    import_: Import, store: Store, tmp_path: Path
) -> None:
    closing = ["2024-10-01 10:00:00"] * 9 + ["later"]
    body = [row(n, 状态="已结案", 结案时间=date) for n, date in enumerate(closing, 1)]
    summary = import_(write(tmp_path / "export.csv", body))
    assert {notice.code for notice in summary.warnings} - {"datum_unknown"} == {"unreadable_closing_date"}
    assert stored(store)["closed_at"].null_count() == 1


def test_of_a_repeated_id_the_row_changed_last_is_kept(import_: Import, store: Store, tmp_path: Path) -> None:
    header = (*HEADER, "更新时间")
    body = [(*row(1, 地址="新"), "2024-09-09 10:00:00"), (*row(1, 地址="旧"), "2024-09-08 10:00:00")]
    summary = import_(write(tmp_path / "export.csv", body, header=header))
    assert stored(store)["address"].to_list() == ["新"]
    assert read_rows(summary.rejects_path)[0]["explanation"] == "the id is repeated; row 2 is kept"


def test_a_repeated_id_gives_way_to_no_row_that_is_wrong(
    import_: Import, store: Store, tmp_path: Path
) -> None:
    summary = import_(write(tmp_path / "export.csv", [row(1), row(1, 纬度="")]))
    assert summary.reasons == {"no_coordinates": 1}
    assert len(stored(store)) == 1


def test_without_an_id_a_report_is_known_by_its_content(
    import_: Import, store: Store, tmp_path: Path
) -> None:
    body = [one[1:] for one in rows(10)] + [rows(1)[0][1:]]
    file = write(tmp_path / "export.csv", body, header=HEADER[1:])
    first = import_(file)
    assert first.taken == 11  # the last repeats the first word for word, and is a report of its own
    notices = {notice.code: notice.count for notice in first.warnings}
    assert notices.items() >= {("no_id_column", 1), ("identical_rows", 1)}
    write(file, body[::-1], header=HEADER[1:])
    assert import_(file).unchanged == 11


def test_a_changed_report_is_updated_and_keeps_its_history(
    import_: Import, store: Store, tmp_path: Path
) -> None:
    file = write(tmp_path / "export.csv", rows(10))
    import_(file)
    write(file, [row(1, 状态="已结案", 结案时间="2024-10-01 10:00:00"), *rows(11)[1:]])
    summary = import_(file)
    assert (summary.taken, summary.updated, summary.unchanged) == (1, 1, 9)
    report = stored(store).row(0, named=True)
    assert report["status"] == "closed"
    assert len(store.events(report["id"], actor=VIEWER)) == 2


def test_a_future_date_is_taken_and_counted(import_: Import, tmp_path: Path) -> None:
    summary = import_(write(tmp_path / "export.csv", [*rows(5), row(6, 上报时间="2098-01-01 10:00:00")]))
    assert summary.taken == 6
    assert {notice.code: notice.count for notice in summary.warnings} == {
        "future_date": 1,
        "datum_unknown": 1,
    }


def test_the_summary_is_one_json_object(import_: Import, tmp_path: Path) -> None:
    summary = import_(write(tmp_path / "export.csv", [*rows(5), row(6, 纬度="")]))
    told = json.loads(summary.as_json())
    assert {name: told[name] for name in ("read", "taken", "updated", "unchanged", "rejected")} == {
        "read": 6,
        "taken": 5,
        "updated": 0,
        "unchanged": 0,
        "rejected": 1,
    }
    assert told["reasons"] == {"no_coordinates": 1}
    assert Path(told["rejects_path"]).exists()
    whole = json.loads(import_(write(tmp_path / "whole.csv", rows(3))).as_json())
    assert whole["rejects_path"] is None, "nothing was rejected"


def test_the_store_remembers_how_a_file_was_read(import_: Import, store: Store, tmp_path: Path) -> None:
    import_(write(tmp_path / "export.csv", rows(5)))
    known = store.imports(actor=VIEWER).row(0, named=True)
    assert (known["name"], known["state"], known["source"]) == ("export.csv", "done", "export")
    assert json.loads(known["details"])["mapping"]["lat"] == "纬度"
    assert json.loads(known["summary"])["read"] == 5


def test_a_store_learns_its_zone_from_the_first_city_and_notices_another(
    import_: Import, store: Store, tmp_path: Path
) -> None:
    import_(write(tmp_path / "a.csv", rows(5)), tz="Asia/Shanghai")
    assert store.fact("tz", actor=VIEWER) == "Asia/Shanghai"
    summary = import_(write(tmp_path / "b.csv", rows(5)), tz="Asia/Tokyo")
    assert {notice.code for notice in summary.warnings} - {"datum_unknown"} == {"other_zone"}
    assert store.fact("tz", actor=VIEWER) == "Asia/Shanghai"


def test_progress_runs_from_checking_to_writing(import_: Import, tmp_path: Path) -> None:
    calls: list[tuple[int, int | None, str]] = []
    import_(write(tmp_path / "export.csv", rows(100)), progress=lambda *call: calls.append(call))
    assert [call[2] for call in calls] == ["checking", "writing"]
    assert calls[-1][:2] == (100, 100)


def test_rejects_are_told_in_the_language_in_use(import_: Import, tmp_path: Path) -> None:
    file = write(tmp_path / "export.csv", [*rows(5), row(6, 纬度="")])
    use_locale("zh")
    try:
        chinese = read_rows(import_(file).rejects_path)[0]
    finally:
        use_locale("en")
    assert chinese["reason"] == "no_coordinates"
    assert chinese["explanation"]


def test_a_survey_foretells_the_import(import_: Import, tmp_path: Path) -> None:
    body = [*closed(30), *(row(100 + n, **changes) for n, changes in enumerate(WRONG.values()))]
    file = write(tmp_path / "export.csv", body)
    foretold, summary = survey(file), import_(file)
    assert (foretold.rows, foretold.taken, foretold.rejected) == (
        summary.read,
        summary.taken,
        summary.rejected,
    )
    assert foretold.reasons == summary.reasons
    assert foretold.rejects["reason"].to_list() == list(WRONG)
    assert len(foretold.sample) == 30


ANY_ROW = st.builds(
    row,
    st.integers(1, 20),
    经度=st.sampled_from(["116.85", "116.86", "0", "", "x", "38.3", "500"]),
    纬度=st.sampled_from(["38.30", "38.31", "0", "", "x", "116.85"]),
    上报时间=st.sampled_from(["2024-09-01", "2024-09-02 10:00", "", "x", "null"]),
    结案时间=st.sampled_from(["", "2024-09-03", "2020-01-01", "x"]),
    状态=st.sampled_from(["处理中", "已结案", "", "x"]),
    编号=st.sampled_from(["1", "2", "3", "", "null"]),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None)
@given(body=st.lists(ANY_ROW | st.lists(st.text("ab,", max_size=3), max_size=9).map(tuple), max_size=25))
def test_whatever_the_rows_the_figures_add_up_and_a_second_import_changes_nothing(
    store: Store, tmp_path: Path, body: list[tuple[str, ...]]
) -> None:
    file = write(tmp_path / "export.csv", [*rows(20), *body])
    lines = sum(bool("".join(one) or len(one) > 1) for one in body)
    first = import_file(file, store, actor=OPERATOR)
    second = import_file(file, store, actor=OPERATOR)
    for summary in (first, second):
        assert summary.read == 20 + lines
        assert summary.read == summary.taken + summary.updated + summary.unchanged + summary.rejected
    assert (second.taken, second.updated) == (0, 0)
    assert second.reasons == first.reasons


def test_new_kinds_become_categories_with_a_name(import_: Import, store: Store, tmp_path: Path) -> None:
    kinds = ["Noise - Street", "NOISE - STREET", "Noise - Street", "HEAT/HOT WATER", "树木倒伏", "机动车违停"]
    import_(write(tmp_path / "export.csv", [row(n, 问题类型=kind) for n, kind in enumerate(kinds, 1)]))
    table = {one["slug"]: one for one in store.categories(actor=VIEWER).iter_rows(named=True)}
    assert table["noise_street"]["en"] == "Noise - Street"
    assert table["heat_hot_water"]["en"] == "Heat/hot water"
    assert table["树木倒伏"]["zh"] == "树木倒伏"
    assert table["illegal_parking"]["code"] == "09009"  # as delivered
    assert stored(store)["category"].n_unique() == 4


def test_a_date_column_that_cannot_be_read_rejects_its_rows(import_: Import, tmp_path: Path) -> None:
    body = [row(n, 上报时间=f"{n} days ago") for n in range(1, 6)]
    assert import_(write(tmp_path / "export.csv", body)).reasons == {"unreadable_date": 5}


def test_zero_characters_are_left_out_and_counted(store: Store, tmp_path: Path) -> None:
    body = [row(1, 地址="新\0华路"), row(2, 编号="A\x000002", 问题类型="\0井盖"), row(3)]
    summary = import_file(write(tmp_path / "export.csv", body), store, crs="wgs84", actor=OPERATOR)
    assert {notice.code: notice.count for notice in summary.warnings}["zero_characters"] == 3
    assert summary.taken == 3
    assert stored(store)["external_id"].to_list() == ["A0001", "A0002", "A0003"]
    assert "\0" not in "".join(str(cell) for line in stored(store).rows() for cell in line)
    (tmp_path / "later").mkdir()
    later = write(tmp_path / "later" / "export.csv", [*body, row(4)])
    again = import_file(later, store, crs="wgs84", actor=OPERATOR)
    assert (again.taken, again.updated) == (1, 0)


def test_half_a_character_costs_neither_its_row_nor_the_file(store: Store, tmp_path: Path) -> None:
    records = [dict(zip(HEADER, row(n), strict=True)) for n in range(1, 4)]
    records[1]["地址"] = "新华路\ud83d"
    file = tmp_path / "export.json"
    file.write_text(json.dumps(records), encoding="utf-8")
    summary = import_file(file, store, crs="wgs84", actor=OPERATOR)
    assert {notice.code: notice.count for notice in summary.warnings}["half_characters"] == 1
    assert stored(store)["address"].to_list()[1] == "新华路\ufffd"
