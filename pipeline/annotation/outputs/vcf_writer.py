"""Writes the annotated VCF: bgzip, index, and bcftools reading along, so that what we hand out is known to be readable."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from types import TracebackType

import pysam

from pipeline.annotation.children import Child, ChildFamily
from pipeline.errors import InputError

TBI_MAX_POSITION = 2**29 - 1  # a .tbi index ends at 512 Mb; .csi goes further (SAM/tabix specification)
BAD_FORMAT_VALUE = re.compile(r"Invalid character .* in '([^']+)' FORMAT field at (\S+)")


class UnreadableField(Exception):
    """A FORMAT field holds values that its declared type forbids; `key` must be declared as String."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


class VcfWriter:
    """Takes the header and lines, in order. After the block `problems` holds what bcftools complained of."""

    def __init__(self, path: Path, family: ChildFamily) -> None:
        self.path = path
        self.problems: list[str] = []
        self._family = family
        self._file = pysam.BGZFile(str(path), "wb")
        arguments = ["view", "--no-version", "-Ou", "-o", "/dev/null", "-"]
        self._reader: Child = family.start(arguments, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)

    def __enter__(self) -> VcfWriter:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
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
            raise self._unreadable() from error
        code = self._reader.wait(self._family.settings.child_timeout_s)
        self._family.raise_if_stopped()
        if code != 0:
            raise self._unreadable()
        self.problems = [line for line in self._reader.stderr_tail if line.strip()]

    def _unreadable(self) -> Exception:
        text = "\n".join(self._reader.stderr_tail)
        field = BAD_FORMAT_VALUE.search(text)
        if field:
            return UnreadableField(field.group(1))
        place = re.search(r" at (\S+:\d+)", text)
        reason = next((line for line in self._reader.stderr_tail if line.startswith("[E::")), "it gives no reason")
        return InputError(
            f"bcftools cannot read a record of this file{' at ' + place.group(1) if place else ''}: {reason[:200]}",
            code="unreadable_record",
        )


def build_index(path: Path, longest: int, family: ChildFamily) -> Path:
    """Index the VCF; `.csi` where a position (1-based) goes beyond what `.tbi` can hold."""
    kind = "csi" if longest > TBI_MAX_POSITION else "tbi"
    child = family.start(["tabix", str(path), kind], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    family.finish([child])
    return path.with_name(f"{path.name}.{kind}")
