from dataclasses import fields
from pathlib import Path

import pytest

from chalicelib.settings import Settings, SettingsError, read_settings, variable_name, write_settings

REQUIRED = {"MIEN_TABLE_NAME": "table", "MIEN_MEDIA_BUCKET": "bucket", "MIEN_JOB_QUEUE_URL": "http://127.0.0.1/queue"}
DOCUMENT = Path(__file__).parents[1] / "docs" / "settings.md"


def test_what_is_written_is_read_again() -> None:
    settings = Settings("t", "b", "q", "https://example.org", 60, 2.5, 5, 1000, 2000, 30.0, Path("/models"))
    assert read_settings(write_settings(settings)) == settings


def test_the_rest_has_defaults() -> None:
    assert read_settings(REQUIRED) == Settings("table", "bucket", "http://127.0.0.1/queue")


@pytest.mark.parametrize("missing", REQUIRED)
def test_a_missing_variable_is_named(missing: str) -> None:
    with pytest.raises(SettingsError, match=missing):
        read_settings({name: value for name, value in REQUIRED.items() if name != missing})


def test_a_value_that_is_no_number_is_named() -> None:
    with pytest.raises(SettingsError, match="MIEN_LEASE_S holds 'soon'"):
        read_settings(REQUIRED | {"MIEN_LEASE_S": "soon"})


@pytest.mark.parametrize(("text", "value"), [("on", True), ("True", True), ("1", True), ("off", False), ("", False)])
def test_a_switch_is_on_or_off(text: str, *, value: bool) -> None:
    settings = read_settings(REQUIRED | {"MIEN_EXPRESSIONS_ONLY": text})
    assert settings.expressions_only is value
    assert read_settings(write_settings(settings)) == settings


def test_a_switch_that_cannot_be_read_is_named() -> None:
    with pytest.raises(SettingsError, match="MIEN_EXPRESSIONS_ONLY holds 'onn', not one of 1, true"):
        read_settings(REQUIRED | {"MIEN_EXPRESSIONS_ONLY": "onn"})


@pytest.mark.parametrize("field_name", [field.name for field in fields(Settings)])
def test_every_setting_is_documented(field_name: str) -> None:
    assert f"`{variable_name(field_name)}`" in DOCUMENT.read_text()
