"""Sentences for the scientist: what was changed, what was carried through unannotated, and what to do about it."""

from __future__ import annotations

from typing import Any

from pipeline.annotation.alleles import SKIP_SENTENCES
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
SHOWN_NAME_LETTERS = 60


def change_sentences(survey: Survey) -> list[str]:
    """What the cleaning changed, with counts."""
    return [f"{CHANGES.get(kind, kind)}: {count:,}" for kind, count in survey.changes.most_common()]


def notes_for(summary: dict[str, Any], survey: Survey, bundle: Bundle) -> list[str]:
    """Sentences about this job's result."""
    notes = [
        _contig_note(name, count, bundle, survey) for name, count in list(summary["unannotated_contigs"].items())[:5]
    ]
    rest = summary["unannotated_contigs"]
    if len(rest) > 5:
        others = sum(list(rest.values())[5:])
        notes.append(
            f"{others:,} more records lie on {len(rest) - 5:,} other contigs that the bundle does not hold; "
            "the log names them."
        )
    if rest:
        notes.append(_install_note(survey))
    read = max(summary["read"], 1)
    mismatches = summary["skipped"].get("reference_mismatch", 0)
    if mismatches >= LEAST_MISMATCHES and mismatches / read > MANY_MISMATCHES:
        notes.append(
            f"In {mismatches:,} of {summary['read']:,} records REF differs from the reference {bundle.assembly}: "
            "the file was probably made with another genome build; ask your operator for a reference of that build."
        )
    for reason, count in summary["skipped"].items():
        if reason != "unknown_contig":
            notes.append(f"{count:,} {_records(count)} carried through without annotation: {SKIP_SENTENCES[reason]}.")
    if summary["read"] == 0:
        notes.append("The file holds a header and no records.")
    return notes


def _records(count: int) -> str:
    return "record was" if count == 1 else "records were"


def _shown(name: str) -> str:
    """A name of the file as a sentence shows it: cut where it is long, and saying so."""
    if len(name) <= SHOWN_NAME_LETTERS:
        return name
    return f"{name[:SHOWN_NAME_LETTERS]}… ({len(name):,} letters)"


def _contig_note(name: str, count: int, bundle: Bundle, survey: Survey) -> str:
    verb = "record lies" if count == 1 else "records lie"
    same_name = bundle.contig_for(name)
    if same_name is not None:
        declared = survey.header.contigs.get(name)
        return (
            f"{count:,} {verb} on contig {_shown(name)}, which the file declares with {declared:,} bases; the contig "
            f"of the bundle {bundle.id} has {same_name.length:,}, so it is another sequence. "
            "They are carried through without annotation."
        )
    return (
        f"{count:,} {verb} on contig {_shown(name)}, which the bundle {bundle.id} does not hold; "
        "they are carried through without annotation."
    )


def _install_note(survey: Survey) -> str:
    """What to install, as far as the header's own words tell the genome build."""
    text = "\n".join(survey.header.meta).lower()
    if any(word in text for word in ("ncbi36", "human_b36", "hg18", "build36", "b36_")):
        return (
            "The header names the genome build NCBI36 (hg18), for which no current gene models exist. To annotate "
            "these records, lift the file over to GRCh37 or GRCh38, once your operator has installed that reference."
        )
    build = "GRCh38" if any(word in text for word in ("grch38", "hg38", "b38")) else "GRCh37"
    named = any(word in text for word in ("grch38", "hg38", "b38", "grch37", "hg19", "b37", "g1k_v37", "human_g1k"))
    if named:
        return (
            f"The header names the genome build {build}. These records can be annotated once your operator has "
            f"installed a {build} reference bundle; upload the file again then."
        )
    return (
        "These records can be annotated once your operator has installed a reference bundle of the file's genome "
        "build (GRCh38 or GRCh37); upload the file again then."
    )
