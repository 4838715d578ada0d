"""Styles as QML."""

from xml.etree.ElementTree import fromstring

from reports import qgis_style


def test_each_value_is_in_one_class_alone() -> None:
    style = qgis_style.graduated(
        "x", "n", [1, 3, 10], ["#000000", "#111111", "#222222"], ["a", "b", "c"], opacity=1
    )
    ranges = [
        (float(r.attrib["lower"]), float(r.attrib["upper"])) for r in fromstring(style.qml).iter("range")
    ]
    for value in (0, 1, 2.5, 3, 9, 10, 1e9):
        assert sum(lower <= value <= upper for lower, upper in ranges) == 1


def test_hostile_words_stay_words() -> None:
    label = '"/><script>&'
    style = qgis_style.categorised("x", "category", {label: "#102030"}, {}, other=label)
    found = [c.attrib for c in fromstring(style.qml).iter("category")]
    assert [c["label"] for c in found] == [label, label]
    assert [c["value"] for c in found] == [label, ""]
    colour = next(o for o in fromstring(style.qml).iter("Option") if o.get("name") == "color")
    assert colour.attrib["value"] == "16,32,48,255"
