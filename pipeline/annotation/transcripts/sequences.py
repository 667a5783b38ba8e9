"""The spliced sequence of single transcripts."""

from __future__ import annotations

from collections import OrderedDict

from pipeline.annotation.reference_bases import ContigBases
from pipeline.annotation.transcripts.genetic_codes import reverse_complement
from pipeline.reference.gene_model import ContigTranscripts

HELD_SPLICED_BASES = 16 << 20
SHORT_GENE_BASES = 1 << 16


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
