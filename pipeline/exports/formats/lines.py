"""Text formats: DuckDB makes whole lines, and here they are packed with gzip as they come."""

from __future__ import annotations

import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyarrow as pa

from pipeline.exports.contents import Contents, texts

LEVEL = 1  # a third larger than level 6, in a quarter of its time
GZIP = 16 + zlib.MAX_WBITS


def write_lines(contents: Contents, target: Path, head: bytes, line: str) -> int:
    """Write the head, then for each row the text that the SQL expression `line` makes of it; the number of rows.

    One block is packed while the next one is asked for: no more than two are in memory.
    """
    rows = 0
    packer = zlib.compressobj(LEVEL, wbits=GZIP)
    with target.open("wb") as file, ThreadPoolExecutor(1) as beside:

        def pack(lines: pa.ChunkedArray) -> None:
            for text in texts(lines):
                file.write(packer.compress(text))

        file.write(packer.compress(head))
        packing = None
        for block in contents.blocks(f"{line} AS line"):
            rows += block.num_rows
            if packing:
                packing.result()
            packing = beside.submit(pack, block["line"])
        if packing:
            packing.result()
        file.write(packer.flush())
    return rows
