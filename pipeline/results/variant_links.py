"""Where else a variant is described: addresses in public databases, of the build that the job was annotated with."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, quote_plus

RS = re.compile(r"\brs[1-9][0-9]{0,11}\b")
BASES = re.compile(r"[ACGTacgt]{1,500}")
CHROMOSOME = re.compile(r"(?:chr)?([1-9]|1[0-9]|2[0-2]|X|Y|M|MT)")
GENE = re.compile(r"[A-Za-z0-9][A-Za-z0-9.\-]{0,40}")
ENSEMBL = re.compile(r"ENS[GT][0-9]{11}")
FLANK = 25  # bases to either side that Ensembl shows


@dataclass(frozen=True)
class Link:
    """`title` is the database, `what` says what of the variant is looked up there."""

    title: str
    what: str
    url: str


def rs_numbers(text: str | None) -> list[str]:
    """The rs numbers in a record's ID, each once."""
    return list(dict.fromkeys(RS.findall(text or "")))


def links(row: Mapping[str, Any], assembly: str | None) -> list[Link]:
    """Links for what is known of a row of variants.parquet; `assembly` as the job's manifest names it.

    A place is only looked up for a build that the database has, and for alleles that the reference confirmed.
    """
    numbers = rs_numbers(row.get("id"))
    found = [Link("dbSNP", rs, f"https://www.ncbi.nlm.nih.gov/snp/{rs}") for rs in numbers[:3]]
    build = build_of(assembly)
    if build is None:
        return found
    if not row.get("skipped"):
        found += _of_place(row, build)
    found += _of_gene(row, build)
    return found + _publications(row, numbers)


def build_of(assembly: str | None) -> int | None:
    """37 or 38; the revised Cambridge Reference Sequence is the mitochondrion of both."""
    name = (assembly or "").lower()
    if "grch38" in name or "hg38" in name or "rcrs" in name or "nc_012920" in name:
        return 38
    return 37 if "grch37" in name or "hg19" in name else None


def _of_place(row: Mapping[str, Any], build: int) -> list[Link]:
    named = CHROMOSOME.fullmatch(str(row.get("chrom")))
    position, ref, alt = row.get("pos"), str(row.get("ref")), str(row.get("alt"))
    if named is None or not isinstance(position, int):
        return []
    name = named[1].replace("MT", "M")
    place = f"{name.replace('M', 'MT')}[chr] AND {position}[chrpos{build}]"
    found = [Link("ClinVar", "this place", f"https://www.ncbi.nlm.nih.gov/clinvar/?term={quote_plus(place)}")]
    if BASES.fullmatch(ref) and BASES.fullmatch(alt):
        dataset = "gnomad_r4" if build == 38 or name == "M" else "gnomad_r2_1"
        variant = f"{name}-{position}-{ref.upper()}-{alt.upper()}"
        found.append(
            Link("gnomAD", "this allele", f"https://gnomad.broadinstitute.org/variant/{variant}?dataset={dataset}")
        )
    stretch = f"{name.replace('M', 'MT')}:{max(1, position - FLANK)}-{position + FLANK}"
    return [*found, Link("Ensembl", "this place", f"{_ensembl(build)}/Location/View?r={quote(stretch, safe=':')}")]


def _of_gene(row: Mapping[str, Any], build: int) -> list[Link]:
    found = []
    transcript = str(row.get("transcript") or "").split(".")[0]
    if ENSEMBL.fullmatch(transcript):
        found.append(Link("Ensembl", transcript, f"{_ensembl(build)}/Transcript/Summary?t={transcript}"))
    gene = str(row.get("gene") or "")
    if GENE.fullmatch(gene):
        query = quote_plus(f"(gene_exact:{gene}) AND (organism_id:9606)")
        found.append(Link("UniProt", gene, f"https://www.uniprot.org/uniprotkb?query={query}"))
    return found


def _publications(row: Mapping[str, Any], numbers: list[str]) -> list[Link]:
    gene = str(row.get("gene") or "")
    term = numbers[0] if numbers else gene if GENE.fullmatch(gene) else ""
    return [Link("PubMed", term, f"https://pubmed.ncbi.nlm.nih.gov/?term={quote_plus(term)}")] if term else []


def _ensembl(build: int) -> str:
    return f"https://{'www' if build == 38 else 'grch37'}.ensembl.org/Homo_sapiens"
