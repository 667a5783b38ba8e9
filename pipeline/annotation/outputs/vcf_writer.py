"""Writes the annotated VCF: bgzip and index, with bcftools reading along, so that what we hand out is readable."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Collection
from pathlib import Path
from types import TracebackType

import pysam

from pipeline.annotation.children import Child, ChildFamily, failure

TBI_MAX_POSITION = 2**29 - 1  # a .tbi index ends at 512 Mb; .csi goes further (SAM/tabix specification)
BAD_FORMAT_VALUE = re.compile(r"Invalid character .* in '([^']+)' FORMAT field at (\S+)")
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
    """Takes the header and lines, in order. After the block `problems` holds what bcftools complained of."""

    def __init__(self, path: Path, family: ChildFamily, as_text: Collection[tuple[str, str]] = ()) -> None:
        self.path = path
        self.as_text = as_text  # fields that were declared as text already
        self.problems: list[str] = []
        self._family = family
        self._file = pysam.BGZFile(str(path), "wb", None)
        arguments = ["view", "--no-version", "-Ou", "-o", "/dev/null", "-"]
        self._reader: Child = family.start(arguments, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)

    def __enter__(self) -> VcfWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
        if kind is None:
            self._end_reader()

    def write(self, data: bytes) -> None:
        """Append whole lines."""
        self._file.write(data)
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
        complaint = "\n".join(self._reader.stderr_tail)
        field = BAD_FORMAT_VALUE.search(complaint)
        if field:
            return UnreadableFieldError("FORMAT", field.group(1))
        place = re.search(r" at (\S+):(\d+)", complaint)
        if place is None:
            return failure(self._reader, self._reader.process.returncode)
        error = next((line for line in self._reader.stderr_tail if line.startswith("[E::")), "")
        reason = next(
            (text for part, text in REASONS.items() if part in error), "it does not follow the VCF specification"
        )
        return UnreadableRecordError(place.group(1), int(place.group(2)), reason)


def build_index(path: Path, longest: int, family: ChildFamily) -> Path:
    """Index the VCF; `.csi` where a position (1-based) goes beyond what `.tbi` can hold."""
    kind = "csi" if longest > TBI_MAX_POSITION else "tbi"
    child = family.start(["tabix", str(path), kind], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    family.finish([child])
    return path.with_name(f"{path.name}.{kind}")
