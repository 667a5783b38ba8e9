"""The rule by which one consequence speaks for an allele, by version: results of two versions may differ."""

from __future__ import annotations

# Raised with every change of `_most_severe` in pipeline/annotation/batch.py, of the order of severity, or of what is
# said of alleles outside genes; docs/annotation.md holds the rule in full.
VERSION = 1
WORDS = (
    "most severe term in Ensembl's order, then protein-coding transcripts, then the lowest transcript id; "
    "upstream and downstream within 5,000 bases of the nearest gene"
)
