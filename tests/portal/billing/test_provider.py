"""Who takes the money: nobody, in a portal for trying out; never nobody in production (C07)."""

from __future__ import annotations

import pytest

from pipeline.errors import ConfigurationError
from pipeline.settings import Settings
from portal.app import create_app
from portal.billing.provider import provider
from tests.conftest import forget_settings


@pytest.mark.parametrize(
    ("environment", "setting", "found"),
    [
        ("local", "auto", "demo"),
        ("local", "none", "none"),
        ("production", "auto", "none"),
        ("production", "none", "none"),
    ],
)
def test_the_demo_is_for_a_local_portal_alone_C07(environment: str, setting: str, found: str) -> None:
    assert provider(Settings(environment=environment, payment_provider=setting)) == found


def test_a_production_portal_refuses_to_start_with_the_demo_C07(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GAS_ENVIRONMENT", "production")
    monkeypatch.setenv("GAS_PAYMENT_PROVIDER", "demo")
    monkeypatch.setenv("GAS_SECRET_KEY", "x" * 40)
    forget_settings()
    with pytest.raises(ConfigurationError, match="gives Premium away"):
        create_app()
