"""The first pass over a file: validates every record and finds out what the header must declare."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.annotation.columnar import slices
from pipeline.annotation.prepare.blocks import Block
from pipeline.annotation.prepare.cleaning import Cleaner
from pipeline.annotation.prepare.header import VcfHeader
from pipeline.annotation.prepare.reserved_types import Rewrite, TypeWatch
from pipeline.annotation.prepare.vcf_input import VcfInput
from pipeline.settings import Settings

EQUALS, SEMICOLON = 61, 59


@dataclass
class KeyUse:
    """How the records use an INFO key: with a value, and bare (as a flag)."""

    with_value: bool = False
    bare: bool = False


@dataclass
class Survey:
    """What the first pass found. `contigs` maps a name to its records, in order of appearance."""

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


def survey(path: Path, settings: Settings, on_progress: Callable[[int, int], None]) -> Survey:
    """Read the whole file once. `on_progress(bytes read, records)`. Raises InputError/LimitError with the line.

    What `on_progress` raises ends the pass, also while the header is read.
    """
    vcf = VcfInput(path, settings)
    header = vcf.read_header(lambda: on_progress(vcf.source.bytes_read, 0))
    found = Survey(header)
    cleaner = Cleaner(header)
    order = _Order()
    types = TypeWatch(header)
    for block in vcf.blocks(cleaner):
        found.records += len(block)
        _note_positions(block, found)
        found.in_order = order.still(block) and found.in_order
        _note_info_keys(block.info, found.info_keys)
        types.look(block)
        found.filters.update(dict.fromkeys(pc.unique(block.column(6)).to_pylist()))
        if header.has_format:
            found.formats.update(dict.fromkeys(pc.unique(block.column(8)).to_pylist()))
        on_progress(vcf.source.bytes_read, found.records)
    for layout in found.formats:
        found.format_keys.update(dict.fromkeys(layout.split(":")))
    found.format_keys.pop(".", None)
    found.rewrites = types.settle()
    found.changes = header.changes + cleaner.changes
    found.changes["reserved_key_rewritten"] += len(found.rewrites)
    if vcf.lines.carriage_returns:
        found.changes["carriage_returns"] += 1
    if vcf.lines.byte_order_mark:
        found.changes["byte_order_mark"] += 1
    found.changes += Counter()  # drops what counts zero
    return found


class _Order:
    """Whether each contig comes in one run with rising positions."""

    def __init__(self) -> None:
        self.contig = ""
        self.position = 0
        self.finished: set[str] = set()

    def still(self, block: Block) -> bool:
        starts, names = runs(block.chrom)
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


def _note_positions(block: Block, found: Survey) -> None:
    table = pa.table({"name": block.chrom, "pos": block.pos}).group_by("name", use_threads=False)
    for row in table.aggregate([("pos", "count"), ("pos", "max")]).to_pylist():
        name = row["name"]
        found.contigs[name] += row["pos_count"]
        found.last_position[name] = max(found.last_position.get(name, 0), row["pos_max"])


def _note_info_keys(info: pa.StringArray, keys: dict[str, KeyUse]) -> None:
    """Collect the distinct keys of a whole INFO column at once."""
    data = info.buffers()[2]
    if data is None:
        return
    ends = np.frombuffer(info.buffers()[1], np.int32)[1 : len(info) + 1].astype(np.int64)
    text = np.frombuffer(data, np.uint8)[: int(ends[-1])]
    separators = np.flatnonzero(text == SEMICOLON)
    field_ends = np.concatenate((separators, ends))
    order = np.argsort(field_ends, kind="stable")
    field_ends = field_ends[order]
    is_separator = order < len(separators)
    starts = np.concatenate(([0], (field_ends + is_separator)[:-1]))
    equals = np.append(np.flatnonzero(text == EQUALS), np.iinfo(np.int64).max)
    key_ends = np.minimum(equals[np.searchsorted(equals, starts)], field_ends)
    valued = key_ends < field_ends
    names = slices(text.tobytes(), starts, key_ends)
    for has_value in (True, False):
        for key in pc.unique(names.filter(pa.array(valued == has_value))).to_pylist():
            use = keys.setdefault(key, KeyUse())
            use.with_value |= has_value
            use.bare |= not has_value
    keys.pop(".", None)
