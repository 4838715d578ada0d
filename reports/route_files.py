"""A route as a file for phones and other programs: GPX 1.1 and KML 2.2, both WGS-84 as the formats have it.

Names and notes are texts: what would be markup or a control character in them cannot become any.
"""

import html
import re
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from xml.etree.ElementTree import Element, ElementTree, SubElement

from data.route_words import STRAIGHT, left_out, straight_legs, summary, why_left, why_straight
from geo.routes import Left, Leg, Route, Visit
from i18n import gettext as _
from reports.provenance import PROGRAM, Provenance

GPX_TYPE: Final = "application/gpx+xml"
KML_TYPE: Final = "application/vnd.google-earth.kml+xml"

_GPX: Final = "http://www.topografix.com/GPX/1/1"
_KML: Final = "http://www.opengis.net/kml/2.2"
_DECIMALS: Final = 7  # of a degree: a centimetre
#: Everything that XML 1.0 has no place for, not even escaped.
_NO_CHARACTER: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SPACE: Final = re.compile(r"\s+")
#: Colours as KML has them: opacity, blue, green, red.
_ON_STREETS: Final = "ffbf2f8f"
_STRAIGHT: Final = "ff3f7fef"


@dataclass(frozen=True, slots=True)
class RouteSheet:
    """A route with the words around it.

    Attributes
    ----------
    route
        What was planned.
    clock
        The moment of second 0 of the route, with the city's time zone: times are told in it.
    about
        Where the figures come from.
    names, notes
        What stops are called and what is said of them, by id; a stop without a name has its id.
    """

    route: Route
    clock: datetime
    about: Provenance
    names: Mapping[Hashable, str] = field(default_factory=dict)
    notes: Mapping[Hashable, str] = field(default_factory=dict)

    def title(self) -> str:
        """Return the name of the route: city, day and begin."""
        begins = self._moment(self.route.shift.begins_s)
        return _line(f"{self.about.title} {begins:%Y-%m-%d %H:%M}")

    def lines(self) -> list[str]:
        """Tell the route as a whole, what is not on it, and where it comes from."""
        route = self.route
        found = [summary(len(route.visits), route.metres, f"{self._moment(route.over_s):%H:%M}")]
        straight = sum(leg.kind in STRAIGHT for leg in route.legs)
        if straight:
            found.append(straight_legs(straight))
        found += [left_out(self.left_line(left)) for left in route.left]
        return [_line(line) for line in [*found, *self.about.lines()]]

    def name(self, id: Hashable) -> str:  # noqa: A002 - what it is called everywhere
        """Return what a stop is called, in one line."""
        return _line(self.names.get(id, "")) or _line(str(id))

    def stop_name(self, number: int, visit: Visit) -> str:
        """Return number, name and arrival of a stop."""
        return f"{number} · {self._moment(visit.arrives_s):%H:%M} · {self.name(visit.stop.id)}"

    def stop_lines(self, visit: Visit) -> list[str]:
        """Tell when one begins and leaves, whether that is late, and the note."""
        found = [
            _(
                "From {begin} to {end}",
                begin=f"{self._moment(visit.begins_s):%H:%M}",
                end=f"{self._moment(visit.leaves_s):%H:%M}",
            )
        ]
        if visit.late:
            found.append(_("After its deadline"))
        return [*found, *(_clean(self.notes.get(visit.stop.id, "")).splitlines())]

    def left_line(self, left: Left) -> str:
        """Return a stop that is not on the route, and why."""
        return f"{self.name(left.stop.id)} ({why_left(left.reason)})"

    def leg_lines(self, leg: Leg) -> list[str]:
        """Tell how long a leg is, and why it is straight where it is."""
        metres = _("{m} m on foot", m=f"{leg.metres:.0f}")
        why = why_straight(leg.kind)
        return [metres] if why is None else [metres, why]

    def _moment(self, seconds: float) -> datetime:
        """Return a moment of the route; hours that the clocks change count as they pass."""
        return (self.clock.astimezone(UTC) + timedelta(seconds=seconds)).astimezone(self.clock.tzinfo)


def write_gpx(sheet: RouteSheet, path: Path) -> None:
    """Write stops as waypoints and as a route, and the way as a track with a segment for each leg.

    Raises
    ------
    OSError
        A path that cannot be written.
    """
    route = sheet.route
    root = Element("gpx", {"xmlns": _GPX, "version": "1.1", "creator": PROGRAM})
    about = SubElement(root, "metadata")
    _put(about, "name", sheet.title())
    _put(about, "desc", "\n".join(sheet.lines()))
    _put(about, "time", sheet.about.made_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))
    for number, visit in enumerate(route.visits, 1):
        _gpx_stop(SubElement(root, "wpt", _degrees(visit.stop.lon, visit.stop.lat)), sheet, number, visit)
    way = SubElement(root, "rte")
    _put(way, "name", sheet.title())
    _put(SubElement(way, "rtept", _degrees(*route.shift.start)), "name", _("Start"))
    for number, visit in enumerate(route.visits, 1):
        _gpx_stop(SubElement(way, "rtept", _degrees(visit.stop.lon, visit.stop.lat)), sheet, number, visit)
    if route.shift.end is not None:
        _put(SubElement(way, "rtept", _degrees(*route.shift.end)), "name", _("End"))
    track = SubElement(root, "trk")
    _put(track, "name", sheet.title())
    for leg in route.legs:
        segment = SubElement(track, "trkseg")
        for lon, lat in leg.way.tolist():
            SubElement(segment, "trkpt", _degrees(lon, lat))
    _write(root, path)


def write_kml(sheet: RouteSheet, path: Path) -> None:
    """Write stops as points, each leg as a line, and what is not on the route in a folder of its own.

    Raises
    ------
    OSError
        A path that cannot be written.
    """
    route = sheet.route
    root = Element("kml", {"xmlns": _KML})
    document = SubElement(root, "Document")
    _put(document, "name", sheet.title())
    _put(document, "description", _shown(sheet.lines()))
    for name, colour in (("streets", _ON_STREETS), ("straight", _STRAIGHT)):
        line = SubElement(SubElement(document, "Style", id=name), "LineStyle")
        _put(line, "color", colour)
        _put(line, "width", "4")
    stops = _folder(document, _("Stops"))
    _point(_placemark(stops, _("Start"), []), *route.shift.start)
    for number, visit in enumerate(route.visits, 1):
        mark = _placemark(stops, sheet.stop_name(number, visit), sheet.stop_lines(visit))
        _point(mark, visit.stop.lon, visit.stop.lat)
    if route.shift.end is not None:
        _point(_placemark(stops, _("End"), []), *route.shift.end)
    legs = _folder(document, _("Way"))
    for name, leg in _named_legs(sheet):
        mark = _placemark(legs, name, sheet.leg_lines(leg))
        _put(mark, "styleUrl", "#straight" if leg.kind in STRAIGHT else "#streets")
        line = SubElement(mark, "LineString")
        _put(line, "tessellate", "1")
        _put(line, "coordinates", " ".join(_pair(lon, lat) for lon, lat in leg.way.tolist()))
    if route.left:
        folder = _folder(document, _("Not on the route"))
        for left in route.left:
            mark = _placemark(folder, sheet.name(left.stop.id), [why_left(left.reason)])
            if left.reason != "no_position":
                _point(mark, left.stop.lon, left.stop.lat)
    _write(root, path)


def _gpx_stop(element: Element, sheet: RouteSheet, number: int, visit: Visit) -> None:
    _put(element, "name", sheet.stop_name(number, visit))
    _put(element, "desc", "\n".join(sheet.stop_lines(visit)))


def _named_legs(sheet: RouteSheet) -> Iterator[tuple[str, Leg]]:
    route = sheet.route
    for number, visit in enumerate(route.visits, 1):
        yield _("To {stop}", stop=sheet.stop_name(number, visit)), visit.leg
    if route.home is not None:
        yield _("To the end"), route.home


def _folder(document: Element, name: str) -> Element:
    folder = SubElement(document, "Folder")
    _put(folder, "name", name)
    return folder


def _placemark(folder: Element, name: str, lines: Sequence[str]) -> Element:
    mark = SubElement(folder, "Placemark")
    _put(mark, "name", name)
    if lines:
        _put(mark, "description", _shown(lines))
    return mark


def _shown(lines: Sequence[str]) -> str:
    """Return lines for a description of KML, which is shown as HTML."""
    return "\n".join(html.escape(line, quote=False) for line in lines)


def _point(mark: Element, lon: float, lat: float) -> None:
    _put(SubElement(mark, "Point"), "coordinates", _pair(lon, lat))


def _pair(lon: float, lat: float) -> str:
    return f"{lon:.{_DECIMALS}f},{lat:.{_DECIMALS}f}"


def _degrees(lon: float, lat: float) -> dict[str, str]:
    return {"lat": f"{lat:.{_DECIMALS}f}", "lon": f"{lon:.{_DECIMALS}f}"}


def _put(parent: Element, name: str, text: str) -> None:
    SubElement(parent, name).text = _clean(text)


def _clean(text: Any) -> str:
    """Return a text with a mark in place of each character that no XML file may hold."""
    return _NO_CHARACTER.sub("\ufffd", str(text))


def _line(text: Any) -> str:
    return _SPACE.sub(" ", _clean(text)).strip()


def _write(root: Element, path: Path) -> None:
    ElementTree(root).write(path, encoding="utf-8", xml_declaration=True)
