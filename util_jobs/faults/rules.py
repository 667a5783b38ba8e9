"""What the rules have in common that must hold when everything is drained."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from util_jobs.faults import stores

Breaches = Iterator[str]


def kept() -> list[dict[str, Any]]:
    """The records of all jobs that nobody deleted."""
    return [job for job in stores.records("jobs") if not job.get("deleting")]


def short(key: str) -> str:
    """A key with its ids cut short."""
    return "/".join(part[:6] if len(part) == 32 else part for part in key.split("/"))
