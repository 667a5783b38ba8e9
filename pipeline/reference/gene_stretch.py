"""The transcripts of a stretch of a reference, with their exons, as a genome browser draws them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.errors import LimitError
from pipeline.reference.bundle import Bundle
from pipeline.reference.gene_model import ContigTranscripts, load_gene_model
from pipeline.settings import get_settings


@dataclass(frozen=True)
class DrawnTranscript:
    """Positions are 0-based, ends exclusive (as BED has them). `coding` is None for what is not translated."""

    id: str
    gene: str
    biotype: str
    strand: str
    start: int
    end: int
    exons: list[tuple[int, int]]
    coding: tuple[int, int] | None


def transcripts_between(bundle: Bundle, contig: str, start: int, end: int) -> list[DrawnTranscript]:
    """Transcripts that reach into `start` … `end` (0-based, end exclusive) of a contig, which may be named as a file
    names it; sorted by start. `LimitError` for more than `genome_browser_transcripts`."""
    known = bundle.contig_for(contig)
    found = load_gene_model(bundle.gff3).transcripts_of(known.name) if known else None
    if found is None:
        return []
    numbers = np.flatnonzero((found.start <= end) & (found.end > start))
    most = get_settings().genome_browser_transcripts
    if len(numbers) > most:
        raise LimitError(
            f"This stretch has {len(numbers):,} transcripts; at most {most:,} are drawn (genome_browser_transcripts). "
            "Zoom in.",
            code="stretch_too_long",
        )
    return [_drawn(found, int(number)) for number in numbers]


def _drawn(found: ContigTranscripts, number: int) -> DrawnTranscript:
    first, count = int(found.exon_first[number]), int(found.exon_count[number])
    coding_end = int(found.coding_end[number])
    return DrawnTranscript(
        id=str(found.name[number]),
        gene=str(found.gene[number]),
        biotype=str(found.biotype[number]),
        strand="+" if found.forward[number] else "-",
        start=int(found.start[number]) - 1,
        end=int(found.end[number]),
        exons=[(int(found.exon_start[at]) - 1, int(found.exon_end[at])) for at in range(first, first + count)],
        coding=(int(found.coding_start[number]) - 1, coding_end) if coding_end else None,
    )
