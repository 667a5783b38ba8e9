"""The demo accounts of the local stack: `make run` seeds them and the sign-in page offers them, only on one machine."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.accounts.store import Plan


@dataclass(frozen=True)
class DemoAccount:
    """An account whose password everybody may know, because it exists only in the local stack."""

    name: str
    email: str
    password: str
    plan: Plan


DEMO_ACCOUNTS = (
    DemoAccount("Fiona Free", "free@example.org", "free-demo-account", "free_user"),
    DemoAccount("Priya Premium", "premium@example.org", "premium-demo-account", "premium_user"),
)
