"""Everything that a result knows of one variant: its row in full, all transcripts, genotypes, the record, links."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.errors import GasError, NotFoundError
from pipeline.jobs.model import Job
from pipeline.results import cache, connection, documents
from pipeline.results.columns import ROW_NUMBER, Column, described_by, placed
from pipeline.results.result_table import table_of
from pipeline.results.table_schema import types_of
from pipeline.results.variant_calls import Call, calls_in, calls_of_table
from pipeline.results.variant_links import Link, links
from pipeline.results.vcf_record import Record, record_of
from pipeline.settings import get_settings

# What the drawer tells together. Columns of sources that name a frequency or a disease go to those; others stay apart.
GROUPS: dict[str, tuple[str, ...]] = {
    "Consequence": (
        "gene", "gene_id", "transcript", "biotype", "strand", "consequence", "impact", "most_severe", "hgvs_g",
        "hgvs_c", "hgvs_p", "dna_change", "amino_acids", "protein_position", "codons", "cds_position", "exon", "intron",
        "haplotype", "region", "nearest_gene", "distance", "skipped",
    ),
    "Frequency": ("af", "ac", "an"),
    "Clinical": (),
    "Other sources": (),
    "In the file": (
        "chrom", "pos", "ref", "alt", "type", "id", "qual", "filter", "dp", "n_called", "n_het", "n_hom_alt",
        "n_missing", "input_pos", "input_ref", "input_alt", "record", "allele",
    ),
}  # fmt: skip
CLINICAL = ("clinvar", "clnsig", "disease", "clingen", "omim", "status", "pathogenic", "phenotype", "cosmic")
FREQUENCY = ("gnomad", "_af", "af_", "_ac", "_an", "1000g", "topmed", "freq")


@dataclass(frozen=True)
class Field:
    """One value of the row with its column."""

    column: Column
    value: Any


@dataclass(frozen=True)
class Variant:
    """What the drawer shows. `transcripts_in_all` may be more than `transcripts` holds. `all_samples` tells whether
    `calls` are those of every sample, or only of those whose call holds the allele or is not whole; `record` is None
    where `record_missing` says why."""

    rid: int
    row: dict[str, Any]
    groups: dict[str, list[Field]]
    transcripts: list[dict[str, Any]]
    transcripts_in_all: int
    calls: list[Call]
    all_samples: bool
    record: Record | None
    record_missing: str | None
    links: list[Link]

    @property
    def name(self) -> str:
        """The variant as people write it: contig, position, alleles."""
        return f"{self.row['chrom']}:{self.row['pos']:,} {self.row['ref']} → {self.row['alt'] or '.'}"


def detail(job: Job, rid: int) -> Variant:
    """The variant with this row number. `NotFoundError` where the result has no such row, and what `cache.opened`
    raises; a VCF that cannot be read takes nothing else away."""
    manifest = documents.document(job, "manifest")
    row, groups = _row(job, rid, manifest)
    transcripts, in_all = _transcripts(job, rid)
    record, missing = _record(job, row)
    allele = int(row.get("allele") or 1)
    samples = table_of(job).samples
    calls = calls_in(record, samples, allele) if record else calls_of_table(job, rid, allele)
    assembly = (manifest.get("bundle") or {}).get("assembly")
    return Variant(
        rid, row, groups, transcripts, in_all, calls, record is not None, record, missing, links(row, assembly)
    )


def calls_of(job: Job, rid: int) -> list[Call]:
    """The genotypes alone, as `detail` has them: for the pages of a long list."""
    row, _ = _row(job, rid, {})
    record, _ = _record(job, row)
    allele = int(row.get("allele") or 1)
    return calls_in(record, table_of(job).samples, allele) if record else calls_of_table(job, rid, allele)


def _row(job: Job, rid: int, manifest: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, list[Field]]]:
    with cache.opened(job, "variants") as path:
        asked = "SELECT * FROM read_parquet($path) WHERE rid = $rid"
        found = connection.records(asked, {"path": str(path), "rid": rid})
        columns = placed(types_of(str(path)), described_by(dict(manifest)))
    if not found:
        raise NotFoundError("There is no such variant in this result.", code="no_such_variant")
    return found[0], _grouped(found[0], columns)


def _grouped(row: Mapping[str, Any], columns: list[Column]) -> dict[str, list[Field]]:
    """The values that are known, by group in the order of the page; empty groups are left out."""
    groups: dict[str, list[Field]] = {name: [] for name in GROUPS}
    for column in columns:
        value = row[column.name]
        if value is not None and value != "" and value == value:  # NaN is unlike itself
            groups[_group_of(column.name)].append(Field(column, value))
    return {name: fields for name, fields in groups.items() if fields}


def _group_of(name: str) -> str:
    for group, names in GROUPS.items():
        if name in names:
            return group
    if any(word in f"{name.lower()}_" for word in FREQUENCY):
        return "Frequency"
    return "Clinical" if any(word in name.lower() for word in CLINICAL) else "Other sources"


def _transcripts(job: Job, rid: int) -> tuple[list[dict[str, Any]], int]:
    """Rows of consequences.parquet, in its order (the one that speaks for the variant is marked by the page)."""
    if "consequences" not in job.outputs:
        return [], 0
    with cache.opened(job, "consequences") as path:
        asked = f"SELECT * EXCLUDE ({ROW_NUMBER}) FROM read_parquet($path) WHERE rid = $rid"
        rows = connection.records(asked, {"path": str(path), "rid": rid})
    return rows[: get_settings().variant_transcripts], len(rows)


def _record(job: Job, row: dict[str, Any]) -> tuple[Record | None, str | None]:
    """The record, or the sentence that says why it is not shown."""
    try:
        return record_of(job, row), None
    except GasError as error:
        return None, error.message
