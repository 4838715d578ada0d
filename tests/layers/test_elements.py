"""Maps and layers as objects: options and pages, before any browser."""

import base64
import re

import folium
import h3
import pytest

from geo.errors import AssetError
from i18n import use_locale
from layers import assets, canvas_map, wire, words
from layers.base import BaseLayer
from layers.go import GoTo
from layers.hexes import RESOLUTIONS, HexLayer, resolution_for
from layers.points import PointLayer


def _page(*elements: object, **options: object) -> str:
    made = canvas_map((38.3, 116.9), 14, **options)  # type: ignore[arg-type]
    for element in elements:
        element.add_to(made)  # type: ignore[attr-defined]
    page: str = made.get_root().render()
    return page


def test_a_page_links_to_own_assets_alone() -> None:
    links = re.findall(r'(?:src|href)="([^"]+)"', _page(HexLayer(), BaseLayer(), PointLayer()))

    assert len(links) == 5
    assert all(link.startswith("/assets/") for link in links)


def test_a_page_that_stands_alone_has_no_links() -> None:
    page = _page(HexLayer(), embed=True)

    assert re.findall(r"<(?:script|link)[^>]*(?:src|href)=", page) == []
    assert "gezhi.prepare(" in page
    assert "cellToBoundary" in page


def test_other_maps_of_folium_stay_as_they_are() -> None:
    before = list(folium.Map.default_js)
    canvas_map((38.3, 116.9), 14)

    assert folium.Map.default_js == before


def test_the_map_has_no_tiles_and_no_control_that_names_others() -> None:
    made = canvas_map((38.3, 116.9), 14)

    assert made.options["attribution_control"] is False
    assert not any(isinstance(child, folium.TileLayer) for child in made._children.values())


@pytest.mark.parametrize(
    ("zoom", "resolution"),
    [(3, 7), (10, 7), (11, 8), (12, 8), (13, 9), (14, 10), (15, 10), (16, 11), (19, 12)],
)
def test_the_resolution_follows_the_zoom(zoom: int, resolution: int) -> None:
    assert resolution_for(zoom) == resolution


@pytest.mark.parametrize("zoom", range(10, 19))
def test_hexagons_are_neither_specks_nor_slabs(zoom: int) -> None:
    metres_per_pixel = 156_543.03 * 0.785 / 2**zoom  # at 38.3 degrees north
    across = h3.average_hexagon_edge_length(resolution_for(zoom), unit="m") * 3**0.5 / metres_per_pixel

    assert 12 <= across <= 42


def test_a_layer_takes_a_filter_with_or_without_question_mark() -> None:
    assert HexLayer("?category=a").options["query"] == HexLayer("category=a").options["query"] == "category=a"


def test_a_layer_of_packed_cells_carries_them_in_the_page() -> None:
    packed = wire.pack([h3.str_to_int("8931805b253ffff")], [4], {"resolution": 9, "edges": [4], "total": 4})

    options = HexLayer(packed).options

    assert len(options["packs"]) == 1
    assert "query" not in options


def test_a_layer_of_counts_chooses_its_own_classes() -> None:
    cells = [h3.str_to_int(cell) for cell in h3.grid_disk("8931805b253ffff", 1)]

    packed = base64.b64decode(HexLayer.from_counts(cells, [1, 1, 2, 2, 3, 30, 31], n=3).options["packs"][0])

    _, counts, meta = wire.unpack(packed)
    assert sorted(counts.tolist()) == [1, 1, 2, 2, 3, 30, 31]
    assert meta == {"resolution": 9, "edges": [1, 2, 3], "total": 70, "in_view": 70}
    assert HexLayer.from_counts([], []).options["packs"]


def test_every_option_of_a_layer_is_escaped_in_its_script() -> None:
    page = _page(HexLayer("category=</script><b>", labels=words.labels(title="</script><i>")))

    assert "</script><b>" not in page
    assert "</script><i>" not in page


def test_a_resolution_that_is_not_offered_is_refused() -> None:
    assert min(RESOLUTIONS) == 7
    with pytest.raises(ValueError, match="Resolution 13 cannot be drawn"):
        HexLayer(resolution=13)


def test_a_label_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="'titel' is not a label"):
        words.labels(titel="Reports")


def test_changed_labels_leave_the_others_as_they_are() -> None:
    for element in (HexLayer(labels={"title": "Cases"}), PointLayer(labels={"title": "Cases"})):
        assert element.options["labels"] == words.labels() | {"title": "Cases"}


def test_numbers_are_written_in_the_locale_in_use() -> None:
    use_locale("zh")
    try:
        assert HexLayer().options["locale"] == PointLayer().options["locale"] == "zh"
        assert HexLayer(locale="en").options["locale"] == "en"
    finally:
        use_locale("en")


def test_a_wish_to_look_elsewhere_is_a_view_or_a_box_and_nothing_impossible() -> None:
    assert GoTo("a", view=(38.3, 116.9, 14)).options == {"stamp": "a", "lat": 38.3, "lon": 116.9, "zoom": 14}
    assert GoTo("b", box=(1, 2, 3, 4)).options == {"stamp": "b", "box": (1, 2, 3, 4)}
    for wrong in ({}, {"view": (1, 2, 3), "box": (1, 2, 3, 4)}, {"view": (99, 2, 3)}, {"view": (1, 2, 99)}):
        with pytest.raises(ValueError, match="Expected"):
            GoTo("c", **wrong)


def test_a_component_without_its_file_says_to_install_again() -> None:
    assert "export default" in assets.part("copy.js")
    with pytest.raises(AssetError, match="Install the package again"):
        assets.part("nothing.js")
