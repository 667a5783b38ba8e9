"""`bundle.json`: what a bundle declares about its files, contigs and sources."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

MANIFEST_NAME = "bundle.json"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SourceColumn(_Strict):
    """One field of a source, which becomes one column of variants.parquet and one INFO key of the output VCF."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$", description="Column of variants.parquet.")
    field: str = Field(pattern=r"^[A-Za-z_][0-9A-Za-z_.]*$", description="INFO key, in the source and in the output.")
    type: Literal["string", "integer", "float"]
    title: str
    description: str = ""
    unit: str = ""


class Source(_Strict):
    """An annotation source. `alleles` sources match by contig, position, REF and ALT after normalisation,
    `track` sources (BED, 0-based half-open) by overlap."""

    id: str
    title: str
    kind: Literal["alleles", "track"]
    file: str
    version: str
    date: str = ""
    url: str = ""
    licence: str
    attribution: str = ""
    columns: tuple[SourceColumn, ...]
    records: int = 0
    cleaned: dict[str, int] = Field(default_factory=dict, description="What the conversion changed or left out.")


class ManifestContig(_Strict):
    """A contig with the names that files use for it."""

    name: str
    length: int
    aliases: tuple[str, ...] = ()
    genetic_code: int = 1
    has_genes: bool = True


class BundleManifest(_Strict):
    """The whole manifest."""

    schema_version: Literal[1] = 1
    id: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")
    title: str
    assembly: str
    version: str
    fasta: str
    gff3: str
    contigs: tuple[ManifestContig, ...]
    sources: tuple[Source, ...] = ()
    attribution: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    checksums: dict[str, str] = Field(default_factory=dict, description="File name → SHA-256.")
