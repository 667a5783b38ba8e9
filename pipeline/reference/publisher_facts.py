"""Titles, licences and attributions of the publishers whose files are recognised."""

from __future__ import annotations

ABOUT: dict[str, dict[str, str]] = {
    "clinvar": {
        "title": "ClinVar",
        "url": "https://www.ncbi.nlm.nih.gov/clinvar/",
        "licence": "public domain",
        "attribution": "ClinVar, National Center for Biotechnology Information, https://www.ncbi.nlm.nih.gov/clinvar/; "
        "not intended for direct diagnostic use without review by a genetics professional.",
    },
    "dbsnp": {
        "title": "dbSNP",
        "url": "https://www.ncbi.nlm.nih.gov/snp/",
        "licence": "public domain",
        "attribution": "dbSNP, National Center for Biotechnology Information, https://www.ncbi.nlm.nih.gov/snp/.",
    },
    "gnomad": {
        "title": "gnomAD",
        "url": "https://gnomad.broadinstitute.org/",
        "licence": "CC0 1.0",
        "attribution": "Genome Aggregation Database (gnomAD), Broad Institute, https://gnomad.broadinstitute.org/.",
    },
}
