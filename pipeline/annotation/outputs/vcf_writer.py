"""Writes the annotated VCF: bgzip and index, with bcftools reading along, so that what we hand out is readable."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from collections.abc import Collection
from pathlib import Path
from types import TracebackType

import pysam

from pipeline.annotation.children import Child, ChildFamily, failure
from pipeline.errors import InputError, PermanentError

PACKING = "w2"  # a third of the time of level 6, for a quarter more bytes
COPY_BYTES = 1 << 20
TBI_MAX_POSITION = 2**29 - 1  # a .tbi index ends at 512 Mb; .csi goes further (SAM/tabix specification)
BAD_FORMAT_VALUE = re.compile(r"Invalid character .* in '([^']+)' FORMAT field at (\S+)")
# bcftools reads along before it is known what the header must declare.
NOT_DECLARED = re.compile(r"is not defined in the header|Missing headers may cause")
EMPTY_BLOCK_BYTES = 28  # ends a bgzip file (SAM specification, section 4.1.2)
EXTREME_VALUE = re.compile(r"Extreme (INFO|FORMAT)/(\S+) value encountered")

# Part of bcftools' message → what is wrong with the record.
REASONS = {
    "Couldn't read GT data": "a genotype (GT) is not made of allele numbers and `.`",
    "Incorrect number of FORMAT fields": "a sample has more values than FORMAT names",
    "Invalid FORMAT tag name": "FORMAT is `.` although there are samples",
    "Too many INFO entries": "INFO has too many entries",
    "Too many ALT alleles": "ALT has too many alleles",
    "value too large": "a genotype (GT) holds a number that is too large",
}


class UnreadableFieldError(Exception):
    """A field (`kind` INFO or FORMAT) holds values that its declared type forbids; it must be declared as String."""

    def __init__(self, kind: str, key: str) -> None:
        super().__init__(key)
        self.kind = kind
        self.key = key


class UnreadableRecordError(Exception):
    """bcftools refuses the record at this place of the file; `reason` completes "the record cannot be read: …"."""

    def __init__(self, contig: str, pos: int, reason: str) -> None:
        super().__init__(reason)
        self.contig = contig
        self.pos = pos
        self.reason = reason


class VcfWriter:
    """Takes the header, then lines in order, then the header as it turned out to be.

    Two children take the lines: one packs them, the other one is bcftools, which reads along. After the block
    `problems` holds what bcftools complained of.
    """

    def __init__(self, path: Path, family: ChildFamily, as_text: Collection[tuple[str, str]] = ()) -> None:
        self.path = path
        self.as_text = as_text  # fields that were declared as text already
        self.problems: list[str] = []
        self._family = family
        self._header = b""
        self._header_bytes = 0
        # Every record is parsed to its end; none passes the filter, so that nothing is written.
        arguments = ["view", "--no-version", "-i", "POS<0", "-Ou", "-o", "/dev/null", "-"]
        self._reader: Child = family.start(
            arguments, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, expected=NOT_DECLARED
        )
        self._packer: Child | None = None

    def __enter__(self) -> VcfWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._end_reader()

    def begin(self, header: bytes, header_to_read: bytes) -> None:
        """The header as it is expected to be, and the one that bcftools reads the records with."""
        self._header = header
        packed = packed_header(header)
        self._header_bytes = len(packed)
        self.path.write_bytes(packed)
        with self.path.open("ab") as target:
            command = self._family.bcftools(["bgzip", PACKING])
            self._packer = self._family.start_command("bgzip", command, stdin=subprocess.PIPE, stdout=target)
        self._to_reader(header_to_read)

    def write(self, given: bytes, lines: bytes) -> None:
        """Append whole lines. bcftools reads them as they were `given`: what we add is well formed."""
        self._to_packer(lines)
        self._to_reader(given)

    def end(self, header: bytes) -> None:
        """The lines are complete; the header is written again if it turned out otherwise."""
        assert self._packer is not None  # noqa: S101 - begin() comes first
        self._packer.stdin.close()
        self._family.finish([self._packer])
        if header != self._header:
            replace_header(self.path, self._header_bytes, header)

    def _to_packer(self, data: bytes) -> None:
        assert self._packer is not None  # noqa: S101 - begin() comes first
        try:
            self._packer.stdin.write(data)
        except BrokenPipeError as error:
            self._family.finish([self._packer])
            raise failure(self._packer, self._packer.process.returncode) from error

    def _to_reader(self, data: bytes) -> None:
        try:
            self._reader.stdin.write(data)
        except BrokenPipeError as error:
            self._family.raise_if_stopped()
            self._reader.wait(self._family.settings.child_timeout_s)
            raise self._unreadable() from error

    def _end_reader(self) -> None:
        try:
            self._reader.stdin.close()
        except BrokenPipeError as error:
            self._reader.wait(self._family.settings.child_timeout_s)
            raise self._unreadable() from error
        code = self._reader.wait(self._family.settings.child_timeout_s)
        self._family.raise_if_stopped()
        if code != 0:
            raise self._unreadable()
        self.problems = [line for line in self._reader.stderr_tail if line.strip()]
        for line in self.problems:
            extreme = EXTREME_VALUE.search(line)
            if extreme and (extreme.group(1), extreme.group(2)) not in self.as_text:
                raise UnreadableFieldError(extreme.group(1), extreme.group(2))

    def _unreadable(self) -> Exception:
        """What the reader's end means. Warnings name places too, of records that it could read."""
        code = self._reader.process.returncode
        error = next((line for line in self._reader.stderr_tail if line.startswith("[E::")), "")
        field = BAD_FORMAT_VALUE.search(error)
        if field:
            return UnreadableFieldError("FORMAT", field.group(1))
        place = re.search(r" at (\S+):(\d+)", error)
        if place is None or code < 0:
            return failure(self._reader, code)
        reason = next(
            (text for part, text in REASONS.items() if part in error), "it does not follow the VCF specification"
        )
        return UnreadableRecordError(place.group(1), int(place.group(2)), reason)


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
