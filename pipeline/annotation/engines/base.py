"""What every engine is to the rest of the annotation: alleles go in, consequences come out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import pyarrow as pa

from pipeline.annotation.children import Child, ChildFamily
from pipeline.reference.bundle import Bundle, Contig
from pipeline.reference.manifest import SourceColumn

# One row for each allele and transcript. `row` is the index of the allele in the batch that was parsed.
CONSEQUENCE_SCHEMA = pa.schema(
    [
        ("row", pa.int64()),
        ("consequence", pa.string()),
        ("gene", pa.string()),
        ("gene_id", pa.string()),
        ("transcript", pa.string()),
        ("biotype", pa.string()),
        ("strand", pa.string()),
        ("amino_acids", pa.string()),
        ("protein_position", pa.int64()),
        ("dna_change", pa.string()),
        ("hgvs_c", pa.string()),
        ("hgvs_p", pa.string()),
        ("codons", pa.string()),
        ("cds_position", pa.int64()),
        ("exon", pa.string()),
        ("intron", pa.string()),
        ("distance", pa.int64()),  # bases to the transcript; null inside it
        ("transcript_tag", pa.string()),
    ]
)


@dataclass(frozen=True)
class Segment:
    """Contigs that one run of an engine takes together, in the order of the file.

    `contigs` maps the bundle's name of a contig to its place in the order of the output.
    """

    contigs: dict[str, int]
    genetic_code: int
    has_genes: bool
    route: str = ""  # see `Engine.route`


@dataclass(frozen=True)
class EngineRun:
    """A started run: VCF goes into the first child, lines of `OUTPUT_COLUMNS` come out of the last one."""

    segment: Segment
    children: list[Child]


# Tab-separated: contig (bundle's name), 1-based position, REF, ALT (normalised), allele number, the engine's own text.
OUTPUT_COLUMNS = 6
ALLELE_TAG = "K"  # INFO key that carries the running number of the allele through the engine


class OutOfOrderError(Exception):
    """Left-alignment moved an allele farther than the engine keeps records in order; it must sort them again."""


class Engine(Protocol):
    """An annotation engine."""

    name: str
    silent_outside_genes: bool  # it says nothing of a single-base change off all transcripts
    block_bytes: int  # the most of a file that is worked on at once: an engine with long answers takes less
    info_key: str  # INFO key of the output VCF that carries the engine's own text
    info_description: str
    # Columns of `parse()` beyond CONSEQUENCE_SCHEMA that only this engine knows: columns of both tables, INFO keys.
    extra_columns: tuple[SourceColumn, ...]

    def version(self) -> str:
        """Name and version, for the provenance."""

    def parameters(self, bundle: Bundle) -> dict[str, str]:
        """The parameters that decide the result, for the provenance."""

    def route(self, contig: Contig, bundle: Bundle) -> str:
        """Contigs of different routes never share a run: the engine takes them in ways of its own."""

    def notes(self, bundle: Bundle, records: Mapping[str, int]) -> list[str]:
        """Sentences for the scientist; `records` of each of the bundle's contigs that the file has."""

    def start(self, segment: Segment, bundle: Bundle, family: ChildFamily, *, sort: bool) -> EngineRun:
        """Start a run; `sort` puts the alleles in order again after left-alignment (slower, for files that need it)."""

    def parse(self, raw: pa.StringArray) -> pa.Table:
        """The engine's texts (null where it says nothing) as rows of CONSEQUENCE_SCHEMA and `extra_columns`."""
