"""Two periods side by side in the real browser: a line parts them, and both have the same classes."""

from collections.abc import Callable
from datetime import date

import numpy as np
import pytest
from playwright.sync_api import Page, expect
from starlette.requests import Request

from layers import classes, wire
from layers.hexes import HexLayer
from tests.layers import screen
from tests.layers.harness import Server

pytestmark = pytest.mark.browser

NOW = "from=2026-03-01&to=2026-03-07"
BEFORE = (date(2026, 2, 22), date(2026, 2, 28))


@pytest.fixture
def periods(server: Server) -> Server:
    """Let the server know two weeks: all reports now, those of posters before."""
    server.answers["cells"] = answer_of(server)
    return server


def answer_of(server: Server) -> Callable[[Request], bytes]:
    def answer(request: Request) -> bytes:
        asked = request.query_params
        resolution = int(asked["res"])
        cells, counts = server.city.counts(
            {"2026-03-01": "", "2026-02-22": "posters"}[asked["from"]], resolution
        )
        meta = {"resolution": resolution, "edges": classes.edges(counts), "total": int(counts.sum())}
        return wire.pack(cells, counts, meta)

    return answer


def _shown(page: Page, server: Server, **options: int) -> Page:
    page.goto(server.show(HexLayer(NOW, swipe=BEFORE, **options)))  # type: ignore[arg-type]  # resolution alone
    screen.wait_ready(page)
    page.wait_for_selector("[data-gezhi-swipe]")
    return page


def _hexes(page: Page, expression: str) -> list[object]:
    """Evaluate an expression over `hexes` for the cells now and for those before."""
    found: list[object] = screen.on_map(
        page,
        "return Object.values(map._layers).filter((one) => one instanceof gezhi.HexCanvas)"
        f".map((hexes) => {expression});",
    )
    return found


def test_both_periods_are_drawn_in_the_classes_of_the_newer_one(page: Page, periods: Server) -> None:
    _shown(page, periods, resolution=9)
    counts = [periods.city.counts(category, 9)[1] for category in ("", "posters")]

    assert _hexes(page, "hexes.values.reduce((a, b) => a + b, 0)") == [int(n.sum()) for n in counts]
    edges = classes.edges(counts[0])
    assert _hexes(page, "hexes.edges") == [edges, edges]
    assert _hexes(page, "hexes.groups.map((one) => one.length)") == [
        [*np.bincount(classes.classify(n, edges), minlength=len(edges)).tolist(), 0] for n in counts
    ]


def test_the_line_parts_what_is_seen_and_nothing_is_drawn_again(page: Page, periods: Server) -> None:
    _shown(page, periods)
    page.evaluate("window.draws = 0;")
    screen.on_map(
        page,
        "for (const hexes of Object.values(map._layers).filter((one) => one instanceof gezhi.HexCanvas)) {"
        "  const { draw } = hexes; hexes.draw = (...given) => { window.draws++; draw.apply(hexes, given); };"
        "}",
    )
    grip = page.locator(".gz-divider-grip")
    page.mouse.move(500, 350)
    page.mouse.down()
    page.mouse.move(400, 360)
    page.mouse.move(250, 360)
    page.mouse.up()

    box = grip.bounding_box()
    assert box and box["x"] + box["width"] / 2 == pytest.approx(250, abs=2)
    expect(grip).to_have_attribute("aria-valuenow", "25")
    assert page.evaluate("window.draws") == 0
    assert _edges(page) == {"gz-gz-cells-before-pane": (0, 250), "gz-gz-cells-pane": (250, 1000)}
    assert screen.selected(page) is None, "a drag is no click"


def _edges(page: Page) -> dict[str, tuple[float, float]]:
    """Return from where to where each pane is seen, in pixels of the map."""
    found: dict[str, list[float]] = screen.on_map(
        page,
        r"""
        return Object.fromEntries(["gz-cells", "gz-cells-before"].map((name) => {
            const { clipPath } = map.getPane(name).style;
            const xs = [...clipPath.matchAll(/(-?[\d.]+)px (-?[\d.]+)px/g)]
                .map((found) => map.layerPointToContainerPoint([+found[1], +found[2]]).x);
            return [`gz-${name}-pane`, [Math.min(...xs), Math.max(...xs)]];
        }));
        """,
    )
    return {name: (round(xs[0]), round(xs[1])) for name, xs in found.items()}


def test_the_line_stays_where_it_is_while_the_map_moves(page: Page, periods: Server) -> None:
    _shown(page, periods)
    painted = screen.paints(page)
    screen.on_map(page, "map.panBy([170, 90], { animate: false });")
    assert _edges(page) == {"gz-gz-cells-before-pane": (0, 500), "gz-gz-cells-pane": (500, 1000)}
    screen.wait_painted(page, painted)
    assert _edges(page) == {"gz-gz-cells-before-pane": (0, 500), "gz-gz-cells-pane": (500, 1000)}


def test_keys_move_the_line_and_not_the_map(page: Page, periods: Server) -> None:
    _shown(page, periods)
    centre = "const at = map.getCenter(); return [at.lat, at.lng];"
    before = screen.on_map(page, centre)
    grip = page.get_by_role("slider", name="Line between the two periods; arrow keys move it")
    grip.focus()
    seen = []
    for key in ("ArrowLeft", "PageDown", "ArrowRight", "End", "PageUp", "Home"):
        page.keyboard.press(key)
        seen.append(int(grip.get_attribute("aria-valuenow") or -1))

    assert seen == [48, 38, 40, 100, 100, 0]
    assert screen.on_map(page, centre) == before
    expect(grip).to_have_attribute("aria-valuetext", "2026-02-22 to 02-28 0 %, 2026-03-01 to 03-07 100 %")


def test_each_side_says_its_days_and_the_tooltip_both_figures(page: Page, periods: Server) -> None:
    _shown(page, periods)
    page.mouse.move(520, 340)
    page.mouse.move(540, 350)

    sides = page.locator(".gz-divider-side").all_inner_texts()
    assert sides == ["2026-02-22 to 02-28", "2026-03-01 to 03-07"]
    cell = screen.on_map(
        page,
        "const at = map.containerPointToLatLng([540, 350]); return h3.latLngToCell(at.lat, at.lng, 10);",
    )
    rows = _hexes(page, f"hexes.rowOf('{cell}') === undefined ? 0 : hexes.values[hexes.rowOf('{cell}')]")
    said = [page.inner_text(".gz-tip-count"), page.inner_text(".gz-tip-rate")]
    words = [{0: "no report", 1: "1 report"}.get(int(str(n)), f"{n} reports") for n in rows]
    assert said == [f"{words[0]} (2026-03-01 to 03-07)", f"{words[1]} (2026-02-22 to 02-28)"]


def test_without_the_other_period_the_line_is_gone_and_the_map_is_whole(page: Page, periods: Server) -> None:
    _shown(page, periods)

    screen.send(page, HexLayer(NOW))

    page.wait_for_selector(".gz-divider", state="detached")
    assert screen.on_map(page, "return map.getPane('gz-cells').style.clipPath;") == ""
    assert len(_hexes(page, "1")) == 1


def test_a_failure_of_the_other_period_is_said_and_the_first_one_stays(page: Page, periods: Server) -> None:
    _shown(page, periods)
    answer = answer_of(periods)

    def broken(request: Request) -> bytes:
        return answer(request) if request.query_params["from"] == "2026-03-01" else b"?"

    periods.answers["cells"] = broken
    screen.send(page, HexLayer(NOW, swipe=BEFORE, version="2"))
    page.wait_for_selector(".gz-notice-retry:not([hidden])")
    sums = _hexes(page, "hexes.keys.length")
    periods.answers["cells"] = answer
    page.click("text=Try again")
    # The notice goes with the click, before the answers are there.
    screen.wait_on_map(
        page,
        "return Object.values(map._layers).filter((one) => one instanceof gezhi.HexCanvas)"
        ".every((hexes) => hexes.keys.length);",
    )

    assert sums[0] and not sums[1]
    expect(page.locator(".gz-notice")).to_be_hidden()


def test_a_picture_of_the_map_shows_each_period_on_its_side(page: Page, periods: Server) -> None:
    _shown(page, periods)

    clips = screen.on_map(
        page, "return gezhi.pictureMap.sheetsOf(map).map(({ clip }) => clip).filter(Boolean);"
    )

    assert clips == [[500, 0, 500, 700], [0, 0, 500, 700]]
