"""The operators' command `reference`: list, build, install, verify and remove reference bundles, add sources."""

from __future__ import annotations

from util_jobs.reference.group import command

__all__ = ["command"]
