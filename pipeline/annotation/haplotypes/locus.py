"""The coding alleles of a locus with their carriers, and which of them may act together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.annotation.columnar import IntArray, join
from pipeline.annotation.haplotypes.carriers import Carried
from pipeline.annotation.haplotypes.coding import ContigCoding
from pipeline.annotation.haplotypes.neighbours import Changes, may_meet, together

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class CodingAlleles:
    """Alleles near coding sequence, by position, and who carries them. `ref` and `alt` are in upper case."""

    pos: IntArray  # 1-based
    ref: pa.StringArray
    alt: pa.StringArray
    carried: Carried

    def __len__(self) -> int:
        return len(self.pos)

    @property
    def nbytes(self) -> int:
        """Memory of the genotypes."""
        return self.carried.copies.nbytes + self.carried.phase_sets.nbytes

    def take(self, rows: IntArray) -> CodingAlleles:
        """Some of the alleles, in rising order."""
        where = pa.array(rows)
        back = np.full(len(self), -1)
        back[rows] = np.arange(len(rows))
        sets = self.carried.phase_sets
        sets = sets[back[sets[:, 0]] >= 0]
        sets = np.concatenate([back[sets[:, :1]], sets[:, 1:]], axis=1)
        carried = Carried(self.carried.copies[rows], self.carried.loose[rows], sets)
        return CodingAlleles(self.pos[rows], self.ref.take(where), self.alt.take(where), carried)

    def changes(self) -> Changes:
        """What the alleles do to the sequence."""
        before, after = (pc.binary_length(text).to_numpy().astype(np.int64) for text in (self.ref, self.alt))
        return Changes(self.pos, self.pos + before - 1, after - before, before == after)


def stacked(parts: list[CodingAlleles]) -> CodingAlleles:
    """Parts in rising order as one; a change that stands in several records counts once, with all its carriers."""
    offsets = np.cumsum([0, *(len(part) for part in parts)])
    sets = [part.carried.phase_sets + np.array([start, 0, 0]) for part, start in zip(parts, offsets[:-1], strict=True)]
    whole = CodingAlleles(
        np.concatenate([part.pos for part in parts]),
        pa.concat_arrays([part.ref for part in parts]),
        pa.concat_arrays([part.alt for part in parts]),
        Carried(
            np.concatenate([part.carried.copies for part in parts]),
            np.concatenate([part.carried.loose for part in parts]),
            np.concatenate(sets),
        ),
    )
    names = join(pa.array(whole.pos).cast(pa.string()), ">", whole.ref, ">", whole.alt)
    codes = names.dictionary_encode().indices.to_numpy()
    first = np.unique(codes, return_index=True)[1]  # codes count up in order of appearance
    if len(first) == len(codes):
        return whole
    copies = np.zeros((len(first), whole.carried.copies.shape[1]), np.uint8)
    np.bitwise_or.at(copies, codes, whole.carried.copies)
    loose = np.bincount(codes, weights=whole.carried.loose).astype(np.int64)
    merged = whole.take(first)
    return CodingAlleles(merged.pos, merged.ref, merged.alt, Carried(copies, loose, merged.carried.phase_sets))


@dataclass(frozen=True)
class Joint:
    """Alleles of one locus that may act together: `patterns` (allele × distinct chromosome copy), how many copies show
    each pattern, and how many carry each allele in all."""

    alleles: CodingAlleles
    patterns: Bools
    shown_by: IntArray
    copies: IntArray


def joint_alleles(locus: CodingAlleles, coding: ContigCoding, index: int, samples: int) -> Joint | None:
    """The alleles of a locus that may act together on some copy, None where there are none."""
    changes = locus.changes()
    transcripts = coding.transcripts_of(index)
    if not may_meet(changes, transcripts):
        return None
    carried = _by_copy(locus, samples)
    chosen = together(changes, carried, transcripts)
    chosen[:, chosen.sum(axis=0) < 2] = False
    rows = np.flatnonzero(chosen.any(axis=1))
    if not len(rows):
        return None
    shown = chosen[rows][:, chosen.any(axis=0)]
    patterns, times = np.unique(shown, axis=1, return_counts=True)
    in_all = locus.carried.loose + carried.sum(axis=1)
    return Joint(locus.take(rows), patterns, times.astype(np.int64), in_all[rows])


def _by_copy(locus: CodingAlleles, samples: int) -> Bools:
    """Allele × chromosome copy. A sample with several phase sets has a pair of copies for each of them: what is certain
    without a phase set is in all of them."""
    copies = np.unpackbits(locus.carried.copies, axis=1, count=2 * samples).astype(bool)
    sets = locus.carried.phase_sets
    if not len(sets):
        return copies
    numbers = np.zeros((len(locus), samples), np.int64)
    numbers[sets[:, 0], sets[:, 1]] = sets[:, 2]
    added = []
    for sample in np.unique(sets[:, 1]).tolist():
        mine = slice(2 * sample, 2 * sample + 2)
        pair, set_of = copies[:, mine].copy(), numbers[:, sample]
        bound = pair[:, 0] != pair[:, 1]  # heterozygous; those without PS are the set 0
        present = np.unique(set_of[bound]).tolist()
        for rank, number in enumerate(present):
            kept = pair & (~bound | (set_of == number))[:, None]
            if rank == 0:
                copies[:, mine] = kept
            else:
                added.append(kept)
    return np.concatenate([copies, *added], axis=1) if added else copies
