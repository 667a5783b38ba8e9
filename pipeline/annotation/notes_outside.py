"""Sentences about records that the bundle does not hold: on other contigs, or outside what a demonstration holds."""

from __future__ import annotations

from typing import Any

from pipeline.annotation.build.contig_names import sounds_mitochondrial
from pipeline.annotation.build.sentences import NOT_RCRS, UNLIKE_RCRS, YORUBA_LENGTH
from pipeline.annotation.prepare.survey import Survey
from pipeline.reference.bundle import Bundle

SHOWN_CONTIGS = 5
SHOWN_NAME_LETTERS = 60


def outside_notes(summary: dict[str, Any], survey: Survey, bundle: Bundle) -> list[str]:
    """What lies outside the bundle, with counts, and which reference would annotate it."""
    contigs: dict[str, int] = summary["unannotated_contigs"]
    build = summary["build"]
    notes = []
    if build["carried_through"]:
        contigs = {name: count for name, count in contigs.items() if sounds_mitochondrial(name)}
    elif bundle.demonstration_regions:
        notes = _outside_demonstration(summary, survey, bundle)
        contigs = {name: count for name, count in contigs.items() if bundle.contig_for(name)}
    notes += [_contig_note(name, count, bundle, survey) for name, count in list(contigs.items())[:SHOWN_CONTIGS]]
    if len(contigs) > SHOWN_CONTIGS and not bundle.demonstration_regions:
        others = summary["unannotated"]["records"] - sum(list(contigs.values())[:SHOWN_CONTIGS])
        notes.append(
            f"{others:,} more records lie on {summary['unannotated']['contigs'] - SHOWN_CONTIGS:,} other contigs that "
            "the bundle does not hold; the log counts them."
        )
    if build["advice"] and summary["unannotated"]["records"]:
        notes.append(build["advice"])
    return notes


def _outside_demonstration(summary: dict[str, Any], survey: Survey, bundle: Bundle) -> list[str]:
    """One sentence for all that a demonstration does not hold, whether its contig is absent or masked there."""
    contigs = summary["unannotated_contigs"]
    absent = sum(count for name, count in contigs.items() if not bundle.contig_for(name))
    outside = absent + summary["skipped"].get("reference_unknown", 0)
    if not outside:
        return []
    build = summary["build"]["title"] or "GRCh37 or GRCh38"
    what_to_do = f"A whole-genome reference of {build} annotates them: ask your operator for it."
    verb = "lies" if outside == 1 else "lie"
    return [
        f"{outside:,} of {summary['read']:,} records {verb} outside the {bundle.demonstration_regions:,} gene regions "
        "and the mitochondrial genome that this demonstration holds; they are carried through without annotation. "
        f"{what_to_do}"
    ]


def _shown(name: str) -> str:
    """A name of the file as a sentence shows it: cut where it is long, and saying so."""
    if len(name) <= SHOWN_NAME_LETTERS:
        return name
    return f"{name[:SHOWN_NAME_LETTERS]}… ({len(name):,} letters)"


def _contig_note(name: str, count: int, bundle: Bundle, survey: Survey) -> str:
    verb = "record lies" if count == 1 else "records lie"
    same_name = bundle.contig_for(name)
    declared = survey.header.contigs.get(name)
    if sounds_mitochondrial(name) and same_name is not None and declared in (None, YORUBA_LENGTH, same_name.length):
        why = NOT_RCRS if declared == YORUBA_LENGTH else f"REF differs from rCRS there. {UNLIKE_RCRS}"
        return f"{count:,} {verb} on contig {_shown(name)} and are carried through without annotation. {why}"
    if same_name is not None and declared is not None:
        return (
            f"{count:,} {verb} on contig {_shown(name)}, which the file declares with {declared:,} bases; the contig "
            f"of the bundle {bundle.id} has {same_name.length:,}, so it is another sequence. "
            "They are carried through without annotation."
        )
    return (
        f"{count:,} {verb} on contig {_shown(name)}, which the bundle {bundle.id} does not hold; "
        "they are carried through without annotation."
    )
