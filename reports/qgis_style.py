"""How QGIS shows an exported table: the same classes and colours as the map, as QML."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final
from xml.etree.ElementTree import Element, SubElement, tostring

_HEAD: Final = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
#: Stands for the open end of the last class.
_NO_END: Final = 1e18
_NO_FIGURE: Final = "#9aa3ab"


@dataclass(frozen=True, slots=True)
class Style:
    """A named style."""

    name: str
    qml: str


def graduated(
    name: str,
    column: str,
    edges: Sequence[float],
    colours: Sequence[str],
    labels: Sequence[str],
    *,
    opacity: float,
) -> Style:
    """Return classes of polygons by a column.

    Parameters
    ----------
    edges
        Lowest value of each class, ascending; the lowest class takes what is below too.
    colours, labels
        `#rrggbb` and words, one for each class.
    opacity
        0 to 1.
    """
    root, renderer = _document("graduatedSymbol", attr=f'"{column}"', graduatedMethod="GraduatedColor")
    ranges, symbols = SubElement(renderer, "ranges"), SubElement(renderer, "symbols")
    ends = [-_NO_END, *edges[1:], _NO_END] if edges else []
    for number, ((lower, upper), colour, label) in enumerate(
        zip(pairwise(ends), colours, labels, strict=True)
    ):
        SubElement(
            ranges,
            "range",
            symbol=str(number),
            lower=repr(float(lower)),
            upper=repr(float(_below(upper))),
            label=label,
            render="true",
        )
        _symbol(symbols, number, "fill", "SimpleFill", _fill(colour))
    return _finished(root, name, opacity)


def categorised(
    name: str,
    column: str,
    colours: Mapping[str, str],
    labels: Mapping[str, str],
    *,
    other: str,
    areas: bool = False,
    opacity: float = 1.0,
) -> Style:
    """Return points, or areas, by the words of a column; those without a colour share one, named `other`."""
    root, renderer = _document("categorizedSymbol", attr=column)
    categories, symbols = SubElement(renderer, "categories"), SubElement(renderer, "symbols")
    shown = [*((word, labels.get(word, word), colour) for word, colour in colours.items())]
    for number, (value, label, colour) in enumerate([*shown, ("", other, _NO_FIGURE)]):
        SubElement(categories, "category", symbol=str(number), value=value, label=label, render="true")
        if areas:
            _symbol(symbols, number, "fill", "SimpleFill", _fill(colour))
        else:
            _symbol(symbols, number, "marker", "SimpleMarker", _dot(colour))
    return _finished(root, name, opacity)


def _document(kind: str, **attributes: str) -> tuple[Element, Element]:
    root = Element("qgis", version="3.22.0", styleCategories="Symbology", labelsEnabled="0")
    said = {"type": kind, "forceraster": "0", "symbollevels": "0", **attributes}
    renderer = SubElement(root, "renderer-v2", said)
    return root, renderer


def _symbol(symbols: Element, number: int, kind: str, of: str, options: Mapping[str, str]) -> None:
    symbol = SubElement(symbols, "symbol", name=str(number), type=kind, alpha="1", clip_to_extent="1")
    layer = SubElement(symbol, "layer", {"class": of, "enabled": "1", "locked": "0", "pass": "0"})
    table = SubElement(layer, "Option", type="Map")
    for key, value in options.items():
        SubElement(table, "Option", name=key, value=value, type="QString")
        SubElement(layer, "prop", k=key, v=value)


def _fill(colour: str) -> dict[str, str]:
    return {"color": _rgba(colour), "style": "solid", "outline_style": "no", "outline_color": "0,0,0,0"}


def _dot(colour: str) -> dict[str, str]:
    return {
        "name": "circle",
        "color": _rgba(colour),
        "size": "2.2",
        "size_unit": "MM",
        "outline_color": "255,255,255,255",
        "outline_width": "0.2",
        "outline_style": "solid",
    }


def _finished(root: Element, name: str, opacity: float) -> Style:
    SubElement(root, "blendMode").text = "0"
    SubElement(root, "layerOpacity").text = f"{opacity:g}"
    return Style(name[:30], _HEAD + tostring(root, encoding="unicode"))


def _below(edge: float) -> float:
    """Return the last value of a class: QGIS counts both ends in, and the next class begins at the edge."""
    return edge if abs(edge) >= _NO_END else edge - max(abs(edge), 1.0) * 1e-9


def _rgba(colour: str) -> str:
    return ",".join(str(int(colour[i : i + 2], 16)) for i in (1, 3, 5)) + ",255"
