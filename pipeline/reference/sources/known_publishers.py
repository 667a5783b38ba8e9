"""Files of publishers that are recognised by their headers: ClinVar, dbSNP, gnomAD; their columns and licences."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.reference.sources.allele_lines import ID_FIELD
from pipeline.reference.sources.columns import PlannedColumn, planned_column
from pipeline.reference.sources.fields import unescaped
from pipeline.reference.sources.publisher_file import InfoField, SourceHeader

PRESETS = ("clinvar", "dbsnp", "gnomad")
# ClinVar's review status → number of gold stars, https://www.ncbi.nlm.nih.gov/clinvar/docs/review_status/
STARS = {
    "practice_guideline": 4,
    "reviewed_by_expert_panel": 3,
    "criteria_provided,_multiple_submitters,_no_conflicts": 2,
    "criteria_provided,_multiple_submitters": 2,
    "criteria_provided,_conflicting_classifications": 1,
    "criteria_provided,_conflicting_interpretations": 1,
    "criteria_provided,_single_submitter": 1,
    "no_assertion_criteria_provided": 0,
    "no_assertion_provided": 0,
    "no_classification_provided": 0,
    "no_classification_for_the_single_variant": 0,
    "no_classification_for_the_individual_variant": 0,
    "no_interpretation_for_the_single_variant": 0,
    "no_classifications_from_unflagged_records": 0,
}
POPULATIONS = {
    "afr": "African/African American", "ami": "Amish", "amr": "Admixed American", "asj": "Ashkenazi Jewish",
    "eas": "East Asian", "fin": "Finnish", "mid": "Middle Eastern", "nfe": "Non-Finnish European", "sas": "South Asian",
    "oth": "other", "remaining": "remaining individuals",
}  # fmt: skip
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


def known_columns(header: SourceHeader, preset: str) -> list[PlannedColumn]:
    """Columns of ClinVar's, dbSNP's or gnomAD's file."""
    return {"clinvar": _clinvar, "dbsnp": _dbsnp, "gnomad": _gnomad}[preset](header)


def recognised(header: SourceHeader) -> str | None:
    """`clinvar`, `dbsnp` or `gnomad`, when the header is theirs."""
    if {"CLNSIG", "CLNREVSTAT"} <= set(header.info):
        return "clinvar"
    if "dbSNP_BUILD_ID" in header.words or "dbSNPBuildID" in header.info:
        return "dbsnp"
    words = " ".join(item.description.lower() for item in header.info.values())
    if _gnomad(header) and ("vep" in header.info or "gnomad" in words):
        return "gnomad"
    return None


def _clinvar(header: SourceHeader) -> list[PlannedColumn]:
    text = InfoField(".", "String", "")
    number = InfoField("1", "Integer", "")
    wanted = [
        ("clinvar_significance", "ClinVar significance", "Aggregate germline classification.", "CLNSIG", text, words),
        ("clinvar_review", "ClinVar review status", "Review status of the classification.", "CLNREVSTAT", text, words),
        ("clinvar_stars", "ClinVar stars", "Review status as stars, 0 to 4.", "CLNREVSTAT", number, stars),
        ("clinvar_conditions", "ClinVar conditions", "Names of the conditions.", "CLNDN", text, words),
        ("clinvar_id", "ClinVar variation", "ClinVar's variation id.", ID_FIELD, text, None),
    ]
    return [
        planned_column(name, title, description, key, declared, change, "stars" if change is stars else "")
        for name, title, description, key, declared, change in wanted
        if key == ID_FIELD or key in header.info
    ]


def _dbsnp(_header: SourceHeader) -> list[PlannedColumn]:
    declared = InfoField("1", "String", "")
    return [planned_column("dbsnp_id", "dbSNP", "dbSNP's number of the allele.", ID_FIELD, declared, rs_numbers)]


def _gnomad(header: SourceHeader) -> list[PlannedColumn]:
    """AF and AF_<population>; the joint files of version 4 say AF_joint and AF_joint_<population>."""
    base = "AF_joint" if "AF_joint" in header.info else "AF"
    pairs = [("gnomad_af", "gnomAD frequency", "all individuals", base)]
    pairs += [(f"gnomad_af_{key}", f"gnomAD {key.upper()}", name, f"{base}_{key}") for key, name in POPULATIONS.items()]
    declared = InfoField("A", "Float", "")
    return [
        planned_column(name, title, f"Frequency of the allele in gnomAD, {whom}.", key, declared, unit="fraction")
        for name, title, whom, key in pairs
        if key in header.info
    ]


def words(texts: pa.StringArray) -> pa.StringArray:
    """Underscores as blanks, bars as semicolons: `Some_cancer|not_provided` → `Some cancer; not provided`."""
    return pc.replace_substring(pc.replace_substring(unescaped(texts), "|", "; "), "_", " ")


def stars(texts: pa.StringArray) -> pa.Int64Array:
    """ClinVar's review status as stars; an unknown status is null."""
    index = pc.index_in(texts, value_set=pa.array(list(STARS)))
    return pa.array(list(STARS.values()), pa.int64()).take(index)


def rs_numbers(texts: pa.StringArray) -> pa.StringArray:
    """Numbers of dbSNP with their prefix."""
    return pc.if_else(pc.match_substring_regex(texts, r"^\d"), pc.binary_join_element_wise("rs", texts, ""), texts)
