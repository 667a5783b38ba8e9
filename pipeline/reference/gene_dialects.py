"""Gene models of NCBI, GENCODE and others, rewritten in Ensembl's dialect, which is the one that bcftools csq reads.

csq knows genes and transcripts by `ID=gene:…` and `ID=transcript:…;Parent=gene:…;biotype=…`, and wants CDS, exon and
UTR lines with `Parent=transcript:…` (bcftools manual, csq, --gff-annot).
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict

from pipeline.reference.gff3_lines import GENES, IGNORED, PARTS, Feature

# Type of a transcript line → biotype, where no attribute names one (Sequence Ontology → Ensembl).
BIOTYPES = {
    "mRNA": "protein_coding", "lnc_RNA": "lncRNA", "lncRNA": "lncRNA", "tRNA": "tRNA", "rRNA": "rRNA", "snRNA": "snRNA",
    "snoRNA": "snoRNA", "miRNA": "miRNA", "scRNA": "scRNA", "ncRNA": "misc_RNA", "antisense_RNA": "antisense",
    "guide_RNA": "misc_RNA", "Y_RNA": "misc_RNA", "vault_RNA": "misc_RNA", "telomerase_RNA": "misc_RNA",
    "RNase_P_RNA": "ribozyme", "RNase_MRP_RNA": "ribozyme", "SRP_RNA": "misc_RNA", "primary_transcript": "miRNA",
    "pseudogenic_transcript": "pseudogene", "V_gene_segment": "IG_V_gene", "D_gene_segment": "IG_D_gene",
    "J_gene_segment": "IG_J_gene", "C_gene_segment": "IG_C_gene", "transcript": "misc_RNA",
}  # fmt: skip
ENSEMBL_VERSION = re.compile(r"(ENS[A-Z]*\d+)\.(\d+)\Z")
PREFIX = re.compile(r"(?:gene|rna|transcript|id)[:-]")


def is_ensembl(features: list[Feature]) -> bool:
    """Whether these are in Ensembl's dialect already."""
    return any(feature.id.startswith(("gene:", "transcript:")) for feature in features)


def ensembl_features(features: list[Feature], counts: Counter[str]) -> list[Feature]:
    """What consequences need of features that are in Ensembl's dialect, with UTRs where a transcript has none."""
    genes = {feature.id for feature in features if feature.id.startswith("gene:")}
    transcripts = {
        feature.id
        for feature in features
        if feature.id.startswith("transcript:") and genes.intersection(feature.parents)
    }
    kept = []
    for feature in features:
        is_part = feature.type in PARTS and transcripts.intersection(feature.parents)
        if feature.id in genes or feature.id in transcripts or is_part:
            kept.append(feature)
        else:
            counts["not_of_a_gene"] += 1
    return kept + _untranslated(kept)


def _untranslated(features: list[Feature]) -> list[Feature]:
    """UTRs of the transcripts of which the file has none."""
    parts: dict[str, list[Feature]] = defaultdict(list)
    for feature in features:
        if feature.type in PARTS:
            for parent in feature.parents:
                parts[parent].append(feature)
    return [
        _like(part, part.type, {"Parent": parent})
        for parent, own in parts.items()
        for part in with_untranslated(own)[len(own) :]
    ]


class Converter:
    """Rewrites one contig at a time; transcript ids stay unique over the whole file."""

    def __init__(self, counts: Counter[str]) -> None:
        self.counts = counts
        self._taken: set[str] = set()

    def convert(self, features: list[Feature]) -> list[Feature]:
        """Genes, transcripts and their parts in Ensembl's dialect; what belongs to no gene is counted."""
        wanted = [feature for feature in features if feature.type not in IGNORED]
        self.counts["not_of_a_gene"] += len(features) - len(wanted)
        by_id = {feature.id: feature for feature in wanted if feature.id}
        parts: dict[str, list[Feature]] = defaultdict(list)
        for feature in wanted:
            if feature.type in PARTS:
                for parent in feature.parents:
                    parts[parent].append(feature)
        genes = [feature for feature in wanted if feature.id and GENES.match(feature.type)]
        transcripts: dict[str, list[Feature]] = defaultdict(list)
        for feature in wanted:
            if feature.type not in PARTS and feature.id and not GENES.match(feature.type):
                for parent in feature.parents:
                    if parent in by_id:
                        transcripts[parent].append(feature)
        done: list[Feature] = []
        for gene in genes:
            done += self._gene(gene, transcripts[gene.id], parts)
        self.counts["converted"] += len(done)
        return done

    def _gene(self, gene: Feature, transcripts: list[Feature], parts: dict[str, list[Feature]]) -> list[Feature]:
        old = gene.attributes
        number = re.search(r"GeneID:(\d+)", old.get("Dbxref", ""))
        key, version = _plain(number.group(1) if number else old.get("gene_id") or old["ID"])
        key = self._unique(f"gene:{key}").removeprefix("gene:")
        biotype = old.get("gene_biotype") or old.get("gene_type") or old.get("biotype") or ""
        if not biotype:
            coding = any(part.type == "CDS" for item in (gene, *transcripts) for part in parts[item.id])
            biotype = "protein_coding" if coding else "pseudogene" if "pseudo" in gene.type else "misc_RNA"
        name = old.get("gene_name") or old.get("Name") or old.get("gene") or old.get("locus_tag") or key
        attributes = {"ID": f"gene:{key}", "Name": name, "biotype": biotype, "gene_id": key} | version
        lines = [_like(gene, "gene", attributes)]
        if not transcripts and parts[gene.id]:  # bacteria, mitochondria: the coding sequence hangs on the gene itself
            transcripts = [gene]
        for transcript in transcripts:
            lines += self._transcript(transcript, key, biotype, parts[transcript.id])
        return lines

    def _transcript(self, transcript: Feature, gene: str, gene_biotype: str, parts: list[Feature]) -> list[Feature]:
        old = transcript.attributes
        key, version = _plain(old.get("transcript_id") or old["ID"])
        key = self._unique(key)
        own = old.get("transcript_type") or old.get("transcript_biotype") or old.get("biotype")
        coding = any(part.type == "CDS" for part in parts)
        by_type = "protein_coding" if coding else BIOTYPES.get(transcript.type)
        biotype = own or by_type or gene_biotype
        if not own and not coding and biotype in ("misc_RNA", "protein_coding") and gene_biotype:
            biotype = gene_biotype if gene_biotype != "protein_coding" else "processed_transcript"
        attributes = {"ID": f"transcript:{key}", "Parent": f"gene:{gene}", "biotype": biotype, "transcript_id": key}
        attributes |= version | ({"tag": old["tag"]} if "tag" in old else {})
        lines = [_like(transcript, "mRNA" if coding else "transcript", attributes)]
        parent = {"Parent": f"transcript:{key}"}
        protein = {"ID": f"CDS:{key}"} | parent
        for part in with_untranslated(with_phases(parts)):
            lines.append(_like(part, part.type, protein if part.type == "CDS" else parent))
        return lines

    def _unique(self, key: str) -> str:
        name, number = key, 2
        while name in self._taken:
            name, number = f"{key}-{number}", number + 1
        self._taken.add(name)
        return name


def _plain(key: str) -> tuple[str, dict[str, str]]:
    """An identifier without the publisher's prefix; Ensembl's version stands apart."""
    key = PREFIX.sub("", key, count=1) if PREFIX.match(key) else key
    versioned = ENSEMBL_VERSION.match(key)
    return (versioned.group(1), {"version": versioned.group(2)}) if versioned else (key, {})


def _like(feature: Feature, kind: str, attributes: dict[str, str]) -> Feature:
    return Feature(
        feature.contig, feature.source, kind, feature.start, feature.end, feature.strand,
        feature.phase if kind == "CDS" else ".", attributes,
    )  # fmt: skip


def with_phases(parts: list[Feature]) -> list[Feature]:
    """Coding parts that leave their phase out get it from the lengths of those before them (GFF3 specification)."""
    coding = [part for part in parts if part.type == "CDS"]
    if all(part.phase in ("0", "1", "2") for part in coding):
        return parts
    before = 0
    for part in sorted(coding, key=lambda item: item.start, reverse=coding[0].strand == "-"):
        part.phase = str(-before % 3)
        before += part.end - part.start + 1
    return parts


def with_untranslated(parts: list[Feature]) -> list[Feature]:
    """The parts, with UTRs where the file has none: what exons hold outside the coding sequence.

    Where there are coding parts but no exons, the coding parts are the exons.
    """
    coding = [part for part in parts if part.type == "CDS"]
    if not coding:
        return parts
    exons = [part for part in parts if part.type == "exon"]
    if not exons:
        exons = [_like(part, "exon", {}) for part in coding]
        parts = parts + exons
    if any(part.type.endswith("_UTR") for part in parts):
        return parts
    first, last = min(part.start for part in coding), max(part.end for part in coding)
    found = []
    for exon in exons:
        for start, end, before in (
            (exon.start, min(exon.end, first - 1), True),
            (max(exon.start, last + 1), exon.end, False),
        ):
            if start <= end:
                kind = "five_prime_UTR" if before == (exon.strand != "-") else "three_prime_UTR"
                found.append(Feature(exon.contig, exon.source, kind, start, end, exon.strand, "."))
    return parts + found
