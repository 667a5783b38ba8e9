"""The rule by which one consequence speaks for an allele, by version: results of two versions may differ."""

from __future__ import annotations

# Raised with every change of pipeline/annotation/transcripts/picking.py, of the order of severity, or of what is said
# of alleles outside genes; docs/annotation.md holds the rule in full. Version 1 knew no MANE and canonical transcripts.
VERSION = 2
WORDS = (
    "in each gene: transcripts that are touched, then MANE Select, MANE Plus Clinical, canonical, most severe term, "
    "protein-coding, lowest id; among genes: most severe term, protein-coding, MANE and canonical, lowest id; "
    "upstream and downstream within 5,000 bases"
)
