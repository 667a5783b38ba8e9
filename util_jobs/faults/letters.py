"""What lies in the simulated queues, and which topics feed them."""

from __future__ import annotations

from dataclasses import dataclass

# Which queues hear of which topic, by the last part of their names; a test holds it equal to the template.
SUBSCRIPTIONS = {
    "job-requests": ("annotate",),
    "job-results": ("notify", "archive"),
    "plan-changes": ("restore",),
}
DEAD = "-dead-letters"
LATEST_S = 240.0  # how late a message may come, at most


@dataclass
class Letter:
    """One copy of a message in one queue."""

    number: int
    body: str
    group: str | None
    visible_at: float
    receives: int = 0
    handle: str = ""
    reason: str | None = None
