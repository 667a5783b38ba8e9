"""The whole state of a view as text for an address, and back: a link opens the same view for who may see the job."""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from typing import Any

from pipeline.results.filters.reading import MOST_BYTES, FilterError

MOST_LETTERS = 8_000  # of an address, which browsers and proxies carry
UNREADABLE = "This link holds a view that cannot be read. It may have been cut when it was copied."


def encode(view: dict[str, Any]) -> str:
    """The view as text of letters that an address holds as they are. FilterError where it does not fit into one."""
    packed = zlib.compress(json.dumps(view, separators=(",", ":")).encode(), 9)
    text = base64.urlsafe_b64encode(packed).decode().rstrip("=")
    if len(text) > MOST_LETTERS:
        raise FilterError("This view is too long for a link. Save the filter under a name instead.")
    return text


def decode(text: str) -> dict[str, Any]:
    """The view in an address. FilterError where it holds none."""
    if len(text) > MOST_LETTERS:
        raise FilterError(UNREADABLE)
    try:
        packed = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        inflate = zlib.decompressobj()
        plain = inflate.decompress(packed, MOST_BYTES)
        view = json.loads(plain)
    except (binascii.Error, zlib.error, ValueError, RecursionError) as error:
        raise FilterError(UNREADABLE) from error
    if not inflate.eof or not isinstance(view, dict):
        raise FilterError(UNREADABLE)
    return view
