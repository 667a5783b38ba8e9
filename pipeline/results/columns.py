"""The columns of the variant table: what each is called, how it is shown and what it means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal["text", "integer", "decimal"]


@dataclass(frozen=True)
class Column:
    """One column of `variants.parquet`. `title` and `description` are for people."""

    name: str
    title: str
    kind: Kind
    description: str = ""


# Order is the order on the page. What a file has beside these comes from annotation sources.
KNOWN: dict[str, tuple[str, str]] = {
    "chrom": ("Contig", "Contig of the variant, named as in the input."),
    "pos": ("Position", "1-based position after normalisation (left-aligned, parsimonious)."),
    "ref": ("Ref", "Reference allele after normalisation."),
    "alt": ("Alt", "Alternate allele after normalisation; each has a row of its own."),
    "gene": ("Gene", "Gene of the consequence."),
    "consequence": ("Consequence", "Consequence for the transcript that speaks for the variant (Sequence Ontology)."),
    "impact": ("Impact", "Severity class: high, moderate, low or modifier (Ensembl)."),
    "hgvs_c": ("HGVS c.", "Change of the transcript, as the HGVS describes it (n. without coding sequence)."),
    "hgvs_p": ("HGVS p.", "Change of the protein, as the HGVS describes it."),
    "amino_acids": ("Amino acids", "Reference/alternate amino acids, one-letter."),
    "protein_position": ("Protein position", "1-based position in the protein."),
    "haplotype": (
        "Changes on one copy",
        "Alleles on the same chromosome copy that the consequence is the joint effect of.",
    ),
    "id": ("ID", "Identifiers of the record."),
    "region": ("Region", "Named region that the variant lies in, such as the mitochondrial control region."),
    "nearest_gene": ("Nearest gene", "Nearest gene, where the variant lies in none."),
    "distance": ("Distance", "Bases to the nearest gene."),
    "hgvs_g": ("HGVS g.", "Change of the contig, as the HGVS describes it (m. for mitochondria)."),
    "most_severe": ("Most severe", "Most severe consequence over all transcripts, also those that were not picked."),
    "exon": ("Exon", "Number of the exon in the transcript, of how many."),
    "intron": ("Intron", "Number of the intron in the transcript, of how many."),
    "codons": ("Codons", "Codons before and after, the changed bases in capitals."),
    "cds_position": ("Coding position", "1-based position in the coding sequence of the transcript."),
    "dna_change": ("DNA change", "Change of the DNA as the annotator writes it."),
    "type": ("Type", "Kind of the allele, such as SNV or deletion."),
    "af": ("Allele frequency", "Frequency of this allele in the file."),
    "ac": ("Allele count", "Copies of this allele in the file."),
    "an": ("Alleles called", "Called alleles at this site in the file."),
    "dp": ("Depth", "Reads at this site, all samples."),
    "qual": ("Quality", "QUAL of the record (Phred-scaled)."),
    "filter": ("Filter", "FILTER of the record; PASS means that it passed all."),
    "n_called": ("Called", "Samples with a called genotype."),
    "n_het": ("Heterozygous", "Samples that carry this allele and another one."),
    "n_hom_alt": ("Homozygous", "Samples that carry only this allele."),
    "n_missing": ("Missing", "Samples without a genotype here."),
    "transcript": (
        "Transcript",
        "Transcript that speaks for the variant: MANE Select or canonical where the reference tells.",
    ),
    "gene_id": ("Gene id", "Identifier of the gene in the reference."),
    "biotype": ("Biotype", "Biotype of the transcript."),
    "strand": ("Strand", "Strand of the transcript."),
    "skipped": ("Not annotated because", "Why the allele was carried through without annotation."),
    "input_pos": ("Input position", "1-based position as uploaded."),
    "input_ref": ("Input ref", "Reference allele as uploaded."),
    "input_alt": ("Input alt", "Alternate allele as uploaded."),
    "record": ("Record", "0-based number of the record in the input."),
    "allele": ("Allele", "1-based number of the ALT allele in its record."),
}
# The sources' columns stand before this one: what they say is read together with the consequence.
SOURCES_BEFORE = "nearest_gene"
ROW_NUMBER = "rid"  # 0-based, never shown: it addresses a row

Descriptions = dict[str, tuple[str, str]]


def described_by(manifest: dict[str, Any]) -> Descriptions:
    """Titles and descriptions of the columns of engine and sources, as the manifest of the result has them."""
    engine = manifest.get("engine") or {}
    said_by = [{"title": engine.get("version"), "columns": engine.get("columns")}, *(manifest.get("sources") or [])]
    return {
        str(column.get("name")): (str(column.get("title") or column.get("name")), _description(origin, column))
        for origin in said_by
        for column in origin.get("columns") or []
    }


def _description(source: dict[str, Any], column: dict[str, Any]) -> str:
    origin = " ".join(str(source[key]) for key in ("title", "version") if source.get(key))
    return " ".join(part for part in (str(column.get("description") or ""), f"({origin})" if origin else "") if part)


def kind_of(duckdb_type: str) -> Kind:
    """How values of a DuckDB type are shown; lists and structures are shown as text."""
    if duckdb_type in ("FLOAT", "DOUBLE") or duckdb_type.startswith("DECIMAL"):
        return "decimal"
    if duckdb_type.endswith("INT") or duckdb_type in ("INTEGER", "UINTEGER"):
        return "integer"
    return "text"


def placed(types: dict[str, str], descriptions: Descriptions | None = None) -> list[Column]:
    """The file's columns (name → DuckDB type) in the order of the page, without the row number."""
    others = [name for name in types if name not in KNOWN and name != ROW_NUMBER]
    order: list[str] = []
    for name in KNOWN:
        order += others if name == SOURCES_BEFORE else []
        order += [name] if name in types else []
    known = (descriptions or {}) | KNOWN
    return [Column(name, *_words(name, known, kind_of(types[name]))) for name in order]


def _words(name: str, known: Descriptions, kind: Kind) -> tuple[str, Kind, str]:
    title, description = known.get(name) or (_readable(name), "")
    return title, kind, description


def _readable(name: str) -> str:
    words = name.replace("_", " ").strip()
    return words[:1].upper() + words[1:]
