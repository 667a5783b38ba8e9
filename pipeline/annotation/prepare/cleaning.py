"""Cleans blocks of records: repairs what has one right reading, refuses with the line number what has none.

Every repair is counted by kind in `changes`. Blocks that need none pass through as the bytes that they were.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.annotation.columnar import concatenated, join, mask, strings_equal, to_numpy
from pipeline.annotation.prepare.blocks import Block, tokenise
from pipeline.annotation.prepare.header import VcfHeader
from pipeline.annotation.prepare.header_repair import CONTIG_OK
from pipeline.annotation.prepare.reserved_types import Rewrite, rewritten_info, rewritten_tails
from pipeline.errors import InputError

MAX_POSITION = 2**31 - 2  # BCF stores positions as 32-bit numbers
ODD_INFO_EDGES = (b";;", b"\t;", b";\t", b";\n", b"\t ", b" \t", b" \n")
EMPTY_ITEMS = (b",,", b"\t,", b",\t")
MAX_CONTIG_NAME_BYTES = 255  # the longest contig names of public assemblies have about 100
NINTH_COLUMN = re.compile(rb"^((?:[^\t\n]*\t){7}[^\t\n]*)\t[^\n]*", re.MULTILINE)
NUMBER = r"^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$|^[+-]?(?i:nan|inf|infinity)$"


def _excerpt(value: str) -> str:
    return repr(value if len(value) <= 40 else value[:37] + "…")


class Cleaner:
    """Turns raw blocks into clean ones, for a file with the given header."""

    def __init__(self, header: VcfHeader, rewrites: Sequence[Rewrite] = ()) -> None:
        self.header = header
        self.rewrites = rewrites
        self.columns = header.columns
        self.changes: Counter[str] = Counter()

    def clean(self, first_line: int, raw: bytes) -> Block:
        """A clean block, perhaps empty. Raises InputError with the line for what cannot be read."""
        data = self._as_text(first_line, raw)
        if self.header.format_dropped:
            data = NINTH_COLUMN.sub(rb"\1", data)
        block = tokenise(data, self.columns, first_line)
        if block is None:
            block = self._regularise(first_line, data)
        if len(block) == 0:
            return block
        repaired = self._repair_columns(block)
        self._check_positions(repaired)
        self._check_contigs(repaired)
        for rewrite in self.rewrites:
            repaired = self._rewrite(repaired, rewrite)
        return repaired

    def _rewrite(self, block: Block, rewrite: Rewrite) -> Block:
        """Apply one rewrite of a reserved key; see `reserved_types`."""
        info, tail = block.info, block.tail()
        if rewrite.kind == "INFO":
            info = rewritten_info(info, rewrite)
        else:
            tail = rewritten_tails(block, rewrite)
        return self._rebuilt(block, concatenated(join(block.head(), info, tail)))

    def _rebuilt(self, block: Block, data: bytes) -> Block:
        rebuilt = tokenise(data, self.columns, block.line_numbers)
        if rebuilt is None:
            raise InputError("A record cannot be read.", code="bad_record", line=int(block.line_numbers[0]))
        return rebuilt

    def _as_text(self, first_line: int, raw: bytes) -> bytes:
        at = raw.find(b"\0")
        if at >= 0:
            line = first_line + raw.count(b"\n", 0, at)
            raise InputError(
                f"Line {line:,} holds binary data: the file is damaged or is not a VCF.", code="binary_data", line=line
            )
        if raw.isascii():
            return raw
        try:
            raw.decode("utf-8")
        except UnicodeDecodeError:
            self.changes["text_not_utf8"] += 1
            return raw.decode("utf-8", errors="replace").encode("utf-8")
        return raw

    def _regularise(self, first_line: int, data: bytes) -> Block:
        """Line by line: drop blank lines and comments, pad or strip trailing blanks, refuse other column counts."""
        kept: list[bytes] = []
        numbers: list[int] = []
        for number, line in enumerate(data.split(b"\n")[:-1], start=first_line):
            if not line.strip():
                self.changes["blank_line_dropped"] += 1
            elif line.startswith(b"#"):
                self.changes["comment_line_dropped"] += 1
            else:
                kept.append(self._regular_line(line, number))
                numbers.append(number)
        block = tokenise(b"".join(kept), self.columns, np.array(numbers, np.int64))
        if block is None:
            raise InputError("A record cannot be read.", code="bad_record", line=first_line)
        return block

    def _regular_line(self, line: bytes, number: int) -> bytes:
        fields = line.split(b"\t")
        while len(fields) > self.columns and not fields[-1].strip():
            fields.pop()
            self.changes["trailing_blanks"] += 1
        if len(fields) != self.columns:
            raise self._column_error(line, len(fields), number)
        fields = [field or b"." for field in fields]
        return b"\t".join(fields) + b"\n"

    def _column_error(self, line: bytes, found: int, number: int) -> InputError:
        if found == 1 and len(line.split()) >= 8:
            hint = "Its columns are separated by blanks; a VCF separates them by tabs."
        else:
            hint = f"It has {found:,} columns, but the #CHROM line announces {self.columns:,}."
        return InputError(f"Line {number:,} is not a record of this file. {hint}", code="wrong_columns", line=number)

    def _repair_columns(self, block: Block) -> Block:
        """Repair the values of the first eight columns (and the end of the line); rebuild the bytes only if needed."""
        changed: dict[int, pa.StringArray] = {}
        self._repair_empty(block, changed)
        self._repair_alleles(block, changed)
        self._repair_quality(block, changed)
        self._repair_filter(block, changed)
        self._repair_info(block, changed)
        line_end = self._trailing_blanks(block)
        if not changed and line_end is None:
            return block
        tail = block.tail() if line_end is None else line_end
        columns = [changed.get(index) for index in range(8)]
        parts: list[pa.StringArray | str] = []
        for index, column in enumerate(columns):
            parts += [block.column(index) if column is None else column, "\t" if index < 7 else ""]
        return self._rebuilt(block, concatenated(join(*parts, tail)))

    def _repair_empty(self, block: Block, changed: dict[int, pa.StringArray]) -> None:
        widths = np.diff(block.bounds[:, :9], axis=1) - 1
        for index in np.flatnonzero((widths == 0).any(axis=0)).tolist():
            column = block.column(index)
            empty = strings_equal(column, "")
            if index in (0, 1, 3):
                raise self._value_error(block, empty, index, column)
            self.changes["empty_column"] += int(empty.sum())
            changed[index] = pc.if_else(pa.array(empty), ".", column)

    def _repair_quality(self, block: Block, changed: dict[int, pa.StringArray]) -> None:
        quality = changed.get(5, block.column(5))
        distinct = pc.unique(quality)
        odd = mask(pc.invert(pc.match_substring_regex(distinct, NUMBER))) & ~strings_equal(distinct, ".")
        minus_one = mask(pc.match_substring_regex(distinct, r"^-1(\.0*)?$"))
        for kind, chosen in (("quality_minus_one", minus_one), ("quality_not_a_number", odd)):
            if chosen.any():
                where = pc.is_in(quality, value_set=distinct.filter(pa.array(chosen)))
                self.changes[kind] += int(mask(where).sum())
                quality = changed[5] = pc.if_else(where, ".", quality)

    def _repair_filter(self, block: Block, changed: dict[int, pa.StringArray]) -> None:
        filters = changed.get(6, block.column(6))
        encoded = pc.dictionary_encode(filters)
        values = encoded.dictionary.to_pylist()
        repaired = [_repaired_filter(value) for value in values]
        if repaired == values:
            return
        counts = np.bincount(to_numpy(encoded.indices), minlength=len(values)).tolist()
        for value, better, count in zip(values, repaired, counts, strict=True):
            if better != value:
                self.changes["filter_zero" if value == "0" else "filter_rewritten"] += count
        changed[6] = pa.array(repaired, pa.string()).take(encoded.indices)

    def _repair_alleles(self, block: Block, changed: dict[int, pa.StringArray]) -> None:
        """An empty item in a list of alternate alleles becomes `.`; the numbers of the alleles stay as they are."""
        if not block.has_pair(EMPTY_ITEMS):
            return
        alt = changed.get(4, block.alt)
        gaps = mask(pc.match_substring_regex(alt, r"^,|,,|,$"))
        if gaps.any():
            self.changes["empty_allele"] += int(gaps.sum())
            for pattern, filled in ((r"^,", ".,"), (r",$", ",."), (r",,", ",.,"), (r",,", ",.,")):
                alt = pc.replace_substring_regex(alt, pattern, filled)
            changed[4] = alt

    def _repair_info(self, block: Block, changed: dict[int, pa.StringArray]) -> None:
        if 7 not in changed and not block.has_pair(ODD_INFO_EDGES):
            return
        info = changed.get(7, block.info)
        doubled = mask(pc.match_substring_regex(info, r";;|^;|;$|^\s|\s$"))
        if doubled.any():
            self.changes["info_separators"] += int(doubled.sum())
            tidy = pc.replace_substring_regex(pc.utf8_trim_whitespace(info), r";+", ";")
            tidy = pc.utf8_trim(tidy, ";")
            changed[7] = pc.if_else(pc.equal(tidy, ""), ".", tidy)

    def _trailing_blanks(self, block: Block) -> pa.StringArray | None:
        last = block.buffer[block.bounds[:, -1] - 1]
        if self.columns == 8 or not (last == 32).any():
            return None
        self.changes["trailing_blanks"] += int((last == 32).sum())
        return join(pc.utf8_rtrim_whitespace(block.tail()), "\n")

    def _check_positions(self, block: Block) -> None:
        text = block.column(1)
        try:
            positions = block.pos
        except pa.ArrowInvalid as error:
            bad = ~mask(pc.match_substring_regex(text, r"^\d{1,18}$"))
            raise self._value_error(block, bad, 1, text) from error
        outside = (positions < 0) | (positions > MAX_POSITION)
        if outside.any():
            raise self._value_error(block, outside, 1, text)

    def _check_contigs(self, block: Block) -> None:
        for name in pc.unique(block.chrom).to_pylist():
            bad = len(name.encode()) > MAX_CONTIG_NAME_BYTES or not CONTIG_OK.match(name)
            if bad:
                raise self._value_error(block, strings_equal(block.chrom, name), 0, block.chrom)

    def _value_error(self, block: Block, bad: npt.NDArray[np.bool_], column: int, values: pa.StringArray) -> InputError:
        at = int(np.flatnonzero(bad)[0])
        number = int(block.line_numbers[at])
        name, wanted, code = {
            0: (
                "CHROM",
                f"a contig name of at most {MAX_CONTIG_NAME_BYTES} bytes without blanks, commas or brackets",
                "bad_contig_name",
            ),
            1: ("POS", "a whole number from 0 to 2,147,483,646", "bad_position"),
            3: ("REF", "the reference bases", "bad_reference_allele"),
        }[column]
        return InputError(
            f"{name} on line {number:,} is {_excerpt(values[at].as_py())}; it must be {wanted}.", code=code, line=number
        )


def _repaired_filter(value: str) -> str:
    """FILTER 0 is VCF 3.3's way of saying PASS; separators other than `;` become `;`."""
    if value == "0":
        return "PASS"
    names = [name for name in value.replace(",", ";").replace(" ", ";").split(";") if name]
    unique = list(dict.fromkeys(names))
    return ";".join(unique) or "."
