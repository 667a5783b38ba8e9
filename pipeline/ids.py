"""Ids that we mint: unguessable, URL-safe, never taken from a browser (C01)."""

from __future__ import annotations

import re
import uuid

ID = re.compile(r"^[0-9a-f]{32}$")
OPAQUE_ID = re.compile(r"^[A-Za-z0-9_-]{1,64}$")


def new_id() -> str:
    """A random id: 32 hexadecimal digits (122 random bits)."""
    return uuid.uuid4().hex


def is_id(text: object) -> bool:
    """True if `text` could be an id of a job or user, also one minted by an original system (a dashed UUID)."""
    return isinstance(text, str) and bool(OPAQUE_ID.fullmatch(text))
