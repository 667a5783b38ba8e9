"""Every setting is documented, and docs/settings.md says what pipeline/settings.py says."""

from __future__ import annotations

from pipeline.settings import Settings
from util_jobs import settings_doc


def test_the_settings_page_is_up_to_date() -> None:
    assert settings_doc.DOCUMENT.read_text(encoding="utf-8") == settings_doc.render(), "run `make settings-doc`"


def test_every_setting_is_in_exactly_one_section_and_has_a_meaning() -> None:
    documented = [name for _, names in settings_doc.sections() for name in names]
    assert sorted(documented) == sorted(Settings.model_fields)
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


def test_bytes_and_long_times_are_readable() -> None:
    page = settings_doc.render()
    assert "| `GAS_FREE_MAX_UPLOAD_BYTES` | whole number | `52428800` (50 MiB) |" in page
    assert "| `GAS_SESSION_LIFETIME_S` | whole number | `1209600` (14 days) |" in page
    assert "| `GAS_ENVIRONMENT` | `local` or `production` | `local` |" in page
    assert "| `GAS_SECRET_KEY` | secret text | – |" in page
