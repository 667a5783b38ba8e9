"""Bases of the reference: single positions by the million, and the spliced sequence of single transcripts."""

from __future__ import annotations

from collections import OrderedDict

import numpy as np
import numpy.typing as npt
import pysam

from pipeline.annotation.columnar import IntArray
from pipeline.annotation.transcripts.genetic_codes import reverse_complement
from pipeline.reference.gene_model import ContigTranscripts

CHUNK_BITS = 15
CHUNK = 1 << CHUNK_BITS
HELD_CHUNKS = 512  # 16 MiB of a contig's bases in memory
HELD_SPLICED_BASES = 16 << 20
SHORT_GENE_BASES = 1 << 16
Letters = npt.NDArray[np.uint8]


class ContigBases:
    """Bases of one contig by position; what was read lately stays in memory."""

    def __init__(self, fasta: pysam.FastaFile, contig: str) -> None:
        self._fasta = fasta
        self._contig = contig
        self._length = fasta.get_reference_length(contig)
        self._slots = np.full((self._length >> CHUNK_BITS) + 1, -1, np.int64)
        self._arena = np.zeros((8, CHUNK), np.uint8)
        self._used = 0

    def at(self, positions: IntArray) -> Letters:
        """Upper-case letters at 1-based positions; N off the contig."""
        inside = (positions >= 1) & (positions <= self._length)
        at = np.where(inside, positions - 1, 0)
        chunk = at >> CHUNK_BITS
        if not self._hold(chunk[inside]):
            half = len(positions) // 2
            order = np.argsort(positions, kind="stable")
            found = np.empty(len(positions), np.uint8)
            for part in (order[:half], order[half:]):
                found[part] = self.at(positions[part])
            return found
        letters = self._arena[self._slots[chunk], at & (CHUNK - 1)]
        return np.where(inside, letters, ord("N")).astype(np.uint8)

    def text(self, start: int, end: int) -> str:
        """Bases `start` to `end`, 1-based and inclusive, in upper case."""
        first, last = (start - 1) >> CHUNK_BITS, (end - 1) >> CHUNK_BITS
        inside = start >= 1 and end <= self._length
        if inside and self._hold(np.arange(first, last + 1)):  # mostly bases that were asked for a moment ago
            stretch = b"".join([self._arena[slot].tobytes() for slot in self._slots[first : last + 1].tolist()])
            begin = start - 1 - (first << CHUNK_BITS)
            return stretch[begin : begin + end - start + 1].decode()
        return self._fasta.fetch(self._contig, start - 1, end).upper()

    def _hold(self, chunk: IntArray) -> bool:
        """Bring these chunks into memory; False where they are too many to be held at once."""
        missing = chunk[self._slots[chunk] < 0]
        if not len(missing):
            return True
        missing = np.unique(missing)
        if len(missing) + self._used > HELD_CHUNKS:
            missing = np.unique(chunk)
            if len(missing) > HELD_CHUNKS:
                return False
            self._slots[:] = -1
            self._used = 0
        self._read(missing)
        return True

    def _read(self, chunks: IntArray) -> None:
        needed = self._used + len(chunks)
        if needed > len(self._arena):
            grown = np.zeros((min(max(needed, 2 * len(self._arena)), HELD_CHUNKS), CHUNK), np.uint8)
            grown[: self._used] = self._arena[: self._used]
            self._arena = grown
        for number in chunks.tolist():
            begin = number << CHUNK_BITS
            letters = self._fasta.fetch(self._contig, begin, min(begin + CHUNK, self._length)).upper().encode()
            self._arena[self._used, : len(letters)] = np.frombuffer(letters, np.uint8)
            self._slots[number] = self._used
            self._used += 1


class SplicedSequences:
    """The spliced sequence of transcripts, in their own direction; those used lately stay in memory."""

    def __init__(self, bases: ContigBases, transcripts: ContigTranscripts) -> None:
        self._bases = bases
        self._transcripts = transcripts
        self._held: OrderedDict[int, str] = OrderedDict()
        self._size = 0
        self._span = (0, "")  # 1-based position and bases of the place read last

    def of(self, transcript: int) -> str:
        """Bases of the transcript with this index, introns left out."""
        if transcript in self._held:
            self._held.move_to_end(transcript)
            return self._held[transcript]
        own = self._transcripts
        first = int(own.exon_first[transcript])
        exons = range(first, first + int(own.exon_count[transcript]))
        stretches = [(int(own.exon_start[exon]), int(own.exon_end[exon])) for exon in exons]
        text = "".join(self._stretches(stretches))
        if not own.forward[transcript]:
            text = reverse_complement(text)
        self._held[transcript] = text
        self._size += len(text)
        while self._size > HELD_SPLICED_BASES and len(self._held) > 1:
            self._size -= len(self._held.popitem(last=False)[1])
        return text

    def _stretches(self, stretches: list[tuple[int, int]]) -> list[str]:
        """The bases of each stretch; of a short gene all at once, as its transcripts lie in the same place."""
        low, high = stretches[0][0], stretches[-1][1]
        if high - low >= SHORT_GENE_BASES:
            return [self._bases.text(start, end) for start, end in stretches]
        begin, span = self._span
        if not (begin <= low and high < begin + len(span)):
            begin, span = self._span = (low, self._bases.text(low, high))
        return [span[start - begin : end + 1 - begin] for start, end in stretches]
