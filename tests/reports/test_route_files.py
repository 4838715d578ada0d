"""Routes as GPX and KML: valid, read by another program, and text stays text."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final
from xml.etree.ElementTree import Element, parse
from zoneinfo import ZoneInfo

import numpy as np
import pyogrio
import pytest

from data import route_words
from geo.network import Streets
from geo.routes import REASONS, Route, Shift, Stop, plan
from reports.provenance import Provenance
from reports.route_files import RouteSheet, write_gpx, write_kml
from tests.geo.drawn_streets import LAT, LON, lattice
from tests.geo.test_routes import place

HOSTILE: Final = '</name><script>alert("1")</script>&amp;]]>\x00\x08\x1b\ud800\uffff\u2028"\'<!--'
#: What is left of it: the same, with marks for what XML has no place for.
READ: Final = '</name><script>alert("1")</script>&amp;]]>\ufffd\ufffd\ufffd\ufffd\ufffd "\'<!--'

GPX: Final = "{http://www.topografix.com/GPX/1/1}"
KML: Final = "{http://www.opengis.net/kml/2.2}"
#: The children of each element in the order that the schema of GPX 1.1 wants, as far as they are used.
GPX_ORDER: Final = {
    "gpx": ["metadata", "wpt", "rte", "trk"],
    "metadata": ["name", "desc", "author", "copyright", "link", "time"],
    "wpt": ["ele", "time", "name", "cmt", "desc"],
    "rtept": ["ele", "time", "name", "cmt", "desc"],
    "rte": ["name", "cmt", "desc", "rtept"],
    "trk": ["name", "cmt", "desc", "trkseg"],
    "trkseg": ["trkpt"],
    "trkpt": [],
}
#: The same of KML 2.2.
KML_ORDER: Final = {
    "kml": ["Document"],
    "Document": ["name", "description", "Style", "Folder"],
    "Folder": ["name", "description", "Placemark"],
    "Placemark": ["name", "description", "styleUrl", "Point", "LineString"],
    "Style": ["LineStyle"],
    "LineStyle": ["color", "width"],
    "Point": ["coordinates"],
    "LineString": ["tessellate", "coordinates"],
}


@pytest.fixture(scope="module")
def route() -> Route:
    """Plan a route with stops on and off the streets, one without a position and one too far away."""
    stops = [
        Stop("a", *place(300, 120), due_s=30.0),
        Stop(2, *place(200, 320)),
        Stop(3, *place(480, 900)),
        Stop(4, float("nan"), float("nan")),
        Stop(5, *place(90_000, 0)),
    ]
    streets = Streets.from_lines(lattice(5))
    return plan(streets, stops, Shift(place(100, 100), ends_s=4 * 3600.0, end=place(100, 200)))


@pytest.fixture
def sheet(route: Route, about: Provenance) -> RouteSheet:
    clock = datetime(2026, 3, 4, 8, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
    names: dict[Any, str] = {"a": HOSTILE, 2: "井盖\n破损", 5: HOSTILE}
    return RouteSheet(route, clock, about, names, {"a": f"{HOSTILE}\n第二行", 3: "  "})


def check_order(element: Element, order: dict[str, list[str]], space: str) -> None:
    """Hold the children of every element to the order of the schema; single ones are there once."""
    name = element.tag.removeprefix(space)
    if name not in order:
        assert not len(element), name
        return
    found = [child.tag.removeprefix(space) for child in element]
    assert found == sorted(found, key=order[name].index)
    many = {"wpt", "rtept", "trkseg", "trkpt", "Style", "Folder", "Placemark"}
    assert len({*found}) == len([child for child in found if child not in many]) + len({*found} & many)
    for child in element:
        check_order(child, order, space)


def test_a_gpx_has_the_shape_of_its_schema(sheet: RouteSheet, tmp_path: Path) -> None:
    write_gpx(sheet, tmp_path / "route.gpx")
    root = parse(tmp_path / "route.gpx").getroot()
    assert root.tag == f"{GPX}gpx" and root.attrib["version"] == "1.1" and root.attrib["creator"]
    check_order(root, GPX_ORDER, GPX)
    for kind in ("wpt", "rtept", "trkpt"):
        for point in root.iter(f"{GPX}{kind}"):
            assert set(point.attrib) == {"lat", "lon"}
            assert (
                abs(float(point.attrib["lat"]) - LAT) < 0.02 and abs(float(point.attrib["lon"]) - LON) < 0.02
            )
    time = root.findtext(f"{GPX}metadata/{GPX}time")
    assert time == "2026-03-03T21:06:07Z"


def test_a_kml_has_the_shape_of_its_schema(sheet: RouteSheet, tmp_path: Path) -> None:
    write_kml(sheet, tmp_path / "route.kml")
    root = parse(tmp_path / "route.kml").getroot()
    assert root.tag == f"{KML}kml"
    check_order(root, KML_ORDER, KML)
    styles = {f"#{style.attrib['id']}" for style in root.iter(f"{KML}Style")}
    used = {url.text for url in root.iter(f"{KML}styleUrl")}
    assert used == styles == {"#streets", "#straight"}


def test_another_program_reads_the_way_and_the_stops_of_a_gpx(
    sheet: RouteSheet, route: Route, tmp_path: Path
) -> None:
    write_gpx(sheet, tmp_path / "route.gpx")
    stops = pyogrio.read_dataframe(tmp_path / "route.gpx", layer="waypoints")
    assert stops.crs.to_epsg() == 4326
    where = [(visit.stop.lon, visit.stop.lat) for visit in route.visits]
    assert np.column_stack([stops.geometry.x, stops.geometry.y]) == pytest.approx(np.array(where), abs=1e-7)
    track = pyogrio.read_dataframe(tmp_path / "route.gpx", layer="tracks").geometry.iloc[0]
    for drawn, leg in zip(track.geoms, route.legs, strict=True):
        assert np.array(drawn.coords) == pytest.approx(leg.way, abs=1e-7)
    points = pyogrio.read_dataframe(tmp_path / "route.gpx", layer="route_points")
    assert len(points) == len(route.visits) + 2


def test_another_program_reads_the_way_and_the_stops_of_a_kml(
    sheet: RouteSheet, route: Route, tmp_path: Path
) -> None:
    write_kml(sheet, tmp_path / "route.kml")
    layers = [name for name, _kind in pyogrio.list_layers(tmp_path / "route.kml")]
    assert layers == ["Stops", "Way", "Not on the route"]
    stops, way = (pyogrio.read_dataframe(tmp_path / "route.kml", layer=name) for name in layers[:2])
    assert len(stops) == len(route.visits) + 2
    for drawn, leg in zip(way.geometry, route.legs, strict=True):
        assert np.array(drawn.coords)[:, :2] == pytest.approx(leg.way, abs=1e-7)


def test_hostile_names_stay_text(sheet: RouteSheet, tmp_path: Path) -> None:
    write_gpx(sheet, tmp_path / "route.gpx")
    write_kml(sheet, tmp_path / "route.kml")
    gpx, kml = (parse(tmp_path / f"route.{form}").getroot() for form in ("gpx", "kml"))
    assert not [element for root in (gpx, kml) for element in root.iter() if element.tag.endswith("}script")]
    names = [point.findtext(f"{GPX}name", "") for point in gpx.iter(f"{GPX}wpt")]
    assert any(name.endswith(READ) for name in names)
    assert any(name.endswith("· 井盖 破损") for name in names)
    assert READ in [mark.findtext(f"{KML}name") for mark in kml.iter(f"{KML}Placemark")]


def test_what_a_kml_describes_is_no_markup_when_it_is_shown_as_html(
    sheet: RouteSheet, tmp_path: Path
) -> None:
    write_kml(sheet, tmp_path / "route.kml")
    root = parse(tmp_path / "route.kml").getroot()
    shown = [element.text or "" for element in root.iter(f"{KML}description")]
    assert any("&lt;script&gt;" in text and "第二行" in text for text in shown)
    assert not [text for text in shown if "<" in text]


@pytest.mark.parametrize("write", [write_gpx, write_kml])
def test_nothing_that_is_left_out_is_lost(
    write: Callable[[RouteSheet, Path], None], sheet: RouteSheet, tmp_path: Path
) -> None:
    write(sheet, tmp_path / "route")
    text = " ".join(element.text or "" for element in parse(tmp_path / "route").getroot().iter())
    assert "4 (its position is not known)" in text
    assert "(the shift is too short to go there at all)" in text
    assert "1 leg is a straight line" in text or "2 legs are straight lines" in text
    assert "After its deadline" in text
    assert "abc-12" in text


def test_times_are_those_of_the_city(sheet: RouteSheet, route: Route) -> None:
    first = route.visits[0]
    arrives = sheet.clock + timedelta(seconds=first.arrives_s)
    assert sheet.stop_name(1, first).startswith(f"1 · {arrives:%H:%M} · ")
    abroad = replace(sheet, clock=sheet.clock.astimezone(ZoneInfo("Europe/Paris")))
    assert abroad.title().endswith("2026-03-04 01:30")
    assert sheet.title().endswith("2026-03-04 08:30")


def test_an_empty_route_is_a_file_too(about: Provenance, tmp_path: Path) -> None:
    clock = datetime(2026, 3, 4, 8, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
    empty = RouteSheet(plan(Streets.from_lines([]), [], Shift(place(0, 0), ends_s=60.0)), clock, about)
    for write, order, space in ((write_gpx, GPX_ORDER, GPX), (write_kml, KML_ORDER, KML)):
        write(empty, tmp_path / "route")
        check_order(parse(tmp_path / "route").getroot(), order, space)


def test_every_reason_has_its_words() -> None:
    assert set(route_words.REASONS) >= set(REASONS)
