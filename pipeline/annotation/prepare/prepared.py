"""The input as every later pass reads it: text, sorted, with the number that each record had in the upload."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pipeline.annotation.children import ChildFamily
from pipeline.annotation.columnar import IntArray, strings_equal
from pipeline.annotation.prepare.blocks import Block
from pipeline.annotation.prepare.cleaning import Cleaner
from pipeline.annotation.prepare.reading import CHUNK_BYTES, check_unpacked_size
from pipeline.annotation.prepare.reserved_types import Rewrite
from pipeline.annotation.prepare.survey import Survey
from pipeline.annotation.prepare.vcf_input import VcfInput
from pipeline.errors import InputError, LimitError, PermanentError
from pipeline.settings import Settings

LINES_AT_ONCE = 20_000


@dataclass(frozen=True)
class Prepared:
    """A file to read again and again. `numbers` are the records' 0-based numbers in the upload; None: as they come."""

    path: Path
    settings: Settings
    numbers: IntArray | None = None
    rewrites: Sequence[Rewrite] = ()
    check: Callable[[], None] = lambda: None  # called now and then in a pass; what it raises ends the pass

    def blocks(self) -> Iterator[tuple[Block, IntArray, int]]:
        """Clean blocks with the numbers of their records, and the bytes of the file that were read."""
        vcf = VcfInput(self.path, self.settings)
        cleaner = Cleaner(vcf.read_header(self.check), self.rewrites)
        start = 0
        for block in vcf.blocks(cleaner):
            self.check()
            end = start + len(block)
            numbers = np.arange(start, end, dtype=np.int64) if self.numbers is None else self.numbers[start:end]
            yield block, numbers, vcf.source.bytes_read
            start = end


def first_line_at(prepared: Prepared, contig: str, pos: int) -> int | None:
    """1-based line of the first record at this place."""
    for block, _, _ in prepared.blocks():
        here = np.flatnonzero((block.pos == pos) & strings_equal(block.chrom, contig))
        if len(here):
            return int(block.line_numbers[here[0]])
    return None


def bcf_as_text(path: Path, work: Path, family: ChildFamily) -> Path:
    """Unpack a BCF into a VCF in the work folder, within the limits on size.

    Raises InputError when bcftools cannot read it, LimitError when it unpacks to too much.
    """
    out = work / "from_bcf.vcf"
    packed, unpacked = path.stat().st_size, 0
    with path.open("rb") as handle, out.open("wb") as target:
        child = family.start(["view", "--no-version", "-Ov", "-"], stdin=handle, stdout=subprocess.PIPE)
        while chunk := child.stdout.read(CHUNK_BYTES):
            unpacked += len(chunk)
            check_unpacked_size(packed, unpacked, family.settings)
            target.write(chunk)
        try:
            family.finish([child])
        except PermanentError as error:
            raise InputError(f"The BCF file cannot be read: {error.message}", code="corrupt_bcf") from error
    return out


def sort_records(path: Path, survey: Survey, orders: dict[str, int], work: Path, family: ChildFamily) -> Prepared:
    """Write the records in the order of contig and position, equal places in the order of the upload."""
    settings = family.settings
    if survey.records > settings.max_unsorted_records:
        raise LimitError(
            f"The file's {survey.records:,} records are not sorted by position; up to "
            f"{settings.max_unsorted_records:,} are sorted here (setting max_unsorted_records). "
            "Sort it with `bcftools sort` and upload it again.",
            code="not_sorted",
        )
    plain = work / "unsorted.vcf"
    upload = Prepared(path, settings, rewrites=survey.rewrites, check=family.raise_if_stopped)
    offsets, places = _spool(upload, plain, orders)
    order = np.lexsort((places[1], places[0]))
    target = work / "sorted.vcf"
    with plain.open("rb") as source, target.open("wb") as sink:
        head = "\n".join([*survey.header.meta, survey.header.column_line(), ""])
        sink.write(head.encode())
        for start in range(0, len(order), LINES_AT_ONCE):
            family.raise_if_stopped()
            sink.write(_gathered(source, offsets, order[start : start + LINES_AT_ONCE]))
    plain.unlink()
    return Prepared(target, settings, order.astype(np.int64), check=family.raise_if_stopped)


def _spool(upload: Prepared, plain: Path, orders: dict[str, int]) -> tuple[IntArray, tuple[IntArray, IntArray]]:
    """Write clean lines one after the other; where each starts (and the last ends), contig order and position."""
    ends: list[IntArray] = [np.zeros(1, np.int64)]
    contigs: list[IntArray] = []
    positions: list[IntArray] = []
    size = 0
    with plain.open("wb") as sink:
        for block, _, _ in upload.blocks():
            sink.write(block.data)
            ends.append(block.bounds[:, -1] + 1 + size)
            size += len(block.data)
            encoded = block.chrom.dictionary_encode()
            table = np.array([orders[name] for name in encoded.dictionary.to_pylist()], np.int64)
            contigs.append(table[encoded.indices.to_numpy()])
            positions.append(block.pos)
    return np.concatenate(ends), (np.concatenate(contigs), np.concatenate(positions))


def _gathered(source: object, offsets: IntArray, chosen: IntArray) -> bytes:
    parts = []
    for index in chosen.tolist():
        source.seek(int(offsets[index]))  # type: ignore[attr-defined]
        parts.append(source.read(int(offsets[index + 1] - offsets[index])))  # type: ignore[attr-defined]
    return b"".join(parts)
