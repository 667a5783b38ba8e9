"""The column that says which alleles a consequence is the joint effect of."""

from __future__ import annotations

from pipeline.reference.manifest import SourceColumn

HAPLOTYPE = SourceColumn(
    name="haplotype",
    field="ANN_HAPLOTYPE",
    type="string",
    title="Changes on one chromosome copy",
    description="The alleles that the consequence is the joint effect of, joined by `+`.",
)
