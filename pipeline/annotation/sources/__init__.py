"""Annotation sources of a bundle: tables matched by allele and tracks matched by overlap."""
