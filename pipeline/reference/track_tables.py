"""Track tables: the form in which a bundle keeps named intervals that are matched by overlap.

A Parquet file with the columns contig, start, end (0-based, half-open, as in BED) and name, sorted by start within a
contig; a row group holds one contig only, so that a job reads the contigs it has variants on.
"""

from __future__ import annotations

import gzip
import zlib
from array import array
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.errors import InputError, LimitError
from pipeline.reference.bundle import Contig
from pipeline.reference.fasta import opened

MAX_INTERVALS = 20_000_000  # held in memory while they are sorted: 16 bytes each
MAX_NAME_LETTERS = 200
MAX_NAMES_BYTES = 256 << 20
MAX_LINE_BYTES = 1 << 20
SCHEMA = pa.schema(
    [
        ("contig", pa.string()),
        ("start", pa.int32()),
        ("end", pa.int32()),
        ("name", pa.dictionary(pa.int32(), pa.string())),
    ]
)


def write_track_table(
    path: Path, contigs: dict[str, Contig], unnamed: str, out: Path, progress: Callable[[str], None]
) -> Counter[str]:
    """Write the track table of a BED file (plain or gzip); `unnamed` is the name of intervals that have none.

    `contigs` maps every name that files use to the bundle's contig. Intervals that leave their contig are cut at its
    end; that, and what is left out, is counted. Raises InputError where no line of the file is an interval.
    """
    counts: Counter[str] = Counter()
    held: dict[str, tuple[array[int], array[int], array[int]]] = {}
    names: dict[str, int] = {}
    _read(path, contigs, unnamed, held, names, counts)
    if not counts["kept"]:
        raise InputError(
            f"{path} holds no interval on a contig of the bundle (lines read: {counts['read']:,}, on other contigs: "
            f"{counts['contig_not_held']:,}, malformed: {counts['malformed']:,}). A BED line is contig, start and end, "
            "separated by tabs.",
            code="not_bed",
        )
    texts = pa.array(list(names), pa.string())
    with pq.ParquetWriter(out, SCHEMA, compression="zstd", write_statistics=["contig"]) as writer:
        for contig, (starts, ends, which) in held.items():
            progress(f"intervals of {contig}")
            start, end = np.frombuffer(starts, np.int32), np.frombuffer(ends, np.int32)
            order = np.lexsort((end, start))
            used, back = np.unique(np.frombuffer(which, np.int32), return_inverse=True)
            label = pa.DictionaryArray.from_arrays(pa.array(back[order].astype(np.int32)), texts.take(pa.array(used)))
            columns = [pa.repeat(contig, len(start)), pa.array(start[order]), pa.array(end[order]), label]
            writer.write_table(pa.table(columns, schema=SCHEMA), row_group_size=len(start))
    return Counter({name: count for name, count in counts.items() if count})


def _read(
    path: Path,
    contigs: dict[str, Contig],
    unnamed: str,
    held: dict[str, tuple[array[int], array[int], array[int]]],
    names: dict[str, int],
    counts: Counter[str],
) -> None:
    letters = 0
    with opened(path) as handle:
        try:
            while line := handle.readline(MAX_LINE_BYTES):
                if not line.strip() or line.startswith((b"#", b"track", b"browser")):
                    continue
                counts["read"] += 1
                interval = _interval(line, contigs, counts)
                if interval is None:
                    continue
                contig, start, end, name = interval
                if (name or unnamed) not in names:
                    letters += len(name)
                if counts["kept"] == MAX_INTERVALS or letters > MAX_NAMES_BYTES:
                    raise LimitError(
                        f"{path} has more than {MAX_INTERVALS:,} intervals (MAX_INTERVALS) or more than "
                        f"{MAX_NAMES_BYTES:,} bytes of names (MAX_NAMES_BYTES). Split it into several tracks."
                    )
                counts["kept"] += 1
                starts, ends, which = held.setdefault(contig, (array("i"), array("i"), array("i")))
                starts.append(start)
                ends.append(end)
                which.append(names.setdefault(name or unnamed, len(names)))
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise InputError(f"{path} is cut off or damaged: {error}.", code="broken_gzip") from error


def _interval(line: bytes, contigs: dict[str, Contig], counts: Counter[str]) -> tuple[str, int, int, str] | None:
    cells = line.decode("utf-8", "replace").rstrip("\r\n").split("\t")
    if len(cells) < 3:
        cells = line.decode("utf-8", "replace").split(maxsplit=4)
    if len(cells) < 3 or not cells[1].isdecimal() or not cells[2].isdecimal():
        counts["malformed"] += 1
        return None
    contig = contigs.get(cells[0])
    if contig is None:
        counts["contig_not_held"] += 1
        return None
    start, end = int(cells[1]), int(cells[2])
    if end > contig.length:
        counts["cut_at_contig_end"] += start < contig.length
        end = contig.length
    if start >= end:
        counts["empty_or_beyond_contig"] += 1
        return None
    name = cells[3].strip() if len(cells) > 3 else ""
    if len(name) > MAX_NAME_LETTERS:
        counts["name_shortened"] += 1
        name = name[: MAX_NAME_LETTERS - 1] + "…"
    return contig.name, start, end, "" if name == "." else name
