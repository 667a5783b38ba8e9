"""Sequence Ontology terms, their impact and their order of severity, as Ensembl publishes them.

https://www.ensembl.org/info/genome/variation/prediction/predicted_data.html (release 115).
"""

from __future__ import annotations

import re
from functools import lru_cache

import pyarrow as pa
import pyarrow.compute as pc

# Most severe first.
IMPACT: dict[str, str] = {
    "transcript_ablation": "HIGH",
    "splice_acceptor_variant": "HIGH",
    "splice_donor_variant": "HIGH",
    "stop_gained": "HIGH",
    "frameshift_variant": "HIGH",
    "stop_lost": "HIGH",
    "start_lost": "HIGH",
    "transcript_amplification": "HIGH",
    "feature_elongation": "HIGH",
    "feature_truncation": "HIGH",
    "inframe_insertion": "MODERATE",
    "inframe_deletion": "MODERATE",
    "missense_variant": "MODERATE",
    "protein_altering_variant": "MODERATE",
    "splice_donor_5th_base_variant": "LOW",
    "splice_region_variant": "LOW",
    "splice_donor_region_variant": "LOW",
    "splice_polypyrimidine_tract_variant": "LOW",
    "incomplete_terminal_codon_variant": "LOW",
    "start_retained_variant": "LOW",
    "stop_retained_variant": "LOW",
    "synonymous_variant": "LOW",
    "coding_sequence_variant": "MODIFIER",
    "mature_miRNA_variant": "MODIFIER",
    "5_prime_UTR_variant": "MODIFIER",
    "3_prime_UTR_variant": "MODIFIER",
    "non_coding_transcript_exon_variant": "MODIFIER",
    "intron_variant": "MODIFIER",
    "NMD_transcript_variant": "MODIFIER",
    "non_coding_transcript_variant": "MODIFIER",
    "coding_transcript_variant": "MODIFIER",
    "upstream_gene_variant": "MODIFIER",
    "downstream_gene_variant": "MODIFIER",
    "TFBS_ablation": "MODIFIER",
    "TFBS_amplification": "MODIFIER",
    "TF_binding_site_variant": "MODIFIER",
    "regulatory_region_ablation": "MODIFIER",
    "regulatory_region_amplification": "MODIFIER",
    "regulatory_region_variant": "MODIFIER",
    "intergenic_variant": "MODIFIER",
    "sequence_variant": "MODIFIER",
}
SEVERITY: dict[str, int] = {term: rank for rank, term in enumerate(IMPACT)}
IMPACTS = ("HIGH", "MODERATE", "LOW", "MODIFIER")

# bcftools' short names (csq.c) → Sequence Ontology.
FROM_BCFTOOLS: dict[str, str] = {
    "synonymous": "synonymous_variant",
    "missense": "missense_variant",
    "frameshift": "frameshift_variant",
    "inframe_altering": "protein_altering_variant",
    "splice_acceptor": "splice_acceptor_variant",
    "splice_donor": "splice_donor_variant",
    "splice_region": "splice_region_variant",
    "start_retained": "start_retained_variant",
    "stop_retained": "stop_retained_variant",
    "5_prime_utr": "5_prime_UTR_variant",
    "3_prime_utr": "3_prime_UTR_variant",
    "non_coding": "non_coding_transcript_exon_variant",
    "intron": "intron_variant",
    "coding_sequence": "coding_sequence_variant",
    "NMD_transcript": "NMD_transcript_variant",
    "intergenic": "intergenic_variant",
}

# bcftools adds these to any insertion or deletion; Ensembl keeps them, with HIGH impact, for structural variants.
STRUCTURAL_ONLY = ("feature_elongation", "feature_truncation")


@lru_cache(maxsize=4096)
def _ontology_text(text: str) -> str:
    terms = [FROM_BCFTOOLS.get(term, term) for term in re.split(r"[&]", text.lstrip("*")) if term]
    known = dict.fromkeys(term if term in SEVERITY else "sequence_variant" for term in terms)
    telling = [term for term in known if term not in STRUCTURAL_ONLY] or list(known)
    return "&".join(sorted(telling, key=SEVERITY.__getitem__))


def sequence_ontology(texts: pa.StringArray) -> pa.StringArray:
    """`stop_gained&frameshift` → `stop_gained&frameshift_variant`: ontology terms, most severe first.

    bcftools marks a consequence downstream of a new stop codon with `*`; the mark is dropped.
    """
    return translate(texts, _ontology_text)


def most_severe_term(texts: pa.StringArray) -> pa.StringArray:
    """The first (most severe) of `&`-joined terms."""
    return translate(texts, lambda text: text.partition("&")[0])


def severity_rank(texts: pa.StringArray) -> pa.Array:
    """Place in Ensembl's order (0 is the most severe) of the most severe of `&`-joined terms."""
    return translate(texts, lambda text: SEVERITY.get(text.partition("&")[0], len(SEVERITY)), pa.int64())


def impact_of(texts: pa.StringArray) -> pa.StringArray:
    """Impact of the most severe of `&`-joined terms."""
    return translate(texts, lambda text: IMPACT.get(text.partition("&")[0], "MODIFIER"))


def translate(texts: pa.StringArray, function: object, type_: pa.DataType | None = None) -> pa.Array:
    """Apply a function to each distinct value; null stays null."""
    if isinstance(texts, pa.ChunkedArray):
        texts = texts.combine_chunks()
    encoded = texts if isinstance(texts, pa.DictionaryArray) else pc.dictionary_encode(texts)
    values = [function(value) for value in encoded.dictionary.to_pylist()]  # type: ignore[operator]
    return pa.array(values, type_ or pa.string()).take(encoded.indices)
