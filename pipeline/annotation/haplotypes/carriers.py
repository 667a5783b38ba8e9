"""Which chromosome copies carry which alleles, as far as the genotypes say it.

A haploid call and a homozygous one say it by themselves; a heterozygous call says it where it is written with `|`
(VCF specification 4.5, section 1.6.2). Calls of different phase sets (PS) say nothing of each other.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow.compute as pc

from pipeline.annotation.alleles import Alleles
from pipeline.annotation.columnar import IntArray, list_element, slices
from pipeline.annotation.genotype_codes import FIRST_SAMPLE, read_genotypes
from pipeline.annotation.genotype_kinds import parse_genotype
from pipeline.annotation.prepare.blocks import Block

Bools = npt.NDArray[np.bool_]
NOTHING = -1


@dataclass(frozen=True)
class Placed:
    """A genotype: the allele of the first and of the second copy where that is certain, and what else it holds."""

    first: int
    second: int
    loose: tuple[int, ...]
    by_phase: bool  # certain because of `|`, so that it depends on the phase set


def placed(text: str) -> Placed:
    """Read a GT text. More than two copies are never certain."""
    alleles = parse_genotype(text)
    unphased = "/" in text.lstrip("/|")
    certain = len(alleles) == 1 or (len(alleles) == 2 and (not unphased or alleles[0] == alleles[1]))
    if not certain:
        return Placed(NOTHING, NOTHING, tuple(allele for allele in alleles if allele > 0), False)
    second = alleles[1] if len(alleles) == 2 else NOTHING
    return Placed(alleles[0], second, (), len(alleles) == 2 and alleles[0] != alleles[1])


def tells_phase(text: str) -> bool:
    """Whether a GT text is that of a phased file: written with `|`, or haploid."""
    return "|" in text.lstrip("/|") or (len(parse_genotype(text)) == 1 and text.isdigit())


@dataclass(frozen=True)
class Carried:
    """For each allele of a block: its carriers. `copies` is packed: bit 2 × sample + copy (`np.packbits`)."""

    copies: npt.NDArray[np.uint8]
    loose: IntArray  # copies in genotypes that do not say where
    phase_sets: IntArray  # rows (allele, sample, set) of the heterozygous calls that belong to a numbered set

    @property
    def certain(self) -> Bools:
        """Alleles that at least one copy certainly carries."""
        return np.asarray(self.copies.any(axis=1), bool)


def carriers_of(block: Block, found: Alleles) -> Carried:
    """Read the genotypes of a block; `found` are its alleles."""
    layouts = block.column(FIRST_SAMPLE - 1).dictionary_encode()
    names = [text.split(":") for text in layouts.dictionary.to_pylist()]
    layout = layouts.indices.to_numpy()
    texts, codes = read_genotypes(block, places_of(names, "GT")[layout])
    table = [placed(text) for text in texts] + [Placed(NOTHING, NOTHING, (), False)]  # the last one: no genotype
    copies = np.stack([_copies(table, codes, found, which) for which in ("first", "second")], axis=2)
    sets = np.zeros((0, 3), np.int64)
    if any("PS" in fields for fields in names):
        sets = _phase_sets(block, found, copies, np.array([one.by_phase for one in table])[codes], names, layout)
    return Carried(np.packbits(copies.reshape(len(found), -1), axis=1), _loose(table, codes, found), sets)


def places_of(names: list[list[str]], key: str) -> IntArray:
    """Index of a key in each of the FORMAT lists; -1 where it is absent."""
    return np.array([fields.index(key) if key in fields else NOTHING for fields in names], np.int64)


def _copies(table: list[Placed], codes: IntArray, found: Alleles, which: str) -> Bools:
    alleles = np.array([getattr(one, which) for one in table], np.int32)[codes]
    return alleles[found.row] == found.allele[:, None].astype(np.int32)


def _loose(table: list[Placed], codes: IntArray, found: Alleles) -> IntArray:
    """Copies of each allele in calls that do not say which chromosome copy has it."""
    total = np.zeros(len(found), np.int64)
    for rank in range(max(len(one.loose) for one in table)):
        alleles = np.array([one.loose[rank] if rank < len(one.loose) else NOTHING for one in table], np.int32)[codes]
        total += (alleles[found.row] == found.allele[:, None]).sum(axis=1)
    return total


def _phase_sets(
    block: Block, found: Alleles, copies: Bools, by_phase: Bools, names: list[list[str]], layout: IntArray
) -> IntArray:
    """Allele, sample and number of the phase set; calls without PS belong together and are left out."""
    allele, sample = np.nonzero(copies.any(axis=2) & by_phase[found.row])
    row = found.row[allele]
    cells, back = np.unique(row * by_phase.shape[1] + sample, return_inverse=True)
    cell_row, cell_sample = np.divmod(cells, by_phase.shape[1])
    starts = block.bounds[cell_row, cell_sample + FIRST_SAMPLE] + 1
    ends = block.bounds[cell_row, cell_sample + FIRST_SAMPLE + 1]
    fields = pc.split_pattern(slices(block.data, starts, ends), ":")
    encoded = list_element(fields, places_of(names, "PS")[layout[cell_row]]).dictionary_encode()
    numbers = [int(text) if re.fullmatch(r"\d{1,18}", text) else 0 for text in encoded.dictionary.to_pylist()]
    codes = pc.fill_null(encoded.indices, len(numbers)).to_numpy(zero_copy_only=False)
    sets = np.array([*numbers, 0], np.int64)[codes][back]
    return np.stack([allele, sample, sets], axis=1)[sets > 0]
