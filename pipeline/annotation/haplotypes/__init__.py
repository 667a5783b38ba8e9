"""Consequences of the alleles that lie together on one chromosome copy, where the genotypes say which do."""
