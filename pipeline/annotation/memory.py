"""Keeps a job's memory small: what a block needed goes back before the next one comes."""

from __future__ import annotations

import ctypes
import sys
from functools import lru_cache

import pyarrow as pa

M_ARENA_MAX = -8  # malloc.h of the GNU C library
ARENAS = 2  # each thread would get its own, and keep what its largest block needed


@lru_cache(maxsize=1)
def use_little_memory() -> None:
    """Let Arrow take memory from the C library, and that share its heaps among the threads (where it is GNU's)."""
    pa.set_memory_pool(pa.system_memory_pool())
    if sys.platform == "linux":
        mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
        if mallopt is not None:
            mallopt(M_ARENA_MAX, ARENAS)
