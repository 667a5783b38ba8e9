"""VCF: the records of the annotated file of which an allele matches, as they stand there, packed and indexed.

File and table are read along each other, a stretch of contigs at a time.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from pipeline import storage
from pipeline.annotation.children import ChildFamily
from pipeline.annotation.outputs.indexed_bgzip import IndexedBgzip, finish_index, start_index
from pipeline.errors import ConflictError, PermanentError
from pipeline.exports.contents import Contents
from pipeline.exports.formats.wanted import Wanted
from pipeline.settings import get_settings

WRITE_BYTES = 1 << 20
NOTE = (
    "Each record is whole: of one that holds several alleles, at least one matches the filter, and the others "
    "may not. Alleles are matched as they were uploaded."
)


def write_vcf(contents: Contents, target: Path) -> int:
    """Write the records with their index (`.tbi`, or `.csi` beside it); how many there are."""
    stored = contents.job.outputs.get("vcf")
    if stored is None or contents.job.s3_results_bucket is None:
        raise ConflictError("This result has no annotated VCF.", code="no_vcf")
    annotated = contents.folder / "annotated.vcf.gz"
    storage.download(
        contents.job.s3_results_bucket,
        stored["key"],
        annotated,
        sha256=stored.get("sha256"),
        on_bytes=lambda _: contents.check(),
    )
    with ChildFamily(contents.folder, get_settings(), contents.cancelled) as family:
        file = IndexedBgzip(target, family)
        with ExitStack() as failed:  # a thread and two children must not outlive it
            failed.callback(file.give_up)
            records, longest, index = _copy(contents, annotated, file)
            failed.pop_all()
        if index is None:
            child, path = start_index(target, longest, family)
            finish_index(child, path, target, family)
    if records == 0 and contents.source.count:
        raise PermanentError("The annotated VCF does not hold the records of the table.", code="vcf_differs")
    return records


def _copy(contents: Contents, annotated: Path, file: IndexedBgzip) -> tuple[int, int, Path | None]:
    """Number of records, greatest position, and the index if it could be made along."""
    with gzip.open(annotated, "rb") as lines:
        header = _header(contents, lines)
        file.begin(header)
        records = longest = 0
        waiting: list[bytes] = []
        size = 0
        for line, position in Wanted(contents).among(lines):
            records += 1
            longest = max(longest, position)
            waiting.append(line)
            size += len(line)
            if size >= WRITE_BYTES:
                contents.check()
                file.write(b"".join(waiting))
                waiting, size = [], 0
        file.write(b"".join(waiting))
    return records, longest, file.end(header)


def _header(contents: Contents, lines: Iterator[bytes]) -> bytes:
    """The header up to the line of the columns, with what was exported before that line."""
    found: list[bytes] = []
    for line in lines:
        if not line.startswith(b"##"):
            break
        found.append(line)
    else:
        raise PermanentError("The annotated VCF has no records' header.", code="vcf_differs")
    told = [(name, value) for name, value in contents.provenance() if name not in ("columns", "positions")]
    found += [f"##gas_export_{name}={value}\n".encode() for name, value in [*told, ("note", NOTE)]]
    return b"".join([*found, line])
