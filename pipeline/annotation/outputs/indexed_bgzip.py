"""A bgzip file that is packed by one child process and indexed by another one while it is written."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pysam

from pipeline.annotation.children import Child, ChildFamily, failure
from pipeline.errors import InputError, PermanentError

PACKING = "w2"  # a third of the time of level 6, for a quarter more bytes
COPY_BYTES = 1 << 20
TBI_MAX_POSITION = 2**29 - 1  # a .tbi index ends at 512 Mb; .csi goes further (SAM/tabix specification)
EMPTY_BLOCK_BYTES = 28  # ends a bgzip file (SAM specification, section 4.1.2)


class IndexedBgzip:
    """Takes the header, then lines, then the header as it turned out to be."""

    def __init__(self, path: Path, family: ChildFamily) -> None:
        self.path = path
        self._index = path.with_name(f"{path.name}.tbi")
        self._family = family
        self._header = b""
        self._header_bytes = 0
        self._copying = ThreadPoolExecutor(1, "packed")
        self._copied: Future[None] | None = None
        self._packer: Child | None = None
        self._indexer: Child | None = None

    def begin(self, header: bytes) -> None:
        """The header as it is expected to be."""
        self._header = header
        packed = packed_header(header)
        self._header_bytes = len(packed)
        self._indexer = indexer = self._family.start(
            ["index", "-t", "-f", "-o", str(self._index), "-"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL
        )
        self._packer = packer = self._family.start_command(
            "bgzip", self._family.bcftools(["bgzip", PACKING]), stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self._copied = self._copying.submit(self._copy, packed, packer, indexer)
        self._copied.add_done_callback(self._end_packer)

    def write(self, lines: bytes) -> None:
        """Append whole lines."""
        packer = self._begun()[0]
        try:
            packer.stdin.write(lines)
        except BrokenPipeError as error:
            self._result()
            self._family.finish([packer])
            raise failure(packer, packer.process.returncode) from error

    def end(self, header: bytes) -> Path | None:
        """The lines are complete. Gives the index; None where none could be made along: the header turned out
        otherwise, or a record lies farther than `.tbi` can hold."""
        packer, indexer = self._begun()
        packer.stdin.close()
        self._result()
        self._copying.shutdown()
        self._family.finish([packer])
        if header != self._header:
            indexer.kill()
            replace_header(self.path, self._header_bytes, header)
        code = indexer.wait(self._family.settings.child_timeout_s)
        self._family.raise_if_stopped()
        if code == 0 and header == self._header:
            return self._index
        self._index.unlink(missing_ok=True)
        return None

    def give_up(self) -> None:
        """End the children and the thread: nobody wants the file any more."""
        for child in (self._packer, self._indexer):
            if child is not None:
                child.kill()
        self._copying.shutdown()

    def _end_packer(self, copied: Future[None]) -> None:
        """A packer whose output nobody takes would wait for ever."""
        if copied.exception() is not None:
            self._begun()[0].kill()

    def _begun(self) -> tuple[Child, Child]:
        assert self._packer is not None and self._indexer is not None  # noqa: S101 - begin() comes first
        return self._packer, self._indexer

    def _result(self) -> None:
        assert self._copied is not None  # noqa: S101 - begin() comes first
        self._copied.result()

    def _copy(self, header: bytes, packer: Child, indexer: Child) -> None:
        """What is packed goes to the file, and to the child that indexes: one that has given up is left alone."""
        reads_on = True
        with self.path.open("wb") as target:
            packed = header
            while packed:
                target.write(packed)
                try:
                    if reads_on:
                        indexer.stdin.write(packed)
                except BrokenPipeError:
                    reads_on = False
                packed = packer.stdout.read1(COPY_BYTES)  # type: ignore[attr-defined]
        with suppress(BrokenPipeError):
            indexer.stdin.close()


def start_index(path: Path, longest: int, family: ChildFamily) -> tuple[Child, Path]:
    """Begin to index the VCF; `.csi` where a position (1-based) goes beyond what `.tbi` can hold."""
    kind = "csi" if longest > TBI_MAX_POSITION else "tbi"
    child = family.start(["tabix", str(path), kind], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    return child, path.with_name(f"{path.name}.{kind}")


def finish_index(child: Child, index: Path, vcf: Path, family: ChildFamily) -> Path:
    """Wait for the index. Where a record reaches farther than `.tbi` can hold (by END or SVLEN), a `.csi` is made.

    Raises InputError where a record reaches farther than any index can hold.
    """
    try:
        family.finish([child])
    except PermanentError as error:
        if not any("cannot be stored" in line for line in child.stderr_tail):
            raise
        index.unlink(missing_ok=True)
        try:
            again, index = start_index(vcf, TBI_MAX_POSITION + 1, family)
            family.finish([again])
        except PermanentError:
            raise InputError(
                "A record reaches beyond any chromosome's end, by its END or SVLEN, so that the result cannot be "
                "indexed. Correct the record and upload the file again.",
                code="bad_end",
            ) from error
    return index


def packed_header(header: bytes) -> bytes:
    """The header as bgzip blocks of its own, which other blocks can follow."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "header.gz"
        with pysam.BGZFile(str(path), "wb", None) as file:
            file.write(header)
        return path.read_bytes()[:-EMPTY_BLOCK_BYTES]


def replace_header(path: Path, old_bytes: int, header: bytes) -> None:
    """Put another header in the place of the first `old_bytes` bytes of a bgzip file."""
    fresh = path.with_name(f"{path.name}.part")
    with path.open("rb") as source, fresh.open("wb") as target:
        target.write(packed_header(header))
        source.seek(old_bytes)
        shutil.copyfileobj(source, target, COPY_BYTES)
    fresh.replace(path)
