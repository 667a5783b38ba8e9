"""What the filter builder offers: every column by subject with its description, and the samples of the file."""

from __future__ import annotations

from typing import Any

from pipeline.jobs.model import Job
from pipeline.results import blocks, documents
from pipeline.results.columns import KNOWN, Column, described_by
from pipeline.results.result_table import table_of

_SUBJECTS = {
    "Consequence": (
        "gene consequence impact most_severe hgvs_p hgvs_c hgvs_g amino_acids codons protein_position cds_position "
        "exon intron transcript biotype gene_id strand haplotype"
    ),
    "Variant": "type ref alt dna_change id qual filter dp",
    "Place": "chrom pos region nearest_gene distance",
    "Samples together": "af ac an n_called n_het n_hom_alt n_missing",
}
GROUPS = {subject: frozenset(names.split()) for subject, names in _SUBJECTS.items()}
OTHERS = "As in the file"
SOURCES = "Other sources"


def fields(job: Job) -> dict[str, Any]:
    """Columns and samples as the builder's script takes them."""
    manifest = documents.document(job, "manifest") if "manifest" in job.outputs else {}
    origins = _origins(manifest)
    columns = [_field(column, origins) for column in blocks.columns(job, described_by(manifest))]
    order = [*list(GROUPS)[:1], *dict.fromkeys(origins.values()), SOURCES, *list(GROUPS)[1:], OTHERS]
    columns.sort(key=lambda column: order.index(column["group"]))
    return {"columns": columns, "samples": list(table_of(job).samples)}


def _origins(manifest: dict[str, Any]) -> dict[str, str]:
    """For each column of an annotation source the source's title."""
    return {
        str(column.get("name")): str(source.get("title") or SOURCES)
        for source in manifest.get("sources") or []
        for column in source.get("columns") or []
    }


def _field(column: Column, origins: dict[str, str]) -> dict[str, str]:
    return {
        "name": column.name,
        "title": column.title,
        "kind": column.kind,
        "description": column.description,
        "group": _group(column.name, origins),
    }


def _group(name: str, origins: dict[str, str]) -> str:
    found = next((group for group, names in GROUPS.items() if name in names), None)
    return found or origins.get(name) or (OTHERS if name in KNOWN else SOURCES)
