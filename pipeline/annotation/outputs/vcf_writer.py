"""Writes the annotated VCF, with bcftools reading along, so that what we hand out is readable."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Collection
from pathlib import Path
from types import TracebackType

from pipeline.annotation.children import Child, ChildFamily, failure
from pipeline.annotation.outputs.indexed_bgzip import IndexedBgzip

BAD_FORMAT_VALUE = re.compile(r"Invalid character .* in '([^']+)' FORMAT field at (\S+)")
# bcftools reads along before it is known what the header must declare.
NOT_DECLARED = re.compile(r"is not defined in the header|Missing headers may cause")
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

    bcftools reads the records along. After the block `problems` holds what it complained of.
    """

    def __init__(self, path: Path, family: ChildFamily, as_text: Collection[tuple[str, str]] = ()) -> None:
        self.as_text = as_text  # fields that were declared as text already
        self.problems: list[str] = []
        self._family = family
        self._file = IndexedBgzip(path, family)
        # Every record is parsed to its end; none passes the filter, so that nothing is written.
        arguments = ["view", "--no-version", "-i", "POS<0", "-Ou", "-o", "/dev/null", "-"]
        self._reader: Child = family.start(
            arguments, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, expected=NOT_DECLARED
        )

    def __enter__(self) -> VcfWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._end_reader()
        else:
            self._file.give_up()

    def begin(self, header: bytes, header_to_read: bytes) -> None:
        """The header as it is expected to be, and the one that bcftools reads the records with."""
        self._file.begin(header)
        self._to_reader(header_to_read)

    def write(self, given: bytes, lines: bytes) -> None:
        """Append whole lines. bcftools reads them as they were `given`: what we add is well formed."""
        self._file.write(lines)
        self._to_reader(given)

    def end(self, header: bytes) -> Path | None:
        """The lines are complete; the header is written again if it turned out otherwise. Gives the index, if it could
        be made along."""
        return self._file.end(header)

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
