"""`bundle.json`: what a bundle declares about its files, contigs and sources."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

MANIFEST_NAME = "bundle.json"
BUNDLE_ID = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"
SOURCE_ID = r"^[a-z][a-z0-9_]{0,39}$"
FILE_NAME = r"^[A-Za-z0-9_][A-Za-z0-9._-]*$"  # of the bundle's folder itself: no path leads elsewhere


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SourceColumn(_Strict):
    """One field of a source, which becomes one column of variants.parquet and one INFO key of the output VCF."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$", description="Column of variants.parquet.")
    field: str = Field(pattern=r"^[A-Za-z_][0-9A-Za-z_.]*$", description="INFO key of the output, column of the table.")
    type: Literal["string", "integer", "float"]
    title: str
    description: str = ""
    unit: str = ""
    source_field: str = Field("", description="Where the publisher's file has it: an INFO key, or ID.")


class SourceDescription(_Strict):
    """What those who add a source say of it; what they leave empty is taken from the file's header."""

    title: str = ""
    version: str = ""
    date: str = ""
    licence: str = ""
    url: str = ""
    attribution: str = ""


class Source(_Strict):
    """An annotation source. `alleles` sources match by contig, position, REF and ALT after normalisation,
    `track` sources (intervals) by overlap."""

    id: str = Field(pattern=SOURCE_ID)
    title: str
    kind: Literal["alleles", "track"]
    file: str = Field(pattern=FILE_NAME)
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
    m5: str = Field("", description="MD5 of the sequence in upper case, as in SAM's M5.")


class BundleManifest(_Strict):
    """The whole manifest."""

    schema_version: Literal[1] = 1
    id: str = Field(pattern=BUNDLE_ID)
    title: str
    assembly: str
    version: str
    fasta: str = Field(pattern=FILE_NAME)
    gff3: str = Field(pattern=FILE_NAME)
    contigs: tuple[ManifestContig, ...]
    sources: tuple[Source, ...] = ()
    attribution: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    demonstration_regions: int = Field(
        0, ge=0, description="Regions that a demonstration holds, all else being masked; 0 for a whole genome."
    )
    checksums: dict[str, str] = Field(default_factory=dict, description="File name → SHA-256.")
