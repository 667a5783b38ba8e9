"""Takes a sample of a file's records: its first ones, and where the file allows it some from all over it."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

from pipeline.annotation.build.head import Head, Place, place_of, read_head
from pipeline.annotation.build.unpack import block_start, unpacked
from pipeline.settings import Settings

WINDOWS = 24  # places of the file that are looked at beside its head
WINDOW_BYTES = 1 << 17  # read at each; a bgzip block has at most 64 KiB
WINDOW_TEXT = 1 << 20  # unpacked at each


def sample_file(path: Path, settings: Settings) -> Head:
    """The head of the file, whose `places` are a sample spread over the whole of it (gzip and BCF: over its start).

    Reads at most `build_head_bytes` and a few windows, whatever the size. Raises InputError for what is no VCF.
    """
    size = path.stat().st_size
    with path.open("rb") as handle:
        data = handle.read(settings.build_head_bytes)
        whole = len(data) == size
        head = read_head(
            data,
            whole=whole,
            most_text=settings.build_head_bytes,
            most_records=settings.build_sample_records,
        )
        most = settings.build_sample_records
        if head.kind == "VCF" and head.packing != "gzip" and (not whole or len(head.places) == most):
            _spread(head, handle, 0 if whole else len(data), size, most)
    return head


def _spread(head: Head, handle: BinaryIO, start: int, size: int, most: int) -> None:
    """Replace half of the sample by records from windows that lie evenly between `start` and the file's end."""
    each = max(1, most // 2 // WINDOWS)
    found: list[Place] = []
    for window in range(WINDOWS):
        handle.seek(start + (size - start) * window // WINDOWS)
        data = handle.read(WINDOW_BYTES)
        if head.packing == "bgzip":
            at = block_start(data)
            data = unpacked(data[at:], WINDOW_TEXT) if at >= 0 else b""
        found += _records_in(data, each)
    head.places = _thinned(head.places, most - len(found)) + found


def _records_in(data: bytes, most: int) -> list[Place]:
    """Records of the whole lines in a piece of the file."""
    lines = data.replace(b"\r", b"\n").split(b"\n")[1:-1]
    found: list[Place] = []
    for line in lines:
        if len(found) == most:
            break
        if line and not line.startswith(b"#") and (place := place_of(line[:WINDOW_BYTES].decode("utf-8", "replace"))):
            found.append(place)
    return found


def _thinned(places: list[Place], most: int) -> list[Place]:
    """At most `most` of the places, evenly chosen."""
    if len(places) <= most:
        return places
    return [places[at * len(places) // most] for at in range(most)]
