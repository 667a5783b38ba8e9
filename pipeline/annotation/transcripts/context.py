"""What is at hand while alleles of one contig are annotated: transcripts, their index, sequence, genetic code."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.annotation.columnar import IntArray, mask, to_numpy
from pipeline.annotation.reference_bases import ContigBases
from pipeline.annotation.transcripts.overlaps import TranscriptIndex
from pipeline.annotation.transcripts.picking import TAG_NAMES, tag_places
from pipeline.annotation.transcripts.reading import Readings
from pipeline.annotation.transcripts.sequences import SplicedSequences
from pipeline.reference.bundle import Contig
from pipeline.reference.contigs import MITOCHONDRIAL
from pipeline.reference.gene_model import ContigTranscripts, GeneModel
from pipeline.reference.gene_model_tables import START_NOT_FOUND

NEAR_BASES = 5000  # upstream and downstream reach, as in Ensembl VEP's default (`--distance 5000`)


@dataclass(frozen=True)
class CodingFrame:
    """For each transcript, 1-based positions in its spliced sequence; 0 where it is not translated."""

    first: IntArray  # first base of the coding sequence
    last: IntArray
    pad: IntArray  # bases of the first codon that lie outside the transcript (an incomplete 5' end)
    length: IntArray  # of the coding sequence with the pad


class ContigContext:
    """One contig of a bundle, as far as the consequences of alleles need it."""

    def __init__(self, contig: Contig, model: GeneModel, bases: ContigBases) -> None:
        self.contig = contig
        self.bases = bases
        self.genes = model.genes_of(contig.name)
        self.regions = model.regulatory_of(contig.name)
        self.transcripts: ContigTranscripts | None = model.transcripts_of(contig.name)
        # Mitochondrial genomes are circles; other circles say so in the GFF3 (Is_circular=true).
        declared = self.transcripts is not None and self.transcripts.circular
        mitochondrial = any(name in MITOCHONDRIAL for name in (contig.name, *contig.aliases))
        self.circumference = contig.length if declared or mitochondrial else None

    @cached_property
    def index(self) -> TranscriptIndex:
        """Finds transcripts near alleles."""
        return TranscriptIndex(self.own.start, self.own.end, NEAR_BASES)

    @property
    def own(self) -> ContigTranscripts:
        """The transcripts, where it is known that there are some."""
        if self.transcripts is None:
            raise ValueError(f"The contig {self.contig.name} has no transcripts.")
        return self.transcripts

    @cached_property
    def spliced(self) -> SplicedSequences:
        """Spliced sequences."""
        return SplicedSequences(self.bases, self.own)

    @cached_property
    def readings(self) -> Readings:
        """Transcripts as they are read."""
        return Readings(self)

    @cached_property
    def exon_keys(self) -> IntArray:
        """Number of the transcript and start of the exon as one rising number, for searches within a transcript."""
        own = self.own
        return (np.repeat(np.arange(len(own)), own.exon_count) << 32) + own.exon_start

    @cached_property
    def exon_offsets(self) -> IntArray:
        """As `exon_keys`, with the bases before the exon in place of its start."""
        own = self.own
        return (np.repeat(np.arange(len(own)), own.exon_count) << 32) + own.exon_before

    @cached_property
    def region_index(self) -> TranscriptIndex:
        """Finds regulatory features under alleles."""
        nothing = np.zeros(0, np.int64)
        starts, ends = (self.regions.starts, self.regions.ends) if self.regions else (nothing, nothing)
        return TranscriptIndex(starts, ends, 0)

    @cached_property
    def texts(self) -> dict[str, pa.DictionaryArray]:
        """What is said of each transcript, by column of consequences.parquet; each text is held once."""
        own = self.own
        columns = {"gene": own.gene, "gene_id": own.gene_id, "transcript": own.id, "biotype": own.biotype}
        columns |= {"strand": self.strands, "transcript_tag": self.tag_names}
        return {name: values.dictionary_encode() for name, values in columns.items()}

    @cached_property
    def strands(self) -> pa.StringArray:
        """`+` or `-` for each transcript."""
        return pa.array(np.where(self.own.forward, "+", "-"), pa.string())

    @cached_property
    def tags(self) -> IntArray:
        """Place of each transcript's tag in TAG_NAMES."""
        return tag_places(self.own.flags)

    @cached_property
    def tag_names(self) -> pa.StringArray:
        """MANE Select, MANE Plus Clinical, canonical, or null, for each transcript."""
        return pa.array(TAG_NAMES, pa.string()).take(pa.array(self.tags))

    @cached_property
    def gene_places(self) -> IntArray:
        """Number of each transcript's gene, counted from the contig's first."""
        return self.own.gene_number - self.own.gene_number.min()

    @cached_property
    def protein_coding(self) -> npt.NDArray[np.bool_]:
        """Transcripts of that biotype."""
        return mask(pc.equal(self.own.biotype, "protein_coding"))

    @cached_property
    def name_ranks(self) -> IntArray:
        """Place of each transcript's id in the order of ids."""
        return to_numpy(pc.rank(self.own.id, tiebreaker="first")).astype(np.int64)

    @cached_property
    def translated(self) -> npt.NDArray[np.bool_]:
        """Transcripts with a coding sequence."""
        return self.own.coding_end > 0

    @cached_property
    def nonsense_mediated(self) -> npt.NDArray[np.bool_]:
        """Transcripts that are degraded for their early stop."""
        return mask(pc.equal(self.own.biotype, "nonsense_mediated_decay"))

    @cached_property
    def frame(self) -> CodingFrame:
        """Where the coding sequences lie in the spliced transcripts."""
        own = self.own
        coded = np.flatnonzero(self.translated)
        ends = []
        for genomic in (own.coding_start, own.coding_end):
            place = np.zeros(len(own), np.int64)
            place[coded] = self.spliced_position(coded, self.exon_at(coded, genomic[coded]), genomic[coded])
            ends.append(place)
        first = np.where(own.forward, ends[0], ends[1])
        last = np.where(own.forward, ends[1], ends[0])
        pad = np.where(self.translated, (3 - own.phase) % 3, 0)
        return CodingFrame(first, last, pad, np.where(self.translated, last - first + 1 + pad, 0))

    @cached_property
    def start_unknown(self) -> npt.NDArray[np.bool_]:
        """Transcripts whose coding sequence begins before the transcript does."""
        return (self.frame.pad > 0) | ((self.own.flags & START_NOT_FOUND) > 0)

    def exon_at(self, transcript: IntArray, position: IntArray) -> IntArray:
        """The last exon of the transcript that begins at or before the position; one before its first where none."""
        found = np.searchsorted(self.exon_keys, (transcript << 32) + position, side="right") - 1
        return np.maximum(found, self.own.exon_first[transcript] - 1)

    def spliced_position(self, transcript: IntArray, exon: IntArray, position: IntArray) -> IntArray:
        """Position in the spliced transcript, 1-based in its direction, of a contig position inside the exon."""
        own = self.own
        along = own.exon_before[exon] + position - own.exon_start[exon] + 1
        return np.where(own.forward[transcript], along, own.bases[transcript] + 1 - along)

    @cached_property
    def coding_prefix(self) -> pa.StringArray:
        """`ENST00000361390.2:c.` or, without a coding sequence, `…:n.`."""
        letter = pa.array(np.where(self.translated, ":c.", ":n."))
        return pc.binary_join_element_wise(self.own.name, letter, "")

    @cached_property
    def protein_prefix(self) -> pa.StringArray:
        """`ENSP00000354687.1:p.`; without an accession `p.` alone."""
        named = pc.binary_join_element_wise(pc.fill_null(self.own.protein, ""), ":p.", "")
        # Some files repeat the transcript's id as that of the protein, which the HGVS does not allow.
        known = pc.fill_null(pc.not_equal(self.own.protein, self.own.id), False)
        return pc.if_else(known, named, "p.")
