"""The settings of who may come in, and from where."""

import pytest
from pydantic import ValidationError

from data.settings import Settings


def test_without_settings_there_is_no_key_and_no_address(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GEZHI_KEY", "GEZHI_ADDRESS"):
        monkeypatch.delenv(name, raising=False)
    assert (Settings().key.get_secret_value(), Settings().address) == ("", "")


def test_a_key_is_read_and_shown_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GEZHI_KEY", "geheim geheim")
    assert Settings().key.get_secret_value() == "geheim geheim"
    assert "geheim" not in repr(Settings())
    monkeypatch.setenv("GEZHI_KEY", "geheim")
    with pytest.raises(ValidationError, match="12 characters") as refused:
        Settings()
    assert "geheim" not in str(refused.value)


def test_an_address_is_one_of_the_web(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GEZHI_ADDRESS", " https://city.example:8501/ ")
    assert Settings().address == "https://city.example:8501"
    for wrong in ("city.example", "ftp://city.example", "https://", "javascript:alert(1)"):
        monkeypatch.setenv("GEZHI_ADDRESS", wrong)
        with pytest.raises(ValidationError, match="is not an address"):
            Settings()
