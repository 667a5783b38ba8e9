"""Which fields of a source become which columns: as the operator asks, or as a publisher's file is known to be."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.errors import ConfigurationError
from pipeline.reference.allele_conversion import TableField, unescaped
from pipeline.reference.manifest import SourceColumn
from pipeline.reference.source_alleles import ID_FIELD, WantedField
from pipeline.reference.source_file import InfoField, SourceHeader

COLUMN_NAME = re.compile(r"[a-z][a-z0-9_]{0,59}\Z")
INFO_KEY = re.compile(r"[A-Za-z_][0-9A-Za-z_.]*\Z")
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


@dataclass(frozen=True)
class ColumnRequest:
    """`FIELD[:name[:title]]` of the command line: an INFO key or ID, the column's name and its title."""

    field: str
    name: str = ""
    title: str = ""

    @classmethod
    def parse(cls, text: str) -> ColumnRequest:
        """Read one such text."""
        return cls(*text.split(":", 2))


@dataclass(frozen=True)
class PlannedColumn:
    """A column of the bundle and how the table gets it."""

    column: SourceColumn
    field: TableField


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


def requested_columns(source_id: str, header: SourceHeader, requests: tuple[ColumnRequest, ...]) -> list[PlannedColumn]:
    """The columns that the operator asks for. Raises ConfigurationError where the header does not declare a field."""
    found = []
    for request in requests:
        if request.field != ID_FIELD and (request.field not in header.info or not INFO_KEY.match(request.field)):
            raise ConfigurationError(
                f"The file declares no INFO field {request.field!r}. It has: {', '.join([ID_FIELD, *header.info])}.",
                code="no_such_field",
            )
        name = request.name or f"{source_id}_{request.field.lower().replace('.', '_')}"
        declared = header.info.get(request.field, InfoField("1", "String", "Identifier in the publisher's file"))
        found.append(_planned(name, request.title or _title(name), declared.description, request.field, declared))
    return found


def known_columns(header: SourceHeader, preset: str) -> list[PlannedColumn]:
    """Columns of ClinVar's, dbSNP's or gnomAD's file."""
    return {"clinvar": _clinvar, "dbsnp": _dbsnp, "gnomad": _gnomad}[preset](header)


def recognised(header: SourceHeader) -> str | None:
    """`clinvar`, `dbsnp` or `gnomad`, when the header is theirs."""
    if {"CLNSIG", "CLNREVSTAT"} <= set(header.info):
        return "clinvar"
    if "dbSNP_BUILD_ID" in header.words or "dbSNPBuildID" in header.info:
        return "dbsnp"
    if _gnomad(header) and (
        "vep" in header.info or any("gnomad" in item.description.lower() for item in header.info.values())
    ):
        return "gnomad"
    return None


def _clinvar(header: SourceHeader) -> list[PlannedColumn]:
    text = InfoField(".", "String", "")
    number = InfoField(".", "Integer", "")
    wanted = [
        ("clinvar_significance", "ClinVar significance", "Aggregate germline classification.", "CLNSIG", text, words),
        ("clinvar_review", "ClinVar review status", "Review status of the classification.", "CLNREVSTAT", text, words),
        ("clinvar_stars", "ClinVar stars", "Review status as stars, 0 to 4.", "CLNREVSTAT", number, stars),
        ("clinvar_conditions", "ClinVar conditions", "Names of the conditions.", "CLNDN", text, words),
        ("clinvar_id", "ClinVar variation", "ClinVar's variation id.", ID_FIELD, text, None),
    ]
    return [
        _planned(name, title, description, key, declared, change, "stars" if change is stars else "")
        for name, title, description, key, declared, change in wanted
        if key == ID_FIELD or key in header.info
    ]


def _dbsnp(_header: SourceHeader) -> list[PlannedColumn]:
    declared = InfoField("1", "String", "")
    return [_planned("dbsnp_id", "dbSNP", "dbSNP's reference number of the allele.", ID_FIELD, declared, rs_numbers)]


def _gnomad(header: SourceHeader) -> list[PlannedColumn]:
    """AF and AF_<population>; the joint files of version 4 say AF_joint and AF_joint_<population>."""
    base = "AF_joint" if "AF_joint" in header.info else "AF"
    pairs = [("gnomad_af", "gnomAD frequency", "all individuals", base)]
    pairs += [(f"gnomad_af_{key}", f"gnomAD {key.upper()}", name, f"{base}_{key}") for key, name in POPULATIONS.items()]
    declared = InfoField("A", "Float", "")
    return [
        _planned(name, title, f"Frequency of the allele in gnomAD, {whom}.", key, declared, unit="fraction")
        for name, title, whom, key in pairs
        if key in header.info
    ]


def _planned(
    name: str,
    title: str,
    description: str,
    key: str,
    declared: InfoField,
    change: Callable[[pa.StringArray], pa.Array] | None = None,
    unit: str = "",
) -> PlannedColumn:
    if not COLUMN_NAME.match(name):
        raise ConfigurationError(
            f"{name!r} cannot be the name of a column: small letters, digits and underscores, beginning with a letter.",
            code="bad_column_name",
        )
    single = declared.number in ("0", "1", "A", "R") or change is stars
    types = {"Integer": "integer", "Float": "float", "Flag": "integer"}
    type_ = types.get(declared.type, "string") if single else "string"  # a list of numbers stays text
    number = "0" if declared.type == "Flag" else declared.number
    column = SourceColumn(
        name=name, field=name.upper(), type=type_, title=title, description=description, unit=unit, source_field=key
    )
    return PlannedColumn(column, TableField(column.field, WantedField(key, number), type_, change))


def _title(name: str) -> str:
    return name.replace("_", " ").capitalize()
