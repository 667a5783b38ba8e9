"""HGVS descriptions (version 21.0): genomic, transcript and protein."""
