"""Spares S3's calls that moto reads the list of its own addresses anew for each one."""

from __future__ import annotations

from moto.s3.models import S3Backend

from util_jobs.faults.patches import Patches


def hurry(patches: Patches, backend: S3Backend) -> None:
    """Let moto read its addresses once."""
    urls = backend.urls
    patches.set(S3Backend, "urls", property(lambda self: urls))
