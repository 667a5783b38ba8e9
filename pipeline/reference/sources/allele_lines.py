"""Blocks of a source's records as one line an allele, with the wanted values, ready for `bcftools norm`.

The values travel as opaque text (`V0=…;V1=…`), so that nothing the publisher declared wrongly can stop bcftools.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.annotation.columnar import concatenated, join, list_element, mask, to_numpy
from pipeline.annotation.prepare.blocks import Block
from pipeline.reference.bundle import Contig

ID_FIELD = "ID"
UPLOADED_POS = "P"  # INFO key that carries the position before normalisation
BASES = r"^[ACGT]+$"


@dataclass(frozen=True)
class WantedField:
    """A field of the publisher's file: an INFO key with its declared number (A, R, 0, 1, .), or ID."""

    key: str
    number: str


class AlleleLines:
    """Makes the lines; `contigs` maps every name that files use to the bundle's contig. What is left out is counted."""

    def __init__(self, contigs: dict[str, Contig], fields: Sequence[WantedField], counts: Counter[str]) -> None:
        self._contigs = contigs
        self._fields = fields
        self._counts = counts
        self.count = 0  # alleles handed on

    def header(self) -> bytes:
        """Declares exactly what the lines hold."""
        known = {contig.name: contig.length for contig in self._contigs.values()}
        lines = ["##fileformat=VCFv4.2", *(f"##contig=<ID={name},length={length}>" for name, length in known.items())]
        lines.append(f'##INFO=<ID={UPLOADED_POS},Number=1,Type=Integer,Description="position">')
        lines += [f'##INFO=<ID=V{at},Number=.,Type=String,Description="value">' for at in range(len(self._fields))]
        return ("\n".join([*lines, "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO"]) + "\n").encode()

    def lines(self, block: Block) -> bytes:
        """The alleles of a block that have bases and lie on a contig of the bundle."""
        if not len(block):
            return b""
        names = block.chrom.dictionary_encode()
        targets = [self._contigs.get(name) for name in names.dictionary.to_pylist()]
        which = names.indices.to_numpy()
        lengths = np.array([target.length if target else -1 for target in targets], np.int64)[which]
        digits = mask(pc.match_substring_regex(block.column(1), r"^\d{1,10}$"))
        pos = to_numpy(pc.if_else(pa.array(digits), block.column(1), "0").cast(pa.int64()))
        end = pos + to_numpy(pc.binary_length(block.ref)).astype(np.int64) - 1
        keep = self._without("contig_not_held", np.ones(len(block), bool), lengths < 0)
        keep = self._without("beyond_contig", keep, (pos < 1) | (end > lengths))
        rows = np.flatnonzero(keep)
        alternates = pc.split_pattern(pc.utf8_upper(block.alt.take(pa.array(rows))), ",")
        parents = rows[to_numpy(pc.list_parent_indices(alternates)).astype(np.int64)]
        number = np.arange(len(parents)) - np.repeat(
            alternates.offsets.to_numpy()[:-1], np.diff(alternates.offsets.to_numpy())
        )
        alt = pc.list_flatten(alternates)
        ref = pc.utf8_upper(block.ref.take(pa.array(parents)))
        good = self._alleles(ref, alt)
        parents, number, alt, ref = parents[good], number[good], alt.filter(pa.array(good)), ref.filter(pa.array(good))
        if not len(parents):
            return b""
        chrom = pa.array([target.name if target else "" for target in targets], pa.string()).take(
            pa.array(which[parents])
        )
        self.count += len(parents)
        place = pa.array(pos[parents]).cast(pa.string())
        info = join(f"{UPLOADED_POS}=", place, *self._values(block, parents, number))
        return concatenated(join(chrom, "\t", place, "\t.\t", ref, "\t", alt, "\t.\t.\t", info, "\n"))

    def _without(self, reason: str, keep: npt.NDArray[np.bool_], bad: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
        self._counts[reason] += int((keep & bad).sum())
        return keep & ~bad

    def _alleles(self, ref: pa.StringArray, alt: pa.StringArray) -> npt.NDArray[np.bool_]:
        keep = self._without("no_alternate_allele", np.ones(len(alt), bool), mask(pc.equal(alt, ".")))
        bases = mask(pc.and_(pc.match_substring_regex(ref, BASES), pc.match_substring_regex(alt, BASES)))
        keep = self._without("not_an_allele", keep, ~bases)
        return self._without("same_as_reference", keep, mask(pc.equal(ref, alt)))

    def _values(
        self, block: Block, parents: npt.NDArray[np.int64], number: npt.NDArray[np.int64]
    ) -> list[pa.Array | str]:
        parts: list[pa.Array | str] = []
        index = pa.array(parents)
        needed, back = np.unique(parents, return_inverse=True)
        info = block.info.take(pa.array(needed))
        for at, wanted in enumerate(self._fields):
            if wanted.key == ID_FIELD:
                values = pc.replace_substring(block.column(2).take(index), ";", ",")
            elif wanted.number == "0":
                here = pc.match_substring_regex(info, rf"(?:^|;){wanted.key}(?:[;=]|$)")
                values = pc.if_else(here, "1", ".").take(pa.array(back))
            else:
                values = self._texts(info, wanted, back, number)
            parts += [f";V{at}=", pc.fill_null(pc.if_else(pc.equal(values, ""), ".", values), ".")]
        return parts

    @staticmethod
    def _texts(
        info: pa.StringArray, wanted: WantedField, back: npt.NDArray[np.int64], number: npt.NDArray[np.int64]
    ) -> pa.Array:
        found = pc.struct_field(pc.extract_regex(info, rf"(?:^|;){wanted.key}=(?P<value>[^;]*)"), "value")
        if wanted.number in ("A", "R"):
            return list_element(pc.split_pattern(found, ",").take(pa.array(back)), number + (wanted.number == "R"))
        return found.take(pa.array(back))
