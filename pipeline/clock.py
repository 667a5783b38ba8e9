"""The one clock: epoch seconds, UTC. Tests and simulations replace `now`."""

from __future__ import annotations

import time


def now() -> float:
    """Seconds since the epoch, UTC."""
    return time.time()


def now_s() -> int:
    """Whole seconds since the epoch, UTC: what records hold."""
    return int(now())
