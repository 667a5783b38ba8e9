"""Who takes the money for Premium. The demo checkout takes none: no production portal starts with it (C07)."""

from __future__ import annotations

from pipeline.errors import ConfigurationError
from pipeline.settings import Settings, get_settings

DEMO, NONE = "demo", "none"


def provider(settings: Settings | None = None) -> str:
    """`demo`, or `none` where the operator changes plans.

    Raises ConfigurationError for the demo checkout in production: it would give Premium to everybody who asks.
    """
    settings = settings or get_settings()
    local = settings.environment == "local"
    if settings.payment_provider == DEMO and not local:
        raise ConfigurationError(
            "GAS_PAYMENT_PROVIDER=demo gives Premium away without payment, so only a local portal may have it. "
            "Leave it out in production."
        )
    return DEMO if local and settings.payment_provider != NONE else NONE
