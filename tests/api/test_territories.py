"""`/api/territories`: what the map gets, what a stroke does, who may."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from api.routes import routes
from data.actors import VIEWER, Actor
from data.store import Store
from data.territory_ground import city_cells
from data.workspace import Workspace
from geo.cells import parse, to_text
from tests.data.town_cells import disk

TWO = disk({1: 2, 2: 2})


@pytest.fixture
def town(city: Workspace) -> Workspace:
    """Give the city two teams, territories in force and a draft of the same cells."""
    store = city.store
    for name in ("东村", "西村"):
        store.add_team(name, actor=VIEWER)
    first = store.draft_territories("一版", TWO, actor=VIEWER)
    store.publish_territories(first.id, actor=VIEWER, version=1, replaces=None)
    store.draft_territories("草案", TWO, actor=VIEWER)
    return city


@pytest.fixture
def asked(town: Workspace) -> Iterator[TestClient]:
    with TestClient(Starlette(routes=routes(lambda: town)), headers={"accept-language": "en"}) as client:
        yield client


def own(answer: dict[str, Any], name: str = "team") -> dict[int, int]:
    cells = parse(answer["cells"]).tolist()
    return {cell: team for cell, team in zip(cells, answer[name], strict=True) if team}


def test_the_answer_has_every_cell_with_its_work_and_its_team(asked: TestClient, town: Workspace) -> None:
    answer = asked.get("/api/territories?edition=2").json()
    assert own(answer) == own(answer, "before") == dict(TWO.iter_rows())
    expected = np.union1d(city_cells(town.store, town.cube, actor=VIEWER), TWO["cell"].to_numpy())
    assert answer["cells"] == to_text(expected).to_list()
    assert len(answer["load"]) == len(expected) and min(answer["load"]) >= 0
    assert [team["name"] for team in answer["teams"]] == ["东村", "西村"]
    assert answer["paints"] and answer["draft"] and set(answer["hues"]) == {"1", "2"}
    shown = asked.get("/api/territories").json()
    assert (shown["edition"]["id"], shown["paints"]) == (1, False)


def test_an_answer_that_is_known_is_not_sent_again(asked: TestClient) -> None:
    first = asked.get("/api/territories?edition=2")
    again = {"if-none-match": first.headers["etag"]}
    assert asked.get("/api/territories?edition=2", headers=again).status_code == 304
    cells = first.json()["cells"][:1]
    asked.post("/api/territories/paint", json={"edition": 2, "version": 1, "cells": cells, "teams": [1]})
    assert asked.get("/api/territories?edition=2", headers=again).status_code == 200


def test_a_stroke_is_kept_and_one_that_comes_late_is_refused(asked: TestClient, town: Workspace) -> None:
    cells = to_text(TWO["cell"].to_numpy()[:2]).to_list()
    stroke = {"edition": 2, "version": 1, "cells": cells, "teams": [2, None]}
    assert asked.post("/api/territories/paint", json=stroke).json() == {"version": 2}
    painted = dict(town.store.territories(2, actor=VIEWER).iter_rows())
    first, second = TWO["cell"].to_list()[:2]
    assert painted[first] == 2 and second not in painted
    late = asked.post("/api/territories/paint", json=stroke)
    assert late.status_code == 409 and "has changed" in late.json()["error"]
    assert dict(town.store.territories(2, actor=VIEWER).iter_rows()) == painted


def test_pins_and_barriers_are_kept_with_what_they_part(asked: TestClient) -> None:
    cell = to_text(TWO["cell"].to_numpy()[:1])[0]
    said = asked.post("/api/territories/wishes", json={"version": 0, "pins": {cell: 1}})
    assert said.json()["version"] == 1
    known = asked.get("/api/territories?edition=2").json()
    line = [[116.9, 38.0], [116.9, 38.6]]
    said = asked.post(
        "/api/territories/wishes", json={"version": 1, "drawn": [line], "cells": known["cells"]}
    )
    after = asked.get("/api/territories?edition=2").json()
    assert after["wishes"] == {"version": 2, "pins": {cell: 1}, "homes": {}, "drawn": [line]}
    assert said.json()["walls"] == after["walls"] and len(after["walls"]) > len(known["walls"])
    late = asked.post("/api/territories/wishes", json={"version": 1, "pins": {}})
    assert late.status_code == 409


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"version": 1}, 400),
        ({"edition": 2, "cells": [], "teams": []}, 400),
        ({"edition": 2, "version": 1, "cells": ["zz"], "teams": [1]}, 400),
        ({"edition": 2, "version": 1, "cells": "8a", "teams": 7}, 400),
        (
            {
                "edition": 2,
                "version": 1,
                "cells": to_text(TWO["cell"].to_numpy()[:1]).to_list(),
                "teams": [9],
            },
            400,
        ),
        ({"edition": 9, "version": 1, "cells": [], "teams": []}, 400),
        ({"edition": 1, "version": 2, "cells": [], "teams": []}, 400),
        ([1], 400),
    ],
)
def test_what_is_no_stroke_is_refused_in_words(
    asked: TestClient, town: Workspace, body: Any, status: int
) -> None:
    answer = asked.post("/api/territories/paint", json=body)
    assert answer.status_code == status and answer.json()["error"]
    assert town.store.territories(2, actor=VIEWER).equals(TWO)


def test_a_form_of_another_site_changes_nothing(asked: TestClient, town: Workspace) -> None:
    cells = to_text(TWO["cell"].to_numpy()[:1]).to_list()
    text = f'{{"edition": 2, "version": 1, "cells": {cells}, "teams": [null]}}'.replace("'", '"')
    sent = asked.post("/api/territories/paint", content=text, headers={"content-type": "text/plain"})
    assert sent.status_code == 400 and town.store.territories(2, actor=VIEWER).equals(TWO)


def test_territories_that_are_not_there_are_not_found(asked: TestClient, city: Workspace) -> None:
    assert asked.get("/api/territories?edition=9").status_code == 404
    assert asked.get("/api/territories?edition=2&against=9").status_code == 404
    assert asked.get("/api/territories?edition=two").status_code == 400


@pytest.mark.parametrize(
    ("actor", "reads"),
    [
        (Actor("队员", "team_member", team=1), False),
        (Actor("分析", "analyst"), True),
        (Actor("调度", "dispatcher"), True),
        (Actor("居民", "resident"), False),
    ],
)
def test_who_does_not_head_the_city_paints_nothing(town: Workspace, actor: Actor, reads: bool) -> None:
    here = town.seen_by(actor)
    client = TestClient(Starlette(routes=routes(lambda: here)))
    answer = client.get("/api/territories?edition=2")
    assert answer.status_code == (200 if reads else 403)
    assert not reads or not answer.json()["paints"]
    stroke = {
        "edition": 2,
        "version": 1,
        "cells": to_text(TWO["cell"].to_numpy()[:1]).to_list(),
        "teams": [None],
    }
    assert client.post("/api/territories/paint", json=stroke).status_code in {400, 403}
    assert client.post("/api/territories/wishes", json={"version": 0, "pins": {}}).status_code == 403
    assert town.store.territories(2, actor=VIEWER).equals(TWO)


def test_colours_stay_from_one_edition_to_the_next(
    asked: TestClient, town: Workspace, city: Workspace
) -> None:
    before = asked.get("/api/territories?edition=1").json()["hues"]
    store: Store = town.store
    store.change_territories(2, actor=VIEWER, version=1, frame=TWO.tail(-3))
    store.publish_territories(2, actor=VIEWER, version=2, replaces=1)
    assert asked.get("/api/territories").json()["hues"] == before
