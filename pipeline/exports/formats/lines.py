"""Text formats: DuckDB makes whole lines, and here they are packed with gzip as they come."""

from __future__ import annotations

import zlib
from pathlib import Path

from pipeline.exports.contents import Contents, texts

LEVEL = 1  # a third larger than level 6, in a quarter of its time
GZIP = 16 + zlib.MAX_WBITS


def write_lines(contents: Contents, target: Path, head: bytes, line: str) -> int:
    """Write the head, then for each row the text that the SQL expression `line` makes of it; the number of rows."""
    rows = 0
    packer = zlib.compressobj(LEVEL, wbits=GZIP)
    with target.open("wb") as file:
        file.write(packer.compress(head))
        for block in contents.blocks(f"{line} AS line"):
            rows += block.num_rows
            for text in texts(block["line"]):
                file.write(packer.compress(text))
        file.write(packer.flush())
    return rows
