"""What lies under the figures: our own streets alone, unless the settings name an online map."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from data.settings import settings

Draw = Callable[..., AppTest]


def sent_to_map(page: AppTest) -> str:
    return str(json.loads(page.get("component_instance")[0].proto.json_args)["feature_group"])


def test_no_other_machine_is_named_unless_a_setting_does(
    city: Path, drawn: Draw, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "https://" not in sent_to_map(drawn(base="online"))

    monkeypatch.setenv("GEZHI_TILES_URL", "https://tiles.example/{z}/{x}/{y}?key=k</script>")
    monkeypatch.setenv("GEZHI_TILES_DATUM", "gcj02")
    settings.cache_clear()
    page = drawn(base="online", status="closed")
    assert not page.exception
    sent = sent_to_map(page)
    assert "https://tiles.example/{z}/{x}/{y}?key=k" in sent and '"datum": "gcj02"' in sent
    assert "k</script>" not in sent
    assert page.query_params["base"] in ("online", ["online"]), "the script's choice stays in the address"
