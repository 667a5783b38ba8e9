"""File names as users have them: shown as text, never used as a path, a key or a part of one (C09)."""

from __future__ import annotations

MAX_FILE_NAME = 255
UNNAMED = "unnamed.vcf"


def clean_file_name(name: str) -> str:
    """A name fit to be shown: the last path component, without control characters and bidirectional marks, bounded.

    The end of a name that is too long is kept, since it says what kind of file it is.
    """
    last = name.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1]
    visible = "".join(c for c in last if c.isprintable()).strip()
    if len(visible) > MAX_FILE_NAME:
        visible = visible[: MAX_FILE_NAME - 21] + "…" + visible[-20:]
    return visible if visible.strip(".") else UNNAMED
