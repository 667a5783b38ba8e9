"""Sentences for the scientist: what was changed, what was carried through unannotated, and what to do about it."""

from __future__ import annotations

from typing import Any

from pipeline.annotation.alleles import SKIP_SENTENCES
from pipeline.annotation.notes_outside import outside_notes
from pipeline.annotation.prepare.survey import Survey
from pipeline.reference.bundle import Bundle

CHANGES = {
    "fileformat_added": "the line ##fileformat was added",
    "fileformat_rewritten": "the file's VCF version was rewritten as 4.2",
    "meta_line_rewritten": "header lines that parsers misread were rewritten",
    "meta_line_dropped": "header lines without a usable ID were dropped",
    "duplicate_meta_line": "second definitions in the header were dropped",
    "declaration_corrected": "header definitions were corrected to what the VCF specification says",
    "info_declared": "INFO fields that the header does not declare were declared",
    "format_declared": "FORMAT fields that the header does not declare were declared",
    "reserved_key_rewritten": "fields that the VCF specification reserves held values of another type; the values as "
    "uploaded stand beside them in a field of their own (…_ORIGINAL)",
    "field_declared_text": "INFO and FORMAT fields whose values contradict their type were declared as text",
    "filter_declared": "filters that the header does not declare were declared",
    "contig_declared": "contigs that the header does not declare were declared",
    "column_line_spaces": "blanks in the #CHROM line became tabs",
    "format_column_dropped": "the FORMAT column was dropped, as the file has no samples",
    "sample_renamed": "samples without a name, or with the name of another, were renamed",
    "trailing_blanks": "blanks at the end of lines were removed",
    "blank_line_dropped": "blank lines were dropped",
    "comment_line_dropped": "comment lines between the records were dropped",
    "empty_column": "empty columns became `.` (missing)",
    "quality_minus_one": "QUAL −1 became `.` (missing)",
    "quality_not_a_number": "QUAL that is not a number became `.` (missing)",
    "filter_zero": "FILTER 0 became PASS",
    "filter_rewritten": "FILTER entries were separated by semicolons",
    "empty_allele": "empty entries in lists of alternate alleles became `.` (missing)",
    "info_separators": "stray semicolons and blanks in INFO were removed",
    "text_not_utf8": "bytes that are not UTF-8 text were replaced (blocks)",
    "carriage_returns": "Windows or old Mac line ends became plain ones",
    "byte_order_mark": "the byte-order mark at the start was removed",
    "records_sorted": "the records were sorted by position",
}
MANY_MISMATCHES = 0.1  # a share of records that no right reference shows
LEAST_MISMATCHES = 10  # fewer say nothing of a file
NOT_COMPARED = ("unknown_contig", "reference_unknown", "beyond_contig_end")  # there is no reference to compare with


def change_sentences(survey: Survey) -> list[str]:
    """What the cleaning changed, with counts."""
    return [f"{CHANGES.get(kind, kind)}: {count:,}" for kind, count in survey.changes.most_common()]


def notes_for(summary: dict[str, Any], survey: Survey, bundle: Bundle) -> list[str]:
    """Sentences about this job's result."""
    notes = [*summary["build"]["notes"], *outside_notes(summary, survey, bundle)]
    skipped: dict[str, int] = summary["skipped"]
    mismatches = skipped.get("reference_mismatch", 0)
    compared = summary["read"] - sum(skipped.get(reason, 0) for reason in NOT_COMPARED)
    if mismatches >= LEAST_MISMATCHES and mismatches / compared > MANY_MISMATCHES:
        notes.append(
            f"In {mismatches:,} of {compared:,} records that can be compared, REF differs from {bundle.assembly}: "
            "the file was probably made with another genome build; ask your operator for a reference of that build."
        )
    for reason, count in skipped.items():
        if reason != "unknown_contig" and not (reason == "reference_unknown" and bundle.demonstration_regions):
            notes.append(f"{count:,} {_records(count)} carried through without annotation: {SKIP_SENTENCES[reason]}.")
    if summary["read"] == 0:
        notes.append("The file holds a header and no records.")
    return notes


def _records(count: int) -> str:
    return "record was" if count == 1 else "records were"
