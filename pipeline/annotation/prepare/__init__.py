"""Reads whatever people call a VCF and turns it into clean blocks of records, changing as little as it can."""
