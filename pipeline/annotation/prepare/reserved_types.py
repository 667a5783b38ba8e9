"""Reserved keys that a file declares with another type than the specification (GQ as Float, SB as Float …).

Where all values fit the specification's type only the declaration is corrected. Where they do not, the key gets the
nearest valid value and the value as uploaded stays beside it in a key of its own (GQ=3 and GQ_ORIGINAL=2.99): the
output is valid VCF and nothing is lost.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.annotation.columnar import join, mask
from pipeline.annotation.prepare.blocks import Block
from pipeline.annotation.prepare.header import STRUCTURED, Declaration, VcfHeader, parse_pairs
from pipeline.annotation.prepare.header_repair import field_line
from pipeline.annotation.prepare.reserved import RESERVED_FORMAT, RESERVED_INFO

ORIGINAL_SUFFIX = "_ORIGINAL"
# One value that fits; lists are checked item by item.
FITS = {
    "Integer": r"^(?:(?:-?\d{1,9}|\.)(?:,(?:-?\d{1,9}|\.))*)?$",
    "Float": r"^(?:[^,]*[\d.nN][^,]*(?:,|$))*$",
    "String": r"",
    "Flag": r"^$",
}


@dataclass(frozen=True)
class Rewrite:
    """Put `original` beside `key` and make the value of `key` fit `type`."""

    kind: str  # INFO or FORMAT
    key: str
    original: str
    type: str


@dataclass
class TypeWatch:
    """Notes, block by block, which conflicting keys hold values that do not fit."""

    header: VcfHeader
    misfits: set[tuple[str, str]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.conflicts = {
            (kind, key): table[key].type
            for kind, declared, table in (
                ("INFO", self.header.info, RESERVED_INFO),
                ("FORMAT", self.header.formats, RESERVED_FORMAT),
            )
            for key, declaration in declared.items()
            if key in table and declaration.type != table[key].type
        }

    def look(self, block: Block) -> None:
        """Look at one block."""
        for (kind, key), type_ in self.conflicts.items():
            if (kind, key) in self.misfits:
                continue
            bad = _info_misfit(block, key, type_) if kind == "INFO" else _format_misfit(block, key, type_)
            if bad:
                self.misfits.add((kind, key))

    def settle(self) -> list[Rewrite]:
        """Correct the header; the rewrites that the records need."""
        rewrites = []
        for (kind, key), type_ in self.conflicts.items():
            misfit = (kind, key) in self.misfits
            declared = self.header.info if kind == "INFO" else self.header.formats
            original = _free(key + ORIGINAL_SUFFIX, declared)
            given = declared[key]
            table = RESERVED_INFO if kind == "INFO" else RESERVED_FORMAT
            number = table[key].number if type_ == "Flag" or kind == "FORMAT" else "."
            declared[key] = Declaration(number, type_)
            self._replace(kind, key, original if misfit else None, given)
            self.header.changes["declaration_corrected"] += 1
            if misfit:
                declared[original] = given
                rewrites.append(Rewrite(kind, key, original, type_))
        return rewrites

    def _replace(self, kind: str, key: str, original: str | None, given: Declaration) -> None:
        declared = self.header.info if kind == "INFO" else self.header.formats
        lines: list[str] = []
        for line in self.header.meta:
            match = STRUCTURED.match(line)
            pairs = parse_pairs(match.group(2)) if match and match.group(1) == kind else None
            if not pairs or pairs.get("ID") != key:
                lines.append(line)
                continue
            description = pairs.get("Description", "")
            lines.append(field_line(kind, key, declared[key], description))
            if original:
                text = f"{key} as uploaded, where its values do not fit the type that the VCF specification gives it"
                lines.append(field_line(kind, original, given, f"{text}. {description}"))
        self.header.meta = lines


def _free(key: str, taken: dict[str, Declaration]) -> str:
    name, number = key, 2
    while name in taken:
        name, number = f"{key}_{number}", number + 1
    return name


def _info_parts(info: pa.StringArray, key: str) -> tuple[pa.Array, pa.Array, pa.Array]:
    """Text before, value and text after `key=value`; null where the key is absent. A bare key has an empty value."""
    pattern = rf"^(?P<before>(?:.*;)?){re.escape(key)}(?:=(?P<value>[^;]*))?(?P<after>(?:;.*)?)$"
    fields = pc.extract_regex(info, pattern)
    before, value, after = (pc.struct_field(fields, name) for name in ("before", "value", "after"))
    return before, value, after


def _info_misfit(block: Block, key: str, type_: str) -> bool:
    value = _info_parts(block.info, key)[1].drop_null()
    return bool(mask(pc.invert(pc.match_substring_regex(value, FITS[type_]))).any())


@lru_cache(maxsize=256)
def _format_value(layout: str, key: str) -> re.Pattern[bytes] | None:
    """Finds the value of a FORMAT key in each sample of a line's tail."""
    names = layout.split(":")
    if key not in names:
        return None
    return re.compile(rb"\t((?:[^:\t\n]*:){%d})([^:\t\n]+)" % names.index(key))


def _format_misfit(block: Block, key: str, type_: str) -> bool:
    fits = re.compile(FITS[type_].encode())
    for layout, line in _tails(block):
        pattern = _format_value(layout, key)
        if pattern and any(not fits.match(found[1]) for found in pattern.findall(line)):
            return True
    return False


def _tails(block: Block) -> list[tuple[str, bytes]]:
    """FORMAT text and the samples' part (from its tab on) of each line."""
    starts, ends = block.bounds[:, 9].tolist(), (block.bounds[:, -1] + 1).tolist()
    layouts = block.column(8).to_pylist()
    return [(layout, block.data[start:end]) for layout, start, end in zip(layouts, starts, ends, strict=True)]


@lru_cache(maxsize=65_536)
def fitted(value: bytes, type_: str) -> bytes:
    """The nearest value that fits; `.` where there is none."""
    items = []
    for item in value.split(b","):
        try:
            number = float(item)
        except ValueError:
            items.append(b".")
            continue
        usable = abs(number) < 2**31 - 8  # nan is not
        items.append(str(round(number)).encode() if usable and type_ == "Integer" else item if usable else b".")
    return b",".join(items)


def rewritten_info(info: pa.StringArray, rewrite: Rewrite) -> pa.StringArray:
    """INFO texts with the rewrite applied where the key occurs."""
    before, value, after = _info_parts(info, rewrite.key)
    present = value.is_valid()
    if rewrite.type == "Flag":
        kept = pc.fill_null(
            pc.if_else(pc.equal(value, ""), "", join(f";{rewrite.original}=", pc.fill_null(value, ""))), ""
        )
        new = join(pc.fill_null(before, ""), rewrite.key, kept, pc.fill_null(after, ""))
        return pc.if_else(present, new, info)
    texts = pc.fill_null(value, "").dictionary_encode()
    fit = pa.array([fitted(text.encode(), rewrite.type).decode() for text in texts.dictionary.to_pylist()], pa.string())
    new = join(
        pc.fill_null(before, ""), f"{rewrite.key}=", fit.take(texts.indices), f";{rewrite.original}=",
        pc.fill_null(value, ""), pc.fill_null(after, ""),
    )  # fmt: skip
    return pc.if_else(present, new, info)


def rewritten_tails(block: Block, rewrite: Rewrite) -> pa.StringArray:
    """What follows INFO in each line (its tab to its newline) with a FORMAT rewrite applied."""
    result = []
    for layout, line in _tails(block):
        pattern = _format_value(layout, rewrite.key)
        if pattern is None:
            result.append(b"\t" + layout.encode() + line)
            continue
        names = layout.split(":")
        names.insert(names.index(rewrite.key) + 1, rewrite.original)

        def both(found: re.Match[bytes]) -> bytes:
            return b"\t" + found[1] + fitted(found[2], rewrite.type) + b":" + found[2]

        result.append(b"\t" + ":".join(names).encode() + pattern.sub(both, line))
    return pa.array(result, pa.binary()).cast(pa.string())
