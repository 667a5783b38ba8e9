"""What a pass over the file finds out about it: contigs, order, and the fields that the header must declare."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.annotation.prepare.blocks import Block
from pipeline.annotation.prepare.cleaning import Cleaner
from pipeline.annotation.prepare.header import VcfHeader
from pipeline.annotation.prepare.reserved_types import Rewrite, TypeWatch
from pipeline.annotation.prepare.vcf_input import VcfInput
from pipeline.settings import Settings


@dataclass
class KeyUse:
    """How the records use an INFO key: with a value, and bare (as a flag)."""

    with_value: bool = False
    bare: bool = False


@dataclass
class Survey:
    """What a pass found. `contigs` maps a name to its records, in order of appearance."""

    header: VcfHeader
    records: int = 0
    contigs: Counter[str] = field(default_factory=Counter)
    last_position: dict[str, int] = field(default_factory=dict)
    in_order: bool = True
    info_keys: dict[str, KeyUse] = field(default_factory=dict)
    format_keys: dict[str, None] = field(default_factory=dict)
    formats: dict[str, None] = field(default_factory=dict)
    filters: dict[str, None] = field(default_factory=dict)
    changes: Counter[str] = field(default_factory=Counter)
    rewrites: list[Rewrite] = field(default_factory=list)

    @property
    def samples(self) -> int:
        """Number of samples."""
        return len(self.header.samples)


class Surveyor:
    """Fills a Survey block by block."""

    def __init__(self, header: VcfHeader) -> None:
        self.found = Survey(header)
        self._order = _Order()
        self._types = TypeWatch(header)

    def look(self, block: Block) -> None:
        """Look at the next block of the file."""
        found = self.found
        found.records += len(block)
        starts, names = runs(block.chrom)
        self._note_positions(block, starts, names)
        found.in_order = self._order.still(block, starts, names) and found.in_order
        self._note_info_keys(block)
        self._types.look(block)
        found.filters.update(dict.fromkeys(pc.unique(block.column(6)).to_pylist()))
        if found.header.has_format:
            found.formats.update(dict.fromkeys(pc.unique(block.column(8)).to_pylist()))

    @property
    def values_fit(self) -> bool:
        """False once a value does not fit the type that the specification gives its key."""
        return not self._types.misfits

    def finish(self, vcf: VcfInput, cleaner: Cleaner) -> Survey:
        """The survey after the last block; corrects the header's declarations."""
        found = self.found
        for layout in found.formats:
            found.format_keys.update(dict.fromkeys(layout.split(":")))
        found.format_keys.pop(".", None)
        found.rewrites = self._types.settle()
        found.changes = found.header.changes + cleaner.changes
        found.changes["reserved_key_rewritten"] += len(found.rewrites)
        if vcf.lines.carriage_returns:
            found.changes["carriage_returns"] += 1
        if vcf.lines.byte_order_mark:
            found.changes["byte_order_mark"] += 1
        found.changes += Counter()  # drops what counts zero
        return found

    def _note_positions(self, block: Block, starts: list[int], names: list[str]) -> None:
        found = self.found
        for start, end, name in zip(starts, [*starts[1:], len(block)], names, strict=True):
            found.contigs[name] += end - start
            found.last_position[name] = max(found.last_position.get(name, 0), int(block.pos[start:end].max()))

    def _note_info_keys(self, block: Block) -> None:
        for key, (with_value, bare) in block.info_fields.uses().items():
            if key != ".":
                use = self.found.info_keys.setdefault(key, KeyUse())
                use.with_value |= with_value
                use.bare |= bare


def survey(path: Path, settings: Settings, on_progress: Callable[[int, int], None]) -> Survey:
    """Read the whole file once. `on_progress(bytes read, records)`. Raises InputError/LimitError with the line.

    What `on_progress` raises ends the pass, also while the header is read.
    """
    vcf = VcfInput(path, settings)
    header = vcf.read_header(lambda: on_progress(vcf.source.bytes_read, 0))
    surveyor = Surveyor(header)
    cleaner = Cleaner(header)
    for block in vcf.blocks(cleaner):
        surveyor.look(block)
        on_progress(vcf.source.bytes_read, surveyor.found.records)
    return surveyor.finish(vcf, cleaner)


class _Order:
    """Whether each contig comes in one run with rising positions."""

    def __init__(self) -> None:
        self.contig = ""
        self.position = 0
        self.finished: set[str] = set()

    def still(self, block: Block, starts: list[int], names: list[str]) -> bool:
        for index, name in enumerate(names):
            end = starts[index + 1] if index + 1 < len(starts) else len(block)
            positions = block.pos[starts[index] : end]
            if name != self.contig:
                self.finished.add(self.contig)
                self.contig, self.position = name, 0
            if name in self.finished or positions[0] < self.position or (np.diff(positions) < 0).any():
                return False
            self.position = int(positions[-1])
        return True


def runs(values: pa.StringArray) -> tuple[list[int], list[str]]:
    """Starts (0-based) and values of the runs of equal neighbours."""
    encoded = pc.run_end_encode(values)
    ends = encoded.run_ends.to_pylist()
    return [0, *ends[:-1]], encoded.values.to_pylist()
